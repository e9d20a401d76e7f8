/* SPDX-License-Identifier: Apache-2.0
 *
 * The seats of a license as people see them: page by page, without fingerprints and keys. Devices find theirs by activations.h.
 */
#ifndef STORE_ACTIVATION_PAGES_H
#define STORE_ACTIVATION_PAGES_H

#include "store/activations.h"

typedef struct {
    pl_uuid brand_id;
    pl_uuid license_id;
    pl_uuid id;
    seat_kind kind;
    const char *identifier;  /* NULL: a device */
    const char *metadata;    /* of an instance, a JSON object; NULL: none */
    pl_uuid instance_id;     /* nil: not told */
    const char *device_name; /* NULL: not told */
    int64_t validated_at_ms; /* last seen, a minute exact */
    int64_t released_at_ms;  /* 0: live */
    int64_t taken_at_ms;     /* released by the vendor then; 0: it was not */
} activation_row_t;

typedef struct {
    pl_uuid brand_id;
    pl_uuid license_id;
    pl_uuid after;          /* nil: from the start */
    bool is_live, is_ended; /* which; both: all */
    int64_t limit;
} activation_page_t;

/* The oldest first. */
pl_err activation_pages_list(tx_t *tx, const activation_page_t *page, activation_row_t **rows, size_t *count);
/* brand_id, license_id and id are given. PL_ERR_NOT_FOUND. */
pl_err activation_pages_find(tx_t *tx, activation_row_t *row);
/* How many live ones of the license are as old as that of the page's after, or older. */
pl_err activation_pages_count_before(tx_t *tx, const activation_page_t *page, int64_t *count);
/*
 * The live one that was silent for longest, if it was not seen since and no answer to it holds, carried or not: brand_id and license_id are
 * given. PL_ERR_NOT_FOUND.
 */
pl_err activation_pages_find_silent(tx_t *tx, int64_t since_ms, activation_row_t *row);

#endif
