/* SPDX-License-Identifier: Apache-2.0
 *
 * What a brand sets for itself, by name. Which names there are, and what they mean, is in licensing/settings.h.
 */
#ifndef STORE_SETTINGS_H
#define STORE_SETTINGS_H

#include "store/store.h"

enum { SETTINGS_MAX = 64 /* of a brand */ };

typedef struct {
    pl_uuid brand_id;
    const char *name;
    const char *value; /* NULL: it is sealed */
    pl_span sealed;    /* empty: it is not */
    int64_t changed_at_ms;
} setting_row_t;

pl_err settings_put(tx_t *tx, const setting_row_t *row);
pl_err settings_find(tx_t *tx, pl_uuid brand_id, const char *name, setting_row_t *row); /* PL_ERR_NOT_FOUND */
pl_err settings_remove(tx_t *tx, pl_uuid brand_id, const char *name);                   /* PL_ERR_NOT_FOUND */
pl_err settings_list(tx_t *tx, pl_uuid brand_id, setting_row_t **rows, size_t *count);

#endif
