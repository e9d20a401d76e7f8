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
    int64_t acked;    /* all up to this number are stored, or gone for good */
    int64_t forks;    /* reports that another copy of the log made */
    int64_t released; /* not of the log: how reports that come now are marked, USAGE_OF_... */
} usage_log_t;

enum { USAGE_OF_LIVE = 0, USAGE_OF_RELEASED = 1, USAGE_OF_TAKEN = 2 /* an operator took the seat away */ };

/* What came within one day. */
typedef struct {
    pl_uuid brand_id;
    pl_uuid license_id;
    pl_uuid activation_id; /* nil: of all activations of the license */
    int64_t day;           /* since 1970, UTC */
    int64_t reports;
    int64_t logs;    /* new ones */
    bool is_refused; /* it is in the audit that there were too many */
} usage_intake_t;

typedef struct {
    pl_uuid activation_id;
    pl_usage_report report;
    bool is_fork;
    int64_t released; /* USAGE_OF_... */
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
/* Of the intake's day; zeros where nothing came. */
pl_err usage_intake_find(tx_t *tx, usage_intake_t *intake);
pl_err usage_intake_put(tx_t *tx, const usage_intake_t *intake);

/* Balances of a license, in the order of their meters. */
typedef struct {
    pl_uuid brand_id;
    pl_uuid license_id;
    const char *after; /* meters behind this one; NULL: from the start */
    int64_t limit;
} usage_balance_page_t;

/* allowed is left unlimited. */
pl_err usage_balances(tx_t *tx, const usage_balance_page_t *page, pl_usage_balance **balances, size_t *count);
pl_err usage_balances_count(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, int64_t *count);
/* By balance->meter. PL_ERR_NOT_FOUND. */
pl_err usage_balance_find(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, pl_usage_balance *balance);
pl_err usage_list(tx_t *tx, const usage_page_t *page, usage_entry_t **entries, size_t *count);

#endif
