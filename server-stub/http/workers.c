/* SPDX-License-Identifier: Apache-2.0
 *
 * A bounded queue and the threads that empty it. What the jobs do, and who hears of it, is in exchange.c.
 */
#include "http/workers.h"

#include "base/mem.h"
#include "platform/thread.h"

typedef struct {
    workers_t *all;
    store_t *store;
    pl_thread *thread;
} worker_t;

struct workers {
    size_t capacity;
    pl_mutex *mutex;
    pl_cond *wake;
    slow_job_t *first; /* under the mutex, as all that follows: what waits, oldest first */
    slow_job_t *last;
    size_t waiting;
    bool is_stopping;
    size_t count;
    worker_t each[];
};

/* The next job; NULL at the end. */
static slow_job_t *take_job(workers_t *workers)
{
    slow_job_t *job;

    pl_mutex_lock(workers->mutex);
    while (!workers->first && !workers->is_stopping)
        (void)pl_cond_wait(workers->wake, workers->mutex, -1);
    job = workers->first;
    if (job) {
        workers->first = job->next;
        workers->waiting--;
    }
    pl_mutex_unlock(workers->mutex);
    return job;
}

static void run(void *context)
{
    worker_t *worker = context;
    slow_job_t *job;

    while ((job = take_job(worker->all)))
        job->run(job, worker->store);
}

pl_err workers_submit(workers_t *workers, slow_job_t *job)
{
    pl_err err = PL_OK;

    job->next = NULL;
    pl_mutex_lock(workers->mutex);
    if (workers->is_stopping) {
        err = pl_fail(PL_ERR_CLOSED, "the server is stopping");
    } else if (workers->waiting >= workers->capacity) {
        err = pl_fail(PL_ERR_OVERLOADED, "%zu requests are waiting already", workers->waiting);
    } else {
        if (workers->first)
            workers->last->next = job;
        else
            workers->first = job;
        workers->last = job;
        workers->waiting++;
        pl_cond_wake_all(workers->wake);
    }
    pl_mutex_unlock(workers->mutex);
    return err;
}

size_t workers_waiting(workers_t *workers)
{
    size_t waiting;

    pl_mutex_lock(workers->mutex);
    waiting = workers->waiting;
    pl_mutex_unlock(workers->mutex);
    return waiting;
}

void workers_stop(workers_t *workers)
{
    if (!workers)
        return;
    if (workers->count > 0) {
        pl_mutex_lock(workers->mutex);
        workers->is_stopping = true;
        pl_cond_wake_all(workers->wake);
        pl_mutex_unlock(workers->mutex);
    }
    for (size_t i = 0; i < workers->count; i++)
        pl_thread_join(workers->each[i].thread);
    pl_cond_free(workers->wake);
    pl_mutex_free(workers->mutex);
    pl_free(workers);
}

pl_err workers_start(const workers_options_t *options, workers_t **workers)
{
    workers_t *made = pl_alloc(sizeof *made + options->count * sizeof(worker_t));
    pl_err err = PL_OK;

    if (!made)
        return PL_ERR_MEMORY;
    made->capacity = options->capacity;
    made->mutex = pl_mutex_new();
    made->wake = pl_cond_new();
    if (!made->mutex || !made->wake)
        err = PL_ERR_MEMORY;
    for (size_t i = 0; !err && i < options->count; i++) {
        worker_t *worker = &made->each[i];

        worker->all = made;
        worker->store = options->stores[i];
        err = pl_thread_start(run, worker, &worker->thread);
        made->count += err == PL_OK;
    }
    if (err)
        workers_stop(made);
    else
        *workers = made;
    return err;
}
