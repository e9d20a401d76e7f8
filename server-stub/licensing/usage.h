/* SPDX-License-Identifier: Apache-2.0
 *
 * Usage that a device reports: stored exactly once, whatever the license is worth now, for it was used. Also when the seat was given
 * back: what was used before is told after, for USAGE_AFTER_RELEASE_DAYS, and marked in the ledger. What is refused stays on the device:
 * the answer says so, signed.
 */
#ifndef LICENSING_USAGE_H
#define LICENSING_USAGE_H

#include "licensing/device.h"

enum {
    USAGE_REPORTS_PER_DAY = 50000, /* of one activation; of a license so many for each seat */
    USAGE_LOGS_PER_DAY = 64,       /* new ones: a device makes one when its state is lost */
    USAGE_AFTER_RELEASE_DAYS = 30
};

typedef struct {
    outcome_t outcome; /* usage points to claims where reports were taken, or refused */
    pl_usage_claims claims;
} usage_outcome_t;

/* PL_ERR_UNAUTHORIZED where the proof is not the device's, or not over these reports. */
pl_err licensing_usage(tx_t *tx, const device_call_t *call, usage_outcome_t *out);
/*
 * What a license used and may use now, in the order of the meters: those of asked (NULL: none), then others by name while there is room;
 * claims->more says how many have none.
 */
pl_err licensing_usage_balances(tx_t *tx, const license_t *license, const product_t *product, const pl_usage_batch *asked,
                                pl_usage_claims *claims);
/* The same for a vendor: by name, at most USAGE_PAGE_MAX. */
pl_err licensing_usage_of(tx_t *tx, const license_t *license, const product_t *product, pl_usage_balance **balances,
                          size_t *count);

#endif
