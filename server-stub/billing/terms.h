/* SPDX-License-Identifier: Apache-2.0
 *
 * What the provider says of a subscription, laid over our row of it, and its times over the license. When is a pure rule too: whether news
 * is older than what is known.
 */
#ifndef BILLING_TERMS_H
#define BILLING_TERMS_H

#include "billing/stripe_objects.h"
#include "store/licenses.h"
#include "store/subscriptions.h"

enum {
    TERMS_PROVISIONAL_DAYS = 30, /* of a purchase whose period cannot be asked for */
    TERMS_SKEW_MS = 10 * 1000    /* by which the provider's clock and ours may differ */
};

typedef enum {
    NEWS_OLDER, /* changes nothing any more */
    NEWS_SAME,  /* of the same second as the newest: taken, and looked up at the provider soon */
    NEWS_NEWER
} news_age;

/* Against the newest event that changed the row, and the last comparison with the provider. */
news_age terms_age(const subscription_t *row, int64_t told_at_ms);
/* Of Stripe's word; 0: it is none that we know. */
subscription_state terms_state(const char *status);
bool terms_are_live(const subscription_t *row); /* it is paid for, or on trial */
/* Ids, state, times and price as told; what is not told stays. */
void terms_take(subscription_t *row, const stripe_subscription_t *told);
/* The license ends with the period; one that was cancelled or whose period is past stays as it is. */
pl_err terms_apply(tx_t *tx, license_t *license, const subscription_t *row);

#endif
