/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /api/v1/device/session/{start,takeover,end,list}: who uses the license at this moment. Beats are in device_beat.c.
 */
#include "api/device.h"

#include "licensing/answer.h"
#include "licensing/session.h"

typedef pl_err (*session_verb)(const session_room_t *room, tx_t *tx, const device_call_t *call, session_outcome_t *out);

static pl_err act(const api_t *api, tx_t *tx, const void *in, void **out, session_verb verb)
{
    const device_in_t *device = in;
    const session_room_t room = {api->sessions, device->keyring};
    session_outcome_t *outcome = pl_arena_take(tx->arena, sizeof *outcome);

    if (!outcome)
        return PL_ERR_MEMORY;
    *out = outcome;
    return verb(&room, tx, &device->call, outcome);
}

static pl_err reply_session(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    session_outcome_t *outcome = (session_outcome_t *)(void *)(uintptr_t)out;

    session_settled(api->sessions, &((const device_in_t *)in)->call, outcome);
    return device_reply(api, arena, in, &outcome->outcome, reply);
}

static pl_err parse_start(const api_t *api, const request_t *request, void **in)
{
    return device_parse(api, request, PL_ACT_SESSION_START, in);
}

static pl_err act_start(const api_t *api, tx_t *tx, const void *in, void **out)
{
    return act(api, tx, in, out, licensing_session_start);
}

const endpoint_t device_session_start = {parse_start, act_start, reply_session, NULL};

static pl_err parse_takeover(const api_t *api, const request_t *request, void **in)
{
    return device_parse(api, request, PL_ACT_SESSION_TAKEOVER, in);
}

static pl_err act_takeover(const api_t *api, tx_t *tx, const void *in, void **out)
{
    return act(api, tx, in, out, licensing_session_takeover);
}

const endpoint_t device_session_takeover = {parse_takeover, act_takeover, reply_session, NULL};

static pl_err parse_end(const api_t *api, const request_t *request, void **in)
{
    return device_parse(api, request, PL_ACT_SESSION_END, in);
}

static pl_err act_end(const api_t *api, tx_t *tx, const void *in, void **out)
{
    return act(api, tx, in, out, licensing_session_end);
}

const endpoint_t device_session_end = {parse_end, act_end, reply_session, NULL};

static pl_err parse_list(const api_t *api, const request_t *request, void **in)
{
    return device_parse(api, request, PL_ACT_SESSION_LIST, in);
}

static pl_err list(const session_room_t *room, tx_t *tx, const device_call_t *call, session_outcome_t *out)
{
    (void)room;
    return licensing_session_list(tx, call, out);
}

static pl_err act_list(const api_t *api, tx_t *tx, const void *in, void **out)
{
    return act(api, tx, in, out, list);
}

const endpoint_t device_session_list = {parse_list, act_list, reply_session, NULL};
