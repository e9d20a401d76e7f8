/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows of a file that is imported, CSV or JSON lines alike: a line and values by name. A file whose first character is '{' is JSON
 * lines, one object per line; names reach into it by dots, as in attributes.key.
 */
#ifndef TRANSFER_ROWS_H
#define TRANSFER_ROWS_H

#include "base/json.h"
#include "transfer/csv.h"

enum { ROWS_LINE_MAX = CSV_RECORD_MAX };

typedef struct {
    bool is_json;
    csv_t csv;
    csv_record_t header; /* CSV: the names of the columns */
    pl_span text;        /* JSON lines */
    size_t at;
    int64_t line;
} rows_t;

typedef struct {
    int64_t line;
    const rows_t *rows;
    csv_record_t record;
    const pl_json *object;
} row_t;

/*
 * Looks through the text once (UTF-8, no NUL) and reads the header. The text must end with a NUL, and outlive the rows; the header
 * lives in the arena. PL_ERR_MALFORMED, PL_ERR_TOO_LARGE: the detail names the line.
 */
pl_err rows_open(rows_t *rows, pl_arena *arena, pl_span text, char separator);
pl_err rows_next(rows_t *rows, pl_arena *arena, row_t *row, bool *more);
/* False for a column that a CSV file does not have. */
bool rows_may_have(const rows_t *rows, const char *name);
/* NULL where it is absent, empty or null; numbers and yes or no as JSON writes them. PL_ERR_INVALID for an object or array. */
pl_err row_text(const row_t *row, pl_arena *arena, const char *name, const char **text);

#endif
