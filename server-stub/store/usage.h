/* SPDX-License-Identifier: Apache-2.0
 *
 * Usage: a ledger that only grows, how far each device's log has come, and what each license has used of each meter.
 */
#ifndef STORE_USAGE_H
#define STORE_USAGE_H

#include "license/usage.h"
#include "store/store.h"

enum { USAGE_PAGE_MAX = 500 };

/* A log of one activation. */
typedef struct {
    pl_uuid brand_id;
    pl_uuid license_id;
    pl_uuid activation_id;
    uint8_t log[PL_USAGE_ID_SIZE];
    int64_t acked; /* all up to this number are stored, or gone for good */
    int64_t forks; /* reports that another copy of the log made */
} usage_log_t;

typedef struct {
    pl_uuid activation_id;
    pl_usage_report report;
    bool is_fork;
    int64_t received_at_ms;
} usage_entry_t;

/* Where a page begins; the last entry of the page before, zeros: from the start. */
typedef struct {
    pl_uuid brand_id;
    pl_uuid license_id;
    const char *meter; /* NULL: any */
    int64_t after;     /* so many entries are passed over */
    int64_t limit;     /* at most USAGE_PAGE_MAX */
} usage_page_t;

/* By its ids; fills in acked and forks. PL_ERR_NOT_FOUND. */
pl_err usage_log_find(tx_t *tx, usage_log_t *log);
pl_err usage_log_put(tx_t *tx, const usage_log_t *log);

typedef enum { USAGE_REPEATED, USAGE_ADDED, USAGE_FORKED } usage_added;

/* Adds a report to ledger and balance, unless it is there. */
pl_err usage_add(tx_t *tx, const usage_log_t *log, const pl_usage_report *report, usage_added *added);
/* The number up to which nothing is missing after acked; *last is the highest there is. */
pl_err usage_count_on(tx_t *tx, const usage_log_t *log, int64_t *acked, int64_t *last);
/* allowed is left unlimited. By meter; at most PL_USAGE_BALANCES_MAX. */
pl_err usage_balances(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, pl_usage_balance **balances, size_t *count);
pl_err usage_list(tx_t *tx, const usage_page_t *page, usage_entry_t **entries, size_t *count);

#endif
