/* SPDX-License-Identifier: Apache-2.0
 *
 * Starting, taking over, ending and listing sessions.
 */
#include "licensing/session.h"

#include "licensing/events.h"
#include "licensing/judge.h"
#include "store/meta.h"

#include <string.h>

enum { MS = 1000, IDLE_BEATS = 2 /* who missed so many counts as idle */ };

static int64_t limit_of(const outcome_t *outcome)
{
    const product_policy_t *policy = &outcome->product.policy;

    return policy->sessions ? policy->sessions : license_seats(&outcome->license, policy);
}

/* ---- the device ---- */

/* The license as a validation sees it. outcome.has_activation: it is good, and this is one of its devices, proven. */
static pl_err judge_device(tx_t *tx, const device_call_t *call, session_outcome_t *out)
{
    pl_err err;

    memset(out, 0, sizeof(*out));
    if ((err = licensing_validate(tx, call, &out->outcome)) || !out->outcome.has_activation)
        return err;
    out->outcome.session = &out->claims;
    out->claims.limit = limit_of(&out->outcome);
    return pl_act_proof(call->act) ? judge_proof(call, &out->outcome.activation) : PL_OK;
}

/* ---- who holds the seats ---- */

typedef struct {
    session_t *items;
    size_t count;
} session_list;

static const char *format_id(pl_arena *arena, pl_uuid id)
{
    char *text = pl_arena_take(arena, PL_UUID_TEXT_SIZE);

    if (text)
        pl_uuid_format(id, text);
    return text;
}

static int64_t seen_ms(const session_t *session)
{
    return session->lease_until_ms - session->lease_ms;
}

static pl_err describe_holders(tx_t *tx, const session_list *live, pl_session_claims *claims)
{
    pl_session_holder *holders = live->count ? pl_arena_take(tx->arena, live->count * sizeof(*holders)) : NULL;

    if (live->count && !holders)
        return PL_ERR_MEMORY;
    for (size_t i = 0; i < live->count; i++) {
        const session_t *session = &live->items[i];

        holders[i].session_id = format_id(tx->arena, session->id);
        holders[i].activation_id = format_id(tx->arena, session->activation_id);
        holders[i].device_name = session->device_name;
        holders[i].since = session->started_at_ms / MS;
        holders[i].seen = seen_ms(session) / MS;
        if (!holders[i].session_id || !holders[i].activation_id)
            return PL_ERR_MEMORY;
    }
    claims->holders = holders;
    claims->holder_count = live->count;
    return PL_OK;
}

static pl_err list_live(tx_t *tx, const outcome_t *outcome, session_list *live)
{
    return sessions_list_live(tx, outcome->license.brand_id, outcome->license.id, &live->items, &live->count);
}

/* ---- taking a seat ---- */

static pl_err seal_keys(const session_room_t *room, session_outcome_t *out)
{
    pl_err err;

    pl_random(out->key, sizeof(out->key));
    if ((err = session_key_seal(room->keyring, &out->started, out->key)))
        return err;
    return pl_device_seal(out->outcome.activation.device_key, pl_span_of(out->key, sizeof(out->key)), out->claims.sealed_key);
}

static void describe_held(session_outcome_t *out)
{
    pl_uuid_format(out->started.id, out->id_text);
    out->claims.state = PL_SESSION_HELD;
    out->claims.session_id = out->id_text;
    out->claims.lease_s = out->started.lease_ms / MS;
    out->claims.beat_ms = session_beat_ms(out->started.beat_ms);
}

/* Sets state HELD where a seat was free. */
static pl_err take_seat(const session_room_t *room, tx_t *tx, int64_t protected_until_ms, session_outcome_t *out)
{
    const activation_t *activation = &out->outcome.activation;
    const product_policy_t *policy = &out->outcome.product.policy;
    session_limit_t limit;
    session_t own;
    pl_err err = sessions_find_own(tx, activation->brand_id, activation->license_id, activation->id, &own);

    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    if (!err)
        out->ended[0] = own.id;
    out->started = (session_t){.brand_id = activation->brand_id,
                               .license_id = activation->license_id,
                               .activation_id = activation->id,
                               .id = store_new_id(tx),
                               .lease_ms = policy->session_lease_s * MS,
                               .beat_ms = policy->session_beat_s * MS,
                               .started_at_ms = tx->now_ms,
                               .lease_until_ms = tx->now_ms + policy->session_lease_s * MS,
                               .protected_until_ms = protected_until_ms};
    limit = (session_limit_t){out->claims.limit, sessions_given_after(room->sessions, tx->now_ms)};
    if ((err = seal_keys(room, out)) || (err = sessions_take(tx, &out->started, &limit, &out->has_started)))
        return err;
    if (out->has_started)
        describe_held(out);
    return PL_OK;
}

static pl_err tell_taken(tx_t *tx, session_outcome_t *out)
{
    session_list live;
    pl_err err = list_live(tx, &out->outcome, &live);

    out->claims.state = PL_SESSION_TAKEN;
    return err ? err : describe_holders(tx, &live, &out->claims);
}

pl_err licensing_session_start(const session_room_t *room, tx_t *tx, const device_call_t *call, session_outcome_t *out)
{
    pl_err err;

    if ((err = judge_device(tx, call, out)) || !out->outcome.has_activation)
        return err;
    if ((err = sessions_settle(room->sessions, tx, out->outcome.license.id)) || (err = take_seat(room, tx, 0, out)))
        return err;
    return out->has_started ? PL_OK : tell_taken(tx, out);
}

/* ---- taking it from another ---- */

static bool is_own(const session_t *session, const session_outcome_t *out)
{
    return pl_uuid_equal(session->activation_id, out->outcome.activation.id);
}

/* The one that is named, else the longest silent of the others. */
static const session_t *choose_loser(const session_list *live, const device_call_t *call, const session_outcome_t *out)
{
    for (size_t i = 0; i < live->count; i++)
        if (!is_own(&live->items[i], out) &&
            (pl_uuid_is_nil(call->session_id) || pl_uuid_equal(call->session_id, live->items[i].id)))
            return &live->items[i];
    return NULL;
}

/* Whether the policy allows it now; if not, *retry_at says when, 0: never. */
static bool may_take_over(const product_policy_t *policy, const session_t *loser, int64_t now_ms, int64_t *retry_at)
{
    int64_t allowed_ms = loser->protected_until_ms;
    int64_t idle_ms = seen_ms(loser) + IDLE_BEATS * loser->beat_ms;

    *retry_at = 0;
    if (policy->takeover == TAKEOVER_NEVER)
        return false;
    if (policy->takeover == TAKEOVER_IDLE && idle_ms > allowed_ms)
        allowed_ms = idle_ms;
    if (allowed_ms > now_ms)
        *retry_at = (allowed_ms + MS - 1) / MS;
    return allowed_ms <= now_ms;
}

static pl_err evict(tx_t *tx, const device_call_t *call, const session_t *loser, session_outcome_t *out)
{
    session_t ended = *loser;
    audit_t entry = {.brand_id = loser->brand_id, .action = AUDIT_SESSION_TAKEN_OVER, .target = out->outcome.activation.id};
    const char *from = format_id(tx->arena, loser->activation_id);
    pl_err err;

    ended.ended_by = out->outcome.activation.id;
    ended.reason = call->request.reason;
    if (!from || !(entry.metadata = pl_arena_format(tx->arena, "{\"from\":\"%s\"}", from)))
        return PL_ERR_MEMORY;
    if ((err = sessions_end(tx, &ended)))
        return err;
    out->ended[1] = loser->id;
    return events_append(tx, &entry, loser->license_id);
}

static pl_err take_over(const session_room_t *room, tx_t *tx, const device_call_t *call, session_outcome_t *out)
{
    const product_policy_t *policy = &out->outcome.product.policy;
    const session_t *loser;
    session_list live;
    int64_t others = 0;
    pl_err err = list_live(tx, &out->outcome, &live);

    if (err)
        return err;
    for (size_t i = 0; i < live.count; i++)
        others += is_own(&live.items[i], out) ? 0 : 1;
    loser = choose_loser(&live, call, out);
    /* one seat more would not do where the limit was lowered: then nobody loses his for nothing */
    if (!loser || others > out->claims.limit || !may_take_over(policy, loser, tx->now_ms, &out->claims.retry_at)) {
        out->claims.state = PL_SESSION_TAKEN;
        return describe_holders(tx, &live, &out->claims);
    }
    if ((err = evict(tx, call, loser, out)) || (err = take_seat(room, tx, tx->now_ms + policy->session_cooldown_s * MS, out)) ||
        out->has_started)
        return err;
    /* more live than are listed, and more than the limit: undo it, nobody loses his seat for nothing */
    return pl_fail(PL_ERR_STATE, "more sessions live than the policy allows now; wait until some have ended");
}

pl_err licensing_session_takeover(const session_room_t *room, tx_t *tx, const device_call_t *call, session_outcome_t *out)
{
    pl_err err;

    if ((err = judge_device(tx, call, out)) || !out->outcome.has_activation)
        return err;
    if ((err = sessions_settle(room->sessions, tx, out->outcome.license.id)) || (err = take_seat(room, tx, 0, out)))
        return err;
    return out->has_started ? PL_OK : take_over(room, tx, call, out);
}

/* ---- ending and listing ---- */

pl_err licensing_session_end(const session_room_t *room, tx_t *tx, const device_call_t *call, session_outcome_t *out)
{
    const activation_t *activation = &out->outcome.activation;
    session_t own;
    pl_err err;

    (void)room;
    if ((err = judge_device(tx, call, out)) || !out->outcome.has_activation)
        return err;
    out->claims.state = PL_SESSION_ENDED;
    err = sessions_find_own(tx, activation->brand_id, activation->license_id, activation->id, &own);
    /* one that was replaced since is none to be ended: an old word must not end a later session */
    if (err || own.ended_at_ms || !pl_uuid_equal(own.id, call->session_id))
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    out->ended[0] = own.id;
    return sessions_end(tx, &own);
}

pl_err licensing_session_list(tx_t *tx, const device_call_t *call, session_outcome_t *out)
{
    session_list live;
    pl_err err;

    if ((err = judge_device(tx, call, out)) || !out->outcome.has_license)
        return err;
    if ((err = list_live(tx, &out->outcome, &live)))
        return err;
    out->outcome.session = &out->claims;
    out->claims.state = PL_SESSION_LISTED;
    out->claims.limit = limit_of(&out->outcome);
    return describe_holders(tx, &live, &out->claims);
}

/* ---- after the commit ---- */

void session_settled(sessions_t *sessions, const device_call_t *call, session_outcome_t *out)
{
    for (size_t i = 0; i < sizeof(out->ended) / sizeof(out->ended[0]); i++)
        if (!pl_uuid_is_nil(out->ended[i]) && (i > 0 || out->has_started || call->act == PL_ACT_SESSION_END))
            sessions_ended(sessions, call->brand_id, out->ended[i]);
    if (out->has_started)
        sessions_started(sessions, &out->started, out->key);
    pl_wipe(out->key, sizeof(out->key));
}

pl_err licensing_session_amnesty(const sessions_t *sessions, tx_t *tx)
{
    meta_t meta;
    pl_err err = meta_read(tx, &meta);

    if (err || (sessions_are_shared(sessions) && tx->now_ms - meta.last_time_ms < SESSIONS_ALONE_AFTER_MS))
        return err; /* somebody went on serving, and gave away the seats of those who fell silent */
    return sessions_give_amnesty(tx, meta.last_time_ms);
}
