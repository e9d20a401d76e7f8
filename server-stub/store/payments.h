/* SPDX-License-Identifier: Apache-2.0
 *
 * Payments: each invoice that the provider told of, once, with what was given back of it and whether it is disputed.
 */
#ifndef STORE_PAYMENTS_H
#define STORE_PAYMENTS_H

#include "store/store.h"

enum { PAYMENTS_PAGE_MAX = 200 };

/* Stored as numbers: append only. */
typedef enum {
    PAYMENT_FAILED = 1, /* not paid yet, or never */
    PAYMENT_PAID = 2,
    PAYMENT_REFUNDED = 3, /* all of it */
    PAYMENT_DISPUTED = 4,
    PAYMENT_LOST = 5 /* the dispute */
} payment_state;

typedef struct {
    pl_uuid brand_id;
    pl_uuid id;
    const char *provider;
    const char *provider_invoice;
    const char *provider_charge;       /* the charge, or the payment intent; NULL: not known */
    const char *provider_subscription; /* that it is for; NULL: not known */
    pl_uuid license_id;                /* nil: not known, these two */
    pl_uuid customer_id;
    payment_state state;
    int64_t amount; /* minor units; of one that failed: what was asked for */
    int64_t refunded;
    const char *currency;   /* lower case */
    int64_t paid_at_ms;     /* 0: not paid */
    int64_t told_at_ms;     /* the provider's time of the newest event about it */
    int64_t disputed_at_ms; /* of the newest about a dispute; 0: there was none */
    int64_t created_at_ms;
} payment_t;

pl_err payments_insert(tx_t *tx, const payment_t *payment); /* PL_ERR_CONFLICT: the invoice is there */
/* Writes all but the invoice and the time of creation. */
pl_err payments_change(tx_t *tx, const payment_t *payment); /* PL_ERR_NOT_FOUND */
/* PL_ERR_NOT_FOUND. In a transaction that writes, the row is then this transaction's alone. */
pl_err payments_find(tx_t *tx, pl_uuid brand_id, const char *provider_invoice, payment_t *payment);
pl_err payments_find_by_charge(tx_t *tx, pl_uuid brand_id, const char *provider_charge, payment_t *payment);
/* The newest first, by the time of payment or of the news, at most PAYMENTS_PAGE_MAX. */
pl_err payments_list_by_license(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, payment_t **payments, size_t *count);

const char *payment_state_text(payment_state state); /* "paid" */

#endif
