/* SPDX-License-Identifier: Apache-2.0
 *
 * Connecting to PostgreSQL, and its failures in our terms.
 */
#include "store/db_postgres_connection.h"

#include "store/db_postgres_state.h"
#include "store/db_postgres_url.h"

#include <stdio.h>
#include <string.h>

#include <libpq-fe.h>

enum { NUMBER_SIZE = 16, SETTINGS_SIZE = 256, IDLE_IN_TRANSACTION_MS = 60000 };

/* ---- errors ---- */

/* The first line of libpq's words, which end with a line break. */
static pl_err fail_connection(PGconn *handle, pl_err err)
{
    const char *words = handle ? PQerrorMessage(handle) : "out of memory";

    return pl_fail(err, "PostgreSQL: %.*s", (int)strcspn(words, "\n"), words);
}

void postgres_disconnect(postgres_t *self)
{
    PQfinish(self->handle);
    self->handle = NULL;
}

static pl_err fail_lost(postgres_t *self)
{
    pl_err err = fail_connection(self->handle, PL_ERR_DATABASE);

    postgres_disconnect(self);
    return err;
}

/* Of the server's words only the first: the others repeat values of rows. Takes the result. */
pl_err postgres_fail(postgres_t *self, PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    pl_err err;

    if (PQstatus(self->handle) != CONNECTION_OK)
        err = fail_lost(self);
    else if (state && words)
        err = pl_fail(postgres_state_err(state), "PostgreSQL: %s (state %s)", words, state);
    else
        err = fail_connection(self->handle, PL_ERR_DATABASE);
    PQclear(result);
    return err;
}

bool postgres_is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

pl_err postgres_run_text(postgres_t *self, const char *sql)
{
    PGresult *result = PQexec(self->handle, sql);

    if (!postgres_is_good(result))
        return postgres_fail(self, result);
    PQclear(result);
    return PL_OK;
}

/* ---- connecting ---- */

static void ignore_notice(void *context, const char *message)
{
    (void)context;
    (void)message;
}

/* What the address says itself beats what stands before it. */
static PGconn *dial(const postgres_t *self)
{
    char connect_timeout[NUMBER_SIZE], silence_ms[NUMBER_SIZE];
    const char *const names[] = {"connect_timeout", "tcp_user_timeout", "fallback_application_name", "dbname", NULL};
    const char *const values[] = {connect_timeout, silence_ms, "pospal-validator", self->url, NULL};

    (void)snprintf(connect_timeout, sizeof connect_timeout, "%d", self->options.connect_timeout_s);
    (void)snprintf(silence_ms, sizeof silence_ms, "%d", self->options.statement_timeout_ms);
    return PQconnectdbParams(names, values, 1);
}

static pl_err configure(postgres_t *self)
{
    char sql[SETTINGS_SIZE];
    const char *encoding = PQparameterStatus(self->handle, "server_encoding");

    if (!encoding || strcmp(encoding, "UTF8") != 0)
        return pl_fail(PL_ERR_UNSUPPORTED, "the database has encoding %s; make one with UTF8", encoding ? encoding : "unknown");
    PQsetNoticeProcessor(self->handle, ignore_notice, NULL);
    (void)snprintf(sql, sizeof sql,
                   "SET client_encoding = 'UTF8'; SET statement_timeout = %d; SET lock_timeout = %d;"
                   "SET idle_in_transaction_session_timeout = %d; SET default_transaction_read_only = %s",
                   self->options.statement_timeout_ms, self->options.busy_timeout_ms, IDLE_IN_TRANSACTION_MS,
                   self->options.mode == DB_READ_ONLY ? "on" : "off");
    return postgres_run_text(self, sql);
}

/* Of the failures to log in only one has a meaning of its own, and libpq gives no state for it. */
static pl_err fail_to_log_in(const postgres_t *self)
{
    const char *words = PQerrorMessage(self->handle);
    bool is_missing = strstr(words, "database \"") && strstr(words, "does not exist");

    if (strstr(words, "certificate") || strstr(words, "SSL"))
        return pl_fail(PL_ERR_DATABASE,
                       "PostgreSQL: %.*s; sslmode, and sslrootcert=FILE with who signed the server's certificate, belong "
                       "into the database's address",
                       (int)strcspn(words, "\n"), words);
    return fail_connection(self->handle, is_missing ? PL_ERR_NOT_FOUND : PL_ERR_DATABASE);
}

pl_err postgres_connect(postgres_t *self)
{
    pl_err err;

    self->handle = dial(self);
    err = PQstatus(self->handle) == CONNECTION_OK ? configure(self) : fail_to_log_in(self);
    if (err)
        postgres_disconnect(self);
    return err;
}

pl_err postgres_check_url(const char *url)
{
    char *words = NULL;
    PQconninfoOption *parsed = postgres_url_is(url) ? PQconninfoParse(url, &words) : NULL;
    bool is_good_url = parsed != NULL;

    PQconninfoFree(parsed);
    PQfreemem(words); /* not repeated: they may quote the password */
    return is_good_url ? PL_OK : pl_fail(PL_ERR_INVALID, "the database's address must be postgres://USER@HOST/DATABASE");
}
