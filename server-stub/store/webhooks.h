/* SPDX-License-Identifier: Apache-2.0
 *
 * Webhook endpoints. What is sent to them is in store/deliveries.h.
 */
#ifndef STORE_WEBHOOKS_H
#define STORE_WEBHOOKS_H

#include "store/store.h"

enum {
    WEBHOOKS_MAX = 16, /* of a brand */
    WEBHOOK_URL_MAX = 1000,
    WEBHOOK_DESCRIPTION_MAX = 256,
    WEBHOOK_EVENTS_MAX = 1024
};

typedef enum { WEBHOOK_ON = 1, WEBHOOK_OFF = 2 /* by the vendor */, WEBHOOK_FAILED = 3 /* by us */ } webhook_state;

typedef struct {
    pl_uuid brand_id;
    pl_uuid id;
    const char *url;
    const char *description; /* NULL: none */
    const char *events;      /* names with spaces between, or "*" */
    webhook_state state;
    pl_span secret;          /* sealed */
    pl_span secret_before;   /* empty: none */
    int64_t before_until_ms; /* how long the one before signs too; 0: not */
    int64_t version;
    int64_t created_at_ms;
    int64_t failures;         /* attempts one after the other */
    int64_t failing_since_ms; /* 0: the last attempt went well */
    int64_t paused_until_ms;
} webhook_t;

pl_err webhooks_insert(tx_t *tx, const webhook_t *webhook);
pl_err webhooks_find(tx_t *tx, pl_uuid brand_id, pl_uuid id, webhook_t *webhook); /* PL_ERR_NOT_FOUND */
pl_err webhooks_list(tx_t *tx, pl_uuid brand_id, webhook_t **webhooks, size_t *count);
/* Writes url, description, events, state, secrets and what is said of failures; raises the version. PL_ERR_NOT_FOUND. */
pl_err webhooks_change(tx_t *tx, webhook_t *webhook);
pl_err webhooks_remove(tx_t *tx, pl_uuid brand_id, pl_uuid id); /* PL_ERR_NOT_FOUND */
/* Brands with an endpoint that is on and whose events are "*" or name the word; at most limit. */
pl_err webhooks_brands(tx_t *tx, pl_uuid after, pl_uuid **brands, size_t *count);

/* ---- sending ---- */

/* An endpoint that is on, not paused, held by nobody, and has something due: the one not served for longest, of a brand of which less than
   brand_max are held. PL_ERR_NOT_FOUND. */
pl_err webhooks_next(tx_t *tx, int64_t brand_max, webhook_t *webhook);
/* Takes its lease, or keeps it. *held: false where another has it. */
pl_err webhooks_hold(tx_t *tx, const webhook_t *webhook, pl_uuid holder, int64_t until_ms, bool *held);
/* Writes state, failures, failing_since and paused_until, and holds it until until_ms. PL_ERR_NOT_FOUND: the lease is lost, or the vendor
   changed the endpoint since it was read; what they wrote stays. */
pl_err webhooks_settle(tx_t *tx, const webhook_t *webhook, pl_uuid holder, int64_t until_ms);
/* Gives the lease back, and writes nothing else. PL_ERR_NOT_FOUND: it is lost. */
pl_err webhooks_leave(tx_t *tx, const webhook_t *webhook, pl_uuid holder);
/* Whoever holds endpoints is gone: for the one server of a database that begins. */
pl_err webhooks_free_all(tx_t *tx);

#endif
