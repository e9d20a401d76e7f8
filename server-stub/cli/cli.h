/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line of pospal-validator.
 */
#ifndef POSPAL_CLI_CLI_H
#define POSPAL_CLI_CLI_H

#include <stdio.h>

#include "base/clock.h"
#include "base/err.h"

/* The exit codes; docs/OPERATING.md lists them. */
typedef enum {
    CLI_EXIT_OK = 0,
    CLI_EXIT_FAILED = 1,
    CLI_EXIT_USAGE = 2,
    CLI_EXIT_NOT_FOUND = 3,
    CLI_EXIT_STATE = 4,   /* exists already, or is in a state that forbids it */
    CLI_EXIT_STORAGE = 5, /* disk, database, busy */
    CLI_EXIT_PARTIAL = 6  /* done, but for a part that the result names */
} cli_exit_t;

typedef struct {
    FILE *out;
    FILE *err;
    const char *(*environment)(const char *name);
    pl_clock clock;
} cli_world_t;

/* words: without the program's name, NULL at the end. */
cli_exit_t cli_run(const cli_world_t *world, char *const *words);
cli_exit_t cli_exit_code(pl_err err);

#endif
