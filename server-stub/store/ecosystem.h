/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions across brands, for the operator. Nothing is changed here.
 */
#ifndef STORE_ECOSYSTEM_H
#define STORE_ECOSYSTEM_H

#include "store/brands.h"
#include "store/customers.h"

enum { ECOSYSTEM_COUNT_MAX = 1000000 /* rows of a kind, of one brand, that are counted */ };

typedef struct {
    int64_t products;
    int64_t customers;
    int64_t activations; /* live */
    int64_t licenses;
    int64_t suspended; /* of them; now */
    int64_t cancelled; /* the same */
    int64_t ended;     /* neither suspended nor cancelled, and past their end */
} brand_counts_t;

/* By id, after one (nil: from the start). */
pl_err ecosystem_brands(tx_t *tx, pl_uuid after, int64_t limit, brand_t **brands, size_t *count);
pl_err ecosystem_count(tx_t *tx, pl_uuid brand_id, brand_counts_t *counts);
/* Of that address, by brand, one of a brand at most; from a brand on (nil: from the first). */
pl_err ecosystem_customers(tx_t *tx, const customer_t *wanted, int64_t limit, customer_t **customers, size_t *count);

#endif
