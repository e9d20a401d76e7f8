/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/http/exchange_act.c: on a real database, with a clock of the test's own, a writer and a worker.
 */
#include "http/exchange_act.h"

#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "platform/thread.h"
#include "support/validator.h"

enum { QUEUE = 1, WAIT_MS = 10000 };

#define HOUR_MS INT64_C(3600000)

/* What the acts do, and what they saw. */
static pl_err act_result;
static int acts;
static int replies;
static int64_t act_now_ms;
static store_t *act_store;
static bool gate_is_open;
static pl_mutex *mutex;
static pl_cond *change;

static pl_err act(const api_t *api, tx_t *tx, const void *in, void **out)
{
    (void)api;
    (void)in;
    (void)out;
    pl_mutex_lock(mutex);
    acts++;
    act_now_ms = tx->now_ms;
    act_store = tx->store;
    pl_cond_wake_all(change);
    while (!gate_is_open)
        pl_cond_wait(change, mutex, WAIT_MS);
    pl_mutex_unlock(mutex);
    return act_result ? pl_fail(act_result, "of the test") : PL_OK;
}

static pl_err reply(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *made)
{
    (void)api;
    (void)arena;
    (void)in;
    (void)out;
    replies++;
    pl_buf_add_text(made->body, "done");
    return PL_OK;
}

static const endpoint_t endpoint = {NULL, act, reply, NULL};
static const route_t table[] = {
    {METHOD_GET, "/memory", ROLE_PUBLIC, RATE_NONE, KIND_MEMORY, 0, &endpoint, NULL},
    {METHOD_GET, "/read", ROLE_PUBLIC, RATE_NONE, KIND_READ, 0, &endpoint, NULL},
    {METHOD_GET, "/write", ROLE_DEVICE, RATE_NONE, KIND_WRITE, 0, &endpoint, NULL},
    {METHOD_GET, "/slow", ROLE_PUBLIC, RATE_NONE, KIND_SLOW, 0, &endpoint, NULL},
    {METHOD_GET, "/observe", ROLE_OBSERVER, RATE_NONE, KIND_SLOW, 0, &endpoint, NULL},
};

static validator world;
static journal_t journal = {.fd = -1, .level = PL_LOG_INFO};
static engine_t engine;
static loop_t loop;
static store_t *reader;
static store_t *writer_store;
static store_t *worker_store;

static pl_err open_time(void *context, tx_t *tx)
{
    (void)context;
    return trusted_time_open(tx, world.clock, false, &engine.time);
}

static void open_stores(void)
{
    assert_int_equal(instance_open_store(world.instance, DB_READ_ONLY, &reader), PL_OK);
    assert_int_equal(instance_open_store(world.instance, DB_READ_ONLY, &worker_store), PL_OK);
    assert_int_equal(instance_open_store(world.instance, DB_READ_WRITE, &writer_store), PL_OK);
}

static int set_up(void **state)
{
    writer_options_t writer_options = {.capacity = QUEUE};
    workers_options_t workers_options = {&worker_store, 1, QUEUE};

    (void)state;
    memset(&engine, 0, sizeof engine);
    act_result = PL_OK;
    acts = 0;
    replies = 0;
    gate_is_open = true;
    mutex = pl_mutex_new();
    change = pl_cond_new();
    validator_open(&world);
    open_stores();
    journal.clock = world.clock;
    engine.routes.routes = table;
    engine.routes.count = sizeof table / sizeof *table;
    engine.journal = &journal;
    breaker_init(&engine.reading);
    breaker_init(&engine.writing);
    writer_options.store = writer_store;
    assert_int_equal(validator_do(&world, open_time, NULL), PL_OK);
    assert_int_equal(writer_start(&writer_options, &engine.writer), PL_OK);
    assert_int_equal(workers_start(&workers_options, &engine.workers), PL_OK);
    return loop_init(&loop, &engine, reader);
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(loop.open, 0);
    assert_int_equal(loop.waiting, 0);
    workers_stop(engine.workers);
    writer_stop(engine.writer);
    loop_reset(&loop);
    trusted_time_close(engine.time);
    store_close(reader);
    store_close(writer_store);
    store_close(worker_store);
    validator_close(&world);
    pl_cond_free(change);
    pl_mutex_free(mutex);
    return 0;
}

static exchange_t *begin(const char *path)
{
    exchange_head_t head = {.method = "GET", .path = path};
    exchange_t *exchange = exchange_open(&loop, &head);

    assert_non_null(exchange);
    exchange_run(exchange);
    return exchange;
}

/* What the loop does when the event descriptor says that something is finished. */
static void await(exchange_t *exchange)
{
    while (exchange->is_waiting) {
        struct pollfd event = {loop.event_fd, POLLIN, 0};

        assert_int_equal(poll(&event, 1, WAIT_MS), 1);
        for (exchange_t *each = loop_take_finished(&loop); each; each = each->next) {
            each->is_waiting = false;
            loop.waiting--;
        }
    }
}

static int end(exchange_t *exchange)
{
    int status;

    await(exchange);
    status = exchange_reply(exchange)->status;
    exchange_close(exchange);
    return status;
}

/* Its status, or, for a problem document, its error as a negative number. */
static int outcome_of(const char *path)
{
    exchange_t *exchange = begin(path);
    pl_err err;

    await(exchange);
    err = exchange->err;
    return err ? (end(exchange), (int)err) : end(exchange);
}

static void each_kind_acts_on_its_own_connection(void **state)
{
    const struct {
        const char *path;
        store_t *store;
    } cases[] = {{"/read", reader}, {"/write", writer_store}, {"/slow", worker_store}, {"/observe", worker_store}};

    (void)state;
    assert_int_equal(outcome_of("/memory"), 200);
    assert_int_equal(acts, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(outcome_of(cases[i].path), 200);
        assert_ptr_equal(act_store, cases[i].store);
        assert_int_equal(act_now_ms, VALIDATOR_NOW_MS);
        assert_int_equal(acts, (int)i + 1);
    }
}

static void what_was_done_is_replied_once_though_the_caller_is_gone(void **state)
{
    exchange_t *exchange = begin("/write");

    (void)state;
    await(exchange);
    assert_int_equal(replies, 0);
    exchange_close(exchange); /* the connection was cut: memory hears of it all the same */
    assert_int_equal(replies, 1);
    assert_int_equal(outcome_of("/write"), 200);
    assert_int_equal(replies, 2);
    act_result = PL_ERR_NOT_FOUND;
    exchange = begin("/write");
    await(exchange);
    exchange_close(exchange);
    assert_int_equal(replies, 2);
}

static void an_act_that_fails_is_the_requests_own_failure(void **state)
{
    static const char *const paths[] = {"/read", "/write", "/slow"};

    (void)state;
    act_result = PL_ERR_NOT_FOUND;
    for (size_t i = 0; i < 3; i++) {
        exchange_t *exchange = begin(paths[i]);

        await(exchange);
        assert_string_equal(exchange->detail, "of the test");
        assert_int_equal(end(exchange), 404);
    }
    act_result = PL_OK;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(outcome_of(paths[i]), 200);
}

static void await_acts(int count)
{
    pl_mutex_lock(mutex);
    while (acts < count)
        assert_true(pl_cond_wait(change, mutex, WAIT_MS));
    pl_mutex_unlock(mutex);
}

static void open_gate(void)
{
    pl_mutex_lock(mutex);
    gate_is_open = true;
    pl_cond_wake_all(change);
    pl_mutex_unlock(mutex);
}

/* One runs, one waits, and that is all there is room for. */
static void expect_refusal(const char *path)
{
    exchange_t *exchange = begin(path);
    const http_reply_t *told = exchange_reply(exchange);

    assert_int_equal(exchange->err, PL_ERR_OVERLOADED);
    assert_int_equal(told->status, 503);
    assert_string_equal(told->headers[told->header_count - 1].name, "Retry-After");
    exchange_close(exchange);
}

static void a_slow_request_keeps_neither_the_loop_nor_the_writer_waiting(void **state)
{
    exchange_t *slow;
    exchange_t *next;

    (void)state;
    gate_is_open = false;
    slow = begin("/slow");
    await_acts(1);
    next = begin("/slow");
    assert_true(slow->is_waiting && next->is_waiting);
    assert_int_equal(outcome_of("/memory"), 200);
    expect_refusal("/slow");
    open_gate();
    assert_int_equal(outcome_of("/write"), 200);
    assert_int_equal(end(slow), 200);
    assert_int_equal(end(next), 200);
}

static void a_clock_that_jumps_is_no_verdict_and_no_act_until_it_is_back(void **state)
{
    static const char *const paths[] = {"/read", "/write", "/slow"};
    static const int64_t jumps[] = {2 * HOUR_MS, -2 * HOUR_MS, 24 * 365 * HOUR_MS};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        fake_clock_set_wall(&world.time, VALIDATOR_NOW_MS + jumps[i]);
        assert_int_equal(outcome_of(paths[i]), PL_ERR_CLOCK);
        assert_int_equal(acts, (int)i);
        assert_int_equal(outcome_of("/observe"), 200); /* who asks how it is hears it */
        fake_clock_set_wall(&world.time, VALIDATOR_NOW_MS);
    }
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(outcome_of(paths[i]), 200);
}

static void a_database_that_fails_is_left_alone_and_then_tried_once(void **state)
{
    static const char *const paths[] = {"/read", "/write", "/slow"};
    breaker_t *const breakers[] = {&engine.reading, &engine.writing, &engine.reading};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        acts = 0;
        act_result = PL_ERR_IO;
        for (int failure = 0; failure < BREAKER_FAILURES; failure++)
            assert_int_equal(outcome_of(paths[i]), PL_ERR_IO);
        act_result = PL_OK;
        assert_int_equal(outcome_of(paths[i]), PL_ERR_DATABASE);
        assert_int_equal(acts, BREAKER_FAILURES);
        assert_int_equal(outcome_of("/observe"), 200);
        assert_int_equal(outcome_of(paths[i]), PL_ERR_DATABASE); /* that one has not closed it */
        assert_int_equal(outcome_of(i == 1 ? "/read" : "/write"), 200);
        atomic_store(&breakers[i]->open_until_ms, 1); /* the pause is over */
        act_result = PL_ERR_UNAUTHORIZED;             /* the database was asked, and that is all it takes */
        assert_int_equal(outcome_of(i == 1 ? "/write" : "/read"), PL_ERR_UNAUTHORIZED);
        act_result = PL_OK;
        assert_int_equal(outcome_of(paths[i]), 200);
    }
}

/* With the queues full, at the end of the pause. */
static void who_finds_no_room_leaves_the_try_to_the_next(void **state)
{
    exchange_t *first, *second;

    (void)state;
    gate_is_open = false;
    first = begin("/slow");
    await_acts(1);
    second = begin("/slow");
    atomic_store(&engine.reading.open_until_ms, 1);
    expect_refusal("/slow");
    open_gate();
    assert_int_equal(outcome_of("/read"), 200);
    assert_int_equal(end(first), 200);
    assert_int_equal(end(second), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_kind_acts_on_its_own_connection, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_done_is_replied_once_though_the_caller_is_gone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_act_that_fails_is_the_requests_own_failure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_slow_request_keeps_neither_the_loop_nor_the_writer_waiting, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_clock_that_jumps_is_no_verdict_and_no_act_until_it_is_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_database_that_fails_is_left_alone_and_then_tried_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_finds_no_room_leaves_the_try_to_the_next, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
