/* SPDX-License-Identifier: Apache-2.0
 *
 * Prices as last read, by their id: few, in memory, for a page that many look at. Not guarded: the caller's lock is.
 */
#ifndef BILLING_PRICES_H
#define BILLING_PRICES_H

#include "billing/accounts.h"

enum { PRICES_MAX = 32, PRICE_ID_MAX = 63 };

typedef struct {
    struct {
        char id[PRICE_ID_MAX + 1]; /* "": free */
        int64_t read_at_ms;
        int64_t amount;
        char currency[8];
    } each[PRICES_MAX];
} prices_t;

/* PL_ERR_NOT_FOUND: none, or one older than age_s. */
pl_err prices_find(const prices_t *prices, const char *id, int64_t now_ms, int64_t age_s, billing_price_t *price);
/* In the place of the oldest. PL_ERR_PAYMENTS_UNSET: it is no price that a page could show. */
pl_err prices_keep(prices_t *prices, const stripe_price_t *read, int64_t now_ms, billing_price_t *price);

#endif
