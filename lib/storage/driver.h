/* SPDX-License-Identifier: Apache-2.0
 *
 * What a database driver supplies to db.c. A driver's connection and statement structures begin with these.
 */
#ifndef PL_STORAGE_DRIVER_H
#define PL_STORAGE_DRIVER_H

#include "storage/db.h"

typedef enum {
    PL_DB_BEGIN,
    PL_DB_BEGIN_READ,
    PL_DB_COMMIT,
    PL_DB_ROLLBACK,
    PL_DB_SAVEPOINT,
    PL_DB_SAVEPOINT_RELEASE,
    PL_DB_SAVEPOINT_ROLLBACK
} pl_db_control;

enum { PL_DB_CONTROL_COUNT = 7 };

typedef struct {
    void (*close)(pl_db *db); /* after its statements are finalized */
    pl_err (*script)(pl_db *db, const char *sql);
    const char *has_table_sql; /* a row when table $1 exists */
    pl_err (*prepare)(pl_db *db, const char *sql, pl_db_statement **statement);
    void (*finalize)(pl_db_statement *statement);
    void (*bind_int)(pl_db_statement *statement, int index, int64_t value);
    void (*bind_text)(pl_db_statement *statement, int index, const char *value); /* never NULL */
    void (*bind_blob)(pl_db_statement *statement, int index, const void *data, size_t size);
    void (*bind_uuid)(pl_db_statement *statement, int index, const pl_uuid *value); /* borrowed */
    void (*bind_null)(pl_db_statement *statement, int index);
    pl_db_result (*step)(pl_db_statement *statement); /* DB_ROW, or the statement is reset */
    void (*reset)(pl_db_statement *statement);
    int64_t (*column_int)(pl_db_statement *statement, int column);
    pl_span (*column_bytes)(pl_db_statement *statement, int column); /* valid until the next step; data NULL for NULL */
    bool (*column_is_null)(pl_db_statement *statement, int column);
    pl_db_result (*control)(pl_db *db, pl_db_control what);
    bool (*is_in_transaction)(pl_db *db);
    int64_t (*changes)(pl_db *db);
    pl_err (*backup)(pl_db *db, const char *path);
    const char *size_sql; /* one row: bytes */
} pl_db_driver;

enum { PL_DB_PARAMETERS_MAX = 32 };

struct pl_db {
    const pl_db_driver *driver;
    pl_db_statement *statements; /* for close */
    pl_db_statement *size;       /* one of them, once it was asked */
};

struct pl_db_statement {
    pl_db *db;
    pl_db_statement *next;
    pl_uuid uuids[PL_DB_PARAMETERS_MAX]; /* bound by value, while the driver borrows */
};

/* Keeps err for pl_db_err on this thread and returns DB_ERROR; the detail comes with pl_fail. */
pl_db_result pl_db_fail(pl_err err);

#endif
