/* SPDX-License-Identifier: Apache-2.0
 *
 * A page of a list as the client's Accept asks for it: a JSON array, JSON lines (application/jsonl) or CSV (RFC 4180). Each item is written
 * as a JSON object, whatever becomes of it, so that no form can say something else than the others.
 */
#ifndef POSPAL_API_LISTING_H
#define POSPAL_API_LISTING_H

#include "api/brand.h"

typedef struct {
    const char *const *columns; /* of CSV, NULL-terminated: members, those of an object within as "customer.email" */
    size_t count;
    bool is_first; /* page: CSV has the names of the columns then, so that pages can be put one after the other */
    /* Writes the object of an item, without name. */
    pl_err (*put)(void *context, pl_json_writer *json, size_t index);
    void *context;
} listing_t;

pl_err listing_write(tx_t *tx, const brand_call_t *call, brand_reply_t *reply, const listing_t *listing);

/* A field of CSV, quoted where it must be. Text that a spreadsheet would take for a formula gets a ' in front. */
void listing_put_field(pl_buf *out, const char *text);

#endif
