/* SPDX-License-Identifier: Apache-2.0
 *
 * What of the outbox is sent now, and what becomes of it: the rules between the database and the wire. A turn serves one endpoint, by its
 * lease, so nothing is sent twice at the same time and an endpoint that fails or is slow holds up no other.
 *
 * Delivery is at least once, under one webhook-id. Order: of one endpoint oldest first, until one fails; what failed is tried later and
 * the others do not wait for it. Each event of a license therefore bears its number ("sequence").
 */
#ifndef NOTIFY_WEBHOOKS_H
#define NOTIFY_WEBHOOKS_H

#include "notify/post.h"
#include "notify/signature.h"
#include "store/deliveries.h"
#include "store/webhooks.h"

enum {
    WEBHOOK_DISABLED_AFTER_DAYS = 5,
    WEBHOOK_GONE = 410,
    WEBHOOK_TURN_MS = 5000 /* then it is another's turn, whatever is left */
};

typedef struct {
    pl_uuid holder;         /* of the thread that serves */
    int64_t first_retry_ms; /* the first pause after a failure */
    int64_t lease_ms;       /* longer than an attempt can take */
    int64_t brand_max;      /* endpoints of one brand that are served at once, by whichever thread */
    /* Told in the transaction that disables an endpoint; NULL: nobody is. */
    pl_err (*disabled)(void *context, tx_t *tx, const webhook_t *endpoint, const post_result_t *result);
    void *context;
} webhook_rules_t;

/* What one turn serves; it lives in the arena. */
typedef struct {
    webhook_t endpoint;
    delivery_t *deliveries;
    size_t count;
    int64_t began_ms;
} webhook_turn_t;

/* The next endpoint with something due, and its lease. PL_ERR_NOT_FOUND: nothing is to be done. */
pl_err webhooks_take_turn(store_t *store, const tx_t *about, const webhook_rules_t *rules, webhook_turn_t *turn);
/* Gives the lease back before the end; what was not settled is sent again. */
pl_err webhooks_leave_turn(store_t *store, const tx_t *about, const webhook_rules_t *rules, webhook_turn_t *turn);
typedef struct {
    webhook_turn_t *turn;
    const delivery_t *delivery;
    const post_result_t *result;
    int64_t sent_at_ms;
    bool is_last;
} webhook_outcome_t;

/*
 * Writes the outcome of one delivery, with the attempt, and keeps the lease for the next; is_last: gives it back. *goes_on: false where the
 * endpoint failed, was lost, or was changed by the vendor, whose word stands. Disables one that has failed for WEBHOOK_DISABLED_AFTER_DAYS or says that it is gone, with a row of the audit.
 */
pl_err webhooks_settle_one(store_t *store, const tx_t *about, const webhook_rules_t *rules, const webhook_outcome_t *outcome,
                           bool *goes_on);

#endif
