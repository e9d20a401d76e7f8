/* SPDX-License-Identifier: Apache-2.0
 *
 * The one thread that writes. It takes all waiting jobs (at most 512) into one transaction, commits once, then tells each. When a job
 * gives up, the group is rolled back and run again with a savepoint for each job, so that the others stay; when the group fails as a
 * whole, each job is run again alone. A lone job waits for no company.
 */
#ifndef POSPAL_HTTP_WRITER_H
#define POSPAL_HTTP_WRITER_H

#include "base/log.h"
#include "store/store.h"

enum { WRITER_GROUP_MAX = 512, WRITER_TICK_MS = 1000 };

typedef struct write_job write_job_t;
struct write_job {
    write_job_t *next;
    tx_t about; /* arena, now_ms, actor, address; the store is the writer's */
    /* Inside a transaction; run again when that is rolled back, so it has no effect outside it but on its arena. */
    pl_err (*act)(write_job_t *job, tx_t *tx);
    /* On the writer's thread, after the commit or the failure. The job is no longer the writer's. */
    void (*done)(write_job_t *job, pl_err err);
    pl_err err;
};

typedef enum {
    TICK_ROUTINE,
    TICK_TRIAL, /* the last transaction failed and no job waits: write something, so that we learn how things are */
    TICK_LAST
} writer_tick_t;

typedef struct {
    store_t *store;  /* the writer's from now on, closed by its owner after writer_stop */
    size_t capacity; /* jobs waiting at most */
    /* Once a second between groups, and a last time at the end. */
    pl_err (*tick)(void *context, store_t *store, writer_tick_t kind);
    void *context;
} writer_options_t;

typedef struct writer writer_t;

pl_err writer_start(const writer_options_t *options, writer_t **writer);
/* Any thread. PL_ERR_OVERLOADED when the queue is full, PL_ERR_CLOSED after writer_stop; then done is not called. */
pl_err writer_submit(writer_t *writer, write_job_t *job);

typedef struct {
    size_t waiting;     /* jobs */
    uint64_t groups;    /* transactions so far */
    uint64_t jobs;      /* in them */
    int64_t stalled_ms; /* since it took up work without finishing a transaction; 0: its last one succeeded, and it rests */
} writer_state_t;
/* Any thread. */
writer_state_t writer_state(writer_t *writer);
/* Finishes what waits, ticks a last time and ends the thread; accepts NULL. */
void writer_stop(writer_t *writer);

#endif
