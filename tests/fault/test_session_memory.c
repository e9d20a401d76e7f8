/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory runs out at each allocation of the library in turn while a session is started, kept, taken over and ended: the call says so or
 * goes on, nothing leaks (the sanitizer watches), and afterwards everything works. The validator of the tests is spared.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/session_shop.h"

#include <stdlib.h>

#include "base/mem.h"
#include "client/worker.h"

static size_t calls, fail_at;
static bool is_spared;

static void *resize(void *context, void *block, size_t size)
{
    (void)context;
    if (!is_spared && ++calls == fail_at)
        return NULL;
    return realloc(block, size);
}

static void release(void *context, void *block)
{
    (void)context;
    free(block);
}

static void start(size_t nth)
{
    static const pl_allocator failing = {resize, release, NULL};

    calls = 0;
    fail_at = nth;
    pl_mem_set(&failing);
}

/* True when the run was complete: nothing failed. */
static bool stop(void)
{
    pl_mem_set(NULL);
    return calls < fail_at;
}

static pospal_result_t exchange(void *context, const pospal_exchange_t *in, pospal_reply *reply)
{
    pospal_result_t result;

    is_spared = true;
    result = session_till_exchange(context, in, reply);
    is_spared = false;
    return result;
}

typedef struct {
    session_shop shop;
    session_till till, rival;
    pospal_client *client;
} street;

static int open_street(void **state)
{
    street *s = calloc(1, sizeof *s);
    pospal_options *options;

    if (!s)
        return -1;
    session_shop_open(&s->shop, 1, TAKEOVER_ANY);
    session_till_open(&s->till, &s->shop, 1);
    session_till_open(&s->rival, &s->shop, 2);
    session_till_cut_power(&s->till);
    options = session_till_options(&s->till);
    pospal_options_set_transport(options, exchange, &s->till);
    assert_int_equal(pospal_client_open(options, &s->client), POSPAL_OK);
    pospal_options_free(options);
    shop_hold_worker(s->client);
    *state = s;
    return 0;
}

static int close_street(void **state)
{
    street *s = *state;

    shop_close_held(s->client);
    session_till_close(&s->till);
    session_till_close(&s->rival);
    session_shop_close(&s->shop);
    free(s);
    return 0;
}

static void pass(street *s, int64_t seconds)
{
    fake_clock_advance(&s->till.place.clock, seconds * 1000);
    fake_clock_advance(&s->rival.place.clock, seconds * 1000);
    fake_clock_advance(&s->shop.v.time, seconds * 1000);
}

/* Without memory nothing was heard of the server, so the program goes on. */
static void expect_memory_or_ok(pospal_result_t result)
{
    if (result != POSPAL_OK)
        assert_string_equal(pospal_result_name(result), "OUT_OF_MEMORY");
}

static void expect_a_good_start(street *s)
{
    pospal_session *session = NULL;

    assert_int_equal(pospal_session_start(s->client, &session, NULL), POSPAL_OK);
    pass(s, SHOP_BEAT_S);
    pl_worker_round(s->client);
    assert_int_equal(pospal_session_state(session), POSPAL_SESSION_HELD);
    pospal_session_end(session);
    assert_int_equal(session_shop_count_live(&s->shop), 0);
}

static void starting_survives_each_failure(void **state)
{
    street *s = *state;
    bool is_over = false;

    for (size_t n = 1; !is_over; n++) {
        pospal_session *session = NULL;
        pospal_result_t result;

        start(n);
        result = pospal_session_start(s->client, &session, NULL);
        is_over = stop();
        expect_memory_or_ok(result);
        assert_true((session != NULL) == (result == POSPAL_OK));
        pospal_session_end(session);
        expect_a_good_start(s);
    }
    assert_true(calls > 10);
}

static void keeping_survives_each_failure(void **state)
{
    street *s = *state;
    bool is_over = false;

    for (size_t n = 1; !is_over; n++) {
        pospal_session *session = NULL;

        assert_int_equal(pospal_session_start(s->client, &session, NULL), POSPAL_OK);
        pass(s, SHOP_BEAT_S);
        start(n);
        pl_worker_round(s->client);
        is_over = stop();
        assert_int_equal(pospal_session_state(session), POSPAL_SESSION_HELD);
        pass(s, SHOP_BEAT_S);
        pl_worker_round(s->client);
        assert_int_equal(pospal_session_state(session), POSPAL_SESSION_HELD);
        pospal_session_end(session);
    }
    assert_true(calls > 3);
}

static void being_evicted_survives_each_failure(void **state)
{
    street *s = *state;
    bool is_over = false;

    for (size_t n = 1; !is_over; n++) {
        pospal_session *session = NULL;

        assert_int_equal(pospal_session_start(s->client, &session, NULL), POSPAL_OK);
        assert_int_equal(pospal_session_take_over(s->rival.client, NULL, "mine", &s->rival.session, NULL), POSPAL_OK);
        pass(s, SHOP_BEAT_S);
        start(n);
        pl_worker_round(s->client);
        is_over = stop();
        pass(s, SHOP_BEAT_S);
        pl_worker_round(s->client);
        assert_int_equal(pospal_session_state(session), POSPAL_SESSION_EVICTED);
        pospal_session_end(session);
        pospal_session_end(s->rival.session);
        s->rival.session = NULL;
        pass(s, SHOP_COOLDOWN_S);
    }
}

static void ending_survives_each_failure(void **state)
{
    street *s = *state;
    bool is_over = false;

    for (size_t n = 1; !is_over; n++) {
        pospal_session *session = NULL;

        assert_int_equal(pospal_session_start(s->client, &session, NULL), POSPAL_OK);
        start(n);
        pospal_session_end(session);
        is_over = stop();
        expect_a_good_start(s);
    }
    assert_true(calls > 10);
}

#define STREET(name) cmocka_unit_test_setup_teardown(name, open_street, close_street)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STREET(starting_survives_each_failure),
        STREET(keeping_survives_each_failure),
        STREET(being_evicted_survives_each_failure),
        STREET(ending_survives_each_failure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
