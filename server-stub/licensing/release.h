/* SPDX-License-Identifier: Apache-2.0
 *
 * Releases: kept by the operator, and told to devices with whether their license allows them.
 */
#ifndef LICENSING_RELEASE_H
#define LICENSING_RELEASE_H

#include "licensing/device.h"
#include "store/releases.h"

typedef struct {
    outcome_t outcome; /* release points to claims where the channel has one */
    pl_release_claims claims;
} release_outcome_t;

/*
 * The newest release of the channel that the license allows; where that is none, or none newer than the program that asks, the newest of
 * all, as not allowed. A license that is not good, or not on this device, allows none.
 */
pl_err licensing_release_check(tx_t *tx, const device_call_t *call, release_outcome_t *out);

/* For the operator; release: brand, product and the texts; published_at_ms 0: now. PL_ERR_INVALID, _CONFLICT. */
pl_err admin_release_add(tx_t *tx, release_t *release);
pl_err admin_release_withdraw(tx_t *tx, const release_t *release); /* PL_ERR_NOT_FOUND */

#endif
