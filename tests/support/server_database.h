/* SPDX-License-Identifier: Apache-2.0
 *
 * A hand in the database of a server under test: what no command does, to see how the server takes it. Fails the test where it cannot.
 */
#ifndef POSPAL_TESTS_SERVER_DATABASE_H
#define POSPAL_TESTS_SERVER_DATABASE_H

#include "storage/db.h"
#include "support/server_process.h"

pl_db *server_database_open(const server_t *server); /* close it with pl_db_close */
void server_database_run(const server_t *server, const char *sql);
/* The newest time that the server knows of: what its clock is held against. */
void server_database_set_time(const server_t *server, int64_t ms);

#endif
