/* SPDX-License-Identifier: Apache-2.0
 *
 * Counts for the operator's report. Each walks an index over a span of time or a part of a table that is small, or stops at
 * TALLY_ROWS_MAX rows: so many means so many at least.
 */
#ifndef STORE_TALLIES_H
#define STORE_TALLIES_H

#include "store/store.h"

enum { TALLY_ROWS_MAX = 500000 };

/* How many of something, the oldest of them, and of which kind. */
typedef struct {
    int64_t kind;         /* a state or an action, as its table has it */
    const char *currency; /* of amounts; NULL: it counts no money */
    int64_t count;
    int64_t amount;
    int64_t refunded;
    int64_t oldest_ms; /* 0: none */
} tally_row_t;

typedef struct {
    tally_row_t *rows;
    size_t count;
} tallies_t;

/* Of a brand, from since_ms on. */
typedef struct {
    pl_uuid brand_id;
    int64_t since_ms;
} tally_span_t;

typedef enum {
    TALLY_SUBSCRIPTIONS,     /* all, by state */
    TALLY_NEW_SUBSCRIPTIONS, /* by state, made since */
    TALLY_PAYMENTS,          /* by state and currency, told of since */
    TALLY_AUDIT,             /* by action, since */
    TALLY_SEATS_SEEN,        /* devices and instances that were seen since */
    TALLY_LICENSES_SEEN,     /* licenses that were looked at since, by programs of another system's shape */
    TALLY_INBOX_WAITING,     /* all; oldest by receipt */
    TALLY_INBOX,             /* by state, received since */
    TALLY_MAIL_WAITING,      /* all; oldest by making */
    TALLY_MAIL,              /* by state, made since */
    TALLY_REFUNDS_OPEN,      /* pending and approved, by state */
    TALLY_ENDING,            /* licenses whose end is after since and within 30 days of it */
    TALLY_UNSEALED,          /* rows of the audit without a seal that were written before since_ms */
    TALLY_NAMES
} tally_name;

pl_err tallies_count(tx_t *tx, tally_name name, const tally_span_t *span, tallies_t *tallies);
/* The sum over all kinds, the oldest of all. */
tally_row_t tallies_sum(const tallies_t *tallies);
/* That of one kind; zeros where there is none. */
tally_row_t tallies_of(const tallies_t *tallies, int64_t kind);
/* When the audit of a brand was sealed last; 0: never. */
pl_err tallies_sealed_at(tx_t *tx, pl_uuid brand_id, int64_t *sealed_at_ms, bool *is_signed);

#endif
