/* SPDX-License-Identifier: Apache-2.0
 *
 * Replies by Idempotency-Key: the reply to a write is kept in the transaction of that write, and given again when it is repeated.
 */
#ifndef STORE_IDEMPOTENCY_H
#define STORE_IDEMPOTENCY_H

#include "crypto/crypto.h"
#include "store/store.h"

enum { IDEMPOTENCY_WORD_MAX = 255, IDEMPOTENCY_REPLY_MAX = 256 * 1024, IDEMPOTENCY_DAYS = 7, IDEMPOTENCY_SWEEP = 500 };

typedef struct {
    pl_uuid brand_id;
    const char *word;
    uint8_t request[PL_DIGEST_SIZE];
    int64_t status;
    pl_span reply; /* sealed */
} idempotency_t;

/* brand_id and word are given. PL_ERR_NOT_FOUND; also for one that is older than it is kept. */
pl_err idempotency_find(tx_t *tx, idempotency_t *kept);
/* Over one that is older than it is kept. PL_ERR_BUSY when another process has written it meanwhile: run the transaction again. */
pl_err idempotency_keep(tx_t *tx, const idempotency_t *kept);
/* Forgets those that are old, some hundred at a time; *more says whether there may be more. */
pl_err idempotency_sweep(tx_t *tx, bool *more);

#endif
