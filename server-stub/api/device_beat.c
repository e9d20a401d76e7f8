/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /api/v1/device/session/beat: the load that grows with the number of tills. Judged in memory; the database is asked only for a
 * session that is not there.
 */
#include "api/device.h"

#include "licensing/sessions.h"
#include "wire/beat.h"

typedef struct {
    const keyring_t *keyring;
    pl_beat beat;
    beat_outcome_t outcome;
} beat_in_t;

static pl_err parse_beat(const api_t *api, const request_t *request, void **in)
{
    beat_in_t *beat = pl_arena_take(request->arena, sizeof *beat);

    if (!beat || !(beat->keyring = keys_pin(api->keys, request->arena)))
        return PL_ERR_MEMORY;
    *in = beat;
    return pl_beat_read(request->arena, request->body, &beat->beat);
}

static bool recall_beat(const api_t *api, int64_t now_ms, void *in)
{
    beat_in_t *beat = in;

    return sessions_beat(api->sessions, &beat->beat, now_ms, &beat->outcome);
}

static pl_err act_beat(const api_t *api, tx_t *tx, const void *in, void **out)
{
    beat_in_t *beat = (beat_in_t *)(void *)(uintptr_t)in;
    pl_err err = sessions_recall(api->sessions, beat->keyring, tx, &beat->beat, beat->outcome.ends);

    (void)out;
    if (err || sessions_beat(api->sessions, &beat->beat, tx->now_ms, &beat->outcome))
        return err;
    return pl_fail(PL_ERR_OVERLOADED, "the session could not be kept in memory");
}

static pl_err reply_beat(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    beat_in_t *beat = (beat_in_t *)(void *)(uintptr_t)in;

    (void)api;
    (void)arena;
    (void)out;
    if (beat->outcome.err)
        return beat->outcome.err;
    pl_beat_reply_write(&beat->outcome.reply, &beat->beat, beat->outcome.key, reply->body);
    pl_wipe(beat->outcome.key, sizeof beat->outcome.key);
    return reply->body->err;
}

const endpoint_t device_session_beat = {parse_beat, act_beat, reply_beat, recall_beat};
