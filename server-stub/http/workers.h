/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads, each with a connection to the database, and the queue before them. There are some for what may take long (what talks to
 * another server, exports, measurements): no transaction is open around such a job, so one that waits for a network holds none. Where the
 * database is on the line, others are the pool that serves requests.
 */
#ifndef POSPAL_HTTP_WORKERS_H
#define POSPAL_HTTP_WORKERS_H

#include "store/store.h"

enum { WORKERS_MAX = 64, WORKERS_QUEUE = 64 };

typedef struct slow_job slow_job_t;
struct slow_job {
    slow_job_t *next;
    /* On a worker's thread, with that worker's connection. Once it returns the job may be gone. */
    void (*run)(slow_job_t *job, store_t *store);
};

typedef struct {
    store_t *const *stores; /* one for each worker; theirs from now on, closed by the owner after workers_stop */
    size_t count;
    size_t capacity; /* jobs waiting at most */
} workers_options_t;

typedef struct workers workers_t;

pl_err workers_start(const workers_options_t *options, workers_t **workers);
/* Any thread. PL_ERR_OVERLOADED when the queue is full, PL_ERR_CLOSED after workers_stop; then run is not called. */
pl_err workers_submit(workers_t *workers, slow_job_t *job);
/* Any thread: how many jobs wait. */
size_t workers_waiting(workers_t *workers);
/* Finishes what waits and ends the threads; accepts NULL. */
void workers_stop(workers_t *workers);

#endif
