/* SPDX-License-Identifier: Apache-2.0
 *
 * The routes of POSPal's licensing API that are about money, and what those share that ask the payment provider. They are KIND_SLOW: no
 * transaction is open while somebody else is waited for.
 */
#ifndef POSPAL_API_POSPAL_MONEY_H
#define POSPAL_API_POSPAL_MONEY_H

#include "api/pospal.h"
#include "billing/customers.h"

extern const endpoint_t pospal_webhook;
extern const endpoint_t pospal_pricing;
extern const endpoint_t pospal_create_checkout;
extern const endpoint_t pospal_create_portal;
extern const endpoint_t pospal_customer_portal;
extern const endpoint_t pospal_invoice_refund;

/* A call's means: whose provider it is, how it is reached, and a store to write into. about lives as long as it. */
typedef struct {
    tx_t about;
    inbox_t work;
    billing_account_t account;
} pospal_money_t;

/* Reads the account in a transaction of its own. money must not move afterwards. */
pl_err pospal_money_open(tx_t *tx, const pospal_call_t *call, pospal_money_t *money);

#endif
