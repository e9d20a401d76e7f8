/* SPDX-License-Identifier: Apache-2.0
 *
 * Trials by the hash of a hardware id that a program without the library told. The trial itself is store/trials.h's.
 */
#ifndef STORE_TRIAL_HARDWARE_H
#define STORE_TRIAL_HARDWARE_H

#include "crypto/crypto.h"
#include "store/store.h"

typedef struct {
    pl_uuid brand_id;
    pl_uuid product_id;
    uint8_t hash[PL_DIGEST_SIZE];
    pl_uuid license_id;
    int64_t first_run_ms;       /* midnight UTC of the earliest day that was told */
    int64_t contradicted_at_ms; /* a later first run was told; 0: not */
} trial_hardware_t;

/* By brand, product and hash. PL_ERR_NOT_FOUND. */
pl_err trial_hardware_find(tx_t *tx, trial_hardware_t *trial);
/* The trial is there already. PL_ERR_CONFLICT: the hash has one. */
pl_err trial_hardware_insert(tx_t *tx, const trial_hardware_t *trial);
/* Writes first_run and contradicted_at. */
pl_err trial_hardware_change(tx_t *tx, const trial_hardware_t *trial);

#endif
