/* SPDX-License-Identifier: Apache-2.0
 *
 * How it goes: the weekly and monthly checks of who runs the validator as one list, each with what was found and whether it needs a look.
 * Reads only, by indices or up to a bound (store/tallies.h). docs/OPERATING.md lists the checks.
 */
#ifndef LICENSING_REPORT_H
#define LICENSING_REPORT_H

#include "store/brands.h"

enum { REPORT_LINES_MAX = 64, REPORT_BACKUP_HOURS = 36 /* older than that it needs a look */ };

typedef struct {
    const char *check;  /* "mail_failed" */
    const char *value;  /* for people */
    int64_t number;     /* for programs; -1: it is no number */
    const char *advice; /* what to do; NULL: nothing, it is in order */
} report_line_t;

typedef struct {
    report_line_t lines[REPORT_LINES_MAX];
    size_t count;
    size_t attention; /* lines with advice */
} report_t;

/* Adds the checks of one brand, from since_ms on. */
pl_err report_brand(tx_t *tx, const brand_t *brand, int64_t since_ms, report_t *report);
/* Adds those of the installation. size_bytes: of the database; -1: not known. is_shared: it is PostgreSQL's. */
pl_err report_installation(tx_t *tx, int64_t size_bytes, bool is_shared, report_t *report);

#endif
