/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions in memory, by the rules of server-stub/licensing/session.c under the policy that a product has at first: whoever wants may
 * take a seat over, but for a while after the last takeover.
 */
#include "chaos/fake_sessions.h"

#include <stdio.h>
#include <string.h>

#include "wire/beat.h"

enum { MS = 1000 };

/* Leases go by the machine's clock; what is told goes by the server's, which may be wrong. */
static int64_t clock_s(const fake_validator *v)
{
    return pl_clock_read(&v->clock).wall_ms / MS;
}

static int64_t told(const fake_validator *v, int64_t seconds)
{
    return seconds ? seconds + v->clock_error_s : 0;
}

static bool is_alive(const fake_validator *v, const fake_session *session)
{
    return session->license_id && !session->ended_at && session->lease_until > clock_s(v);
}

static bool is_own(const fake_session *session, const fake_call *call)
{
    return session->license_id == call->license->license_id && strcmp(session->activation, call->seat->activation) == 0;
}

static size_t limit_of(const fake_validator *v, const fake_license *license)
{
    return v->sessions_max ? v->sessions_max : license->seats;
}

size_t fake_session_count(const fake_validator *v)
{
    size_t count = 0;

    for (size_t i = 0; i < FAKE_SESSIONS_MAX; i++)
        count += is_alive(v, &v->sessions[i]);
    return count;
}

/* ---- who holds the seats ---- */

typedef struct {
    fake_session *items[FAKE_SESSIONS_MAX]; /* the longest silent first */
    size_t count;
} live_list;

static void list_live(fake_validator *v, const fake_license *license, live_list *live)
{
    live->count = 0;
    for (size_t i = 0; i < FAKE_SESSIONS_MAX; i++) {
        fake_session *session = &v->sessions[i];
        size_t place = live->count;

        if (session->license_id != license->license_id || !is_alive(v, session))
            continue;
        for (; place > 0 && live->items[place - 1]->seen > session->seen; place--)
            live->items[place] = live->items[place - 1];
        live->items[place] = session;
        live->count++;
    }
}

static void describe_holders(fake_validator *v, const fake_license *license, fake_draft *draft)
{
    live_list live;

    list_live(v, license, &live);
    for (size_t i = 0; i < live.count; i++) {
        const fake_session *session = live.items[i];

        pl_uuid_format(session->id, draft->session_ids[i]);
        draft->holders[i] = (pl_session_holder){.session_id = draft->session_ids[i],
                                                .activation_id = session->activation,
                                                .device_name = session->device_name[0] ? session->device_name : NULL,
                                                .since = told(v, session->started_at),
                                                .seen = told(v, session->seen)};
    }
    draft->session.holders = draft->holders;
    draft->session.holder_count = live.count;
}

/* ---- taking a seat ---- */

/* The device's own, else one that was never used, else the one that ended first. */
static fake_session *choose_place(fake_validator *v, const fake_call *call)
{
    fake_session *place = NULL;

    for (size_t i = 0; i < FAKE_SESSIONS_MAX; i++)
        if (is_own(&v->sessions[i], call))
            return &v->sessions[i];
    for (size_t i = 0; i < FAKE_SESSIONS_MAX; i++) {
        fake_session *session = &v->sessions[i];

        if (!is_alive(v, session) && (!place || session->seen < place->seen))
            place = session;
    }
    fake_must(place != NULL, "there are fewer seats than places for sessions");
    return place;
}

static pl_uuid new_id(fake_validator *v)
{
    uint8_t random[10];

    pl_random(random, sizeof random);
    return pl_uuid_v7(clock_s(v) * MS, random);
}

static void begin(fake_validator *v, const fake_call *call, int64_t protected_until, fake_draft *draft)
{
    fake_session *session = choose_place(v, call);
    int64_t now = clock_s(v);

    *session = (fake_session){.license_id = call->license->license_id,
                              .id = new_id(v),
                              .started_at = now,
                              .seen = now,
                              .lease_until = now + v->lease_s,
                              .protected_until = protected_until};
    (void)snprintf(session->activation, sizeof session->activation, "%s", call->seat->activation);
    (void)snprintf(session->device_name, sizeof session->device_name, "%s", call->seat->device_name);
    pl_random(session->key, sizeof session->key);
    fake_must(!pl_device_seal(call->seat->device_key, pl_span_of(session->key, sizeof session->key), draft->session.sealed_key),
              "the session's key is sealed");
    pl_uuid_format(session->id, draft->session_ids[0]);
    draft->session.state = PL_SESSION_HELD;
    draft->session.session_id = draft->session_ids[0];
    draft->session.lease_s = v->lease_s;
    draft->session.beat_ms = v->beat_s * MS;
}

static size_t count_others(const live_list *live, const fake_call *call)
{
    size_t count = 0;

    for (size_t i = 0; i < live->count; i++)
        count += !is_own(live->items[i], call);
    return count;
}

static void tell_taken(fake_validator *v, const fake_call *call, fake_draft *draft)
{
    draft->session.state = PL_SESSION_TAKEN;
    describe_holders(v, call->license, draft);
}

/* Nobody holds them: a device that there is not. */
static void tell_another(const fake_validator *v, fake_draft *draft)
{
    draft->session.state = PL_SESSION_TAKEN;
    draft->holders[0] = (pl_session_holder){.session_id = FAKE_OTHER_SESSION,
                                            .activation_id = FAKE_OTHER_ACTIVATION,
                                            .device_name = FAKE_OTHER_DEVICE,
                                            .since = fake_validator_now(v),
                                            .seen = fake_validator_now(v)};
    draft->session.holders = draft->holders;
    draft->session.holder_count = 1;
}

static void start(fake_validator *v, const fake_call *call, fake_draft *draft)
{
    live_list live;

    list_live(v, call->license, &live);
    if (v->evicts)
        tell_another(v, draft);
    else if (count_others(&live, call) < limit_of(v, call->license))
        begin(v, call, 0, draft);
    else
        tell_taken(v, call, draft);
}

/* ---- taking it from another ---- */

static fake_session *choose_loser(const live_list *live, const fake_call *call)
{
    pl_uuid wanted = {{0}};

    if (call->request->session_id && pl_uuid_parse(pl_span_text(call->request->session_id), &wanted))
        return NULL;
    for (size_t i = 0; i < live->count; i++)
        if (!is_own(live->items[i], call) && (pl_uuid_is_nil(wanted) || pl_uuid_equal(wanted, live->items[i]->id)))
            return live->items[i];
    return NULL;
}

static void evict(const fake_validator *v, fake_session *session, const char *by, const char *reason)
{
    session->ended_at = clock_s(v);
    session->is_evicted = true;
    (void)snprintf(session->by, sizeof session->by, "%s", by);
    (void)snprintf(session->reason, sizeof session->reason, "%s", reason);
}

static void take_over(fake_validator *v, const fake_call *call, fake_draft *draft)
{
    int64_t now = clock_s(v);
    fake_session *loser;
    live_list live;

    list_live(v, call->license, &live);
    if (count_others(&live, call) < limit_of(v, call->license)) {
        begin(v, call, 0, draft);
        return;
    }
    loser = choose_loser(&live, call);
    if (!loser || loser->protected_until > now || count_others(&live, call) > limit_of(v, call->license)) {
        draft->session.retry_at = loser && loser->protected_until > now ? told(v, loser->protected_until) : 0;
        tell_taken(v, call, draft);
        return;
    }
    evict(v, loser, call->seat->device_name, call->request->reason);
    begin(v, call, now + v->cooldown_s, draft);
}

/* ---- the verbs ---- */

/* The one that is named, where it is the device's current one. */
static void end_own(fake_validator *v, const fake_call *call)
{
    pl_uuid id;

    for (size_t i = 0; !pl_uuid_parse(pl_span_text(call->request->session_id), &id) && i < FAKE_SESSIONS_MAX; i++)
        if (is_alive(v, &v->sessions[i]) && is_own(&v->sessions[i], call) && pl_uuid_equal(v->sessions[i].id, id))
            v->sessions[i].ended_at = clock_s(v);
}

void fake_session_end_of(fake_validator *v, const fake_seat *seat)
{
    for (size_t i = 0; i < FAKE_SESSIONS_MAX; i++)
        if (is_alive(v, &v->sessions[i]) && strcmp(v->sessions[i].activation, seat->activation) == 0)
            v->sessions[i].ended_at = clock_s(v);
}

pl_err fake_session_answer(fake_validator *v, const fake_call *call, fake_draft *draft)
{
    if (call->act != PL_ACT_SESSION_LIST && !call->seat)
        return PL_OK;
    if (call->act != PL_ACT_SESSION_LIST && !fake_is_proven(call))
        return pl_fail(PL_ERR_UNAUTHORIZED, "the proof is not signed by the key of this activation's device");
    draft->session.limit = (int64_t)limit_of(v, call->license);
    draft->claims.session = &draft->session;
    if (call->act == PL_ACT_SESSION_START) {
        start(v, call, draft);
    } else if (call->act == PL_ACT_SESSION_TAKEOVER) {
        take_over(v, call, draft);
    } else if (call->act == PL_ACT_SESSION_END) {
        end_own(v, call);
        draft->session.state = PL_SESSION_ENDED;
    } else {
        draft->session.state = PL_SESSION_LISTED;
        describe_holders(v, call->license, draft);
    }
    return PL_OK;
}

/* ---- beats ---- */

static fake_session *find_session(fake_validator *v, const pl_beat *beat)
{
    pl_uuid brand;

    fake_must(!pl_uuid_parse(pl_span_text(FAKE_BRAND_ID), &brand), "the brand has an id");
    for (size_t i = 0; pl_uuid_equal(brand, beat->brand_id) && i < FAKE_SESSIONS_MAX; i++)
        if (v->sessions[i].license_id && pl_uuid_equal(v->sessions[i].id, beat->session_id))
            return &v->sessions[i];
    return NULL;
}

static pl_beat_reply judge(fake_validator *v, fake_session *session, const pl_beat *beat)
{
    pl_beat_reply reply = {.state = PL_SESSION_HELD, .lease_s = v->lease_s, .beat_ms = v->beat_s * MS};

    if (v->evicts && is_alive(v, session))
        evict(v, session, FAKE_OTHER_DEVICE, "chaos");
    if (session->is_evicted)
        return (pl_beat_reply){.state = PL_SESSION_EVICTED,
                               .at = told(v, session->ended_at),
                               .by = session->by[0] ? session->by : NULL,
                               .reason = session->reason[0] ? session->reason : NULL};
    if (session->ended_at)
        return (pl_beat_reply){.state = PL_SESSION_ENDED};
    if (!is_alive(v, session) || beat->number <= session->number)
        return (pl_beat_reply){.state = PL_SESSION_LAPSED};
    session->number = beat->number;
    session->seen = clock_s(v);
    session->lease_until = session->seen + v->lease_s;
    return reply;
}

pl_err fake_session_beat(fake_validator *v, pl_arena *arena, pl_span request, pl_buf *reply)
{
    uint8_t key[PL_SESSION_KEY_SIZE];
    fake_session *session;
    pl_beat_reply said;
    pl_beat beat;
    pl_err err = pl_beat_read(arena, request, &beat);

    if (err)
        return err;
    if (!(session = find_session(v, &beat)))
        return pl_fail(PL_ERR_NOT_FOUND, "no session has that id");
    if (!pl_beat_check(&beat, session->key))
        return pl_fail(PL_ERR_UNAUTHORIZED, "the heartbeat is not authenticated by the session's key");
    said = judge(v, session, &beat);
    memcpy(key, session->key, sizeof key);
    if (v->line == LINE_STRANGER || v->line == LINE_FORGED)
        pl_random(key, sizeof key);
    beat.number += v->line == LINE_OTHER_NONCE || v->line == LINE_OTHER_REQUEST;
    pl_beat_reply_write(&said, &beat, key, reply);
    return reply->err;
}
