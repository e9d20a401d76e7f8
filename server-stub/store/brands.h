/* SPDX-License-Identifier: Apache-2.0
 *
 * Brands: the tenants. Everything else belongs to one.
 */
#ifndef STORE_BRANDS_H
#define STORE_BRANDS_H

#include "store/store.h"

enum { BRAND_SLUG_MAX = 64, BRAND_NAME_MAX = 256 };

typedef struct {
    pl_uuid id;
    const char *slug;
    const char *name;
    int64_t created_at_ms;
} brand_t;

pl_err brands_insert(tx_t *tx, const brand_t *brand);                   /* PL_ERR_CONFLICT: the slug is taken */
pl_err brands_find_by_slug(tx_t *tx, const char *slug, brand_t *brand); /* PL_ERR_NOT_FOUND */
pl_err brands_find(tx_t *tx, pl_uuid id, brand_t *brand);
/* In a transaction that writes: from here on alone with what belongs to the brand and to no license: trials, keysets, lists. */
pl_err brands_lock(tx_t *tx, pl_uuid id);
pl_err brands_list(tx_t *tx, brand_t **brands, size_t *count); /* by slug */

#endif
