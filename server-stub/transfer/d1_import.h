/* SPDX-License-Identifier: Apache-2.0
 *
 * Import of a database of POSPal's licensing API before this one (store/d1.h): table by table, in chunks that share a transaction, so a
 * server that runs goes on meanwhile. A row that cannot be taken is passed over and said; a file that was taken once is taken again
 * without doubling anything, also after an import that was cut. docs/IMPORTING.md says what becomes of which row.
 */
#ifndef TRANSFER_D1_IMPORT_H
#define TRANSFER_D1_IMPORT_H

#include "licensing/admin_licenses.h"
#include "licensing/instance.h"
#include "store/d1.h"

enum {
    D1_CHUNK = 200 /* rows per transaction; of customers fewer */,
    D1_REMARKS_MAX = 1000 /* refusals, and notes, that are told one by one */
};

typedef struct {
    instance_t *instance;
    const char *brand;   /* slug */
    const char *product; /* slug: what their licenses are of */
    const char *path;
    bool dry_run; /* all is tried, and rolled back */
    bool update;  /* what differs is changed to what the file says; else it stays as it is */
} d1_order_t;

typedef struct {
    int64_t rows;
    int64_t added;
    int64_t same;
    int64_t changed; /* or only different, without update */
    int64_t left;    /* of no more use here: a session that ended */
    int64_t refused;
} d1_count_t;

typedef struct {
    d1_table table;
    const char *row; /* its id there */
    const char *text;
} d1_remark_t;

typedef struct {
    d1_count_t counts[D1_TABLES];
    d1_remark_t *refusals;
    size_t refusal_count;
    d1_remark_t *notes; /* taken, and something to know about it */
    size_t note_count;
    const char *strangers; /* what is in the file and was passed over; NULL: nothing */
} d1_report_t;

/*
 * PL_ERR_NOT_FOUND: file, brand or product; PL_ERR_DATABASE, _INVALID: the file is none, and nothing was written; PL_ERR_BUSY,
 * _DISK_FULL and the like end it in between: what the report counts is in the database.
 */
pl_err d1_import_run(pl_arena *arena, const d1_order_t *order, d1_report_t *report);
int64_t d1_report_refused(const d1_report_t *report);

/* ---- between d1_import.c, d1_customer.c and d1_record.c ---- */

typedef struct {
    pl_uuid brand_id;
    product_t product;
    const keyring_t *keyring;
    d1_t *d1;
    bool update;
    bool dry_run;
} d1_place_t;

typedef enum { D1_ADDED, D1_SAME, D1_CHANGED, D1_LEFT, D1_REFUSED } d1_outcome;

typedef struct {
    d1_outcome outcome;
    const char *note; /* NULL: none */
} d1_result_t;

/* One row, within a transaction. Any error is the row's own, or that of the database. */
pl_err d1_import_customer(tx_t *tx, const d1_place_t *place, const d1_row_t *row, d1_result_t *result);
pl_err d1_import_record(tx_t *tx, const d1_place_t *place, const d1_row_t *row, d1_result_t *result);
/* The license of a customer of theirs, by that one's token. PL_ERR_NOT_FOUND. */
pl_err d1_find_license(tx_t *tx, const d1_place_t *place, const d1_row_t *customer, license_t *license);

#endif
