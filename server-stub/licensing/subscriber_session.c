/* SPDX-License-Identifier: Apache-2.0
 *
 * Starting, taking over, beating, ending.
 */
#include "licensing/subscriber_session.h"

#include "licensing/events.h"
#include "licensing/judge.h"

#include <stdio.h>
#include <string.h>

enum { MS = 1000 };

pl_uuid session_text_id(pl_uuid brand_id, const char *text)
{
    char message[sizeof("pospal-session") + PL_UUID_TEXT_SIZE + SESSION_TEXT_MAX + 2];
    uint8_t digest[PL_DIGEST_SIZE];
    char brand[PL_UUID_TEXT_SIZE];
    pl_uuid id;

    pl_uuid_format(brand_id, brand);
    (void)snprintf(message, sizeof(message), "pospal-session:%s:%.*s", brand, SESSION_TEXT_MAX, text);
    pl_digest(pl_span_text(message), digest);
    memcpy(id.bytes, digest, sizeof(id.bytes));
    id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0f) | 0x80);
    id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3f) | 0x80);
    return id;
}

/* ---- who is there ---- */

/* One start. */
typedef struct {
    const subscriber_t *subscriber;
    const session_order_t *order;
    session_report_t *report;
    pl_uuid id;
    char hash[MACHINE_HASH_TEXT_SIZE];
    client_session_t *live;
    size_t count;
    int64_t limit;
} attempt_t;

/* On this machine, also under a seat that it has given back since; or of that text, wherever it ran. */
static bool is_own(const attempt_t *attempt, const client_session_t *session)
{
    if (pl_uuid_equal(session->id, attempt->id))
        return true;
    return session->kind == SEAT_MACHINE_ID && session->identifier && strcmp(session->identifier, attempt->hash) == 0;
}

static const client_session_t *find_other(const attempt_t *attempt, int64_t *count)
{
    const client_session_t *first = NULL;

    *count = 0;
    for (size_t i = 0; i < attempt->count; i++) {
        if (is_own(attempt, &attempt->live[i]))
            continue;
        (*count)++;
        first = &attempt->live[i]; /* the last one was heard of last */
    }
    return first;
}

static pl_err look(tx_t *tx, attempt_t *attempt)
{
    const license_t *license = &attempt->subscriber->license;
    const product_policy_t *policy = &attempt->subscriber->product.policy;
    pl_err err = sessions_settle(attempt->order->sessions, tx, license->id);

    *attempt->report = (session_report_t){.result = SESSION_CONFLICT};
    attempt->id = session_text_id(license->brand_id, attempt->order->session);
    machine_hash(attempt->order->machine.fingerprint, attempt->hash);
    attempt->limit = policy->sessions ? policy->sessions : license_seats(license, policy);
    return err ? err : client_sessions_list(tx, license->brand_id, license->id, &attempt->live, &attempt->count);
}

/* ---- making room ---- */

static pl_err end(tx_t *tx, const attempt_t *attempt, const client_session_t *session, pl_uuid ended_by)
{
    const session_t ended = {.brand_id = attempt->subscriber->license.brand_id,
                             .license_id = attempt->subscriber->license.id,
                             .activation_id = session->activation_id,
                             .id = session->id,
                             .ended_by = ended_by};
    pl_uuid *told = attempt->report->ended;

    for (size_t i = 0; i < SESSION_ENDED_MAX && session->kind == SEAT_DEVICE; i++)
        if (pl_uuid_is_nil(told[i])) {
            told[i] = session->id;
            break;
        }
    return sessions_end(tx, &ended);
}

static pl_err end_own(tx_t *tx, const attempt_t *attempt, pl_uuid seat_id)
{
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < attempt->count; i++)
        if (is_own(attempt, &attempt->live[i]) && !pl_uuid_equal(attempt->live[i].activation_id, seat_id))
            err = end(tx, attempt, &attempt->live[i], (pl_uuid){{0}});
    return err;
}

static pl_err kick(tx_t *tx, const attempt_t *attempt, pl_uuid seat_id)
{
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < attempt->count; i++) {
        audit_t entry = {
            .brand_id = attempt->subscriber->license.brand_id, .action = AUDIT_SESSION_TAKEN_OVER, .target = seat_id};
        char from[PL_UUID_TEXT_SIZE];

        if (is_own(attempt, &attempt->live[i]))
            continue;
        pl_uuid_format(attempt->live[i].activation_id, from);
        if (!(entry.metadata = pl_arena_format(tx->arena, "{\"from\":\"%s\"}", from)))
            return PL_ERR_MEMORY;
        if (!(err = end(tx, attempt, &attempt->live[i], seat_id)))
            err = events_append(tx, &entry, attempt->subscriber->license.id);
    }
    return err;
}

/* The text may have named a session of another seat, which is over: two rows can't have one id. */
static pl_err free_id(tx_t *tx, const attempt_t *attempt, pl_uuid seat_id)
{
    session_t holder;
    pl_err err = sessions_find(tx, attempt->subscriber->license.brand_id, attempt->id, &holder);

    if (err || pl_uuid_equal(holder.activation_id, seat_id))
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    return client_sessions_drop(tx, &holder);
}

/* ---- taking the seat ---- */

static pl_err take(tx_t *tx, const attempt_t *attempt, pl_uuid seat_id, bool *taken)
{
    const product_policy_t *policy = &attempt->subscriber->product.policy;
    const session_limit_t limit = {attempt->limit, sessions_given_after(attempt->order->sessions, tx->now_ms)};
    session_t session = {.brand_id = attempt->subscriber->license.brand_id,
                         .license_id = attempt->subscriber->license.id,
                         .activation_id = seat_id,
                         .id = attempt->id,
                         .lease_ms = policy->session_lease_s * MS,
                         .beat_ms = policy->session_beat_s * MS,
                         .lease_until_ms = tx->now_ms + policy->session_lease_s * MS};
    uint8_t key[PL_SESSION_KEY_SIZE]; /* nobody's: such a session is kept by its text */
    pl_err err;

    pl_random(key, sizeof(key));
    err = session_key_seal(attempt->order->machine.keyring, &session, key);
    pl_wipe(key, sizeof(key));
    return err ? err : sessions_take(tx, &session, &limit, taken);
}

static pl_err begin(tx_t *tx, attempt_t *attempt, bool is_takeover)
{
    const subscriber_t *subscriber = attempt->subscriber;
    instance_seat_t seat;
    machine_change change;
    bool taken = false;
    pl_err err = machine_take(tx, subscriber, &attempt->order->machine, &seat, &change);

    if (err || change == MACHINE_WAITS)
        return err;
    if ((err = end_own(tx, attempt, seat.id)) || (is_takeover && (err = kick(tx, attempt, seat.id))) ||
        (err = free_id(tx, attempt, seat.id)) || (err = take(tx, attempt, seat.id, &taken)))
        return err;
    if (taken)
        attempt->report->result = SESSION_STARTED;
    return PL_OK;
}

/* Whether the text names what lives under another license. */
static pl_err check_text(tx_t *tx, const attempt_t *attempt, bool *is_others)
{
    session_t holder;
    pl_err err = sessions_find(tx, attempt->subscriber->license.brand_id, attempt->id, &holder);

    *is_others = !err && !pl_uuid_equal(holder.license_id, attempt->subscriber->license.id) && !holder.ended_at_ms &&
                 holder.lease_until_ms > tx->now_ms;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

static pl_err attempt_start(tx_t *tx, attempt_t *attempt, bool is_takeover)
{
    const client_session_t *other;
    bool is_others;
    int64_t others;
    pl_err err = look(tx, attempt);

    if (err || (err = check_text(tx, attempt, &is_others)))
        return err;
    if (is_others) {
        attempt->report->result = SESSION_OF_ANOTHER;
        return PL_OK;
    }
    other = find_other(attempt, &others);
    if (other)
        attempt->report->conflict = *other;
    if (others >= attempt->limit && (!is_takeover || attempt->subscriber->product.policy.takeover == TAKEOVER_NEVER))
        return PL_OK;
    return begin(tx, attempt, is_takeover);
}

pl_err subscriber_session_start(tx_t *tx, const subscriber_t *subscriber, const session_order_t *order, session_report_t *report)
{
    attempt_t attempt = {.subscriber = subscriber, .order = order, .report = report};

    return attempt_start(tx, &attempt, false);
}

pl_err subscriber_session_takeover(tx_t *tx, const subscriber_t *subscriber, const session_order_t *order,
                                   session_report_t *report)
{
    attempt_t attempt = {.subscriber = subscriber, .order = order, .report = report};

    return attempt_start(tx, &attempt, true);
}

/* ---- beating and ending ---- */

pl_err client_session_beat(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, const char *text)
{
    return client_sessions_beat(tx, brand_id, license_id, session_text_id(brand_id, text));
}

pl_err client_session_end(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, const char *text, session_t *ended)
{
    pl_err err = sessions_find(tx, brand_id, session_text_id(brand_id, text), ended);

    if (err)
        return err;
    if ((!pl_uuid_is_nil(license_id) && !pl_uuid_equal(license_id, ended->license_id)) || ended->ended_at_ms ||
        ended->lease_until_ms <= tx->now_ms)
        return PL_ERR_NOT_FOUND;
    ended->ended_by = (pl_uuid){{0}};
    ended->reason = NULL;
    return sessions_end(tx, ended);
}
