/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /validate-unified: the structure of the request, and the operations validate and instant. Sessions: pospal_session.c.
 */
#include "api/pospal_unified.h"

#include <string.h>

#include "api/pospal_routes.h"
#include "licensing/instant_activation.h"

/* ---- the structure ---- */

enum { FAULTS_MAX = 8 };

typedef struct {
    const char *list[FAULTS_MAX];
    size_t count;
} faults_list_t;

static void add_fault(faults_list_t *faults, bool is_fault, const char *sentence)
{
    if (is_fault && faults->count < FAULTS_MAX)
        faults->list[faults->count++] = sentence;
}

static bool is_empty(const pl_json *object, const char *name)
{
    const char *text = pl_json_text(pl_json_get(object, name));

    return !text || !*text;
}

static void check_credentials(const unified_t *in, faults_list_t *faults)
{
    bool is_instant = in->operation == UNIFIED_INSTANT;

    add_fault(faults, !in->credentials, "Missing required field: credentials");
    if (!in->credentials)
        return;
    add_fault(faults, is_empty(in->credentials, "email"), "Missing required field: credentials.email");
    add_fault(faults, !is_instant && is_empty(in->credentials, "token"), "Missing required field: credentials.token");
    add_fault(faults, is_instant && is_empty(in->credentials, "stripeSessionId"),
              "Missing required field: credentials.stripeSessionId for instant validation");
}

static void check(const pospal_call_t *call, const unified_t *in, faults_list_t *faults)
{
    bool has_operation = !is_empty(call->body, "operation");

    add_fault(faults, !has_operation, "Missing required field: operation");
    add_fault(faults, has_operation && in->operation == UNIFIED_NONE,
              "Invalid operation type. Must be: validate, instant, or session");
    check_credentials(in, faults);
    add_fault(faults, in->operation == UNIFIED_SESSION && is_empty(call->body, "action"),
              "Missing required field: action for session operation");
}

static void read_unified(const pospal_call_t *call, unified_t *in)
{
    static const char *const words[] = {
        [UNIFIED_VALIDATE] = "validate", [UNIFIED_INSTANT] = "instant", [UNIFIED_SESSION] = "session"};
    const char *word = pl_json_text(pl_json_get(call->body, "operation"));

    *in = (unified_t){.operation = UNIFIED_NONE};
    for (size_t i = UNIFIED_VALIDATE; word && i <= UNIFIED_SESSION; i++)
        if (strcmp(words[i], word) == 0)
            in->operation = (unified_operation)i;
    if (!(in->credentials = pospal_object(call->body, "credentials")))
        return;
    in->email = pospal_text(in->credentials, "email", CUSTOMER_EMAIL_MAX);
    in->token = pospal_text(in->credentials, "token", 2 * PL_LICENSE_KEY_MAX);
    in->checkout = pospal_text(in->credentials, "stripeSessionId", PROVIDER_ID_MAX);
    in->action = pospal_text(call->body, "action", 32);
}

/* ---- what all operations write ---- */

void unified_put_performance(pospal_reply_t *reply, const char *extra, int64_t queries)
{
    pl_json_writer *json = &reply->json;

    pl_json_open(json, "performance", '{');
    pl_json_put_int(json, "responseTime", pospal_spent_ms(reply->call));
    pl_json_put_int(json, "databaseQueries", queries);
    if (extra)
        pl_json_put_bool(json, extra, strcmp(extra, "cacheHit") != 0);
    pl_json_put_text(json, "circuitBreakerState", pospal_breaker_state(reply->call));
    pl_json_close(json);
}

static void put_caching(pospal_reply_t *reply, const pospal_caching_t *caching)
{
    pl_json_writer *json = &reply->json;

    pl_json_open(json, "caching", '{');
    pl_json_put_text(json, "strategy", caching->strategy);
    pl_json_put_int(json, "duration", caching->duration_s);
    pospal_put_time(json, "validUntil", reply->now_ms + caching->duration_s * 1000);
    pl_json_put_text(json, "recommendation", caching->recommendation);
    pospal_put_time(json, "nextCheck", reply->now_ms + caching->duration_s * 800);
    pl_json_close(json);
    reply->cache_s = caching->duration_s;
    reply->strategy = caching->strategy;
}

void unified_put_device(pospal_reply_t *reply, const char *current)
{
    pl_json_open(&reply->json, "deviceInfo", '{');
    pl_json_put_text(&reply->json, "current", current);
    pospal_put_time(&reply->json, "registered", reply->now_ms);
    pl_json_close(&reply->json);
}

static void put_customer(pl_json_writer *json, const subscriber_t *subscriber, const char *name)
{
    pl_json_open(json, "customer", '{');
    pl_json_put_int(json, "id", subscriber->number);
    pl_json_put_text(json, "email", subscriber->customer.email);
    pospal_put_text(json, "name", name);
    pl_json_close(json);
}

/* ---- validate ---- */

static pl_err refuse_inactive(tx_t *tx, const subscriber_t *subscriber, pospal_reply_t *reply)
{
    const char *portal = NULL;
    pl_err err = setting_read(tx, reply->call->keyring, reply->call->facade->brand_id, SETTING_STRIPE_PORTAL_URL, &portal);

    if (err || (err = pospal_refuse(reply, 403, "SUBSCRIPTION_INACTIVE", "Subscription is not active")))
        return err;
    pospal_put_subscription_info(&reply->json, subscriber, tx->now_ms);
    pl_json_open(&reply->json, "supportActions", '{');
    pospal_put_text(&reply->json, "portalUrl", portal);
    pl_json_put_bool(&reply->json, "contactSupport", true);
    pl_json_close(&reply->json);
    reply->is_refusal = false; /* it told a good token */
    return PL_OK;
}

static void put_validation(pl_json_writer *json, const subscriber_t *subscriber)
{
    const char *email = subscriber->customer.email;
    char name[CUSTOMER_EMAIL_MAX + 1] = "";

    memcpy(name, email, strcspn(email, "@"));
    pl_json_open(json, "validation", '{');
    pl_json_put_bool(json, "valid", true);
    pl_json_put_text(json, "status", "active");
    pl_json_put_text(json, "validationType", "standard");
    put_customer(json, subscriber, name);
    pl_json_close(json);
}

static void put_subscription(pl_json_writer *json, const subscriber_t *subscriber, int64_t now_ms)
{
    pl_json_open(json, "subscription", '{');
    pl_json_put_text(json, "status", subscriber->status);
    pospal_put_subscription_id(json, "id", subscriber);
    pl_json_put_bool(json, "isActive", subscriber->is_active);
    pospal_put_time(json, "currentPeriodEnd", subscriber_period_end_ms(subscriber));
    pospal_put_time(json, "nextBillingDate", pospal_next_billing_ms(subscriber));
    pospal_put_days(json, "daysRemaining", subscriber, now_ms);
    pl_json_close(json);
}

static void answer_validate(const subscriber_t *subscriber, const pospal_device_t *device, machine_change change,
                            pospal_reply_t *reply)
{
    const pospal_caching_t caching = pospal_caching(subscriber, reply->now_ms);
    pl_json_writer *json = pospal_answer(reply, 200);

    put_validation(json, subscriber);
    put_subscription(json, subscriber, reply->now_ms);
    pl_json_open(json, "session", '{');
    pl_json_put_bool(json, "allowed", true);
    pospal_put_null(json, "sessionId");
    pospal_put_machine_changed(json, device->fingerprint && !device->skips_update, change);
    if (device->fingerprint)
        unified_put_device(reply, device->hostname ? device->hostname : "Unknown Device");
    pl_json_close(json);
    put_caching(reply, &caching);
    unified_put_performance(reply, "cacheHit", 2);
}

static pl_err validate(tx_t *tx, const pospal_call_t *call, const unified_t *in, pospal_reply_t *reply)
{
    subscriber_t subscriber;
    machine_t machine = pospal_machine(call, &in->device);
    machine_change change = MACHINE_SAME;
    instance_seat_t seat;
    pl_err err = unified_find(tx, call, in, &subscriber);

    if (err == PL_ERR_NOT_FOUND) {
        err = pospal_refuse(reply, 401, "INVALID_CREDENTIALS", "Invalid email or unlock token");
        pl_json_put_text(&reply->json, "validationType", "standard");
        return err;
    }
    if (err)
        return err;
    if (!subscriber.is_active)
        return refuse_inactive(tx, &subscriber, reply);
    if (in->device.fingerprint && !in->device.skips_update && (err = machine_take(tx, &subscriber, &machine, &seat, &change)))
        return err;
    if ((err = subscriber_see(tx, &subscriber, true)))
        return err;
    answer_validate(&subscriber, &in->device, change, reply);
    return PL_OK;
}

/* ---- instant ---- */

static void answer_instant(const unified_t *in, const instant_t *instant, pospal_reply_t *reply)
{
    static const pospal_caching_t caching = {3600, "aggressive", "cache_locally"};
    const subscriber_t *subscriber = &instant->subscriber;
    pl_json_writer *json = pospal_answer(reply, 200);

    pl_json_open(json, "validation", '{');
    pl_json_put_bool(json, "valid", true);
    pl_json_put_text(json, "status", subscriber->status);
    pl_json_put_text(json, "validationType", "instant");
    put_customer(json, subscriber, subscriber->customer.name);
    pl_json_close(json);
    pl_json_open(json, "subscription", '{');
    pl_json_put_text(json, "status", subscriber->status);
    pospal_put_subscription_id(json, "id", subscriber);
    pl_json_put_bool(json, "isActive", subscriber->is_active);
    pl_json_put_text(json, "unlockToken", instant->token);
    pl_json_close(json);
    pl_json_open(json, "session", '{');
    pl_json_put_bool(json, "allowed", true);
    pl_json_put_text(json, "sessionId", in->checkout);
    pl_json_put_text(json, "status", "active");
    unified_put_device(reply, in->device.hostname ? in->device.hostname : "New Device");
    pl_json_put_bool(json, "machineChanged", false);
    pl_json_close(json);
    put_caching(reply, &caching);
    unified_put_performance(reply, "instant", 2);
}

static pl_err instant(tx_t *tx, const pospal_call_t *call, const unified_t *in, pospal_reply_t *reply)
{
    const instant_order_t order = {call->facade, in->checkout, in->email, pospal_machine(call, &in->device)};
    instant_t made;
    pl_err err = PL_ERR_NOT_FOUND;

    if (!in->device.fingerprint)
        return pospal_refuse(reply, 400, "MISSING_REQUIRED_FIELDS",
                             "Email, Stripe session ID and machine fingerprint are required");
    if (in->checkout && in->email)
        err = instant_activation(tx, &order, &made);
    if (err == PL_ERR_NOT_FOUND) {
        err = pospal_refuse(reply, 404, "NO_VALID_SUBSCRIPTION", "No active subscription found");
        pl_json_put_text(&reply->json, "validationType", "instant");
        return err;
    }
    if (!err)
        answer_instant(in, &made, reply);
    return err;
}

/* ---- which ---- */

pl_err unified_find(tx_t *tx, const pospal_call_t *call, const unified_t *in, subscriber_t *subscriber)
{
    return in->email && in->token ? pospal_find_subscriber(tx, call, in->email, in->token, subscriber) : PL_ERR_NOT_FOUND;
}

static pl_err work_unified(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    faults_list_t faults = {.count = 0};
    unified_t in;
    pl_err err;

    read_unified(call, &in);
    check(call, &in, &faults);
    if (faults.count)
        return pospal_refuse_list(reply, "INVALID_REQUEST_FORMAT", faults.list, faults.count);
    if ((err = pospal_device_read(tx->arena, pospal_object(call->body, "device"), &in.device)))
        return err;
    if (in.operation == UNIFIED_VALIDATE)
        return validate(tx, call, &in, reply);
    return in.operation == UNIFIED_INSTANT ? instant(tx, call, &in, reply) : unified_session(tx, call, &in, reply);
}

static pl_err parse_unified(const api_t *api, const request_t *request, void **in)
{
    return pospal_parse(api, request, work_unified, in);
}

const endpoint_t pospal_validate_unified = {parse_unified, pospal_act, pospal_reply, NULL};
