/* SPDX-License-Identifier: Apache-2.0
 *
 * CSV as RFC 4180 writes it: records of cells, cells in quotes where they hold separators, quotes ("" for one) or line ends. Strict:
 * what is not well-formed is refused with its line, for a guess would put somebody's license under another's name.
 */
#ifndef TRANSFER_CSV_H
#define TRANSFER_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

enum { CSV_RECORD_MAX = 65536 /* bytes */, CSV_CELLS_MAX = 256 };

typedef struct {
    pl_span text;
    size_t at;
    int64_t line; /* of what comes next, from 1 */
    char separator;
} csv_t;

typedef struct {
    const char **cells; /* NUL-terminated, in the arena it was read with */
    size_t count;
    int64_t line; /* where it begins */
} csv_record_t;

/* Passes over a byte order mark. The text is borrowed. */
void csv_init(csv_t *csv, pl_span text, char separator);
/* The next record; empty lines are passed over. *more: there was one. PL_ERR_MALFORMED, _TOO_LARGE: the detail names the line. */
pl_err csv_next(csv_t *csv, pl_arena *arena, csv_record_t *record, bool *more);
/* Appends one record with its line end (CRLF); NULL cells are empty. */
void csv_write(pl_buf *out, const char *const *cells, size_t count);

#endif
