/* SPDX-License-Identifier: Apache-2.0
 *
 * Which machine redeemed a checkout's id. See licensing/instant_activation.h.
 */
#ifndef STORE_INSTANT_REDEMPTIONS_H
#define STORE_INSTANT_REDEMPTIONS_H

#include "store/store.h"

typedef struct {
    pl_uuid brand_id;
    const char *checkout;
    const char *machine;
} instant_redemption_t;

/* *is_its: this machine has redeemed it, now or before. */
pl_err instant_redemptions_take(tx_t *tx, const instant_redemption_t *redemption, bool *is_its);

#endif
