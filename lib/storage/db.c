/* SPDX-License-Identifier: Apache-2.0
 *
 * The facade over a driver: ownership of statements, copies of columns, the transaction runner. No SQL and no engine here.
 */
#include "storage/db.h"

#include "storage/driver.h"

#include <stdio.h>
#include <string.h>

enum { TRANSACTION_ATTEMPTS_MAX = 5 };

/* A pl_db_result has no room for the reason, so it is kept per thread, beside the detail. */
static _Thread_local pl_err last_err = PL_ERR_DATABASE;

pl_db_result pl_db_fail(pl_err err)
{
    last_err = err;
    return DB_ERROR;
}

pl_err pl_db_err(pl_db_result result)
{
    switch (result) {
    case DB_ROW:
    case DB_DONE:
        return PL_OK;
    case DB_CONFLICT:
        return PL_ERR_CONFLICT;
    case DB_BUSY:
        return PL_ERR_BUSY;
    case DB_ERROR:
        break;
    }
    return last_err;
}

void pl_db_close(pl_db *db)
{
    pl_db_statement *next;

    if (!db)
        return;
    for (pl_db_statement *statement = db->statements; statement; statement = next) {
        next = statement->next;
        db->driver->finalize(statement);
    }
    db->driver->close(db);
}

pl_err pl_db_script(pl_db *db, const char *sql)
{
    return db->driver->script(db, sql);
}

pl_err pl_db_prepare(pl_db *db, const char *sql, pl_db_statement **statement)
{
    pl_err err = db->driver->prepare(db, sql, statement);

    if (err)
        return err;
    (*statement)->db = db;
    (*statement)->next = db->statements;
    db->statements = *statement;
    return PL_OK;
}

void pl_db_bind_int(pl_db_statement *statement, int index, int64_t value)
{
    statement->db->driver->bind_int(statement, index, value);
}

void pl_db_bind_null(pl_db_statement *statement, int index)
{
    statement->db->driver->bind_null(statement, index);
}

void pl_db_bind_text(pl_db_statement *statement, int index, const char *value)
{
    if (value)
        statement->db->driver->bind_text(statement, index, value);
    else
        pl_db_bind_null(statement, index);
}

void pl_db_bind_blob(pl_db_statement *statement, int index, const void *data, size_t size)
{
    statement->db->driver->bind_blob(statement, index, data, size);
}

void pl_db_bind_uuid(pl_db_statement *statement, int index, pl_uuid value)
{
    if (index < 1 || index > PL_DB_PARAMETERS_MAX) {
        pl_db_bind_null(statement, index); /* the driver takes note of the bad index */
        return;
    }
    statement->uuids[index - 1] = value;
    statement->db->driver->bind_uuid(statement, index, &statement->uuids[index - 1]);
}

pl_db_result pl_db_step(pl_db_statement *statement)
{
    return statement->db->driver->step(statement);
}

void pl_db_reset(pl_db_statement *statement)
{
    statement->db->driver->reset(statement);
}

pl_db_result pl_db_run(pl_db_statement *statement)
{
    pl_db_result result = pl_db_step(statement);

    pl_db_reset(statement);
    return result == DB_ROW ? DB_DONE : result;
}

int64_t pl_db_changes(pl_db *db)
{
    return db->driver->changes(db);
}

int64_t pl_db_column_int(pl_db_statement *statement, int column)
{
    return statement->db->driver->column_int(statement, column);
}

const char *pl_db_column_text(pl_db_statement *statement, int column, pl_arena *arena)
{
    pl_span text = statement->db->driver->column_bytes(statement, column);

    return text.data ? pl_arena_text(arena, text) : NULL;
}

pl_span pl_db_column_blob(pl_db_statement *statement, int column, pl_arena *arena)
{
    pl_span bytes = statement->db->driver->column_bytes(statement, column);
    char *copy = bytes.data ? pl_arena_text(arena, bytes) : NULL;

    return pl_span_of(copy, copy ? bytes.size : 0);
}

size_t pl_db_column_bytes(pl_db_statement *statement, int column, void *bytes, size_t room)
{
    pl_span source = statement->db->driver->column_bytes(statement, column);

    if (source.size && source.size <= room)
        memcpy(bytes, source.data, source.size);
    return source.data ? source.size : 0;
}

pl_uuid pl_db_column_uuid(pl_db_statement *statement, int column)
{
    pl_uuid id = {{0}};
    pl_span bytes = statement->db->driver->column_bytes(statement, column);

    if (bytes.size == sizeof(id.bytes))
        memcpy(id.bytes, bytes.data, sizeof(id.bytes));
    return id;
}

bool pl_db_column_is_null(pl_db_statement *statement, int column)
{
    return statement->db->driver->column_is_null(statement, column);
}

pl_err pl_db_has_table(pl_db *db, const char *name, bool *has)
{
    pl_db_statement *select;
    pl_db_result result;
    pl_err err = db->driver->prepare(db, db->driver->has_table_sql, &select);

    if (err)
        return err;
    select->db = db;
    pl_db_bind_text(select, 1, name);
    result = pl_db_step(select);
    *has = result == DB_ROW;
    db->driver->finalize(select);
    return pl_db_err(result);
}

pl_err pl_db_size(pl_db *db, int64_t *bytes)
{
    pl_db_result result;
    pl_err err = db->size ? PL_OK : pl_db_prepare(db, db->driver->size_sql, &db->size);

    if (err)
        return err;
    result = pl_db_step(db->size);
    *bytes = result == DB_ROW ? pl_db_column_int(db->size, 0) : 0;
    pl_db_reset(db->size);
    return pl_db_err(result);
}

static pl_db_result control(pl_db *db, pl_db_control what)
{
    return db->driver->control(db, what);
}

pl_db_result pl_db_begin(pl_db *db)
{
    return control(db, PL_DB_BEGIN);
}

pl_db_result pl_db_begin_read(pl_db *db)
{
    return control(db, PL_DB_BEGIN_READ);
}

pl_db_result pl_db_commit(pl_db *db)
{
    return control(db, PL_DB_COMMIT);
}

void pl_db_rollback(pl_db *db)
{
    (void)control(db, PL_DB_ROLLBACK); /* the engine may have rolled back by itself already */
}

bool pl_db_is_in_transaction(pl_db *db)
{
    return db->driver->is_in_transaction(db);
}

pl_db_result pl_db_savepoint(pl_db *db)
{
    return control(db, PL_DB_SAVEPOINT);
}

pl_db_result pl_db_savepoint_release(pl_db *db)
{
    return control(db, PL_DB_SAVEPOINT_RELEASE);
}

void pl_db_savepoint_rollback(pl_db *db)
{
    (void)control(db, PL_DB_SAVEPOINT_ROLLBACK);
}

static pl_err run_once(pl_db *db, pl_err (*work)(void *context, pl_db *db), void *context)
{
    pl_err err = pl_db_err(pl_db_begin(db));

    if (err)
        return err;
    if ((err = work(context, db)) || (err = pl_db_err(pl_db_commit(db))))
        pl_db_rollback(db);
    return err;
}

pl_err pl_db_transaction(pl_db *db, pl_err (*work)(void *context, pl_db *db), void *context)
{
    pl_err err = PL_ERR_BUSY;

    for (int attempt = 0; err == PL_ERR_BUSY && attempt < TRANSACTION_ATTEMPTS_MAX; attempt++)
        err = run_once(db, work, context);
    return err;
}

static bool holds_anything(const char *path)
{
    FILE *file = fopen(path, "rb");
    bool holds = file && fgetc(file) != EOF;

    if (file)
        (void)fclose(file);
    return holds;
}

pl_err pl_db_backup(pl_db *db, const char *path)
{
    if (holds_anything(path))
        return pl_fail(PL_ERR_CONFLICT, "%s exists and is not empty", path);
    return db->driver->backup(db, path);
}
