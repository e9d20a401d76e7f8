/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of the usage log, sealed and opened; what a transaction makes of them is in usage_log.c, usage_place.c and usage_parcel.c, which
 * alone include this (and vault.c for the schema).
 */
#ifndef PL_STATE_USAGE_ROWS_H
#define PL_STATE_USAGE_ROWS_H

#include "state/usage_log.h"

/* A place: what is bound to one activation. Numbers of reports bound to one lie beside each other. */
#define PL_USAGE_SCHEMA                                                                                                  \
    "CREATE TABLE usage_log (id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), log BLOB NOT NULL, next INTEGER NOT NULL);" \
    "CREATE TABLE usage_place (id INTEGER NOT NULL PRIMARY KEY, license TEXT NOT NULL, activation TEXT NOT NULL);"       \
    "CREATE TABLE usage_report (seq INTEGER NOT NULL PRIMARY KEY, at INTEGER NOT NULL, once BLOB,"                       \
    "                           place INTEGER NOT NULL, is_acked INTEGER NOT NULL, sealed BLOB NOT NULL);"               \
    "CREATE UNIQUE INDEX usage_once ON usage_report (once) WHERE once IS NOT NULL;"                                      \
    "CREATE INDEX usage_pending ON usage_report (seq) WHERE is_acked = 0;"                                               \
    "CREATE INDEX usage_bound ON usage_report (place, seq);"                                                             \
    "CREATE TABLE usage_meter (name BLOB NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;"

/* Why a report is set aside; 0: it is not. */
enum { PL_USAGE_UNREADABLE = 1, PL_USAGE_REFUSED = 2 };
#define PL_USAGE_SCHEMA_ASIDE                                               \
    "ALTER TABLE usage_report ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;" \
    "CREATE INDEX usage_aside ON usage_report (seq) WHERE aside > 0;"

typedef enum {
    PL_USAGE_FIND_LOG,
    PL_USAGE_MAKE_LOG,
    PL_USAGE_SET_NEXT,
    PL_USAGE_FIND_ONCE,
    PL_USAGE_INSERT,
    PL_USAGE_FIND_METER,
    PL_USAGE_PUT_METER,
    PL_USAGE_NEXT_METER,
    PL_USAGE_DROP_METER,
    PL_USAGE_FIND_PENDING,
    PL_USAGE_LIST_PENDING,
    PL_USAGE_LIST_ALL,
    PL_USAGE_FIND_LAST_PLACE,
    PL_USAGE_FIND_PLACE,
    PL_USAGE_MAKE_PLACE,
    PL_USAGE_FIND_UNBOUND,
    PL_USAGE_BIND,
    PL_USAGE_MOVE_PLACE,
    PL_USAGE_EMPTY_PLACE,
    PL_USAGE_LIST_OF_PLACE,
    PL_USAGE_FIND_FROM,
    PL_USAGE_FIND_KEPT,
    PL_USAGE_SET_ASIDE,
    PL_USAGE_TAKE_UP,
    PL_USAGE_COUNT,
    PL_USAGE_ACK,
    PL_USAGE_UNACK,
    PL_USAGE_DROP_BEFORE,
    PL_USAGE_UNBIND,
    PL_USAGE_UNBIND_PENDING,
    PL_USAGE_PRUNE,
    PL_USAGE_STATEMENTS
} pl_usage_statement;

struct pl_usage_log {
    pl_db *db;
    bool is_own; /* the database: in memory */
    uint8_t key[32];
    pl_db_statement *statements[PL_USAGE_STATEMENTS];
};

/* A meter's sums. */
typedef struct {
    pl_usage_sum sum;
    uint64_t license; /* of used and allowed: the beginning of its id's digest; 0: none */
} pl_usage_meter;

pl_err pl_usage_rows_prepare(pl_usage_log *log);

/* Columns id, license, activation into the parcel. PL_ERR_NOT_FOUND. */
pl_err pl_usage_place_read(pl_db_statement *select, pl_usage_parcel *parcel);
/* The place of what the holder uses now, into which also goes what is bound to nothing yet; 0: nothing is held. */
pl_err pl_usage_place_choose(pl_usage_log *log, const pl_usage_holder *holder, int64_t *place);
/* A place of what waits for the license's next activation. */
pl_err pl_usage_place_wait(pl_usage_log *log, const char *license_id, int64_t *place);
/* Binds what waits for an activation of the holder's license, and what waits for any. */
pl_err pl_usage_place_bind(pl_usage_log *log, const pl_usage_holder *holder);

uint64_t pl_usage_license_mark(const char *license_id); /* 0 for NULL */

/* PL_ERR_NOT_FOUND; PL_ERR_SIGNATURE where somebody altered it. The meter's name lives in the arena. */
pl_err pl_usage_meter_read(pl_usage_log *log, const char *name, pl_usage_meter *meter);
pl_err pl_usage_meter_write(pl_usage_log *log, const char *name, const pl_usage_meter *meter);
/* Reads columns seq, sealed of the row that stands there; its number also where it can't be opened. */
pl_err pl_usage_report_read(pl_usage_log *log, pl_db_statement *row, pl_arena *arena, pl_usage_report *report);
pl_err pl_usage_report_insert(pl_usage_log *log, const pl_usage_report *report, const char *idempotency, int64_t place);
/* All pending sums anew, from the reports themselves. What the validator said of a meter stays. */
pl_err pl_usage_pending_count(pl_usage_log *log);
/* Adds to what waits of a meter; a meter that is new begins with it. */
pl_err pl_usage_pending_add(pl_usage_log *log, const char *name, int64_t amount);
/* Whether an idempotency is known. */
pl_err pl_usage_once_find(pl_usage_log *log, const char *idempotency, bool *is_known);
/* PL_ERR_NOT_FOUND, or the first column of the one row. No parameters but those bound. */
pl_err pl_usage_number(pl_db_statement *select, int64_t *number);

#endif
