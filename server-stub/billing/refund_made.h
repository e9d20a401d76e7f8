/* SPDX-License-Identifier: Apache-2.0
 *
 * An approved refund is made at the payment provider, and noted (licensing/refunds.h). Asked again it is the same refund: the provider
 * knows it by our request's id.
 */
#ifndef BILLING_REFUND_MADE_H
#define BILLING_REFUND_MADE_H

#include "billing/accounts.h"
#include "store/refund_requests.h"

/*
 * request: as it was read, approved. PL_ERR_STATE: it names no invoice, or nothing was paid; PL_ERR_PAYMENTS_UNSET, _DOWN, _REFUSED: then
 * it stays approved. Blocks: network. Not on a loop, nor within a transaction.
 */
pl_err refund_make(billing_t *billing, store_t *store, const tx_t *about, const keyring_t *keyring, refund_request_t *request);

#endif
