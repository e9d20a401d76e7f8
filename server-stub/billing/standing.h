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

/* payments: the newest first. */
standing_t standing_of(subscription_state state, const payment_t *payments, size_t count);
/*
 * Brings the license of the row there. is_purchase: also one that the vendor had cancelled lives again, since it was bought anew. *changed: false where it
 * stood so already, or the vendor's word holds.
 */
typedef struct {
    const keyring_t *keyring;
    const subscription_t *row;
    bool is_purchase;
} standing_order_t;

pl_err standing_apply(tx_t *tx, const standing_order_t *order, license_t *license, bool *changed);

#endif
