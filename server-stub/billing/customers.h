/* SPDX-License-Identifier: Apache-2.0
 *
 * A customer at the provider, for one of ours.
 */
#ifndef BILLING_CUSTOMERS_H
#define BILLING_CUSTOMERS_H

#include "billing/inbox.h"

typedef struct {
    const license_t *license;
    const char *email;
    const char *name;  /* NULL: none */
    const char *known; /* its id at the provider, as far as we know; NULL */
} customer_wish_t;

/*
 * Its id at the provider: the one that is known and there, the one of that address, or a new one; remembered with the license's
 * subscription. With no transaction open. PL_ERR_PAYMENTS_DOWN, _REFUSED.
 */
pl_err billing_ensure_customer(const inbox_t *work, stripe_t *stripe, const customer_wish_t *wish, const char **id);

#endif
