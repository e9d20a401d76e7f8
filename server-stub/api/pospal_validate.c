/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /validate and /instant-validate: whatever was decided is told with status 200.
 */
#include <string.h>

#include "api/pospal_customer.h"
#include "api/pospal_routes.h"
#include "licensing/instant_activation.h"

enum { KEEP_GOOD_S = 3600, KEEP_ACTIVE_S = 900, KEEP_INACTIVE_S = 300, KEEP_REFUSED_S = 60 };

/* The end of each answer: how long it may be kept. */
static pl_err keep(pospal_reply_t *reply, int64_t duration_s)
{
    pospal_put_time(&reply->json, "validatedAt", reply->now_ms);
    pospal_put_time(&reply->json, "cacheUntil", reply->now_ms + duration_s * 1000);
    reply->cache_s = duration_s;
    return PL_OK;
}

static pl_err refuse(pospal_reply_t *reply, const char *code, const char *message)
{
    pl_json_writer *json = pospal_answer(reply, 200);

    reply->refusal = code;
    reply->is_refusal = true;
    pl_json_put_bool(json, "valid", false);
    pl_json_put_text(json, "error", message);
    pl_json_put_text(json, "errorCode", code);
    return keep(reply, KEEP_REFUSED_S);
}

/* ---- validate ---- */

static pl_err answer(const subscriber_t *subscriber, bool is_told, machine_change change, pospal_reply_t *reply)
{
    const char *recommendation = pospal_recommendation(subscriber, reply->now_ms);
    pl_json_writer *json = pospal_answer(reply, 200);

    pl_json_put_bool(json, "valid", true);
    pl_json_put_bool(json, "active", subscriber->is_active);
    pospal_put_text(json, "customerName", subscriber->customer.name);
    pl_json_put_int(json, "customerId", subscriber->number);
    pospal_put_subscription_info(json, subscriber, reply->now_ms);
    pl_json_put_text(json, "subscriptionStatus", subscriber->status);
    pospal_put_machine_changed(json, is_told, change);
    if (!subscriber->is_active)
        pl_json_put_text(json, "subscriptionWarning", "Subscription is not active. Some features may be restricted.");
    pl_json_open(json, "performance", '{');
    pl_json_put_int(json, "responseTime", pospal_spent_ms(reply->call));
    pl_json_put_bool(json, "cached", false);
    pl_json_put_text(json, "validationRecommendation", recommendation);
    pl_json_close(json);
    if (!subscriber->is_active) {
        reply->refusal = "SUBSCRIPTION_INACTIVE";
        return keep(reply, KEEP_INACTIVE_S);
    }
    return keep(reply, strcmp(recommendation, "cached") == 0 ? KEEP_GOOD_S : KEEP_ACTIVE_S);
}

static pl_err judge(tx_t *tx, const pospal_call_t *call, const pospal_device_t *device, subscriber_t *subscriber,
                    pospal_reply_t *reply)
{
    bool takes = subscriber->is_active && device->fingerprint && !device->skips_update;
    machine_t machine = pospal_machine(call, device);
    machine_change change = MACHINE_SAME;
    instance_seat_t seat;
    pl_err err;

    if ((takes && (err = machine_take(tx, subscriber, &machine, &seat, &change))) ||
        (err = subscriber_see(tx, subscriber, subscriber->is_active)))
        return err;
    return answer(subscriber, takes, change, reply);
}

static pl_err work_validate(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    const char *email = pospal_text(call->body, "email", POSPAL_TEXT_MAX);
    const char *token = pospal_text(call->body, "token", POSPAL_TEXT_MAX);
    pospal_device_t device;
    subscriber_t subscriber;
    pl_err err = pospal_device_read(tx->arena, call->body, &device);

    if (err)
        return err;
    if (!email || !token)
        return pospal_refuse(reply, 400, "MISSING_REQUIRED_FIELDS", "Email and token are required");
    if (!pospal_email(call->body, "email"))
        return pospal_refuse(reply, 400, "INVALID_EMAIL_FORMAT", "Invalid email format");
    err = pospal_find_subscriber(tx, call, email, token, &subscriber);
    if (err == PL_ERR_NOT_FOUND)
        return refuse(reply, "INVALID_CREDENTIALS", "Invalid email or unlock token");
    return err ? err : judge(tx, call, &device, &subscriber, reply);
}

/* ---- instant ---- */

static pl_err answer_instant(const instant_t *instant, pospal_reply_t *reply)
{
    pl_json_writer *json = pospal_answer(reply, 200);

    pl_json_put_bool(json, "valid", true);
    pl_json_put_text(json, "unlockToken", instant->token);
    pospal_put_text(json, "customerName", instant->subscriber.customer.name);
    pospal_put_subscription_info(json, &instant->subscriber, reply->now_ms);
    pl_json_open(json, "performance", '{');
    pl_json_put_int(json, "responseTime", pospal_spent_ms(reply->call));
    pl_json_put_bool(json, "instant", true);
    pl_json_close(json);
    return keep(reply, KEEP_GOOD_S);
}

static pl_err work_instant(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    instant_order_t order = {.facade = call->facade, .checkout = pospal_text(call->body, "stripeSessionId", PROVIDER_ID_MAX)};
    pospal_device_t device;
    instant_t made;
    pl_err err = pospal_device_read(tx->arena, call->body, &device);

    if (err)
        return err;
    if (!order.checkout || !device.fingerprint || !pospal_text(call->body, "email", POSPAL_TEXT_MAX))
        return pospal_refuse(reply, 400, "MISSING_REQUIRED_FIELDS",
                             "Email, Stripe session ID and machine fingerprint are required");
    if (!(order.email = pospal_email(call->body, "email")))
        return pospal_refuse(reply, 400, "INVALID_EMAIL_FORMAT", "Invalid email format");
    order.machine = pospal_machine(call, &device);
    err = instant_activation(tx, &order, &made);
    if (err == PL_ERR_NOT_FOUND)
        return refuse(reply, "NO_VALID_SUBSCRIPTION", "No active subscription found");
    return err ? err : answer_instant(&made, reply);
}

static pl_err parse_validate(const api_t *api, const request_t *request, void **in)
{
    return pospal_parse(api, request, work_validate, in);
}

static pl_err parse_instant(const api_t *api, const request_t *request, void **in)
{
    return pospal_parse(api, request, work_instant, in);
}

const endpoint_t pospal_validate = {parse_validate, pospal_act, pospal_reply, NULL};
const endpoint_t pospal_instant_validate = {parse_instant, pospal_act, pospal_reply, NULL};
