/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of the change callback: changes arrive one by one and in their order, whichever thread finds them, and the last one told is the
 * present one.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#include <stdatomic.h>

#include "platform/clock.h"

typedef struct {
    shop *s;
    pospal_client *client;
    atomic_int failures;
    pospal_status_t told[8];
    int count;
    atomic_int inside;
    atomic_bool is_waiting;
    void (*meanwhile)(void *told); /* in the first call, before it notes what it was told */
} listener;

/* In any thread, where a test cannot fail. */
static void expect(listener *l, bool is_good)
{
    if (!is_good)
        atomic_fetch_add(&l->failures, 1);
}

static void listen(void *context, pospal_client *client, const pospal_license *license)
{
    listener *l = context;
    void (*meanwhile)(void *told) = l->meanwhile;

    (void)client;
    expect(l, atomic_fetch_add(&l->inside, 1) == 0);
    l->meanwhile = NULL;
    if (meanwhile)
        meanwhile(l);
    if (l->count < 8)
        l->told[l->count++] = pospal_license_status(license);
    atomic_fetch_sub(&l->inside, 1);
}

static void start_listening(listener *l, shop *s)
{
    l->s = s;
    s->changed = listen;
    s->changed_context = l;
    l->client = shop_active_client(s);
    l->count = 0;
}

static void be_reinstated(void *context)
{
    listener *l = context;

    fake_validator_decide(&l->s->validator, PL_VERDICT_ACTIVE, PL_REASON_NONE);
    expect(l, shop_check(l->client, POSPAL_CHECK_ONLINE, POSPAL_OK) == POSPAL_STATUS_ACTIVE);
}

static void be_reinstated_in_another_thread(void *context)
{
    pl_thread *thread;

    if (!pl_thread_start(be_reinstated, context, &thread))
        pl_thread_join(thread);
}

/* Twice in a row, so that only one change is left of them: back to what was told before. */
static void change_back_and_forth(void *context)
{
    listener *l = context;

    be_reinstated_in_another_thread(l);
    fake_validator_decide(&l->s->validator, PL_VERDICT_SUSPENDED, PL_REASON_NONE);
    expect(l, shop_check(l->client, POSPAL_CHECK_ONLINE, POSPAL_OK) == POSPAL_STATUS_SUSPENDED);
}

static void expect_told(shop *s, void (*meanwhile)(void *told), const pospal_status_t *expected, int expected_count)
{
    listener l = {.s = s};

    start_listening(&l, s);
    shop_hold_worker(l.client);
    l.meanwhile = meanwhile;
    fake_validator_decide(&s->validator, PL_VERDICT_SUSPENDED, PL_REASON_NONE);
    (void)shop_check(l.client, POSPAL_CHECK_ONLINE, POSPAL_OK);
    assert_int_equal(l.count, expected_count);
    for (int i = 0; i < expected_count; i++)
        assert_int_equal(l.told[i], expected[i]);
    assert_int_equal(atomic_load(&l.failures), 0);
    shop_close_held(l.client);
}

static void a_change_found_by_another_thread_is_told_after_the_one_being_told(void **state)
{
    static const pospal_status_t both[] = {POSPAL_STATUS_SUSPENDED, POSPAL_STATUS_ACTIVE};

    expect_told(*state, be_reinstated_in_another_thread, both, 2);
}

static void a_change_that_the_callback_itself_finds_is_told_when_it_has_returned(void **state)
{
    static const pospal_status_t both[] = {POSPAL_STATUS_SUSPENDED, POSPAL_STATUS_ACTIVE};

    expect_told(*state, be_reinstated, both, 2);
}

static void a_change_that_is_taken_back_before_it_was_told_is_none(void **state)
{
    static const pospal_status_t one[] = {POSPAL_STATUS_SUSPENDED};

    expect_told(*state, change_back_and_forth, one, 1);
}

static void wait_in_the_callback(void *context)
{
    listener *l = context;
    bool is_closing = false;

    atomic_store(&l->is_waiting, true);
    while (!is_closing) {
        pl_mutex_lock(l->client->mutex);
        is_closing = l->client->is_closing;
        pl_mutex_unlock(l->client->mutex);
        pl_clock_sleep_ms(1);
    }
}

static void closing_waits_for_the_callback_and_tells_no_more(void **state)
{
    listener l = {.count = 0};
    shop *s = *state;

    start_listening(&l, s);
    l.meanwhile = wait_in_the_callback;
    s->validator.line = LINE_OFFLINE;
    shop_pass(s, 4 * DAY_S);
    assert_int_equal(pospal_client_status(l.client), POSPAL_STATUS_GRACE); /* the background tells it */
    while (!atomic_load(&l.is_waiting)) {
        pl_cond_wake_all(l.client->changed);
        pl_clock_sleep_ms(1);
    }
    shop_pass(s, 10 * DAY_S);
    assert_int_equal(shop_status(l.client), POSPAL_STATUS_STALE);
    pospal_client_close(l.client);
    assert_int_equal(l.count, 1);
    assert_int_equal(l.told[0], POSPAL_STATUS_GRACE);
    assert_int_equal(atomic_load(&l.failures), 0);
}

static void fail_inside(void *context, pospal_client *client, const pospal_license *license)
{
    (void)client;
    (void)license;
    *(pospal_result_t *)context = pospal_client_check(NULL, POSPAL_CHECK_LOCAL, NULL);
}

static void a_failure_inside_the_callback_does_not_take_the_place_of_the_calls_own(void **state)
{
    pospal_result_t inside = POSPAL_OK;
    shop *s = *state;
    pospal_client *client;

    s->changed = fail_inside;
    s->changed_context = &inside;
    client = shop_active_client(s);
    shop_hold_worker(client);
    inside = POSPAL_OK;
    shop_pass(s, 4 * DAY_S);
    s->validator.line = LINE_OFFLINE;
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_ERROR_UNREACHABLE), POSPAL_STATUS_GRACE);
    assert_int_equal(inside, POSPAL_ERROR_INVALID_ARGUMENT);
    assert_string_equal(pospal_error_code(), "offline");
    shop_close_held(client);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_change_found_by_another_thread_is_told_after_the_one_being_told),
        STORY(a_change_that_the_callback_itself_finds_is_told_when_it_has_returned),
        STORY(a_change_that_is_taken_back_before_it_was_told_is_none),
        STORY(closing_waits_for_the_callback_and_tells_no_more),
        STORY(a_failure_inside_the_callback_does_not_take_the_place_of_the_calls_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
