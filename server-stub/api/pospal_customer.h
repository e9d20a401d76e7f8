/* SPDX-License-Identifier: Apache-2.0
 *
 * A subscriber in the words of POSPal's licensing API: the subscription's state, how long an answer about it may be kept, the machine.
 */
#ifndef POSPAL_API_POSPAL_CUSTOMER_H
#define POSPAL_API_POSPAL_CUSTOMER_H

#include "api/pospal.h"
#include "licensing/subscriber_machine.h"

/* How long to keep an answer. By what was known before this request: docs/MIGRATING.md has the table. */
typedef struct {
    int64_t duration_s;
    const char *strategy;
    const char *recommendation;
} pospal_caching_t;

typedef struct {
    const char *fingerprint; /* NULL: not told */
    const char *hostname;    /* NULL: not told */
    const char *device;      /* deviceInfo, as JSON text; NULL: not told */
    bool has_info;           /* it told of itself, be it more than is kept */
    bool skips_update;
} pospal_device_t;

/* Of the object that has machineFingerprint, deviceInfo and skipMachineUpdate; NULL: nothing. */
pl_err pospal_device_read(pl_arena *arena, const pl_json *object, pospal_device_t *device);
machine_t pospal_machine(const pospal_call_t *call, const pospal_device_t *device);

/* The one of that address and token, both given. PL_ERR_NOT_FOUND. */
pl_err pospal_find_subscriber(tx_t *tx, const pospal_call_t *call, const char *email, const char *token,
                              subscriber_t *subscriber);

pospal_caching_t pospal_caching(const subscriber_t *subscriber, int64_t now_ms);
/* "frequent", "immediate", "cached", "periodic" */
const char *pospal_recommendation(const subscriber_t *subscriber, int64_t now_ms);
/* The member "subscriptionInfo". */
void pospal_put_subscription_info(pl_json_writer *json, const subscriber_t *subscriber, int64_t now_ms);
void pospal_put_subscription_id(pl_json_writer *json, const char *name, const subscriber_t *subscriber);
/* Days until the next billing, rounded up; null where that is not known. */
void pospal_put_days(pl_json_writer *json, const char *name, const subscriber_t *subscriber, int64_t now_ms);
int64_t pospal_next_billing_ms(const subscriber_t *subscriber);
/* "machineChanged": null for the first machine, false for the same or none told, true for another. */
void pospal_put_machine_changed(pl_json_writer *json, bool is_told, machine_change change);
/* "CLOSED", "OPEN" */
const char *pospal_breaker_state(const pospal_call_t *call);

#endif
