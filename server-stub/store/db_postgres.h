/* SPDX-License-Identifier: Apache-2.0
 *
 * The PostgreSQL driver of storage/db.h. Statements are written once, for SQLite too: db_postgres_sql.h says what is translated and
 * what a text must keep to. A connection that was lost is made anew at the next begin, with all its statements; see db_postgres_pause.h.
 */
#ifndef STORE_DB_POSTGRES_H
#define STORE_DB_POSTGRES_H

#include "storage/db.h"
#include "store/db_postgres_pause.h"

typedef struct {
    const char *url; /* postgres://...; what stands in it (sslmode, connect_timeout, ...) goes before what stands below */
    pl_db_mode mode; /* DB_READ_ONLY: the server refuses to write */
    int connect_timeout_s;
    int statement_timeout_ms; /* 0: none */
    int busy_timeout_ms;      /* how long a row's lock is waited for, then DB_BUSY; at least 1 */
    postgres_pause_t *pause;  /* shared by a program's connections, and outlives them; NULL: each has its own */
} pl_db_postgres_options;

/*
 * PL_ERR_INVALID (the URL), _NOT_FOUND (no such database), _UNSUPPORTED (not UTF-8), _DATABASE (everything else, a wrong password
 * too: a database that does not let us in is broken, and nobody's license is invalid for it). The detail never has the password.
 */
pl_err pl_db_open_postgres(const pl_db_postgres_options *options, pl_db **db);

#endif
