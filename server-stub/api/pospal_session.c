/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /session/start, /heartbeat, /end and /takeover. Most of what they refuse they refuse with status 200. Beats and ends come without
 * credentials: who knows a session's text may keep or end that session, and learns nothing.
 */
#include "api/pospal_session.h"

#include <string.h>

#include "api/pospal_mail.h"
#include "api/pospal_routes.h"

void pospal_put_conflict(pl_json_writer *json, const client_session_t *other)
{
    pl_json_put_bool(json, "conflict", true);
    pl_json_open(json, "conflictInfo", '{');
    if (other->device) {
        pl_json_put_raw(json, "deviceInfo", pl_span_text(other->device));
    } else if (other->device_name) {
        pl_json_open(json, "deviceInfo", '{');
        pl_json_put_text(json, "hostname", other->device_name);
        pl_json_close(json);
    } else {
        pospal_put_null(json, "deviceInfo");
    }
    pospal_put_time(json, "lastSeen", other->lease_until_ms ? other->lease_until_ms - other->lease_ms : 0);
    pl_json_close(json);
}

/* 200, as those programs know it; counted like any refusal where it tells whether a token is good. */
static pl_err refuse(pospal_reply_t *reply, bool is_refusal, const char *message)
{
    pl_err err = pospal_refuse(reply, 200, NULL, message);

    reply->is_refusal = is_refusal;
    return err;
}

/* ---- start and takeover ---- */

static pl_err answer_report(const session_report_t *report, const char *session, pospal_reply_t *reply)
{
    memcpy(reply->ended, report->ended, sizeof reply->ended);
    if (report->result == SESSION_OF_ANOTHER)
        return refuse(reply, true, "That session ID is in use; choose another");
    if (report->result == SESSION_CONFLICT) {
        (void)refuse(reply, false, "Another device is currently using this license");
        reply->refusal = "SESSION_CONFLICT";
        pospal_put_conflict(&reply->json, &report->conflict);
        return PL_OK;
    }
    pl_json_put_bool(pospal_answer(reply, 200), "success", true);
    pl_json_put_text(&reply->json, "sessionId", session);
    return PL_OK;
}

static pl_err begin(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply, bool is_takeover)
{
    const char *email = pospal_text(call->body, "email", CUSTOMER_EMAIL_MAX);
    const char *token = pospal_text(call->body, "token", 2 * PL_LICENSE_KEY_MAX);
    const char *session = pospal_text(call->body, "sessionId", SESSION_TEXT_MAX);
    pospal_device_t device;
    session_report_t report;
    subscriber_t subscriber;
    pl_err err = pospal_device_read(tx->arena, call->body, &device);

    if (err)
        return err;
    if (!email || !token || !session || !device.fingerprint)
        return pospal_refuse(reply, 400, NULL, "Missing required fields");
    err = pospal_find_subscriber(tx, call, email, token, &subscriber);
    if (err == PL_ERR_NOT_FOUND || (!err && !subscriber.is_active))
        return refuse(reply, err != PL_OK, "Invalid license or subscription not active");
    if (err)
        return err;
    const session_order_t order = {call->api->sessions, session, pospal_machine(call, &device)};

    err = (is_takeover ? subscriber_session_takeover : subscriber_session_start)(tx, &subscriber, &order, &report);
    return err ? err : answer_report(&report, session, reply);
}

static pl_err work_start(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    return begin(tx, call, reply, false);
}

static pl_err work_takeover(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    return begin(tx, call, reply, true);
}

/* ---- heartbeat and end ---- */

static pl_err work_beat(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    static const pl_uuid any = {{0}};
    const char *session = pospal_text(call->body, "sessionId", SESSION_TEXT_MAX);
    pl_err err;

    if (!session)
        return pospal_refuse(reply, 400, NULL, "Missing session ID");
    err = client_session_beat(tx, call->facade->brand_id, any, session);
    if (err == PL_ERR_NOT_FOUND)
        return refuse(reply, true, "Session not found or expired");
    if (err)
        return err;
    pl_json_put_bool(pospal_answer(reply, 200), "success", true);
    pospal_put_time(&reply->json, "timestamp", tx->now_ms);
    return PL_OK;
}

static pl_err work_end(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    static const pl_uuid any = {{0}};
    const char *session = pospal_text(call->body, "sessionId", SESSION_TEXT_MAX);
    bool is_mailed = false;
    session_t ended;
    pl_err err;

    if (!session)
        return pospal_refuse(reply, 400, NULL, "Missing session ID");
    err = client_session_end(tx, call->facade->brand_id, any, session, &ended);
    if (!err && pl_json_is_true(pl_json_get(call->body, "sendEmail")))
        err = pospal_mail_disconnected(tx, call, ended.license_id, &is_mailed);
    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    pl_json_put_bool(pospal_answer(reply, 200), "success", true);
    pl_json_put_bool(&reply->json, "emailSent", is_mailed);
    return PL_OK;
}

static pl_err parse_start(const api_t *api, const request_t *request, void **in)
{
    return pospal_parse(api, request, work_start, in);
}

static pl_err parse_takeover(const api_t *api, const request_t *request, void **in)
{
    return pospal_parse(api, request, work_takeover, in);
}

static pl_err parse_beat(const api_t *api, const request_t *request, void **in)
{
    return pospal_parse(api, request, work_beat, in);
}

static pl_err parse_end(const api_t *api, const request_t *request, void **in)
{
    return pospal_parse(api, request, work_end, in);
}

const endpoint_t pospal_session_start = {parse_start, pospal_act, pospal_reply, NULL};
const endpoint_t pospal_session_takeover = {parse_takeover, pospal_act, pospal_reply, NULL};
const endpoint_t pospal_session_heartbeat = {parse_beat, pospal_act, pospal_reply, NULL};
const endpoint_t pospal_session_end = {parse_end, pospal_act, pospal_reply, NULL};
