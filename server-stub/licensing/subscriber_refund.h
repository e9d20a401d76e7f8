/* SPDX-License-Identifier: Apache-2.0
 *
 * A subscriber asks for a refund: written down for the operator, who decides (docs/OPERATING.md), and told to the brand's support by mail.
 */
#ifndef LICENSING_SUBSCRIBER_REFUND_H
#define LICENSING_SUBSCRIBER_REFUND_H

#include "licensing/subscriber.h"
#include "store/refund_requests.h"

typedef struct {
    const char *reason;
    const char *details; /* NULL: none */
    const char *invoice; /* the provider's; NULL: not told */
} refund_wish_t;

/* Asked again while one for that invoice is pending: nothing is written. The license is this transaction's (subscriber_find). */
pl_err subscriber_ask_refund(tx_t *tx, const keyring_t *keyring, const subscriber_t *subscriber, const refund_wish_t *wish);

#endif
