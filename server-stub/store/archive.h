/* SPDX-License-Identifier: Apache-2.0
 *
 * The history that another system left, as it was there. Nothing is written here but by an import; it proves nothing, for it is outside
 * of the audit's chain.
 */
#ifndef STORE_ARCHIVE_H
#define STORE_ARCHIVE_H

#include "store/store.h"

enum { ARCHIVE_PAGE_MAX = 1000 };

typedef struct {
    pl_uuid brand_id;
    const char *source; /* "pospal-d1:audit_log" */
    const char *entry;  /* its id there */
    int64_t at_ms;      /* 0: not told */
    const char *kind;
    pl_uuid customer_id; /* nil: not known */
    const char *body;    /* a JSON object; NULL: erased */
} archive_t;

pl_err archive_put(tx_t *tx, const archive_t *row, bool *is_new);
/* Of a customer, the newest first, at most ARCHIVE_PAGE_MAX. */
pl_err archive_list(tx_t *tx, pl_uuid brand_id, pl_uuid customer_id, archive_t **rows, size_t *count);
/* What the rows about a customer say. *count: rows. */
pl_err archive_erase(tx_t *tx, pl_uuid brand_id, pl_uuid customer_id, int64_t *count);

#endif
