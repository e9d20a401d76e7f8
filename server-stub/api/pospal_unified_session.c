/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /validate-unified, operation=session: start, heartbeat, end, takeover.
 */
#include <string.h>

#include "api/pospal_session.h"
#include "api/pospal_unified.h"

/* Errors of sessions also carry what was tried. */
static pl_err refuse(const unified_t *in, pospal_reply_t *reply, int status, const char *code, const char *message)
{
    pl_err err = pospal_refuse(reply, status, code, message);

    pl_json_put_text(&reply->json, "operation", "session");
    pospal_put_text(&reply->json, "action", in->action);
    return err;
}

static void put_session(pospal_reply_t *reply, const char *session, bool is_allowed, const char *status)
{
    pl_json_open(&reply->json, "session", '{');
    pl_json_put_bool(&reply->json, "allowed", is_allowed);
    pl_json_put_text(&reply->json, "sessionId", session);
    pl_json_put_text(&reply->json, "status", status);
}

/* ---- start and takeover ---- */

static void answer_start(const unified_t *in, const char *session, bool is_takeover, pospal_reply_t *reply)
{
    pl_json_writer *json = pospal_answer(reply, 200);

    pl_json_open(json, "validation", '{');
    pl_json_put_bool(json, "valid", true);
    pl_json_put_text(json, "status", "active");
    pl_json_put_text(json, "validationType", is_takeover ? "session_takeover" : "session_start");
    pl_json_close(json);
    put_session(reply, session, true, "active");
    if (is_takeover)
        pl_json_put_bool(json, "takeover", true);
    unified_put_device(reply, in->device.hostname ? in->device.hostname : "Unknown Device");
    pl_json_close(json);
    unified_put_performance(reply, NULL, 3);
    reply->cache_s = 300;
}

static pl_err start(tx_t *tx, const unified_t *in, const char *session, subscriber_t *subscriber, pospal_reply_t *reply)
{
    const session_order_t order = {reply->call->api->sessions, session, pospal_machine(reply->call, &in->device)};
    bool is_takeover = strcmp(in->action, "takeover") == 0;
    session_report_t report = {.result = SESSION_STARTED};
    pl_err err;

    if (!session || !in->device.fingerprint || !in->device.has_info)
        return refuse(in, reply, 400, "MISSING_SESSION_DATA", "Machine fingerprint, session ID and device info are required");
    err = (is_takeover ? subscriber_session_takeover : subscriber_session_start)(tx, subscriber, &order, &report);
    if (err)
        return err;
    memcpy(reply->ended, report.ended, sizeof reply->ended);
    if (report.result == SESSION_STARTED) {
        answer_start(in, session, is_takeover, reply);
        return PL_OK;
    }
    if (report.result == SESSION_OF_ANOTHER)
        return refuse(in, reply, 409, "SESSION_ID_IN_USE", "That session ID is in use; choose another");
    err = refuse(in, reply, 409, "SESSION_CONFLICT", "Another device is currently using this license");
    pospal_put_conflict(&reply->json, &report.conflict);
    return err;
}

/* ---- heartbeat and end ---- */

static pl_err beat(tx_t *tx, const unified_t *in, const char *session, const subscriber_t *subscriber, pospal_reply_t *reply)
{
    pl_err err;

    if (!session)
        return refuse(in, reply, 400, "MISSING_SESSION_ID", "Session ID is required");
    err = client_session_beat(tx, subscriber->license.brand_id, subscriber->license.id, session);
    if (err == PL_ERR_NOT_FOUND)
        return refuse(in, reply, 404, "SESSION_NOT_FOUND", "Session not found or expired");
    if (err)
        return err;
    (void)pospal_answer(reply, 200);
    put_session(reply, session, true, "active");
    pospal_put_time(&reply->json, "lastHeartbeat", tx->now_ms);
    pl_json_close(&reply->json);
    reply->cache_s = 300;
    return PL_OK;
}

static pl_err end(tx_t *tx, const unified_t *in, const char *session, const subscriber_t *subscriber, pospal_reply_t *reply)
{
    session_t ended;
    pl_err err;

    if (!session)
        return refuse(in, reply, 400, "MISSING_SESSION_ID", "Session ID is required");
    err = client_session_end(tx, subscriber->license.brand_id, subscriber->license.id, session, &ended);
    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    (void)pospal_answer(reply, 200);
    put_session(reply, session, false, "ended");
    pospal_put_time(&reply->json, "endedAt", tx->now_ms);
    pl_json_close(&reply->json);
    reply->cache_s = 300;
    return PL_OK;
}

/* ---- which ---- */

pl_err unified_session(tx_t *tx, const pospal_call_t *call, const unified_t *in, pospal_reply_t *reply)
{
    const char *session = pospal_text(in->credentials, "sessionId", SESSION_TEXT_MAX);
    subscriber_t subscriber;
    pl_err err = unified_find(tx, call, in, &subscriber);

    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    if (err || !subscriber.is_active) {
        bool is_known = !err;

        err = refuse(in, reply, 401, "INVALID_CREDENTIALS_OR_SUBSCRIPTION", "Invalid credentials or inactive subscription");
        reply->is_refusal = !is_known;
        return err;
    }
    if (in->action && (strcmp(in->action, "start") == 0 || strcmp(in->action, "takeover") == 0))
        return start(tx, in, session, &subscriber, reply);
    if (in->action && strcmp(in->action, "heartbeat") == 0)
        return beat(tx, in, session, &subscriber, reply);
    if (in->action && strcmp(in->action, "end") == 0)
        return end(tx, in, session, &subscriber, reply);
    return refuse(in, reply, 400, "INVALID_SESSION_ACTION", "Invalid session action");
}
