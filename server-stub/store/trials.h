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
    int64_t sold_at_ms;  /* its license was renewed: a sale; 0: a trial */
    const char *address; /* written only: the network that it was started from, kept for an hour; NULL: not told */
} trial_t;

pl_err trials_insert(tx_t *tx, const trial_t *trial);
/* Those of brand and product of like that have a hardware component's value of like's fingerprint, the oldest first. */
pl_err trials_find_alike(tx_t *tx, const trial_t *like, trial_t **trials, size_t *count);
/* How many began after that time. */
pl_err trials_count_since(tx_t *tx, pl_uuid brand_id, pl_uuid product_id, int64_t since_ms, int64_t *count);
/* How many of them from of->address; forgets the addresses of older ones. */
pl_err trials_count_from(tx_t *tx, const trial_t *of, int64_t since_ms, int64_t *count);
/* By brand, product and license; fills in sold_at_ms. PL_ERR_NOT_FOUND. */
pl_err trials_find(tx_t *tx, trial_t *trial);
/* The trial of that license, if it is one, is a sale from now on. */
pl_err trials_sell(tx_t *tx, pl_uuid brand_id, pl_uuid product_id, pl_uuid license_id);

#endif
