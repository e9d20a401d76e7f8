/* SPDX-License-Identifier: Apache-2.0
 *
 * A till in a process of its own, forked from the test, which leads it by the hand: one command, one answer. Its exchanges go through
 * the test's process, where the validator is; its clock is the test's, in shared memory.
 */
#ifndef TESTS_SUPPORT_TILL_PROCESS_H
#define TESTS_SUPPORT_TILL_PROCESS_H

#include <sys/types.h>

#include "support/session_shop.h"

typedef enum {
    DO_START, /* answers the result */
    DO_TAKE_OVER,
    DO_ROUND, /* answers the state */
    DO_STATE,
    DO_END, /* answers 0 */
    DO_QUIT
} till_command;

typedef struct {
    pid_t pid;
    int line; /* of a pair of sockets */
    session_shop *server;
} till_process;

/* Time for server and processes. */
fake_clock *till_process_clock_new(int64_t wall_ms);
void till_process_clock_free(fake_clock *clock);
/* Forks a till that opens a client on the machine and directory of that one. No threads may run. */
void till_process_open(till_process *p, const session_till *model, fake_clock *clock);
/* Sends a command; the caller may send to others before it waits. */
void till_process_send(const till_process *p, till_command command);
/* Serves what it asks the validator until it answers. */
int till_process_wait(till_process *p);
int till_process_do(till_process *p, till_command command);
/* Serves whichever of them asks first, until all have answered. */
void till_process_wait_all(till_process *const *all, size_t count, int *answers);
void till_process_kill(till_process *p);  /* as kill -9 does */
void till_process_close(till_process *p); /* lets it end its client */

#endif
