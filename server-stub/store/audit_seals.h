/* SPDX-License-Identifier: Apache-2.0
 *
 * The seals of the audit, and the rows as sealing and checking see them. What a hash is made of is in licensing/audit_chain.h.
 */
#ifndef STORE_AUDIT_SEALS_H
#define STORE_AUDIT_SEALS_H

#include "store/audit.h"

enum { AUDIT_SEAL_ROWS_MAX = 1000, AUDIT_SEAL_ENTRY_SIZE = 16 + PL_DIGEST_SIZE, AUDIT_SEAL_BRANDS_MAX = 64 };

typedef struct {
    pl_uuid brand_id;
    int64_t sequence; /* from 1 */
    pl_uuid first_id;
    pl_uuid last_id;
    int64_t row_count;
    pl_span rows; /* of each row, in the order of ids: id and digest */
    int64_t sealed_at_ms;
    uint8_t hash[PL_DIGEST_SIZE];
    const char *checkpoint; /* NULL: none */
} audit_seal_t;

/* Brands that have rows without a seal, AUDIT_SEAL_BRANDS_MAX at most. */
pl_err audit_unsealed_brands(tx_t *tx, pl_uuid **brands, size_t *count);
/* The oldest of them, AUDIT_SEAL_ROWS_MAX at most, in the order of ids. */
pl_err audit_unsealed_rows(tx_t *tx, pl_uuid brand_id, audit_t **rows, size_t *count);
/*
 * Inserts the seal and writes its number into its rows. PL_ERR_BUSY where other rows appeared among them meanwhile: then nothing holds,
 * and the transaction is to be run again. PL_ERR_CONFLICT: the number is taken.
 */
pl_err audit_seal_insert(tx_t *tx, const audit_seal_t *seal);
/* PL_ERR_NOT_FOUND. */
pl_err audit_seal_newest(tx_t *tx, pl_uuid brand_id, audit_seal_t *seal);
/* The next one after a sequence; 0: the first. PL_ERR_NOT_FOUND at the end. */
pl_err audit_seal_after(tx_t *tx, pl_uuid brand_id, int64_t sequence, audit_seal_t *seal);
/* The rows that say to be in the seal, within its ids; AUDIT_SEAL_ROWS_MAX + 1 at most. */
pl_err audit_seal_rows(tx_t *tx, const audit_seal_t *seal, audit_t **rows, size_t *count);
/* A row that says to be in a seal which there is not, or which has no room for its id. PL_ERR_NOT_FOUND: none, as it should be. */
pl_err audit_stray_row(tx_t *tx, pl_uuid brand_id, audit_t *row);
/* Takes addresses and salts out of the rows about a target, for good. *count: rows. */
pl_err audit_erase(tx_t *tx, pl_uuid brand_id, pl_uuid target, int64_t *count);

#endif
