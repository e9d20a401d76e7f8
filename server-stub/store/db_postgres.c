/* SPDX-License-Identifier: Apache-2.0
 *
 * The PostgreSQL driver, on libpq: statements and transactions. Connecting is in db_postgres_connection.c. Statements are prepared
 * on the server and run with binary values; a result is fetched whole, and stepping walks through its rows.
 *
 * A transaction that writes runs at READ COMMITTED: each use case locks the license it changes (FOR UPDATE, store/licenses.c) and from
 * then on is alone with it, so that rivals queue up and none is thrown back; SERIALIZABLE would throw back all but one of them. One that
 * reads runs at REPEATABLE READ: one state of the database from its first statement to its last.
 */
#include "store/db_postgres.h"

#include "base/mem.h"
#include "crypto/crypto.h"
#include "platform/clock.h"
#include "store/db_postgres_connection.h"
#include "store/db_postgres_sql.h"
#include "store/db_postgres_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

enum { NAME_SIZE = 16, BINARY = 1 };

typedef struct {
    pl_db_statement base;
    char name[NAME_SIZE];
    pl_buf sql; /* translated */
    int parameter_count;
    unsigned types[PL_DB_PARAMETERS_MAX];
    postgres_value_t values[PL_DB_PARAMETERS_MAX];
    bool has_bad_bind; /* told by step */
    PGresult *result;
    int row;
} statement_t;

static const char *const control_sql[PL_DB_CONTROL_COUNT] = {
    [PL_DB_BEGIN] = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
    [PL_DB_BEGIN_READ] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    [PL_DB_COMMIT] = "COMMIT",
    [PL_DB_ROLLBACK] = "ROLLBACK",
    [PL_DB_SAVEPOINT] = "SAVEPOINT pl",
    [PL_DB_SAVEPOINT_RELEASE] = "RELEASE SAVEPOINT pl",
    [PL_DB_SAVEPOINT_ROLLBACK] = "ROLLBACK TO SAVEPOINT pl",
};

static pl_db_result result_of(pl_err err)
{
    if (!err)
        return DB_DONE;
    if (err == PL_ERR_BUSY)
        return DB_BUSY;
    return err == PL_ERR_CONFLICT ? DB_CONFLICT : pl_db_fail(err);
}

/* ---- preparing ---- */

/* Which types the server saw in the text; those that we do not speak end the program at its start and not at its first customer. */
static pl_err take_types(statement_t *statement, const PGresult *described)
{
    statement->parameter_count = PQnparams(described);
    if (statement->parameter_count > PL_DB_PARAMETERS_MAX)
        return pl_fail(PL_ERR_DATABASE, "more than %d parameters in \"%.80s\"", PL_DB_PARAMETERS_MAX, statement->sql.data);
    for (int i = 0; i < statement->parameter_count; i++) {
        statement->types[i] = PQparamtype(described, i);
        if (!postgres_type_is_known(statement->types[i]))
            return pl_fail(PL_ERR_DATABASE, "$%d has type %u in \"%.80s\": CAST it", i + 1, statement->types[i],
                           statement->sql.data);
    }
    for (int i = 0; i < PQnfields(described); i++)
        if (!postgres_type_is_known(PQftype(described, i)))
            return pl_fail(PL_ERR_DATABASE, "column %d has type %u in \"%.80s\": CAST it", i, PQftype(described, i),
                           statement->sql.data);
    return PL_OK;
}

static pl_err prepare_on_server(postgres_t *self, statement_t *statement)
{
    PGresult *result = PQprepare(self->handle, statement->name, statement->sql.data, 0, NULL);
    pl_err err;

    if (!postgres_is_good(result)) {
        err = postgres_fail(self, result);
        return pl_fail(err, "%.200s, in \"%.200s\"", pl_err_detail(), statement->sql.data);
    }
    PQclear(result);
    result = PQdescribePrepared(self->handle, statement->name);
    if (!postgres_is_good(result))
        return postgres_fail(self, result);
    err = take_types(statement, result);
    PQclear(result);
    return err;
}

static int64_t monotonic_ms(void)
{
    return pl_clock_monotonic_us() / 1000;
}

static pl_err connect_and_prepare(postgres_t *self)
{
    pl_err err = postgres_connect(self);

    for (pl_db_statement *next = self->base.statements; next && !err; next = next->next)
        err = prepare_on_server(self, (statement_t *)next);
    if (err)
        postgres_disconnect(self);
    return err;
}

/* With everything that was prepared before. */
static pl_err reconnect(postgres_t *self)
{
    postgres_attempt_t attempt = {.began_ms = monotonic_ms()};
    int64_t left_ms = postgres_pause_left(self->options.pause, attempt.began_ms);
    uint32_t random;
    pl_err err;

    if (left_ms > 0)
        return pl_fail(PL_ERR_DATABASE, "PostgreSQL cannot be reached; the next try is in %lld ms", (long long)left_ms);
    err = connect_and_prepare(self);
    attempt.ended_ms = monotonic_ms();
    if (!err) {
        postgres_pause_succeeded(self->options.pause, attempt.ended_ms);
        return PL_OK;
    }
    pl_random(&random, sizeof random);
    postgres_pause_failed(self->options.pause, attempt, random);
    return err == PL_ERR_NOT_FOUND ? PL_ERR_DATABASE : err;
}

/* Outside a transaction a lost connection is made again; inside, what was done in it is gone. */
static pl_err ensure_connected(postgres_t *self)
{
    if (self->handle)
        return PL_OK;
    if (self->has_begun)
        return pl_fail(PL_ERR_DATABASE, "PostgreSQL: the connection was lost in the middle of a transaction");
    return reconnect(self);
}

static void finalize(pl_db_statement *base)
{
    statement_t *statement = (statement_t *)base;

    PQclear(statement->result);
    pl_buf_reset(&statement->sql);
    pl_free(statement);
}

static pl_err prepare(pl_db *db, const char *sql, pl_db_statement **out)
{
    postgres_t *self = (postgres_t *)db;
    statement_t *statement = pl_alloc(sizeof *statement);
    pl_err err;

    if (!statement)
        return PL_ERR_MEMORY;
    (void)snprintf(statement->name, sizeof statement->name, "pl_%u", ++self->statements_made);
    pl_buf_init(&statement->sql);
    postgres_sql_translate(sql, false, &statement->sql);
    pl_buf_add(&statement->sql, "", 1);
    if ((err = statement->sql.err) || (err = ensure_connected(self)) || (err = prepare_on_server(self, statement))) {
        finalize(&statement->base);
        return err == PL_ERR_CONFLICT ? PL_ERR_DATABASE : err;
    }
    *out = &statement->base;
    return PL_OK;
}

/* ---- binding ---- */

static void bind(pl_db_statement *base, int index, const postgres_value_t *value)
{
    statement_t *statement = (statement_t *)base;

    if (index < 1 || index > statement->parameter_count)
        statement->has_bad_bind = true;
    else
        statement->values[index - 1] = *value;
}

static void bind_int(pl_db_statement *base, int index, int64_t value)
{
    bind(base, index, &(postgres_value_t){.kind = VALUE_INT, .integer = value});
}

static void bind_text(pl_db_statement *base, int index, const char *value)
{
    bind(base, index, &(postgres_value_t){.kind = VALUE_TEXT, .bytes = pl_span_text(value)});
}

static void bind_blob(pl_db_statement *base, int index, const void *data, size_t size)
{
    bind(base, index, &(postgres_value_t){.kind = VALUE_BLOB, .bytes = pl_span_of(data ? data : "", size)});
}

static void bind_uuid(pl_db_statement *base, int index, const pl_uuid *value)
{
    bind_blob(base, index, value->bytes, sizeof value->bytes);
}

static void bind_null(pl_db_statement *base, int index)
{
    bind(base, index, &(postgres_value_t){.kind = VALUE_NULL});
}

/* ---- running ---- */

static void reset(pl_db_statement *base)
{
    statement_t *statement = (statement_t *)base;

    PQclear(statement->result);
    statement->result = NULL;
    statement->has_bad_bind = false;
    memset(statement->values, 0, sizeof statement->values);
}

static pl_err run(postgres_t *self, statement_t *statement)
{
    const char *data[PL_DB_PARAMETERS_MAX];
    int sizes[PL_DB_PARAMETERS_MAX], formats[PL_DB_PARAMETERS_MAX];
    PGresult *result;
    pl_err err;

    if (statement->has_bad_bind)
        return pl_fail(PL_ERR_DATABASE, "a parameter was bound that is not in \"%.80s\"", statement->sql.data);
    for (int i = 0; i < statement->parameter_count; i++) {
        formats[i] = BINARY;
        if ((err = postgres_value_encode(&statement->values[i], statement->types[i], &data[i], &sizes[i])))
            return err;
    }
    if ((err = ensure_connected(self)))
        return err;
    result = PQexecPrepared(self->handle, statement->name, statement->parameter_count, data, sizes, formats, BINARY);
    if (!postgres_is_good(result))
        return postgres_fail(self, result);
    self->changes = strtoll(PQcmdTuples(result), NULL, 10);
    statement->result = result;
    statement->row = -1;
    return PL_OK;
}

static pl_db_result step(pl_db_statement *base)
{
    statement_t *statement = (statement_t *)base;
    pl_err err = statement->result ? PL_OK : run((postgres_t *)base->db, statement);

    if (!err && ++statement->row < PQntuples(statement->result))
        return DB_ROW;
    reset(base);
    return result_of(err);
}

static const char *column(pl_db_statement *base, int column, int *size)
{
    const statement_t *statement = (statement_t *)base;

    *size = 0;
    if (!statement->result || column < 0 || column >= PQnfields(statement->result) ||
        PQgetisnull(statement->result, statement->row, column))
        return NULL;
    *size = PQgetlength(statement->result, statement->row, column);
    return PQgetvalue(statement->result, statement->row, column);
}

static int64_t column_int(pl_db_statement *base, int index)
{
    int size;
    const char *data = column(base, index, &size);

    return data ? postgres_value_number(data, size) : 0;
}

static pl_span column_bytes(pl_db_statement *base, int index)
{
    int size;
    const char *data = column(base, index, &size);

    return pl_span_of(data, (size_t)size);
}

static bool column_is_null(pl_db_statement *base, int index)
{
    int size;

    return column(base, index, &size) == NULL;
}

/* ---- transactions ---- */

static bool is_in_transaction(pl_db *db)
{
    const postgres_t *self = (postgres_t *)db;

    return self->handle && PQtransactionStatus(self->handle) != PQTRANS_IDLE;
}

static pl_err script(pl_db *db, const char *sql)
{
    postgres_t *self = (postgres_t *)db;
    pl_buf translated;
    pl_err err;

    pl_buf_init(&translated);
    postgres_sql_translate(sql, true, &translated);
    pl_buf_add(&translated, "", 1);
    if (!(err = translated.err) && !(err = ensure_connected(self))) {
        err = postgres_run_text(self, translated.data);
        self->has_begun = self->handle ? is_in_transaction(db) : self->has_begun;
    }
    pl_buf_reset(&translated);
    return err;
}

/* A connection that died while nobody used it is noticed here, and made again at once: nothing has happened in it yet. */
static pl_err begin(postgres_t *self, const char *sql)
{
    bool was_connected = self->handle != NULL;
    pl_err err = ensure_connected(self);

    if (!err)
        err = postgres_run_text(self, sql);
    if (err && was_connected && !self->handle && !(err = ensure_connected(self)))
        err = postgres_run_text(self, sql);
    self->has_begun = !err;
    return err;
}

/* In a transaction in which something failed, COMMIT succeeds and is a ROLLBACK. */
static pl_err commit(postgres_t *self)
{
    PGresult *result;
    bool is_committed;
    pl_err err = ensure_connected(self);

    if (err)
        return err;
    result = PQexec(self->handle, control_sql[PL_DB_COMMIT]);
    if (!postgres_is_good(result))
        return postgres_fail(self, result);
    is_committed = strcmp(PQcmdStatus(result), "COMMIT") == 0;
    PQclear(result);
    self->has_begun = false;
    return is_committed ? PL_OK : pl_fail(PL_ERR_DATABASE, "PostgreSQL had ended the transaction after a failure in it");
}

static pl_err rollback(pl_db *db)
{
    postgres_t *self = (postgres_t *)db;

    self->has_begun = false;
    return is_in_transaction(db) ? postgres_run_text(self, control_sql[PL_DB_ROLLBACK]) : PL_OK;
}

static pl_db_result control(pl_db *db, pl_db_control what)
{
    postgres_t *self = (postgres_t *)db;
    pl_err err;

    if (what == PL_DB_BEGIN || what == PL_DB_BEGIN_READ)
        return result_of(begin(self, control_sql[what]));
    if (what == PL_DB_COMMIT)
        return result_of(commit(self));
    if (what == PL_DB_ROLLBACK)
        return result_of(rollback(db));
    if (!(err = ensure_connected(self)))
        err = postgres_run_text(self, control_sql[what]);
    if (!err && what == PL_DB_SAVEPOINT_ROLLBACK)
        err = postgres_run_text(self, control_sql[PL_DB_SAVEPOINT_RELEASE]); /* rolled back, it is still open */
    return result_of(err);
}

static int64_t changes(pl_db *db)
{
    return ((postgres_t *)db)->changes;
}

static pl_err backup(pl_db *db, const char *path)
{
    (void)db;
    (void)path;
    return pl_fail(PL_ERR_UNSUPPORTED, "PostgreSQL has its own tools for a copy: pg_dump, or a base backup with its log");
}

static void close_connection(pl_db *db)
{
    postgres_t *self = (postgres_t *)db;

    postgres_disconnect(self);
    if (self->url)
        pl_wipe(self->url, strlen(self->url));
    pl_free(self->url);
    pl_free(self);
}

static const pl_db_driver driver = {
    .close = close_connection,
    .script = script,
    .has_table_sql = "SELECT 1 FROM information_schema.tables"
                     " WHERE table_schema = current_schema() AND table_name = CAST($1 AS TEXT)",
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
    .size_sql = "SELECT pg_database_size(current_database())",
};

/* ---- opening ---- */

pl_err pl_db_open_postgres(const pl_db_postgres_options *options, pl_db **db)
{
    postgres_t *self;
    pl_err err = postgres_check_url(options->url);

    if (err)
        return err;
    if (!(self = pl_alloc(sizeof *self)))
        return PL_ERR_MEMORY;
    self->base.driver = &driver;
    self->options = *options;
    postgres_pause_init(&self->own_pause);
    if (!options->pause)
        self->options.pause = &self->own_pause;
    self->options.busy_timeout_ms = options->busy_timeout_ms < 1 ? 1 : options->busy_timeout_ms; /* 0 is for ever */
    self->url = pl_copy_text(options->url);
    err = self->url ? postgres_connect(self) : PL_ERR_MEMORY;
    if (err)
        close_connection(&self->base);
    else
        *db = &self->base;
    return err;
}
