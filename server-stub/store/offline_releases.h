/* SPDX-License-Identifier: Apache-2.0
 *
 * Seats given back by a proof that a person carried: counted, since a restored copy of the device can't be told apart without network.
 */
#ifndef STORE_OFFLINE_RELEASES_H
#define STORE_OFFLINE_RELEASES_H

#include "store/activations.h"

/* Which is to be counted, and against what. */
typedef struct {
    pl_uuid brand_id;
    pl_uuid license_id;
    pl_uuid activation_id;
    int64_t since_ms; /* only later ones count */
    int64_t most;
} offline_release_t;

/* At tx->now_ms, if fewer than most were counted; *taken says whether. One statement: no two can take the last one. */
pl_err offline_releases_take(tx_t *tx, const offline_release_t *release, bool *taken);
pl_err offline_releases_count(tx_t *tx, const offline_release_t *release, int64_t *count);

#endif
