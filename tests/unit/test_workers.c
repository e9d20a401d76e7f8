/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/http/workers.c. The jobs open no database, so the stores are mere addresses.
 */
#include "http/workers.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "platform/thread.h"
#include "support/fail_alloc.h"

enum { WORKERS = 2, CAPACITY = 4 };

typedef struct {
    slow_job_t job;
    bool waits; /* until the gate is open */
    bool is_begun;
    bool is_done;
    int order;
    store_t *store;
} test_job_t;

static char places[WORKERS];
static store_t *stores[WORKERS];
static pl_mutex *mutex;
static pl_cond *change;
static bool gate_is_open;
static int finished;
static workers_t *workers;

static void run(slow_job_t *job, store_t *store)
{
    test_job_t *own = (test_job_t *)(void *)job;

    pl_mutex_lock(mutex);
    own->store = store;
    own->is_begun = true;
    pl_cond_wake_all(change);
    while (own->waits && !gate_is_open)
        pl_cond_wait(change, mutex, 10000);
    own->order = ++finished;
    own->is_done = true;
    pl_cond_wake_all(change);
    pl_mutex_unlock(mutex);
}

static pl_err submit(test_job_t *job, bool waits)
{
    memset(job, 0, sizeof *job);
    job->job.run = run;
    job->waits = waits;
    return workers_submit(workers, &job->job);
}

static void await(const bool *what)
{
    pl_mutex_lock(mutex);
    while (!*what)
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

static pl_err start(void)
{
    const workers_options_t options = {stores, WORKERS, CAPACITY};

    return workers_start(&options, &workers);
}

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < WORKERS; i++)
        stores[i] = (store_t *)(void *)&places[i];
    mutex = pl_mutex_new();
    change = pl_cond_new();
    gate_is_open = false;
    finished = 0;
    workers = NULL;
    return start();
}

static int tear_down(void **state)
{
    (void)state;
    workers_stop(workers);
    pl_cond_free(change);
    pl_mutex_free(mutex);
    return 0;
}

/* Keeps every worker busy until the gate opens. */
static void occupy(test_job_t jobs[WORKERS])
{
    for (size_t i = 0; i < WORKERS; i++) {
        assert_int_equal(submit(&jobs[i], true), PL_OK);
        await(&jobs[i].is_begun);
    }
}

static void jobs_run_side_by_side_each_with_a_connection_of_its_own(void **state)
{
    test_job_t jobs[WORKERS];

    (void)state;
    occupy(jobs);
    assert_ptr_not_equal(jobs[0].store, jobs[1].store);
    for (size_t i = 0; i < WORKERS; i++)
        assert_true(jobs[i].store == stores[0] || jobs[i].store == stores[1]);
    open_gate();
    for (size_t i = 0; i < WORKERS; i++)
        await(&jobs[i].is_done);
}

static void one_that_waits_does_not_hold_up_the_others(void **state)
{
    test_job_t slow;
    test_job_t quick[CAPACITY];

    (void)state;
    assert_int_equal(submit(&slow, true), PL_OK);
    await(&slow.is_begun);
    for (size_t i = 0; i < CAPACITY; i++)
        assert_int_equal(submit(&quick[i], false), PL_OK);
    for (size_t i = 0; i < CAPACITY; i++)
        await(&quick[i].is_done);
    assert_false(slow.is_done);
    open_gate();
    await(&slow.is_done);
}

static void what_waits_is_taken_in_order(void **state)
{
    test_job_t first[WORKERS];
    test_job_t jobs[CAPACITY];

    (void)state;
    occupy(first);
    for (size_t i = 0; i < CAPACITY; i++)
        assert_int_equal(submit(&jobs[i], false), PL_OK);
    pl_mutex_lock(mutex);
    first[0].waits = false; /* one worker goes on alone */
    pl_cond_wake_all(change);
    pl_mutex_unlock(mutex);
    for (size_t i = 0; i < CAPACITY; i++) {
        await(&jobs[i].is_done);
        assert_int_equal(jobs[i].order, (int)i + 2);
    }
    open_gate();
    await(&first[1].is_done);
}

static void a_full_queue_refuses_until_there_is_room(void **state)
{
    test_job_t first[WORKERS];
    test_job_t jobs[CAPACITY];
    test_job_t refused;

    (void)state;
    occupy(first);
    for (size_t i = 0; i < CAPACITY; i++)
        assert_int_equal(submit(&jobs[i], false), PL_OK);
    assert_int_equal(submit(&refused, false), PL_ERR_OVERLOADED);
    open_gate();
    for (size_t i = 0; i < WORKERS; i++)
        await(&first[i].is_done);
    for (size_t i = 0; i < CAPACITY; i++)
        await(&jobs[i].is_done);
    assert_false(refused.is_begun);
    assert_int_equal(submit(&refused, false), PL_OK);
    await(&refused.is_done);
}

static void stopping_finishes_what_waits(void **state)
{
    test_job_t first[WORKERS];
    test_job_t jobs[CAPACITY];

    (void)state;
    occupy(first);
    for (size_t i = 0; i < CAPACITY; i++)
        assert_int_equal(submit(&jobs[i], false), PL_OK);
    open_gate();
    workers_stop(workers);
    workers = NULL;
    for (size_t i = 0; i < CAPACITY; i++)
        assert_true(jobs[i].is_done);
}

static void starting_without_memory_leaves_nothing_behind(void **state)
{
    pl_err err = PL_ERR_MEMORY;

    (void)state;
    for (size_t n = 1; err; n++) {
        workers = NULL;
        fail_alloc_start(n);
        err = start();
        assert_int_equal(err == PL_OK, workers != NULL);
        assert_true(!err || err == PL_ERR_MEMORY);
        workers_stop(workers);
        assert_int_equal(fail_alloc_live(), 0);
        fail_alloc_stop();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(jobs_run_side_by_side_each_with_a_connection_of_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_that_waits_does_not_hold_up_the_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_waits_is_taken_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_queue_refuses_until_there_is_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stopping_finishes_what_waits, set_up, tear_down),
        cmocka_unit_test(starting_without_memory_leaves_nothing_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
