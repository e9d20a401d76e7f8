/* SPDX-License-Identifier: Apache-2.0
 *
 * Subscriptions: how a license is paid for, as its provider told: by one at most. Others of it are beside: replaced, or bought while that one
 * was live.
 */
#ifndef STORE_SUBSCRIPTIONS_H
#define STORE_SUBSCRIPTIONS_H

#include "store/store.h"

enum { PROVIDER_ID_MAX = 255, SUBSCRIPTIONS_PAGE_MAX = 200, SUBSCRIPTIONS_BESIDE_MAX = 20 };

/* Stored as numbers: append only. */
typedef enum {
    SUBSCRIPTION_NONE = 1, /* a customer of the provider, without one */
    SUBSCRIPTION_ACTIVE = 2,
    SUBSCRIPTION_TRIALING = 3,
    SUBSCRIPTION_PAST_DUE = 4, /* a payment failed */
    SUBSCRIPTION_PAUSED = 5,
    SUBSCRIPTION_CANCELLED = 6,
    SUBSCRIPTION_INCOMPLETE = 7 /* the first payment is not there yet, or never came */
} subscription_state;

typedef struct {
    pl_uuid brand_id;
    pl_uuid id;
    pl_uuid license_id;
    pl_uuid customer_id;
    const char *provider;          /* "stripe" */
    const char *provider_customer; /* NULL: not known, these three */
    const char *provider_subscription;
    const char *provider_checkout;
    subscription_state state;
    bool ends_with_period;
    int64_t period_start_ms; /* 0: not known, these three */
    int64_t period_end_ms;
    int64_t next_billing_at_ms;
    int64_t amount;       /* minor units; -1: not known */
    const char *currency; /* NULL: not known */
    int64_t failures;
    int64_t begun_at_ms;    /* when it was bought, by the provider's clock; 0: not known */
    int64_t told_at_ms;     /* the provider's time of the newest event that changed it */
    int64_t compared_at_ms; /* 0: never, or it must be */
    bool is_beside;         /* another one is what the license is paid for by */
    int64_t version;
    int64_t created_at_ms;
} subscription_t;

pl_err subscriptions_insert(tx_t *tx,
                            const subscription_t *subscription); /* PL_ERR_CONFLICT: the license has one that is not beside */
/* Writes all but license and times of creation; raises the version. PL_ERR_CHANGED: somebody was first. */
pl_err subscriptions_change(tx_t *tx, subscription_t *subscription);

/* PL_ERR_NOT_FOUND. In a transaction that writes, the row is then this transaction's alone. By license: the one that it is paid for by. */
pl_err subscriptions_find_by_license(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, subscription_t *subscription);
pl_err subscriptions_find_by_provider(tx_t *tx, pl_uuid brand_id, const char *provider, const char *provider_subscription,
                                      subscription_t *subscription);
/* The newest of them first, at most SUBSCRIPTIONS_BESIDE_MAX. */
pl_err subscriptions_list_beside(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, subscription_t **subscriptions, size_t *count);
/* The newest of a provider's customer. */
pl_err subscriptions_find_by_provider_customer(tx_t *tx, pl_uuid brand_id, const char *provider, const char *provider_customer,
                                               subscription_t *subscription);
pl_err subscriptions_find_by_checkout(tx_t *tx, pl_uuid brand_id, const char *provider, const char *provider_checkout,
                                      subscription_t *subscription);
/* Those not compared with the provider since before_ms, the longest first; at most SUBSCRIPTIONS_PAGE_MAX. */
pl_err subscriptions_list_uncompared(tx_t *tx, pl_uuid brand_id, int64_t before_ms, subscription_t **subscriptions,
                                     size_t *count);

/* Live ones that go on and are charged after now, until until_ms at the latest, and whose customers were not told of that yet: the next
   first, at most SUBSCRIPTIONS_PAGE_MAX. */
pl_err subscriptions_list_unreminded(tx_t *tx, pl_uuid brand_id, int64_t until_ms, subscription_t **subscriptions, size_t *count);
/* Of its next charge its customer is told. */
pl_err subscriptions_note_reminded(tx_t *tx, const subscription_t *subscription);

#endif
