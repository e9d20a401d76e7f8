/* SPDX-License-Identifier: Apache-2.0
 *
 * The SQLite driver. Its functions are called through SQLite's own extension table, filled when first needed: sqlite_source.h.
 */
#include "storage/driver.h"

#include "base/mem.h"
#include "platform/thread.h"
#include "storage/sqlite_source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3ext.h>

enum { BACKUP_STEP_PAGES = 256, VERSION_NEEDED = 3035000 /* RETURNING */ };

typedef struct {
    pl_db base;
    sqlite3 *handle;
    sqlite3_stmt *controls[PL_DB_CONTROL_COUNT];
} connection;

typedef struct {
    pl_db_statement base;
    sqlite3 *handle;
    sqlite3_stmt *run;
    int bind_code;                      /* the first failure of a bind, told by step */
    int position[PL_DB_PARAMETERS_MAX]; /* of $1, $2, ...: SQLite numbers them by first appearance; 0: not in the text */
} statement_t;

static const char *const control_sql[PL_DB_CONTROL_COUNT] = {
    [PL_DB_BEGIN] = "BEGIN IMMEDIATE",
    [PL_DB_BEGIN_READ] = "BEGIN",
    [PL_DB_COMMIT] = "COMMIT",
    [PL_DB_ROLLBACK] = "ROLLBACK",
    [PL_DB_SAVEPOINT] = "SAVEPOINT pl",
    [PL_DB_SAVEPOINT_RELEASE] = "RELEASE pl",
    [PL_DB_SAVEPOINT_ROLLBACK] = "ROLLBACK TO pl",
};

/* The table behind the sqlite3_* macros, and where each of its slots gets its function from. */
static sqlite3_api_routines routines;
static const sqlite3_api_routines *const sqlite3_api = &routines;
static const pl_import imports[] = {
#define FUNCTION(name) {"sqlite3_" #name, (pl_function *)(void *)&routines.name},
#include "storage/sqlite_functions.def"
#undef FUNCTION
};
static pl_once provided = PL_ONCE_INIT;

static pl_err provide(void)
{
    pl_err err = pl_sqlite_provide(imports, sizeof(imports) / sizeof(imports[0]));

    if (!err && sqlite3_libversion_number() < VERSION_NEEDED)
        err = pl_fail(PL_ERR_UNSUPPORTED, "SQLite 3.35 or newer is needed, this is %d", sqlite3_libversion_number());
    return err;
}

/* ---- errors ---- */

static pl_err err_of(sqlite3 *handle, int code)
{
    static const pl_err known[] = {
        [SQLITE_BUSY] = PL_ERR_BUSY,       [SQLITE_LOCKED] = PL_ERR_BUSY,        [SQLITE_CONSTRAINT] = PL_ERR_CONFLICT,
        [SQLITE_FULL] = PL_ERR_DISK_FULL,  [SQLITE_READONLY] = PL_ERR_READ_ONLY, [SQLITE_PERM] = PL_ERR_READ_ONLY,
        [SQLITE_CORRUPT] = PL_ERR_CORRUPT, [SQLITE_NOTADB] = PL_ERR_CORRUPT,
    };
    size_t primary = (size_t)(code & 0xff);
    int cause = 0;

    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE)
        return PL_OK;
    if (primary < sizeof(known) / sizeof(known[0]) && known[primary])
        return known[primary];
    if (primary == SQLITE_NOMEM || code == SQLITE_IOERR_NOMEM)
        return PL_ERR_MEMORY;
    if (primary != SQLITE_IOERR && primary != SQLITE_CANTOPEN)
        return PL_ERR_DATABASE; /* which says nothing of the file */
    cause = sqlite3_system_errno(handle);
    if (cause == ENOSPC)
        return PL_ERR_DISK_FULL;
    return cause == EROFS || cause == EACCES ? PL_ERR_READ_ONLY : PL_ERR_IO;
}

static pl_err fail(sqlite3 *handle, int code)
{
    pl_err err = err_of(handle, code);

    return err ? pl_fail(err, "SQLite: %s (code %d)", handle ? sqlite3_errmsg(handle) : "no connection", code) : PL_OK;
}

static pl_db_result result_of(sqlite3 *handle, int code)
{
    pl_err err = fail(handle, code);

    if (!err)
        return code == SQLITE_ROW ? DB_ROW : DB_DONE;
    if (err == PL_ERR_BUSY)
        return DB_BUSY;
    return err == PL_ERR_CONFLICT ? DB_CONFLICT : pl_db_fail(err);
}

/* ---- statements ---- */

static pl_err script(pl_db *db, const char *sql)
{
    connection *self = (connection *)db;

    return fail(self->handle, sqlite3_exec(self->handle, sql, NULL, NULL, NULL));
}

/* Where SQLite put $1, $2, ...; other parameters are refused. */
static pl_err map_parameters(statement_t *statement)
{
    int count = sqlite3_bind_parameter_count(statement->run);

    for (int i = 1; i <= count; i++) {
        const char *name = sqlite3_bind_parameter_name(statement->run, i);
        long number = name && name[0] == '$' ? strtol(name + 1, NULL, 10) : 0;

        if (number < 1 || number > PL_DB_PARAMETERS_MAX)
            return pl_fail(PL_ERR_DATABASE, "parameter %s is not one of $1..$%d", name ? name : "?", PL_DB_PARAMETERS_MAX);
        statement->position[number - 1] = i;
    }
    return PL_OK;
}

static void finalize(pl_db_statement *base)
{
    sqlite3_finalize(((statement_t *)base)->run);
    pl_free(base);
}

/* Who writes has the whole database to himself here, and SQLite does not know the words: it is given the text without them. */
static int size_without_lock(const char *sql)
{
    const char *lock = strstr(sql, " FOR UPDATE");

    return lock ? (int)(lock - sql) : -1; /* all of it */
}

static pl_err prepare(pl_db *db, const char *sql, pl_db_statement **out)
{
    int size = size_without_lock(sql);
    sqlite3 *handle = ((connection *)db)->handle;
    statement_t *statement = pl_alloc(sizeof(*statement));
    pl_err err;

    if (!statement)
        return PL_ERR_MEMORY;
    statement->handle = handle;
    if ((err = fail(handle, sqlite3_prepare_v3(handle, sql, size, SQLITE_PREPARE_PERSISTENT, &statement->run, NULL))) ||
        (err = map_parameters(statement))) {
        finalize(&statement->base);
        return err;
    }
    *out = &statement->base;
    return PL_OK;
}

static sqlite3_stmt *run_of(pl_db_statement *base)
{
    return ((statement_t *)base)->run;
}

/* 0, which SQLite refuses, where the text has no such parameter. */
static int position_of(pl_db_statement *base, int index)
{
    return index >= 1 && index <= PL_DB_PARAMETERS_MAX ? ((statement_t *)base)->position[index - 1] : 0;
}

static void note_bind(pl_db_statement *base, int code)
{
    statement_t *statement = (statement_t *)base;

    if (code != SQLITE_OK && statement->bind_code == SQLITE_OK)
        statement->bind_code = code;
}

static void bind_int(pl_db_statement *base, int index, int64_t value)
{
    note_bind(base, sqlite3_bind_int64(run_of(base), position_of(base, index), value));
}

static void bind_text(pl_db_statement *base, int index, const char *value)
{
    note_bind(base, sqlite3_bind_text(run_of(base), position_of(base, index), value, -1, SQLITE_STATIC));
}

static void bind_blob(pl_db_statement *base, int index, const void *data, size_t size)
{
    int bytes = size > INT32_MAX ? -1 : (int)size; /* SQLite refuses what is negative */

    note_bind(base, sqlite3_bind_blob(run_of(base), position_of(base, index), data ? data : "", bytes, SQLITE_STATIC));
}

static void bind_uuid(pl_db_statement *base, int index, const pl_uuid *value)
{
    bind_blob(base, index, value->bytes, sizeof(value->bytes));
}

static void bind_null(pl_db_statement *base, int index)
{
    note_bind(base, sqlite3_bind_null(run_of(base), position_of(base, index)));
}

static void reset(pl_db_statement *base)
{
    statement_t *statement = (statement_t *)base;

    sqlite3_reset(statement->run);
    sqlite3_clear_bindings(statement->run);
    statement->bind_code = SQLITE_OK;
}

static pl_db_result step(pl_db_statement *base)
{
    statement_t *statement = (statement_t *)base;
    pl_db_result result;

    if (statement->bind_code != SQLITE_OK) {
        (void)pl_fail(PL_ERR_DATABASE, "a parameter could not be bound (code %d)", statement->bind_code);
        reset(base);
        return pl_db_fail(PL_ERR_DATABASE);
    }
    result = result_of(statement->handle, sqlite3_step(statement->run));
    if (result != DB_ROW)
        reset(base);
    return result;
}

static int64_t column_int(pl_db_statement *base, int column)
{
    return sqlite3_column_int64(run_of(base), column);
}

static bool column_is_null(pl_db_statement *base, int column)
{
    return sqlite3_column_type(run_of(base), column) == SQLITE_NULL;
}

static pl_span column_bytes(pl_db_statement *base, int column)
{
    sqlite3_stmt *run = run_of(base);
    const void *data = sqlite3_column_blob(run, column); /* a text's bytes too; NULL also for an empty one */
    int size = sqlite3_column_bytes(run, column);

    if (!data && !column_is_null(base, column))
        data = "";
    return pl_span_of(data, data ? (size_t)size : 0);
}

/* ---- the connection ---- */

static int run_control(connection *self, pl_db_control what)
{
    sqlite3_stmt **prepared = &self->controls[what];
    int code = SQLITE_OK;

    if (!*prepared)
        code = sqlite3_prepare_v3(self->handle, control_sql[what], -1, SQLITE_PREPARE_PERSISTENT, prepared, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_step(*prepared);
        sqlite3_reset(*prepared);
    }
    return code;
}

static pl_db_result control(pl_db *db, pl_db_control what)
{
    connection *self = (connection *)db;
    int code = run_control(self, what);

    if (what == PL_DB_SAVEPOINT_ROLLBACK && code == SQLITE_DONE)
        code = run_control(self, PL_DB_SAVEPOINT_RELEASE); /* rolled back, it is still open */
    return result_of(self->handle, code);
}

static bool is_in_transaction(pl_db *db)
{
    return sqlite3_get_autocommit(((connection *)db)->handle) == 0;
}

static int64_t changes(pl_db *db)
{
    return sqlite3_changes(((connection *)db)->handle);
}

static void close_connection(pl_db *db)
{
    connection *self = (connection *)db;

    for (size_t i = 0; i < PL_DB_CONTROL_COUNT; i++)
        sqlite3_finalize(self->controls[i]);
    sqlite3_close_v2(self->handle);
    pl_free(self);
}

/* Steps are small so that the page cache is shared fairly; the read transaction of the caller keeps writers from restarting the copy. */
static int copy_pages(sqlite3 *target, sqlite3 *source)
{
    sqlite3_backup *backup = sqlite3_backup_init(target, "main", source, "main");
    int code = SQLITE_OK;

    if (!backup)
        return sqlite3_extended_errcode(target);
    while (code == SQLITE_OK)
        code = sqlite3_backup_step(backup, BACKUP_STEP_PAGES);
    sqlite3_backup_finish(backup);
    return code;
}

static pl_err copy_into(pl_db *db, sqlite3 *target)
{
    pl_err err = script(db, "BEGIN; SELECT 1 FROM sqlite_master LIMIT 1");

    if (err)
        return err;
    err = fail(target, copy_pages(target, ((connection *)db)->handle));
    pl_db_rollback(db);
    if (err) /* the copy is one file at rest, whatever the original is */
        return err;
    return fail(target, sqlite3_exec(target, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL));
}

static pl_err backup(pl_db *db, const char *path)
{
    sqlite3 *target = NULL;
    int code = sqlite3_open_v2(path, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    pl_err err = code == SQLITE_OK ? copy_into(db, target) : fail(target, code);

    sqlite3_close_v2(target);
    return err;
}

static const pl_db_driver driver = {
    .close = close_connection,
    .script = script,
    .has_table_sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1",
    .prepare = prepare,
    .finalize = finalize,
    .bind_int = bind_int,
    .bind_text = bind_text,
    .bind_blob = bind_blob,
    .bind_uuid = bind_uuid,
    .bind_null = bind_null,
    .step = step,
    .reset = reset,
    .column_int = column_int,
    .column_bytes = column_bytes,
    .column_is_null = column_is_null,
    .control = control,
    .is_in_transaction = is_in_transaction,
    .changes = changes,
    .backup = backup,
    .size_sql = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
};

/* ---- opening ---- */

static pl_err open_handle(const pl_db_sqlite_options *options, sqlite3 **handle)
{
    int access = options->mode == DB_READ_ONLY ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    int creation = options->mode == DB_READ_WRITE_CREATE ? SQLITE_OPEN_CREATE : 0;
    int code = sqlite3_open_v2(options->path, handle, access | creation | SQLITE_OPEN_NOMUTEX, NULL);

    if ((code & 0xff) != SQLITE_CANTOPEN || !*handle || sqlite3_system_errno(*handle) != ENOENT)
        return fail(*handle, code);
    if (options->mode == DB_READ_WRITE_CREATE) /* SQLite tries once more without making the file, so the cause is lost */
        return pl_fail(PL_ERR_READ_ONLY, "%s cannot be made: its directory is missing or cannot be written", options->path);
    return pl_fail(PL_ERR_NOT_FOUND, "%s does not exist", options->path);
}

static pl_err configure(connection *self, const pl_db_sqlite_options *options)
{
    sqlite3 *handle = self->handle;
    pl_err err;

    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, options->busy_timeout_ms);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    if ((err = script(&self->base, "PRAGMA temp_store=MEMORY; PRAGMA schema_version")) || options->mode == DB_READ_ONLY)
        return err; /* schema_version reads the header: a file that is no database ends here */
    if (sqlite3_db_readonly(handle, "main") == 1)
        return pl_fail(PL_ERR_READ_ONLY, "%s cannot be written by this account", options->path);
    if ((err = script(&self->base, options->uses_wal ? "PRAGMA journal_mode=WAL" : "PRAGMA journal_mode=DELETE")))
        return err;
    return script(&self->base, options->is_durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
}

pl_err pl_db_open_sqlite(const pl_db_sqlite_options *options, pl_db **db)
{
    connection *self;
    pl_err err;

    if ((err = pl_once_try(&provided, provide)))
        return err;
    if (!(self = pl_alloc(sizeof(*self))))
        return PL_ERR_MEMORY;
    self->base.driver = &driver;
    if ((err = open_handle(options, &self->handle)) || (err = configure(self, options))) {
        close_connection(&self->base);
        return err;
    }
    *db = &self->base;
    return PL_OK;
}
