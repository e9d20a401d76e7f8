/* SPDX-License-Identifier: Apache-2.0
 *
 * The validator's database as its use cases see it: a store is one connection with every statement prepared; a tx is one transaction
 * on it, for one request. SQL is in one file per aggregate beside this one and nowhere else; each takes a tx.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "storage/db.h"
#include "store/db_postgres_pause.h"

typedef struct store store_t; /* belongs to one thread at a time */

/* What belongs to one transaction. Rows read through it live in its arena, which outlives the transaction. */
typedef struct {
    store_t *store;
    pl_arena *arena;
    int64_t now_ms;         /* the present, for everything this transaction writes; from licensing/trusted_time.h in the server */
    const char *actor;      /* who acts, for the audit: "device", "cli", ...; at most 64 characters */
    const char *address;    /* from where; NULL: unknown */
    const char *request_id; /* of the request that it is done for; NULL: none */
    const char *trace;      /* the caller's trace that the request belongs to (http/traceparent.h); NULL: none */
    bool has_no_events;     /* endpoints hear nothing of what is done: an import that asked so. The audit does */
} tx_t;

typedef struct {
    const char *database; /* the file of SQLite's, or the address of PostgreSQL's: postgres://... */
    pl_db_mode mode;      /* DB_READ_WRITE_CREATE also brings the schema up to date */
    int busy_timeout_ms;
    int connect_timeout_s;    /* PostgreSQL; 0: 5 */
    int statement_timeout_ms; /* PostgreSQL; 0: 10000 */
    postgres_pause_t *pause;  /* PostgreSQL; see db_postgres.h */
} store_options_t;

typedef pl_err (*store_work)(void *context, tx_t *tx);

/*
 * Opens the database, migrates it when the mode creates, prepares every statement: a statement that the schema does not bear fails
 * here. PL_ERR_TOO_NEW when a newer program wrote it; PL_ERR_STATE when it is older and the mode does not create; PL_ERR_NOT_FOUND when there is no
 * database, or nothing of ours in it; else as pl_db_open_sqlite and pl_db_open_postgres. now_ms is recorded with a migration.
 */
pl_err store_open(const store_options_t *options, int64_t now_ms, store_t **store);
void store_close(store_t *store); /* accepts NULL */
/* Whether other processes may use the database at the same time: it is PostgreSQL's. */
bool store_is_shared(const store_t *store);
/* Reads every page of SQLite's file: PL_ERR_DATABASE where it is damaged. PostgreSQL's own means check it. */
pl_err store_check(store_t *store);
pl_db *store_db(store_t *store); /* for the engine's group commit: begin, savepoint, commit are in storage/db.h */

/*
 * The runners. about supplies arena, now_ms, actor and address; its store is ignored. store_write runs work and commits; runs it again
 * (at most 5 times) while busy, so work has no effect outside the transaction but on context and arena. PL_OK commits, any other result
 * rolls back and is returned.
 *
 * With SQLite a writer is alone with the database from the start. With PostgreSQL it is alone with what it has locked: finding a license
 * within store_write locks it (store/licenses.h), and brands_lock stands for everything of a brand that belongs to no license. So rules
 * over several rows (seats, sessions, balances) hold on both, as long as a use case finds the license before it looks at what is the
 * license's. store_read sees one state of the database and cannot write.
 */
pl_err store_write(store_t *store, const tx_t *about, store_work work, void *context);
pl_err store_read(store_t *store, const tx_t *about, store_work work, void *context);
/* A new UUIDv7 of the transaction's present, after the last one of this store (ids.h): the audit is read in the order of its writing. */
pl_uuid store_new_id(const tx_t *tx);

#endif
