/* SPDX-License-Identifier: Apache-2.0
 *
 * One subscription against what the provider says of it: for reconcile.c alone.
 */
#ifndef BILLING_MENDING_H
#define BILLING_MENDING_H

#include "billing/reconcile.h"

typedef struct {
    const reconcile_t *order;
    reconcile_report_t *report;
    billing_account_t account;
} mending_t;

/* A row of ours. An error ends the whole comparison; what concerns this one alone is told and counted. */
pl_err mending_compare(mending_t *mending, const subscription_t *row);
/* A subscription of the provider's: bought, paid and not known here. */
pl_err mending_find(mending_t *mending, const pl_json *json);
/* An event of the provider's that no endpoint took. */
pl_err mending_take_event(mending_t *mending, const pl_json *json);

#endif
