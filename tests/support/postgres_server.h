/* SPDX-License-Identifier: Apache-2.0
 *
 * A PostgreSQL of the tests' own: a cluster in a temporary directory, which answers on a Unix socket in it, and on a port of its own
 * choice where that is asked for. PostgreSQL refuses to run as root; then it runs as the account "postgres", or "nobody". The server ends
 * with the process that started it, however that ends.
 */
#ifndef TESTS_SUPPORT_POSTGRES_SERVER_H
#define TESTS_SUPPORT_POSTGRES_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

enum { POSTGRES_URL_SIZE = 512 };

typedef struct {
    char directory[64]; /* data and socket are in it */
    pid_t pid;          /* 0: not running */
    int port;           /* on 127.0.0.1; 0: none */
} postgres_server_t;

/*
 * Makes and starts a cluster. settings: further "name=value" for its command line, NULL-terminated; NULL: none. has_port: it listens on
 * 127.0.0.1 too. False: what failed is printed.
 */
bool postgres_server_create(postgres_server_t *server, const char *const *settings, bool has_port);
/* Starts it again, on the same port. */
bool postgres_server_start(postgres_server_t *server, const char *const *settings);
/* Ends its clients' connections and stops: SIGINT ("fast"), or SIGQUIT, which is how a power cut looks to it. */
void postgres_server_stop(postgres_server_t *server, int signal);
/* With its directory. */
void postgres_server_remove(postgres_server_t *server);

/* Whether this run of the program is about PostgreSQL: POSPAL_TEST_ENGINE=postgres. */
bool postgres_is_tested(void);
/*
 * An empty schema of its own for one test, as an address: in the cluster of the CTest fixture, or, outside CTest, in one that this
 * process starts when first asked and that ends with it.
 */
void postgres_schema_make(char url[POSTGRES_URL_SIZE]);
/* The same in a given cluster. */
void postgres_server_schema(const postgres_server_t *server, char url[POSTGRES_URL_SIZE]);

#endif
