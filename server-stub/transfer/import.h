/* SPDX-License-Identifier: Apache-2.0
 *
 * Import: the rows of a file, in the mapping's words, become customers and licenses. Some hundred rows share a transaction, so a server
 * that runs goes on meanwhile; a row that cannot be taken is passed over and said, and a file that was taken once is taken again without
 * doubling anything, also after an import that was cut.
 */
#ifndef TRANSFER_IMPORT_H
#define TRANSFER_IMPORT_H

#include "licensing/admin_licenses.h"
#include "licensing/instance.h"
#include "transfer/mapping.h"

enum { IMPORT_CHUNK = 200 /* rows per transaction */, IMPORT_REFUSALS_MAX = 1000 /* that a report tells one by one */ };

typedef struct {
    instance_t *instance;
    const char *brand; /* slug */
    const mapping_t *mapping;
    pl_span text;   /* the file, with a NUL behind it */
    bool dry_run;   /* all is tried, and rolled back */
    bool update;    /* what differs is changed to what the file says; else it stays as it is */
    bool no_events; /* webhooks hear nothing of it */
} import_order_t;

typedef struct {
    int64_t line;
    const char *reason;
} import_refusal_t;

typedef struct {
    int64_t rows;
    int64_t added;
    int64_t same;
    int64_t changed; /* or only different, without update */
    int64_t refused;
    int64_t shared; /* of licenses: another brand has the key too */
    import_refusal_t *refusals;
    size_t refusal_count;
} import_report_t;

/*
 * The file is looked through before anything is written: PL_ERR_MALFORMED, PL_ERR_TOO_LARGE and PL_ERR_INVALID (a column is missing)
 * mean that nothing was. PL_ERR_NOT_FOUND for the brand; PL_ERR_BUSY, _DISK_FULL
 * and the like end it in between: what the report counts is in the database.
 */
pl_err import_run(pl_arena *arena, const import_order_t *order, import_report_t *report);

/* ---- between import.c, import_row.c and import_seat.c ---- */

typedef struct {
    pl_uuid brand_id;
    const keyring_t *keyring;
    bool update;
} import_place_t;

typedef enum { ROW_ADDED, ROW_SAME, ROW_CHANGED, ROW_REFUSED } row_outcome;

/* One row, within a transaction: ADDED, SAME or CHANGED; any error is the row's own, or that of the database. */
pl_err import_customer(tx_t *tx, const import_place_t *place, const import_row_t *row, row_outcome *outcome);
pl_err import_license(tx_t *tx, const import_place_t *place, const import_row_t *row, row_outcome *outcome);
/* Another brand has the key too: the product's clients then have to name theirs. */
pl_err import_key_is_shared(tx_t *tx, const import_place_t *place, const import_row_t *row, bool *is_shared);
pl_err import_seat(tx_t *tx, const import_place_t *place, const import_row_t *row, row_outcome *outcome);
/* The license that a row's key and product name. PL_ERR_NOT_FOUND; PL_ERR_INVALID for an unknown product. */
pl_err import_find_license(tx_t *tx, const import_place_t *place, const import_row_t *row, product_t *product,
                           license_t *license);

#endif
