/* SPDX-License-Identifier: Apache-2.0
 *
 * Group commit. What the jobs do is in licensing/; who made them and what is replied is in exchange.c.
 */
#include "http/writer.h"

#include "base/mem.h"
#include "platform/clock.h"
#include "platform/thread.h"

struct writer {
    writer_options_t options;
    pl_mutex *mutex;
    pl_cond *wake;
    pl_thread *thread;
    write_job_t *first; /* under the mutex: what waits, oldest first */
    write_job_t *last;
    size_t waiting;
    uint64_t groups;
    uint64_t jobs;
    int64_t stalled_since_ms; /* 0: not */
    bool is_stopping;
};

static int64_t now_ms(void)
{
    return pl_clock_monotonic_us() / 1000;
}

static pl_err expect_done(pl_db_result result)
{
    return result == DB_ROW ? PL_ERR_INTERNAL : pl_db_err(result);
}

/* The engine may have ended the whole transaction by itself after one of these, savepoints and all. */
static bool may_end_transaction(pl_err err)
{
    return err == PL_ERR_DATABASE || err == PL_ERR_CORRUPT || err == PL_ERR_IO || err == PL_ERR_DISK_FULL ||
           err == PL_ERR_READ_ONLY || err == PL_ERR_BUSY || err == PL_ERR_MEMORY;
}

/* Whatever it made of a statement that failed: without the transaction the next job would commit by itself what it writes. */
static pl_err run_bare(store_t *store, write_job_t *job)
{
    tx_t tx = job->about;

    tx.store = store;
    job->err = job->act(job, &tx);
    if (!job->err && !pl_db_is_in_transaction(store_db(store)))
        job->err = pl_fail(PL_ERR_DATABASE, "the database ended the transaction by itself");
    return job->err;
}

/* The result is the transaction's; what became of the job is in job->err. */
static pl_err run_saved(store_t *store, write_job_t *job)
{
    pl_db *db = store_db(store);
    pl_err err;

    if ((err = expect_done(pl_db_savepoint(db))))
        return err;
    if (run_bare(store, job)) {
        pl_db_savepoint_rollback(db);
        return may_end_transaction(job->err) ? job->err : PL_OK;
    }
    return expect_done(pl_db_savepoint_release(db));
}

/*
 * One transaction for the whole list. With run_bare nothing remains when one job gives up; with run_saved its own part alone is undone.
 * *began tells a database that cannot be written now from a group that failed.
 */
static pl_err run_group(store_t *store, write_job_t *jobs, pl_err (*run)(store_t *store, write_job_t *job), bool *began)
{
    pl_db *db = store_db(store);
    pl_err err = expect_done(pl_db_begin(db));

    *began = err == PL_OK;
    if (err)
        return err;
    for (write_job_t *job = jobs; job && !err; job = job->next)
        err = run(store, job);
    if (!err)
        err = expect_done(pl_db_commit(db));
    if (err)
        pl_db_rollback(db);
    return err;
}

static void finish(write_job_t *jobs, pl_err err)
{
    while (jobs) {
        write_job_t *next = jobs->next;

        jobs->done(jobs, err ? err : jobs->err);
        jobs = next;
    }
}

/* A job of a bare group gave up, and the database is in order. */
static bool is_refused(const write_job_t *jobs, pl_err err)
{
    while (jobs && !jobs->err)
        jobs = jobs->next;
    return jobs && jobs->err == err && !may_end_transaction(err);
}

static pl_err run_alone(store_t *store, write_job_t *job, bool *began)
{
    pl_err err = run_group(store, job, run_bare, began);
    pl_err result = is_refused(job, err) ? PL_OK : err;

    finish(job, err);
    return result;
}

/*
 * Finds the job that broke the group; the others must not suffer. A database that is out of order altogether ends the search. The
 * result is the last transaction's.
 */
static pl_err run_each_alone(store_t *store, write_job_t *jobs)
{
    bool began = true;
    pl_err err = PL_OK;

    while (jobs && began) {
        write_job_t *job = jobs;

        jobs = job->next;
        job->next = NULL;
        err = run_alone(store, job, &began);
        if (!began)
            finish(jobs, err);
    }
    return err;
}

/* Savepoints cost a tenth of a write and are hardly ever needed: a group has them once a job of it has given up. */
static pl_err run_jobs(store_t *store, write_job_t *jobs)
{
    bool began;
    pl_err err;

    if (!jobs->next)
        return run_alone(store, jobs, &began);
    err = run_group(store, jobs, run_bare, &began);
    if (began && is_refused(jobs, err))
        err = run_group(store, jobs, run_saved, &began);
    if (err && began)
        return run_each_alone(store, jobs);
    finish(jobs, err);
    return err;
}

/* Under the mutex. */
static void take_up_work(writer_t *writer)
{
    if (writer->stalled_since_ms == 0)
        writer->stalled_since_ms = now_ms();
}

static void note(writer_t *writer, pl_err err)
{
    pl_mutex_lock(writer->mutex);
    if (!err)
        writer->stalled_since_ms = 0;
    pl_mutex_unlock(writer->mutex);
}

/* Takes the next group off the queue; NULL when it is time for a tick or for the end. */
static write_job_t *take_group(writer_t *writer, int64_t tick_at_ms, bool *is_stopping)
{
    write_job_t *group;
    write_job_t *last;

    pl_mutex_lock(writer->mutex);
    while (!writer->first && !writer->is_stopping) {
        int64_t left = tick_at_ms - now_ms();

        if (left <= 0 || !pl_cond_wait(writer->wake, writer->mutex, left))
            break;
    }
    group = last = writer->first;
    if (group) {
        size_t size = 1;

        for (; size < WRITER_GROUP_MAX && last->next; size++)
            last = last->next;
        writer->waiting -= size;
        writer->groups++;
        writer->jobs += size;
        writer->first = last->next;
        last->next = NULL;
        take_up_work(writer);
    }
    *is_stopping = writer->is_stopping && !group;
    pl_mutex_unlock(writer->mutex);
    return group;
}

/* A routine tick that went well may have written nothing, so it does not end what stalled before it. */
static void tick(writer_t *writer, bool is_last)
{
    bool was_stalled;
    writer_tick_t kind;
    pl_err err;

    if (!writer->options.tick)
        return;
    pl_mutex_lock(writer->mutex);
    was_stalled = writer->stalled_since_ms != 0;
    kind = is_last ? TICK_LAST : was_stalled && !writer->first ? TICK_TRIAL : TICK_ROUTINE;
    take_up_work(writer);
    pl_mutex_unlock(writer->mutex);
    err = writer->options.tick(writer->options.context, writer->options.store, kind);
    if (kind != TICK_ROUTINE || !was_stalled)
        note(writer, err);
}

/* While writes fail and more of them wait, a tick would only keep those waiting: it writes too, several times. */
static bool is_held_up(writer_t *writer)
{
    bool is_so;

    pl_mutex_lock(writer->mutex);
    is_so = writer->stalled_since_ms != 0 && writer->first;
    pl_mutex_unlock(writer->mutex);
    return is_so;
}

static void run(void *context)
{
    writer_t *writer = context;
    int64_t tick_at_ms = now_ms() + WRITER_TICK_MS;
    bool is_stopping = false;

    while (!is_stopping) {
        write_job_t *group = take_group(writer, tick_at_ms, &is_stopping);

        if (group)
            note(writer, run_jobs(writer->options.store, group));
        if (now_ms() >= tick_at_ms && !is_held_up(writer)) {
            tick(writer, false);
            tick_at_ms = now_ms() + WRITER_TICK_MS;
        }
    }
    tick(writer, true);
}

static void free_writer(writer_t *writer)
{
    pl_cond_free(writer->wake);
    pl_mutex_free(writer->mutex);
    pl_free(writer);
}

pl_err writer_submit(writer_t *writer, write_job_t *job)
{
    pl_err err = PL_OK;

    job->next = NULL;
    job->err = PL_OK;
    pl_mutex_lock(writer->mutex);
    if (writer->is_stopping) {
        err = pl_fail(PL_ERR_CLOSED, "the server is stopping");
    } else if (writer->waiting >= writer->options.capacity) {
        err = pl_fail(PL_ERR_OVERLOADED, "%zu writes are waiting already", writer->waiting);
    } else {
        if (writer->first)
            writer->last->next = job;
        else
            writer->first = job;
        writer->last = job;
        writer->waiting++;
        if (writer->waiting == 1)
            pl_cond_wake_all(writer->wake);
    }
    pl_mutex_unlock(writer->mutex);
    return err;
}

writer_state_t writer_state(writer_t *writer)
{
    writer_state_t state;

    pl_mutex_lock(writer->mutex);
    state.waiting = writer->waiting;
    state.groups = writer->groups;
    state.jobs = writer->jobs;
    state.stalled_ms = writer->stalled_since_ms == 0 ? 0 : now_ms() - writer->stalled_since_ms;
    pl_mutex_unlock(writer->mutex);
    return state;
}

void writer_stop(writer_t *writer)
{
    if (!writer)
        return;
    pl_mutex_lock(writer->mutex);
    writer->is_stopping = true;
    pl_cond_wake_all(writer->wake);
    pl_mutex_unlock(writer->mutex);
    pl_thread_join(writer->thread);
    free_writer(writer);
}

pl_err writer_start(const writer_options_t *options, writer_t **writer)
{
    writer_t *made = pl_alloc(sizeof *made);
    pl_err err = PL_ERR_MEMORY;

    if (!made)
        return PL_ERR_MEMORY;
    made->options = *options;
    made->mutex = pl_mutex_new();
    made->wake = pl_cond_new();
    if (!made->mutex || !made->wake || (err = pl_thread_start(run, made, &made->thread))) {
        free_writer(made);
        return err;
    }
    *writer = made;
    return PL_OK;
}
