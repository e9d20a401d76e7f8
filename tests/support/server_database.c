/* SPDX-License-Identifier: Apache-2.0 */
#include "support/server_database.h"

#include "store/db_postgres.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <setjmp.h>
#include <cmocka.h>

static pl_db *open_postgres(const server_t *server)
{
    const pl_db_postgres_options options = {
        .url = server->db, .mode = DB_READ_WRITE, .connect_timeout_s = 10, .busy_timeout_ms = 10000};
    pl_db *db;

    assert_int_equal(pl_db_open_postgres(&options, &db), PL_OK);
    return db;
}

pl_db *server_database_open(const server_t *server)
{
    pl_db_sqlite_options options = {.mode = DB_READ_WRITE, .busy_timeout_ms = 10000, .uses_wal = true};
    char path[128];
    pl_db *db;

    if (server->db[0])
        return open_postgres(server);
    (void)snprintf(path, sizeof path, "%s/validator.db", server->data);
    options.path = path;
    assert_int_equal(pl_db_open_sqlite(&options, &db), PL_OK);
    return db;
}

void server_database_run(const server_t *server, const char *sql)
{
    pl_db *db = server_database_open(server);

    assert_int_equal(pl_db_script(db, sql), PL_OK);
    pl_db_close(db);
}

void server_database_set_time(const server_t *server, int64_t ms)
{
    char sql[96];

    (void)snprintf(sql, sizeof sql, "UPDATE meta SET last_time = %lld", (long long)ms);
    server_database_run(server, sql);
}
