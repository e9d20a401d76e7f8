/* SPDX-License-Identifier: Apache-2.0
 *
 * One connection to PostgreSQL, between db_postgres.c, which has its statements and transactions, and db_postgres_connection.c. The two
 * structures are libpq's, which nobody else includes.
 */
#ifndef STORE_DB_POSTGRES_CONNECTION_H
#define STORE_DB_POSTGRES_CONNECTION_H

#include "storage/driver.h"
#include "store/db_postgres.h"

struct pg_conn;
struct pg_result;

typedef struct {
    pl_db base;
    struct pg_conn *handle; /* NULL: lost */
    char *url;
    pl_db_postgres_options options;
    postgres_pause_t own_pause;
    bool has_begun; /* a transaction, as our caller sees it; the connection may be lost meanwhile */
    unsigned statements_made;
    int64_t changes;
} postgres_t;

/* PL_ERR_INVALID. */
pl_err postgres_check_url(const char *url);
/* One attempt; handle stays NULL when it fails. */
pl_err postgres_connect(postgres_t *self);
void postgres_disconnect(postgres_t *self);
/* Runs statements without parameters or rows. */
pl_err postgres_run_text(postgres_t *self, const char *sql);
bool postgres_is_good(const struct pg_result *result);
/* The err and its detail for a result that is not good, which it takes; a connection that was lost is closed. */
pl_err postgres_fail(postgres_t *self, struct pg_result *result);

#endif
