/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose a subscription is: several brands, and what has nothing to do with us, may share one account at the provider.
 */
#ifndef BILLING_ORIGIN_H
#define BILLING_ORIGIN_H

#include "billing/effects.h"

/* By what our checkout wrote into it; where that is missing, by its price. Names the product in the scope where it is told. */
pl_err origin_is_ours(tx_t *tx, billing_scope_t *scope, const stripe_subscription_t *told, bool *is_ours);

#endif
