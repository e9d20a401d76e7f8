/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/http/writer.c
 */
#include "http/writer.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <setjmp.h>
#include <cmocka.h>

#include "platform/thread.h"

enum { JOBS = 20 };

typedef struct {
    write_job_t job;
    const char *sql; /* NULL: waits at the gate */
    pl_err fails_with;
    pl_err err;
    int runs;
    bool is_done;
    int64_t rows_when_done;
} test_job_t;

static char directory[64];
static char path[96];
static store_t *store;
static store_t *reader;
static writer_t *writer;
static pl_mutex *mutex;
static pl_cond *change;
static bool gate_is_open;
static bool gate_is_reached;
static int last_ticks;
static int trials;
static pl_err trial_result;

static int64_t count_rows(void)
{
    pl_db_statement *statement;
    int64_t rows;

    assert_int_equal(pl_db_prepare(store_db(reader), "SELECT count(*) FROM row", &statement), PL_OK);
    assert_int_equal(pl_db_step(statement), DB_ROW);
    rows = pl_db_column_int(statement, 0);
    pl_db_reset(statement);
    return rows;
}

static pl_err tick(void *context, store_t *own, writer_tick_t kind)
{
    assert_ptr_equal(context, &last_ticks);
    assert_ptr_equal(own, store);
    last_ticks += kind == TICK_LAST;
    if (kind != TICK_TRIAL)
        return PL_OK;
    pl_mutex_lock(mutex);
    trials++;
    pl_cond_wake_all(change);
    pl_mutex_unlock(mutex);
    return trial_result;
}

static void wait_at_gate(void)
{
    pl_mutex_lock(mutex);
    gate_is_reached = true;
    pl_cond_wake_all(change);
    while (!gate_is_open)
        pl_cond_wait(change, mutex, 10000);
    pl_mutex_unlock(mutex);
}

static pl_err act(write_job_t *job, tx_t *tx)
{
    test_job_t *own = (test_job_t *)(void *)job;

    own->runs++;
    assert_string_equal(tx->actor, "test");
    if (!own->sql) {
        wait_at_gate();
        return PL_OK;
    }
    if (pl_db_script(store_db(tx->store), own->sql))
        return PL_ERR_DATABASE;
    return own->fails_with;
}

static void done(write_job_t *job, pl_err err)
{
    test_job_t *own = (test_job_t *)(void *)job;
    int64_t rows = count_rows();

    pl_mutex_lock(mutex);
    own->err = err;
    own->rows_when_done = rows;
    own->is_done = true;
    pl_cond_wake_all(change);
    pl_mutex_unlock(mutex);
}

static pl_err submit(test_job_t *job, const char *sql)
{
    memset(job, 0, sizeof *job);
    job->sql = sql;
    job->job.about.actor = "test";
    job->job.act = act;
    job->job.done = done;
    return writer_submit(writer, &job->job);
}

/* The writer is busy with this job until open_gate; what is submitted meanwhile becomes one group. */
static void close_gate(test_job_t *job)
{
    gate_is_open = gate_is_reached = false;
    assert_int_equal(submit(job, NULL), PL_OK);
    pl_mutex_lock(mutex);
    while (!gate_is_reached)
        assert_true(pl_cond_wait(change, mutex, 10000));
    pl_mutex_unlock(mutex);
}

static void open_gate(void)
{
    pl_mutex_lock(mutex);
    gate_is_open = true;
    pl_cond_wake_all(change);
    pl_mutex_unlock(mutex);
}

static void await(test_job_t *job)
{
    pl_mutex_lock(mutex);
    while (!job->is_done)
        assert_true(pl_cond_wait(change, mutex, 10000));
    pl_mutex_unlock(mutex);
}

static int set_up(void **state)
{
    store_options_t options = {.database = path, .mode = DB_READ_WRITE_CREATE, .busy_timeout_ms = 50};
    writer_options_t writer_options;

    (void)state;
    (void)snprintf(directory, sizeof directory, "/tmp/pospal-writer-XXXXXX");
    if (!mkdtemp(directory))
        return -1;
    (void)snprintf(path, sizeof path, "%s/test.db", directory);
    mutex = pl_mutex_new();
    change = pl_cond_new();
    last_ticks = trials = 0;
    trial_result = PL_OK;
    assert_int_equal(store_open(&options, 1, &store), PL_OK);
    assert_int_equal(store_open(&options, 1, &reader), PL_OK);
    assert_int_equal(pl_db_script(store_db(store),
                                  "CREATE TABLE parent(id INTEGER PRIMARY KEY) STRICT;"
                                  "CREATE TABLE row(id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent(id) "
                                  "DEFERRABLE INITIALLY DEFERRED) STRICT;"),
                     PL_OK);
    writer_options = (writer_options_t){store, JOBS, tick, &last_ticks};
    return writer_start(&writer_options, &writer);
}

static int tear_down(void **state)
{
    (void)state;
    writer_stop(writer);
    assert_int_equal(last_ticks, 1);
    store_close(reader);
    store_close(store);
    pl_cond_free(change);
    pl_mutex_free(mutex);
    (void)unlink(path);
    return rmdir(directory);
}

static const char add_row[] = "INSERT INTO row(parent) VALUES(NULL)";

static void a_lone_job_is_committed_at_once(void **state)
{
    test_job_t job;

    (void)state;
    assert_int_equal(submit(&job, add_row), PL_OK);
    await(&job);
    assert_int_equal(job.err, PL_OK);
    assert_int_equal(job.rows_when_done, 1);
}

static void all_that_wait_share_one_commit(void **state)
{
    test_job_t first;
    test_job_t jobs[JOBS];

    (void)state;
    close_gate(&first);
    for (size_t i = 0; i < JOBS; i++)
        assert_int_equal(submit(&jobs[i], add_row), PL_OK);
    open_gate();
    for (size_t i = 0; i < JOBS; i++) {
        await(&jobs[i]);
        assert_int_equal(jobs[i].err, PL_OK);
        assert_int_equal(jobs[i].runs, 1);
        assert_int_equal(jobs[i].rows_when_done, JOBS);
    }
}

static void a_job_that_fails_takes_nothing_with_it(void **state)
{
    test_job_t first;
    test_job_t jobs[3];

    (void)state;
    close_gate(&first);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(submit(&jobs[i], add_row), PL_OK);
    jobs[1].fails_with = PL_ERR_UNAUTHORIZED;
    open_gate();
    for (size_t i = 0; i < 3; i++) {
        await(&jobs[i]);
        assert_int_equal(jobs[i].err, i == 1 ? PL_ERR_UNAUTHORIZED : PL_OK);
        assert_int_equal(jobs[i].runs, i == 2 ? 1 : 2); /* again with savepoints, once the second has given up */
        assert_int_equal(jobs[i].rows_when_done, 2);
    }
    assert_int_equal(count_rows(), 2);
}

static void a_lone_job_that_fails_leaves_nothing_and_the_writer_well(void **state)
{
    test_job_t first;
    test_job_t job;

    (void)state;
    close_gate(&first);
    assert_int_equal(submit(&job, add_row), PL_OK);
    job.fails_with = PL_ERR_UNAUTHORIZED;
    open_gate();
    await(&job);
    assert_int_equal(job.err, PL_ERR_UNAUTHORIZED);
    assert_int_equal(job.runs, 1);
    close_gate(&first); /* so that the writer has taken the last result into account */
    assert_int_equal(count_rows(), 0);
    assert_in_range(writer_state(writer).stalled_ms, 0, 999);
    open_gate();
    await(&first);
}

/* The transaction is gone and the job does not say so: what the next one writes must not be committed by itself, and then again. */
static void a_transaction_that_ends_within_a_group_is_noticed(void **state)
{
    test_job_t first;
    test_job_t jobs[3];

    (void)state;
    close_gate(&first);
    assert_int_equal(submit(&jobs[0], add_row), PL_OK);
    assert_int_equal(submit(&jobs[1], "INSERT INTO row(parent) VALUES(NULL); ROLLBACK"), PL_OK);
    assert_int_equal(submit(&jobs[2], add_row), PL_OK);
    open_gate();
    for (size_t i = 0; i < 3; i++) {
        await(&jobs[i]);
        assert_int_equal(jobs[i].err, i == 1 ? PL_ERR_DATABASE : PL_OK);
        assert_int_equal(jobs[i].runs, i == 2 ? 1 : 2);
    }
    assert_int_equal(count_rows(), 2);
}

static void a_group_that_fails_is_run_again_one_by_one(void **state)
{
    test_job_t first;
    test_job_t jobs[3];

    (void)state;
    close_gate(&first);
    assert_int_equal(submit(&jobs[0], add_row), PL_OK);
    assert_int_equal(submit(&jobs[1], "INSERT INTO row(parent) VALUES(99)"), PL_OK); /* refused at the commit */
    assert_int_equal(submit(&jobs[2], add_row), PL_OK);
    open_gate();
    for (size_t i = 0; i < 3; i++) {
        await(&jobs[i]);
        assert_int_equal(jobs[i].err == PL_OK, i != 1);
        assert_int_equal(jobs[i].runs, 2);
    }
    assert_int_equal(count_rows(), 2);
}

static void a_full_queue_refuses_and_does_not_call_back(void **state)
{
    test_job_t first;
    test_job_t jobs[JOBS];
    test_job_t refused;

    (void)state;
    close_gate(&first);
    for (size_t i = 0; i < JOBS; i++)
        assert_int_equal(submit(&jobs[i], add_row), PL_OK);
    assert_int_equal(submit(&refused, add_row), PL_ERR_OVERLOADED);
    open_gate();
    for (size_t i = 0; i < JOBS; i++)
        await(&jobs[i]);
    assert_false(refused.is_done);
    assert_int_equal(submit(&refused, add_row), PL_OK);
    await(&refused);
}

static void a_locked_database_is_busy_for_all_without_running_any(void **state)
{
    test_job_t jobs[2];

    (void)state;
    assert_int_equal(pl_db_begin(store_db(reader)), DB_DONE);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(submit(&jobs[i], add_row), PL_OK);
    for (size_t i = 0; i < 2; i++) {
        await(&jobs[i]);
        assert_int_equal(jobs[i].err, PL_ERR_BUSY);
        assert_int_equal(jobs[i].runs, 0);
    }
    pl_db_rollback(store_db(reader));
    assert_int_equal(submit(&jobs[0], add_row), PL_OK);
    await(&jobs[0]);
    assert_int_equal(jobs[0].err, PL_OK);
}

/* What the engine rolls back by itself must not take the others of the group with it, nor leave them half done. */
static void a_job_that_blames_the_storage_is_run_again_alone(void **state)
{
    test_job_t first;
    test_job_t jobs[3];

    (void)state;
    close_gate(&first);
    assert_int_equal(submit(&jobs[0], add_row), PL_OK);
    assert_int_equal(submit(&jobs[1], "INSERT INTO row(parent) VALUES(NULL); ROLLBACK; nonsense"), PL_OK);
    assert_int_equal(submit(&jobs[2], add_row), PL_OK);
    open_gate();
    for (size_t i = 0; i < 3; i++) {
        await(&jobs[i]);
        assert_int_equal(jobs[i].err, i == 1 ? PL_ERR_DATABASE : PL_OK);
        assert_int_equal(jobs[i].runs, i == 2 ? 1 : 2);
    }
    assert_int_equal(count_rows(), 2);
}

static void await_trials(int count)
{
    pl_mutex_lock(mutex);
    while (trials < count)
        assert_true(pl_cond_wait(change, mutex, 10000));
    pl_mutex_unlock(mutex);
}

/* The second trial begins when the first has been taken into account. */
static void a_writer_that_cannot_write_says_since_when_and_tries(void **state)
{
    test_job_t job;

    (void)state;
    assert_int_equal(writer_state(writer).stalled_ms, 0);
    trial_result = PL_ERR_BUSY;
    assert_int_equal(pl_db_begin(store_db(reader)), DB_DONE);
    assert_int_equal(submit(&job, add_row), PL_OK);
    await(&job);
    pl_db_rollback(store_db(reader));
    assert_int_equal(job.err, PL_ERR_BUSY);
    await_trials(2);
    assert_true(writer_state(writer).stalled_ms >= 1000); /* no matter what went well between, it wrote nothing */
    assert_int_equal(submit(&job, add_row), PL_OK);
    await(&job);
    close_gate(&job);
    assert_in_range(writer_state(writer).stalled_ms, 0, 999); /* of this job alone */
    open_gate();
    await(&job);
}

static void a_job_that_takes_long_counts_as_stalled_and_what_waits_is_counted(void **state)
{
    test_job_t first;
    test_job_t second;

    (void)state;
    close_gate(&first);
    assert_int_equal(submit(&second, add_row), PL_OK);
    while (writer_state(writer).stalled_ms == 0) {}
    assert_int_equal(writer_state(writer).waiting, 1);
    open_gate();
    await(&second);
    writer_stop(writer);
    assert_int_equal(last_ticks, 1);
    last_ticks = 0;
    assert_int_equal(writer_start(&(writer_options_t){store, JOBS, tick, &last_ticks}, &writer), PL_OK);
    assert_int_equal(writer_state(writer).stalled_ms, 0);
    assert_int_equal(writer_state(writer).waiting, 0);
}

static void stopping_finishes_what_waits(void **state)
{
    writer_options_t options = {store, JOBS, tick, &last_ticks};
    test_job_t first;
    test_job_t jobs[JOBS];

    (void)state;
    close_gate(&first);
    for (size_t i = 0; i < JOBS; i++)
        assert_int_equal(submit(&jobs[i], add_row), PL_OK);
    open_gate();
    writer_stop(writer);
    for (size_t i = 0; i < JOBS; i++)
        assert_true(jobs[i].is_done && jobs[i].err == PL_OK);
    assert_int_equal(last_ticks, 1);
    last_ticks = 0;
    assert_int_equal(writer_start(&options, &writer), PL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_lone_job_is_committed_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_that_wait_share_one_commit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_job_that_fails_takes_nothing_with_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_lone_job_that_fails_leaves_nothing_and_the_writer_well, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_transaction_that_ends_within_a_group_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_group_that_fails_is_run_again_one_by_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_queue_refuses_and_does_not_call_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_locked_database_is_busy_for_all_without_running_any, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_job_that_blames_the_storage_is_run_again_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_writer_that_cannot_write_says_since_when_and_tries, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_job_that_takes_long_counts_as_stalled_and_what_waits_is_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stopping_finishes_what_waits, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
