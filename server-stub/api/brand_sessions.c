/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /api/v1/brand/licenses/{id}/sessions, POST /sessions/{session_id}/end: which devices use a license at this moment.
 */
#include "api/license_json.h"
#include "api/listing.h"
#include "api/vendor.h"

static void put(pl_json_writer *json, const session_t *session, int64_t now_ms)
{
    bool is_live = !session->ended_at_ms && session->lease_until_ms > now_ms;

    pl_json_open(json, NULL, '{');
    brand_put_id(json, "id", session->id);
    brand_put_id(json, "license_id", session->license_id);
    brand_put_id(json, "activation_id", session->activation_id);
    brand_put_text(json, "device_name", session->device_name);
    pl_json_put_text(json, "status", is_live ? "active" : "ended");
    brand_put_time(json, "started_at", session->started_at_ms);
    brand_put_time(json, "last_seen_at", session->lease_until_ms - session->lease_ms);
    brand_put_time(json, "lease_until", session->lease_until_ms);
    brand_put_time(json, "ended_at", session->ended_at_ms);
    pl_json_close(json);
}

/* ---- many ---- */

static const char *const columns[] = {"id",         "license_id",   "activation_id", "device_name", "status",
                                      "started_at", "last_seen_at", "lease_until",   "ended_at",    NULL};

typedef struct {
    const session_t *sessions;
    int64_t now_ms;
} shown_t;

static pl_err put_item(void *context, pl_json_writer *json, size_t index)
{
    const shown_t *shown = context;

    put(json, &shown->sessions[index], shown->now_ms);
    return PL_OK;
}

static pl_err work_list(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    shown_t shown = {NULL, tx->now_ms};
    license_view_t view;
    session_t *sessions;
    size_t count;
    pl_err err;

    if ((err = admin_license_find(tx, call->brand_id, call->id, &view)) ||
        (err = sessions_list_shown(tx, call->brand_id, call->id, &sessions, &count)))
        return err;
    shown.sessions = sessions;
    return listing_write(tx, call, reply, &(listing_t){columns, count, true, put_item, &shown});
}

static pl_err parse_list(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    pl_err err = brand_open(api, request, 0, &call);

    return err ? err : brand_parsed_plain(call, work_list, in);
}

const endpoint_t brand_sessions_list = {parse_list, brand_act, brand_reply, NULL};

/* ---- end ---- */

static pl_err work_end(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    session_t *session = pl_arena_take(tx->arena, sizeof *session);
    license_view_t view;
    pl_err err;

    if (!session)
        return PL_ERR_MEMORY;
    if ((err = admin_license_find(tx, call->brand_id, call->id, &view)) ||
        (err = admin_session_end(tx, &view.license, call->part, session)))
        return err;
    reply->ended = session;
    put(&reply->json, session, tx->now_ms);
    return PL_OK;
}

static pl_err parse_end(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    form_t form;
    pl_err err = brand_open(api, request, 0, &call);

    if (err)
        return err;
    form_open(&form, request);
    return brand_parsed(call, &form, work_end, in);
}

const endpoint_t brand_session_end = {parse_end, brand_act, brand_reply, NULL};
