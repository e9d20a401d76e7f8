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

/* Which seat a request that was carried here got. The latest OFFLINE_ANSWERS_KEPT of an activation are kept: a device has 8 open at most. */
enum { OFFLINE_ANSWERS_KEPT = 64 };

typedef struct {
    pl_uuid brand_id;
    uint8_t digest[PL_DIGEST_SIZE]; /* of the request */
    pl_uuid license_id;
    pl_uuid activation_id;
} offline_answer_t;

pl_err offline_answers_find(tx_t *tx, offline_answer_t *answer); /* by brand and digest; PL_ERR_NOT_FOUND */
pl_err offline_answers_put(tx_t *tx, const offline_answer_t *answer);

#endif
