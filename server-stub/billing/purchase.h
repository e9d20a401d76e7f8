/* SPDX-License-Identifier: Apache-2.0
 *
 * A subscription finds its license: the one that it has, the one that its customer paid for by another subscription, or a new one: a license
 * that was given for good is never put under a subscription, which ends. A live subscription is never replaced. A customer is known by
 * its e-mail address without regard to case, and keeps its license key when it comes back.
 */
#ifndef BILLING_PURCHASE_H
#define BILLING_PURCHASE_H

#include "billing/effects.h"
#include "licensing/admin_licenses.h"

typedef enum {
    PURCHASE_NEW,      /* a license was issued */
    PURCHASE_RETURNED, /* its customer's license is paid for again, or by a subscription for the first time */
    PURCHASE_SAME,     /* it was known */
    PURCHASE_DUPLICATE /* the license has a live one, which stays: this one is put beside it, and a person is told */
} purchase_kind;

typedef struct {
    const char *email;
    const char *name; /* NULL: not told, these three */
    const char *phone;
    const char *checkout; /* of the provider, made by us for an address that was verified; NULL: by another, or none */
    int64_t bought_at_ms; /* by the provider's clock */
    int64_t told_at_ms;
    stripe_subscription_t subscription;
} purchase_order_t;

typedef struct {
    purchase_kind kind;
    license_view_t view;
    subscription_t row;
    const char *key; /* the license key */
} purchase_t;

/*
 * Takes the subscription's terms over; the license's standing is the caller's next step. PL_ERR_INVALID: no e-mail address, or PL_ERR_STATE: a product
 * that is not there, yet.
 */
pl_err purchase_settle(tx_t *tx, const billing_scope_t *scope, const purchase_order_t *order, purchase_t *out);
/* The row and the license of a known subscription. PL_ERR_NOT_FOUND. */
pl_err purchase_find(tx_t *tx, const billing_scope_t *scope, const char *subscription, purchase_t *out);

#endif
