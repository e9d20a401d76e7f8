/* SPDX-License-Identifier: Apache-2.0
 *
 * Other programs: started with posix_spawn, so that the size of this one does not count.
 */
#ifndef BENCH_CHILD_H
#define BENCH_CHILD_H

#include <sys/types.h>

#include "base/buf.h"

typedef struct {
    pid_t pid;
    int out; /* its standard output; -1: not taken */
} child_t;

/* arguments[0] is the file; NULL ends them. errors: a file that standard error goes to; NULL: ours. */
pl_err child_start(const char *const *arguments, bool takes_output, const char *errors, child_t *child);
/* PL_ERR_STATE unless it ends with 0. */
pl_err child_wait(child_t *child);
/* Runs it to its end, its output appended to out; out NULL: not taken. */
pl_err child_run(const char *const *arguments, pl_buf *out);

#endif
