/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeping prices.
 */
#include "billing/prices.h"

#include <stdio.h>
#include <string.h>

pl_err prices_find(const prices_t *prices, const char *id, int64_t now_ms, int64_t age_s, billing_price_t *price)
{
    for (size_t i = 0; i < PRICES_MAX; i++) {
        if (strcmp(prices->each[i].id, id) != 0 || now_ms - prices->each[i].read_at_ms >= age_s * 1000 ||
            now_ms < prices->each[i].read_at_ms)
            continue;
        *price = (billing_price_t){.amount = prices->each[i].amount, .freshness = PRICE_HIT};
        memcpy(price->currency, prices->each[i].currency, sizeof price->currency);
        return PL_OK;
    }
    return PL_ERR_NOT_FOUND;
}

static size_t choose_place(const prices_t *prices, const char *id)
{
    size_t oldest = 0;

    for (size_t i = 0; i < PRICES_MAX; i++) {
        if (strcmp(prices->each[i].id, id) == 0)
            return i;
        if (prices->each[i].read_at_ms < prices->each[oldest].read_at_ms)
            oldest = i;
    }
    return oldest;
}

pl_err prices_keep(prices_t *prices, const stripe_price_t *read, int64_t now_ms, billing_price_t *price)
{
    size_t place;

    if (read->amount < 0 || !read->currency || strlen(read->currency) >= sizeof price->currency || !read->is_active)
        return pl_fail(PL_ERR_PAYMENTS_UNSET, "stripe_price names a price that is not active, or that has no amount of its own");
    *price = (billing_price_t){.amount = read->amount, .freshness = PRICE_REFRESHED};
    (void)snprintf(price->currency, sizeof price->currency, "%s", read->currency);
    if (strlen(read->id) > PRICE_ID_MAX)
        return PL_OK; /* it is asked for each time */
    place = choose_place(prices, read->id);
    (void)snprintf(prices->each[place].id, sizeof prices->each[place].id, "%s", read->id);
    prices->each[place].read_at_ms = now_ms;
    prices->each[place].amount = price->amount;
    memcpy(prices->each[place].currency, price->currency, sizeof price->currency);
    return PL_OK;
}
