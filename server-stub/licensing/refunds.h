/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of a refund that was asked for: pending, then rejected, or approved and, once the money went back, refunded. Approving is the vendor's word
 * alone: the money moves at the payment provider.
 */
#ifndef LICENSING_REFUNDS_H
#define LICENSING_REFUNDS_H

#include "store/refund_requests.h"

/* All three write the audit. PL_ERR_STATE: it is in a state that forbids it. note: of who decides; NULL: as it was. */
pl_err refund_approve(tx_t *tx, refund_request_t *request, const char *note); /* from pending; one that is approved stays so */
pl_err refund_reject(tx_t *tx, refund_request_t *request, const char *note);  /* from pending, or approved and not yet made */
/* provider_refund: the provider's id of it. From approved, or pending: it was made there first. amount -1: not told. */
pl_err refund_settle(tx_t *tx, refund_request_t *request, const char *provider_refund, int64_t amount);

#endif
