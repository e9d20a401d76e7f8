/* SPDX-License-Identifier: Apache-2.0
 *
 * A trial without a key: once per device and product. It is a license with a key like any other, of the plan "trial", made and activated
 * in one transaction; the key goes to the device sealed, and all that follows is the ordinary path. Asked again, also after a reinstall,
 * the device is given the same trial, ended or not.
 */
#ifndef LICENSING_TRIAL_H
#define LICENSING_TRIAL_H

#include "licensing/device.h"

#define TRIAL_PLAN "trial"

enum { TRIAL_DAYS_MAX = 3650, TRIALS_PER_HOUR_MAX = 1000 /* of one product: who makes devices up fills no disk */ };

typedef struct {
    outcome_t outcome; /* trial points to claims where the device has one */
    pl_trial_claims claims;
} trial_outcome_t;

/* PL_ERR_RATE_LIMITED where too many new ones were started in the last hour. */
pl_err licensing_trial(tx_t *tx, const keyring_t *keyring, const device_call_t *call, trial_outcome_t *out);

#endif
