/* SPDX-License-Identifier: Apache-2.0
 *
 * What a revocation list names, and the list that was signed last.
 */
#ifndef STORE_REVOCATIONS_H
#define STORE_REVOCATIONS_H

#include "crypto/crypto.h"
#include "store/store.h"

typedef struct {
    pl_uuid brand_id;
    int64_t epoch;
    int64_t sequence;
    uint8_t content[PL_DIGEST_SIZE]; /* digest of what it names */
    int64_t issued_at_ms;
    const char *token;
} revocation_list_t;

typedef struct {
    pl_uuid brand_id;
    int64_t since_ms; /* of activations: taken away later */
    int64_t most;
} revocation_search_t;

/* Cancelled licenses whose end, slack counted, is not past; the latest cancellation first. */
pl_err revocations_licenses(tx_t *tx, const revocation_search_t *search, pl_uuid **ids, size_t *count);
/* Activations that an operator took away; the latest first. */
pl_err revocations_activations(tx_t *tx, const revocation_search_t *search, pl_uuid **ids, size_t *count);
/* How many of both there are, without regard to most. */
pl_err revocations_count(tx_t *tx, const revocation_search_t *search, size_t *licenses, size_t *activations);

pl_err revocations_find(tx_t *tx, pl_uuid brand_id, revocation_list_t *list); /* PL_ERR_NOT_FOUND */
pl_err revocations_put(tx_t *tx, const revocation_list_t *list);              /* in place of the one before */

#endif
