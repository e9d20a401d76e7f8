/* SPDX-License-Identifier: Apache-2.0
 *
 * Usage that a device reports: stored exactly once, whatever the license is worth now, for it was used. Also when the seat was given
 * back: what was used before is told after.
 */
#ifndef LICENSING_USAGE_H
#define LICENSING_USAGE_H

#include "licensing/device.h"

typedef struct {
    outcome_t outcome; /* usage points to claims where reports were taken */
    pl_usage_claims claims;
} usage_outcome_t;

/* PL_ERR_UNAUTHORIZED where the proof is not the device's, or not over these reports. */
pl_err licensing_usage(tx_t *tx, const device_call_t *call, usage_outcome_t *out);
/* What a license used of each meter and may use now. */
pl_err licensing_usage_balances(tx_t *tx, const license_t *license, const product_t *product, pl_usage_claims *claims);

#endif
