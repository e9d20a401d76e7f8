/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the machine, writing the subscription.
 */
#include "api/pospal_customer.h"

#include <string.h>

#include "api/pospal_health.h"
#include "base/buf.h"

static const int64_t HOUR_MS = 3600 * 1000, DAY_MS = INT64_C(24) * 3600 * 1000;

enum { FINGERPRINT_MAX = 500 };

/* ---- reading ---- */

/* Kept as it came, if it is of a size that is kept. */
static pl_err read_device_info(pl_arena *arena, const pl_json *info, pospal_device_t *device)
{
    pl_json_writer json;
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    pl_json_writer_init(&json, &text);
    pl_json_put_value(&json, NULL, info);
    err = text.err;
    if (!err && text.size <= INSTANCE_METADATA_MAX && !(device->device = pl_arena_text(arena, pl_buf_span(&text))))
        err = PL_ERR_MEMORY;
    pl_buf_reset(&text);
    return err;
}

pl_err pospal_device_read(pl_arena *arena, const pl_json *object, pospal_device_t *device)
{
    const pl_json *info = object ? pospal_object(object, "deviceInfo") : NULL;

    *device = (pospal_device_t){.fingerprint = NULL};
    if (!object)
        return PL_OK;
    device->fingerprint = pospal_text(object, "machineFingerprint", FINGERPRINT_MAX);
    device->skips_update = pl_json_is_true(pl_json_get(object, "skipMachineUpdate"));
    if (!info)
        return PL_OK;
    device->has_info = true;
    device->hostname = pospal_text(info, "hostname", PL_DEVICE_NAME_MAX);
    return read_device_info(arena, info, device);
}

machine_t pospal_machine(const pospal_call_t *call, const pospal_device_t *device)
{
    return (machine_t){
        .keyring = call->keyring, .fingerprint = device->fingerprint, .device = device->device, .hostname = device->hostname};
}

pl_err pospal_find_subscriber(tx_t *tx, const pospal_call_t *call, const char *email, const char *token, subscriber_t *subscriber)
{
    const subscriber_question_t question = {call->facade, call->keyring, email, token};

    return subscriber_find(tx, &question, subscriber);
}

/* ---- how long to keep it ---- */

pospal_caching_t pospal_caching(const subscriber_t *subscriber, int64_t now_ms)
{
    static const pospal_caching_t aggressive = {3600, "aggressive", "cache_locally"};
    static const pospal_caching_t moderate = {1800, "moderate", "periodic_check"};
    static const pospal_caching_t conservative = {900, "conservative", "frequent_validation"};
    static const pospal_caching_t minimal = {300, "minimal", "frequent_validation"};
    int64_t validated_ms = subscriber->seen.validated_at_ms;

    if (!subscriber->is_active)
        return minimal;
    if (!validated_ms || now_ms - validated_ms >= DAY_MS)
        return conservative;
    return now_ms - validated_ms < HOUR_MS ? aggressive : moderate;
}

const char *pospal_recommendation(const subscriber_t *subscriber, int64_t now_ms)
{
    int64_t validated_ms = subscriber->seen.validated_at_ms;

    if (license_status_at(&subscriber->license, now_ms) != LICENSE_ACTIVE)
        return "frequent";
    if (!validated_ms || now_ms - validated_ms >= DAY_MS)
        return "immediate";
    return now_ms - validated_ms < HOUR_MS ? "cached" : "periodic";
}

/* ---- the subscription ---- */

static void put_since(pl_json_writer *json, const char *name, int64_t then_ms, int64_t span_ms)
{
    if (then_ms < 0)
        pospal_put_null(json, name);
    else
        pl_json_put_int(json, name, then_ms / span_ms);
}

void pospal_put_subscription_id(pl_json_writer *json, const char *name, const subscriber_t *subscriber)
{
    pospal_put_text(json, name, subscriber->has_subscription ? subscriber->subscription.provider_subscription : NULL);
}

int64_t pospal_next_billing_ms(const subscriber_t *subscriber)
{
    return subscriber->has_subscription ? subscriber->subscription.next_billing_at_ms : 0;
}

void pospal_put_days(pl_json_writer *json, const char *name, const subscriber_t *subscriber, int64_t now_ms)
{
    int64_t left_ms = pospal_next_billing_ms(subscriber) - now_ms;

    if (!pospal_next_billing_ms(subscriber))
        pospal_put_null(json, name);
    else
        pl_json_put_int(json, name, left_ms > 0 ? (left_ms + DAY_MS - 1) / DAY_MS : left_ms / DAY_MS);
}

static void put_price(pl_json_writer *json, const subscriber_t *subscriber)
{
    const subscription_t *subscription = &subscriber->subscription;
    bool is_known = subscriber->has_subscription && subscription->amount >= 0;

    if (is_known)
        pl_json_put_int(json, "amount", subscription->amount);
    else
        pospal_put_null(json, "amount");
    pospal_put_text(json, "currency", subscriber->has_subscription ? subscription->currency : NULL);
}

void pospal_put_subscription_info(pl_json_writer *json, const subscriber_t *subscriber, int64_t now_ms)
{
    int64_t seen_ms = subscriber->seen.seen_at_ms, validated_ms = subscriber->seen.validated_at_ms;

    pl_json_open(json, "subscriptionInfo", '{');
    pl_json_put_bool(json, "isActive", subscriber->is_active);
    pl_json_put_text(json, "status", subscriber->status);
    pl_json_put_bool(json, "billingPeriodExpired", subscriber->is_period_over);
    pospal_put_subscription_id(json, "subscriptionId", subscriber);
    pospal_put_time(json, "lastSeen", seen_ms);
    pospal_put_time(json, "lastValidation", validated_ms);
    put_since(json, "daysSinceLastSeen", seen_ms ? now_ms - seen_ms : -1, DAY_MS);
    put_since(json, "hoursSinceLastValidation", validated_ms ? now_ms - validated_ms : -1, HOUR_MS);
    pl_json_put_text(json, "validationRecommendation", pospal_recommendation(subscriber, now_ms));
    pospal_put_time(json, "currentPeriodStart", subscriber->has_subscription ? subscriber->subscription.period_start_ms : 0);
    pospal_put_time(json, "currentPeriodEnd", subscriber_period_end_ms(subscriber));
    pospal_put_time(json, "nextBillingDate", pospal_next_billing_ms(subscriber));
    pospal_put_days(json, "daysUntilRenewal", subscriber, now_ms);
    pospal_put_days(json, "daysRemaining", subscriber, now_ms);
    put_price(json, subscriber);
    pl_json_close(json);
}

void pospal_put_machine_changed(pl_json_writer *json, bool is_told, machine_change change)
{
    if (is_told && change == MACHINE_FIRST)
        pospal_put_null(json, "machineChanged");
    else
        pl_json_put_bool(json, "machineChanged", is_told && change != MACHINE_SAME);
}

const char *pospal_breaker_state(const pospal_call_t *call)
{
    vitals_t vitals;

    call->api->read_vitals(call->api->context, &vitals);
    return pospal_breaker_word(&vitals);
}
