/* SPDX-License-Identifier: Apache-2.0
 *
 * Trials of programs without the library: told by a hardware id of their own, once per device and product. A trial is a license like any
 * other (licensing/trial.h). It counts from the earliest day that the program ever told as its first; a day in the future is today.
 */
#ifndef LICENSING_HARDWARE_TRIAL_H
#define LICENSING_HARDWARE_TRIAL_H

#include "licensing/admin_licenses.h"
#include "store/facades.h"
#include "store/trial_hardware.h"

enum { HARDWARE_ID_MAX = 500 };

typedef struct {
    int64_t first_run_ms; /* midnight UTC */
    int64_t expires_at_ms;
    bool is_contradicted; /* a later first run was told than the one that counts */
    bool is_blocked;      /* its license was suspended or cancelled */
} hardware_trial_t;

/*
 * SHA-256 of "<hardware id>:<salt>". The salt is the brand's setting pospal_trial_salt, failing that the brand's id; whoever changes it
 * gives every device another trial.
 */
pl_err hardware_trial_hash(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, const char *hardware_id,
                           uint8_t hash[PL_DIGEST_SIZE]);

/* Which device at which product. */
typedef struct {
    const facade_t *facade;
    uint8_t hash[PL_DIGEST_SIZE];
} trial_device_t;

/* told_ms: the first day by the program; 0: it told none. Nothing is written; a device without a trial is told what it would get. */
pl_err hardware_trial_look(tx_t *tx, const trial_device_t *device, int64_t told_ms, hardware_trial_t *trial);
/* The same, begun where there is none, and with what was told noted. PL_ERR_RATE_LIMITED: too many new ones (licensing/trial_quota.h). */
pl_err hardware_trial_register(tx_t *tx, const keyring_t *keyring, const trial_device_t *device, int64_t told_ms,
                               hardware_trial_t *trial);
/* For an import: brings one along as it was. *is_new: false where the device has one here, which stays. */
pl_err hardware_trial_bring(tx_t *tx, const keyring_t *keyring, const trial_device_t *device, const hardware_trial_t *trial,
                            bool *is_new);

#endif
