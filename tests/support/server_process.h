/* SPDX-License-Identifier: Apache-2.0
 *
 * The real pospal-validator as a child process, for tests: commands run to their end, a server on a port of its own choice, in a
 * temporary directory that goes with it.
 */
#ifndef POSPAL_TESTS_SERVER_PROCESS_H
#define POSPAL_TESTS_SERVER_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { COMMAND_OUTPUT = 64 * 1024, COMMAND_WORDS = 32 };

typedef struct {
    int code; /* exit code; -1: it did not end by itself */
    char out[COMMAND_OUTPUT];
    char err[COMMAND_OUTPUT];
} command_result_t;

typedef struct {
    const char *program;
    char directory[64]; /* temporary; data and log are in it */
    char data[96];      /* the server's data directory */
    char db[512];       /* its PostgreSQL, "" for SQLite: POSPAL_TEST_ENGINE says which */
    char log[96];       /* what the server wrote to standard error */
    char brand_id[64];
    char product_id[64];
    char api_key[256];
    char root_key_file[256];
    char roots[8192]; /* the JWKS that programs pin */
    pid_t pid;        /* 0: not running */
    int out_fd;
    int port;
} server_t;

/* words: NULL-terminated. Without further ado: a JSON member of a result that is a text. */
void command_run(const char *program, const char *const *words, command_result_t *result);
bool command_member(const command_result_t *result, const char *name, char *text, size_t size);

/* A directory with brand "acme" and product "till" with so many seats. False when a command fails, which is printed. */
bool server_create(server_t *server, const char *program, const char *seats);
/* The same in a directory that is there, of at most 60 characters. */
bool server_create_in(server_t *server, const char *program, const char *seats, const char *directory);
/* The same with a PostgreSQL of that address. */
bool server_create_on(server_t *server, const char *program, const char *seats, const char *url);
/* Kills what runs and removes the directory. */
void server_remove(server_t *server);
/* Runs "pospal-validator WORDS... --data DIR --json", with --db where the server has one. */
void server_command(const server_t *server, const char *const *words, command_result_t *result);
/* Issues a license of the product; key and id have 64 bytes. */
bool server_issue(const server_t *server, char *key, char *id);

/* Starts `serve --listen 127.0.0.1:0 WORDS...` and waits until it is ready. */
bool server_start(server_t *server, const char *const *words);
/* SIGTERM; the exit code, -1 when it did not end within 30 seconds. */
int server_stop(server_t *server);
void server_kill(server_t *server); /* SIGKILL */

#endif
