/* SPDX-License-Identifier: Apache-2.0
 *
 * The database facade that client and server share: a connection, statements prepared from one text for every engine ($1..$n,
 * RETURNING, ON CONFLICT), and transactions. Drivers: db_sqlite.c here, PostgreSQL in the server. A connection and its statements
 * belong to one thread at a time.
 *
 * What holds for every driver: a SELECT that ends with FOR UPDATE (OF alias) keeps its rows from other writers until the transaction ends. After
 * anything but DB_ROW and DB_DONE the transaction, or the savepoint within it, can only be rolled back. What a parameter is, is decided
 * where its number first stands in the text: CAST it there, or compare it with a column.
 */
#ifndef PL_STORAGE_DB_H
#define PL_STORAGE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "base/uuid.h"

typedef struct pl_db pl_db;
typedef struct pl_db_statement pl_db_statement;

/* What running a statement or a transaction came to; switches over it are exhaustive. */
typedef enum {
    DB_ROW,      /* a row is there: read its columns, then step again */
    DB_DONE,     /* no (further) row */
    DB_CONFLICT, /* a unique, foreign key or check constraint refused */
    DB_BUSY,     /* locked or not serializable: run the transaction again */
    DB_ERROR     /* broken; the detail is in pl_err_detail() */
} pl_db_result;

typedef enum { DB_READ_WRITE_CREATE, DB_READ_WRITE, DB_READ_ONLY } pl_db_mode;

typedef struct {
    const char *path;
    pl_db_mode mode;
    int busy_timeout_ms;
    bool is_durable; /* synchronous=FULL; else NORMAL */
    bool uses_wal;   /* else a rollback journal: one file at rest and no shared memory, for a small database of many programs */
} pl_db_sqlite_options;

/* Foreign keys on, trusted_schema off. PL_ERR_NOT_FOUND, _IO, _READ_ONLY, _DATABASE (no database or damaged), _BUSY. */
pl_err pl_db_open_sqlite(const pl_db_sqlite_options *options, pl_db **db);
void pl_db_close(pl_db *db); /* finalizes its statements; accepts NULL */

/* Runs statements without parameters or rows: schema and pragmas. */
pl_err pl_db_script(pl_db *db, const char *sql);
pl_err pl_db_has_table(pl_db *db, const char *name, bool *has);
/* Bytes of the database: of SQLite's without its log; PostgreSQL walks through its files for that. */
pl_err pl_db_size(pl_db *db, int64_t *bytes);
/* Owned by the connection. PL_ERR_DATABASE for a statement the schema does not bear. */
pl_err pl_db_prepare(pl_db *db, const char *sql, pl_db_statement **statement);

/* Parameters are numbered from 1, as in $1. Texts and blobs are borrowed until the statement's run ends (DB_DONE or reset). */
void pl_db_bind_int(pl_db_statement *statement, int index, int64_t value);
void pl_db_bind_text(pl_db_statement *statement, int index, const char *value); /* NULL binds NULL */
void pl_db_bind_blob(pl_db_statement *statement, int index, const void *data, size_t size);
void pl_db_bind_uuid(pl_db_statement *statement, int index, pl_uuid value);
void pl_db_bind_null(pl_db_statement *statement, int index);

pl_db_result pl_db_step(pl_db_statement *statement);
/* Ends the statement's run and clears its parameters; needed after DB_ROW before it runs again. */
void pl_db_reset(pl_db_statement *statement);
/* bind is done: steps once and resets; DB_ROW is never returned. For statements without rows. */
pl_db_result pl_db_run(pl_db_statement *statement);
int64_t pl_db_changes(pl_db *db); /* rows changed by the last statement */

/* Columns are numbered from 0; copies live in the arena. NULL: 0, NULL, nil. */
int64_t pl_db_column_int(pl_db_statement *statement, int column);
const char *pl_db_column_text(pl_db_statement *statement, int column, pl_arena *arena);
pl_span pl_db_column_blob(pl_db_statement *statement, int column, pl_arena *arena);
/* Copies at most room bytes without an arena and returns the column's size; copies nothing when it is larger. NULL: 0. */
size_t pl_db_column_bytes(pl_db_statement *statement, int column, void *bytes, size_t room);
pl_uuid pl_db_column_uuid(pl_db_statement *statement, int column);
bool pl_db_column_is_null(pl_db_statement *statement, int column);

/* DB_DONE, DB_BUSY or DB_ERROR. */
pl_db_result pl_db_begin(pl_db *db);      /* SQLite: takes the write lock at once */
pl_db_result pl_db_begin_read(pl_db *db); /* one state of the database from the first statement to the end */
pl_db_result pl_db_commit(pl_db *db);
void pl_db_rollback(pl_db *db);
/* False also when the engine has rolled back by itself, as it may when a statement fails for want of memory or disk. */
bool pl_db_is_in_transaction(pl_db *db);
/* Nested inside a transaction. */
pl_db_result pl_db_savepoint(pl_db *db);
pl_db_result pl_db_savepoint_release(pl_db *db);
void pl_db_savepoint_rollback(pl_db *db);

/*
 * Runs work inside one transaction, commits, and runs it again (at most 5 times, rolled back between) while it or the commit is busy.
 * work returns PL_OK to commit, PL_ERR_BUSY to be run again, any other error to roll back and return it.
 */
pl_err pl_db_transaction(pl_db *db, pl_err (*work)(void *context, pl_db *db), void *context);
/*
 * The err for a result: PL_OK for ROW and DONE, CONFLICT, BUSY; for DB_ERROR what this thread's last one was: DATABASE, DISK_FULL,
 * READ_ONLY, IO, MEMORY, CORRUPT (a damaged file, or none of SQLite's).
 */
pl_err pl_db_err(pl_db_result result);

/*
 * SQLite's alone, PL_ERR_UNSUPPORTED elsewhere. An online copy of an open database, as it was at one moment, a few pages at a time so that writers go on. Into a new file, or an
 * empty one made with the right permissions; PL_ERR_CONFLICT if there is anything in it.
 */
pl_err pl_db_backup(pl_db *db, const char *path);

#endif
