/* SPDX-License-Identifier: Apache-2.0
 *
 * Webhook endpoints as a vendor sees them: made, changed, removed, their secrets rotated, deliveries sent again. Sending itself is
 * notify/webhooks.h's.
 */
#ifndef LICENSING_WEBHOOKS_H
#define LICENSING_WEBHOOKS_H

#include "licensing/keys.h"
#include "store/deliveries.h"
#include "store/webhooks.h"

enum {
    WEBHOOK_SECRET_SIZE = 32,
    WEBHOOK_SECRET_TEXT_SIZE = 64, /* "whsec_" and base64 */
    WEBHOOK_OVERLAP_HOURS = 24,    /* the secret before it signs too, unless told otherwise */
    WEBHOOK_OVERLAP_HOURS_MAX = 168
};

/* webhook: brand_id, url, description and events are read, the rest is filled in. *secret is the only time that it is shown. */
pl_err webhook_add(tx_t *tx, const keyring_t *keyring, webhook_t *webhook, const char **secret);
/* url, description, events and state (ON or OFF). One that is put on again starts with a clean slate. */
pl_err webhook_change(tx_t *tx, webhook_t *webhook);
pl_err webhook_remove(tx_t *tx, const webhook_t *webhook);
/* A new secret; the one before signs too for so many hours. */
pl_err webhook_rotate(tx_t *tx, const keyring_t *keyring, webhook_t *webhook, int64_t overlap_hours, const char **secret);
/* Sends a delivery again, whatever became of it, under the same webhook-id. PL_ERR_STATE: it waits already, or the endpoint is not on. */
pl_err webhook_redeliver(tx_t *tx, delivery_t *delivery);
/* Records the event webhook.test for this endpoint alone. */
pl_err webhook_test(tx_t *tx, const webhook_t *webhook);

/* The secrets that sign at tx->now_ms, the current first: 1 or 2. */
pl_err webhook_secrets(const keyring_t *keyring, int64_t now_ms, const webhook_t *webhook,
                       uint8_t secrets[2][WEBHOOK_SECRET_SIZE], size_t *count);

#endif
