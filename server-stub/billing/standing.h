/* SPDX-License-Identifier: Apache-2.0
 *
 * What a license is worth by how it is paid for: a pure rule over the subscription and its payments, so that the order in which the
 * provider tells them matters to nobody. What the vendor decided by hand stands above it. docs/BILLING.md shows the table.
 */
#ifndef BILLING_STANDING_H
#define BILLING_STANDING_H

#include "licensing/keys.h"
#include "store/licenses.h"
#include "store/payments.h"
#include "store/subscriptions.h"

typedef struct {
    license_status status; /* 0: the subscription says nothing about it */
    pl_reason reason;
} standing_t;

/* payments: the newest first; those of other subscriptions say nothing about this one. */
standing_t standing_of(const subscription_t *row, const payment_t *payments, size_t count);
/* Whether the row's subscription alone would keep its license active now. */
pl_err standing_serves(tx_t *tx, const subscription_t *row, bool *serves);
/* Whether payments decided how the license stands, so that they may decide anew; false: the vendor did. */
bool standing_is_ours(const license_t *license, int64_t now_ms);

typedef struct {
    const keyring_t *keyring;
    bool is_purchase; /* also one that the vendor had cancelled lives again, since it was bought anew */
} standing_order_t;

/*
 * Brings the license where its payments say, and its end to the period's. Where the subscription that it is paid for by does not serve and one
 * beside does, that one takes its place. *row: which it is paid for by now; its id is nil where there is none. *changed: false where it
 * stood so already, or the vendor's word holds.
 */
pl_err standing_apply(tx_t *tx, const standing_order_t *order, license_t *license, subscription_t *row, bool *changed);

#endif
