/* SPDX-License-Identifier: Apache-2.0
 *
 * The thread that goes on with events that failed, compares subscriptions with the provider, and forgets what is old. Of several processes
 * on one database one compares, by a lease; events are held one by one.
 */
#ifndef BILLING_BILLER_H
#define BILLING_BILLER_H

#include "base/log.h"
#include "billing/reconcile.h"

typedef struct {
    billing_t *billing;
    store_t *store; /* writes; the thread's from now on, closed by the owner after biller_stop */
    keys_t *keys;
    int64_t compare_ms;                            /* all are compared so often; 0: only those that must be */
    pl_err (*now)(void *context, int64_t *now_ms); /* the trusted time */
    void *context;
    pl_log log;
} biller_options_t;

typedef struct biller biller_t;

pl_err biller_start(const biller_options_t *options, biller_t **biller);
/* billing_end comes before it. Accepts NULL. */
void biller_stop(biller_t *biller);

/* The product that what is bought of a brand is a license of, where its addresses are bound to one alone; else nil. */
pl_err billing_find_product(tx_t *tx, pl_uuid brand_id, pl_uuid *product_id);

#endif
