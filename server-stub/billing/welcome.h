/* SPDX-License-Identifier: Apache-2.0
 *
 * What whoever bought is told: the key, once for the subscription; where the vendor has stopped the license, a person of the vendor's is.
 */
#ifndef BILLING_WELCOME_H
#define BILLING_WELCOME_H

#include "billing/letters.h"

/* After the license's standing. invoice NULL: none. Nothing for one that is beside. */
pl_err welcome_order(tx_t *tx, const billing_scope_t *scope, const purchase_t *bought, const stripe_invoice_t *invoice);

#endif
