/* SPDX-License-Identifier: Apache-2.0
 *
 * Webhook endpoints and their secrets.
 */
#include "licensing/webhooks.h"

#include "crypto/base64.h"
#include "licensing/events.h"
#include "licensing/sealing.h"

#include <string.h>

enum { SEALED_SIZE = WEBHOOK_SECRET_SIZE + PL_SEAL_OVERHEAD };

static const int64_t HOUR_MS = INT64_C(3600) * 1000;
static const char prefix[] = "whsec_"; /* Standard Webhooks */

static pl_err note(tx_t *tx, const webhook_t *webhook, audit_action action)
{
    const audit_t entry = {.brand_id = webhook->brand_id, .action = action, .target = webhook->id};

    return audit_append(tx, &entry);
}

static sealed_place_t place_of(const webhook_t *webhook)
{
    return (sealed_place_t){SEALED_WEBHOOK_SECRET, webhook->brand_id, pl_span_of(webhook->id.bytes, sizeof(webhook->id.bytes))};
}

static pl_err make_secret(tx_t *tx, const keyring_t *keyring, webhook_t *webhook, const char **shown)
{
    const sealed_place_t place = place_of(webhook);
    uint8_t secret[WEBHOOK_SECRET_SIZE];
    char text[WEBHOOK_SECRET_TEXT_SIZE];
    uint8_t *sealed = pl_arena_take(tx->arena, SEALED_SIZE);
    pl_err err;

    if (!sealed)
        return PL_ERR_MEMORY;
    pl_random(secret, sizeof(secret));
    pl_base64_encode(pl_span_of(secret, sizeof(secret)), text);
    err = seal_at(keyring_sealing_key(keyring), &place, pl_span_of(secret, sizeof(secret)), sealed);
    *shown = pl_arena_format(tx->arena, "%s%s", prefix, text);
    pl_wipe(secret, sizeof(secret));
    pl_wipe(text, sizeof(text));
    webhook->secret = pl_span_of(sealed, SEALED_SIZE);
    return err || *shown ? err : PL_ERR_MEMORY;
}

pl_err webhook_add(tx_t *tx, const keyring_t *keyring, webhook_t *webhook, const char **secret)
{
    webhook_t *others;
    size_t count;
    pl_err err = webhooks_list(tx, webhook->brand_id, &others, &count);

    if (err)
        return err;
    if (count >= WEBHOOKS_MAX)
        return pl_fail(PL_ERR_STATE, "the brand has %d webhook endpoints already; remove one that is not used",
                       (int)WEBHOOKS_MAX);
    webhook->id = store_new_id(tx);
    webhook->state = WEBHOOK_ON;
    webhook->version = 1;
    webhook->created_at_ms = tx->now_ms;
    if ((err = make_secret(tx, keyring, webhook, secret)) || (err = webhooks_insert(tx, webhook)))
        return err;
    return note(tx, webhook, AUDIT_WEBHOOK_ADDED);
}

pl_err webhook_change(tx_t *tx, webhook_t *webhook)
{
    pl_err err;

    if (webhook->state == WEBHOOK_ON)
        webhook->failures = webhook->failing_since_ms = webhook->paused_until_ms = 0;
    /* the endpoint first, as who sends does it */
    if ((err = webhooks_change(tx, webhook)) ||
        (webhook->state != WEBHOOK_ON && (err = deliveries_abandon(tx, webhook->brand_id, webhook->id))))
        return err;
    return note(tx, webhook, AUDIT_WEBHOOK_CHANGED);
}

pl_err webhook_remove(tx_t *tx, const webhook_t *webhook)
{
    pl_err err;

    if ((err = webhooks_remove(tx, webhook->brand_id, webhook->id)) ||
        (err = deliveries_abandon(tx, webhook->brand_id, webhook->id)))
        return err;
    return note(tx, webhook, AUDIT_WEBHOOK_REMOVED);
}

pl_err webhook_rotate(tx_t *tx, const keyring_t *keyring, webhook_t *webhook, int64_t overlap_hours, const char **secret)
{
    pl_err err;

    webhook->secret_before = overlap_hours ? webhook->secret : pl_span_of(NULL, 0);
    webhook->before_until_ms = overlap_hours ? tx->now_ms + overlap_hours * HOUR_MS : 0;
    if ((err = make_secret(tx, keyring, webhook, secret)) || (err = webhooks_change(tx, webhook)))
        return err;
    return note(tx, webhook, AUDIT_WEBHOOK_ROTATED);
}

pl_err webhook_redeliver(tx_t *tx, delivery_t *delivery)
{
    webhook_t webhook;
    pl_err err = webhooks_find(tx, delivery->brand_id, delivery->endpoint_id, &webhook);

    if (err == PL_ERR_NOT_FOUND)
        return pl_fail(PL_ERR_STATE, "the endpoint was removed");
    if (err)
        return err;
    if (webhook.state != WEBHOOK_ON)
        return pl_fail(PL_ERR_STATE, "the endpoint is not enabled");
    if (delivery->state == DELIVERY_WAITING)
        return pl_fail(PL_ERR_STATE, "the delivery is under way already");
    delivery->state = DELIVERY_WAITING;
    delivery->due_at_ms = tx->now_ms;
    delivery->expires_at_ms = tx->now_ms + EVENT_LIFE_DAYS * 24 * HOUR_MS;
    err = deliveries_repeat(tx, delivery);
    return err == PL_ERR_NOT_FOUND ? pl_fail(PL_ERR_STATE, "the delivery is under way already") : err;
}

pl_err webhook_test(tx_t *tx, const webhook_t *webhook)
{
    const event_t event = {
        .brand_id = webhook->brand_id, .type = "webhook.test", .target = webhook->id, .endpoint_id = webhook->id};

    if (webhook->state != WEBHOOK_ON)
        return pl_fail(PL_ERR_STATE, "the endpoint is not enabled");
    return events_record(tx, &event);
}

pl_err webhook_secrets(const keyring_t *keyring, int64_t now_ms, const webhook_t *webhook,
                       uint8_t secrets[2][WEBHOOK_SECRET_SIZE], size_t *count)
{
    const sealed_place_t place = place_of(webhook);
    const pl_span sealed[2] = {webhook->secret, webhook->secret_before};
    pl_err err = PL_OK;

    *count = webhook->secret_before.size && webhook->before_until_ms > now_ms ? 2 : 1;
    for (size_t i = 0; !err && i < *count; i++) {
        if (sealed[i].size != SEALED_SIZE)
            return pl_fail(PL_ERR_DATABASE, "a webhook's sealed secret is damaged");
        err = unseal_at(keyring_sealing_key(keyring), &place, sealed[i], secrets[i]);
    }
    return err;
}
