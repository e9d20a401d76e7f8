/* SPDX-License-Identifier: Apache-2.0
 *
 * Activation straight after a purchase, by the checkout's id in place of the unlock token, which the answer brings along. The id travels in
 * the address of a web page, so it is good for little: within an hour of the purchase, and for the first machine that redeems it, which may
 * do so again within that hour.
 */
#ifndef LICENSING_INSTANT_ACTIVATION_H
#define LICENSING_INSTANT_ACTIVATION_H

#include "licensing/subscriber_machine.h"

enum { INSTANT_ACTIVATION_S = 3600 };

typedef struct {
    const facade_t *facade;
    const char *checkout;
    const char *email;
    machine_t machine;
} instant_order_t;

typedef struct {
    subscriber_t subscriber;
    machine_change change;
    const char *token; /* the license key */
} instant_t;

/* PL_ERR_NOT_FOUND: no such purchase of that address, too long ago, another machine's, or its license is not active. Writes. */
pl_err instant_activation(tx_t *tx, const instant_order_t *order, instant_t *out);

#endif
