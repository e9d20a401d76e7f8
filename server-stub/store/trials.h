/* SPDX-License-Identifier: Apache-2.0
 *
 * Trials: which device had one of which product.
 */
#ifndef STORE_TRIALS_H
#define STORE_TRIALS_H

#include "license/fingerprint.h"
#include "store/store.h"

typedef struct {
    pl_uuid brand_id;
    pl_uuid product_id;
    pl_uuid license_id;
    pl_fingerprint fingerprint;
    int64_t started_at_ms;
} trial_t;

pl_err trials_insert(tx_t *tx, const trial_t *trial);
/* Those of brand and product of like that have a hardware component's value of like's fingerprint, the oldest first. */
pl_err trials_find_alike(tx_t *tx, const trial_t *like, trial_t **trials, size_t *count);
/* How many began after that time. */
pl_err trials_count_since(tx_t *tx, pl_uuid brand_id, pl_uuid product_id, int64_t since_ms, int64_t *count);

#endif
