/* SPDX-License-Identifier: Apache-2.0
 *
 * A trial without a key: once per device and product. It is a license with a key like any other, of the plan "trial", made and activated
 * in one transaction; the key goes to the device sealed, and all that follows is the ordinary path. Asked again, also after a reinstall,
 * the device is given the same trial, ended or not. A trial that was sold since is given only to a device that has the device key of one of
 * its seats; any other is told that there is no trial for it.
 */
#ifndef LICENSING_TRIAL_H
#define LICENSING_TRIAL_H

#include "licensing/device.h"

#define TRIAL_PLAN "trial"

enum { TRIAL_DAYS_MAX = 3650 };

typedef struct {
    outcome_t outcome; /* trial points to claims where the device has one */
    pl_trial_claims claims;
} trial_outcome_t;

/* PL_ERR_RATE_LIMITED where too many new ones were started in the last hour, see trial_quota.h. */
pl_err licensing_trial(tx_t *tx, const keyring_t *keyring, const device_call_t *call, trial_outcome_t *out);

#endif
