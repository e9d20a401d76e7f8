/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/http/breaker.c
 */
#include "http/breaker.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

enum { NOW = 1000000 };

static breaker_t breaker;

static int set_up(void **state)
{
    (void)state;
    breaker_init(&breaker);
    return 0;
}

static void fail_times(int times, pl_err err)
{
    for (int i = 0; i < times; i++)
        breaker_note(&breaker, err, NOW);
}

static void opens_after_five_failures_in_a_row(void **state)
{
    (void)state;
    fail_times(4, PL_ERR_DATABASE);
    assert_true(breaker_allows(&breaker, NOW));
    assert_int_equal(breaker_retry_s(&breaker, NOW), 0);
    fail_times(1, PL_ERR_DISK_FULL);
    assert_false(breaker_allows(&breaker, NOW));
    assert_int_equal(breaker_retry_s(&breaker, NOW), 30);
    assert_int_equal(breaker_retry_s(&breaker, NOW + 29001), 1);
}

static void a_success_between_starts_the_count_anew(void **state)
{
    (void)state;
    fail_times(4, PL_ERR_DATABASE);
    breaker_note(&breaker, PL_OK, NOW);
    fail_times(4, PL_ERR_DATABASE);
    assert_true(breaker_allows(&breaker, NOW));
}

/* Several threads wait for a database that comes back: the first gets through, the others give up on tries that began before. */
static void failures_that_began_before_it_worked_again_are_late(void **state)
{
    (void)state;
    fail_times(BREAKER_FAILURES, PL_ERR_DATABASE);
    breaker_note_try(&breaker, (breaker_try_t){PL_OK, NOW + 10, NOW + 100});
    for (int i = 0; i < 2 * BREAKER_FAILURES; i++)
        breaker_note_try(&breaker, (breaker_try_t){PL_ERR_DATABASE, NOW + 99, NOW + 200});
    assert_true(breaker_allows(&breaker, NOW + 200));
    for (int i = 0; i < BREAKER_FAILURES; i++)
        breaker_note_try(&breaker, (breaker_try_t){PL_ERR_DATABASE, NOW + 100, NOW + 300});
    assert_false(breaker_allows(&breaker, NOW + 300));
}

static void refusals_and_load_are_no_failures(void **state)
{
    static const pl_err innocent[] = {PL_ERR_NOT_FOUND, PL_ERR_BUSY, PL_ERR_OVERLOADED, PL_ERR_UNAUTHORIZED, PL_ERR_MEMORY};

    (void)state;
    for (size_t i = 0; i < sizeof innocent / sizeof *innocent; i++)
        fail_times(BREAKER_FAILURES, innocent[i]);
    assert_true(breaker_allows(&breaker, NOW));
}

static void lets_one_try_after_the_pause(void **state)
{
    (void)state;
    fail_times(BREAKER_FAILURES, PL_ERR_IO);
    assert_false(breaker_allows(&breaker, NOW + BREAKER_OPEN_MS - 1));
    assert_true(breaker_allows(&breaker, NOW + BREAKER_OPEN_MS));
    assert_false(breaker_allows(&breaker, NOW + BREAKER_OPEN_MS));
    breaker_note(&breaker, PL_OK, NOW + BREAKER_OPEN_MS);
    assert_true(breaker_allows(&breaker, NOW + BREAKER_OPEN_MS));
    assert_true(breaker_allows(&breaker, NOW + BREAKER_OPEN_MS));
}

static void a_try_that_ends_in_a_refusal_shows_that_the_database_works(void **state)
{
    (void)state;
    fail_times(BREAKER_FAILURES, PL_ERR_IO);
    assert_true(breaker_allows(&breaker, NOW + BREAKER_OPEN_MS));
    breaker_note(&breaker, PL_ERR_UNAUTHORIZED, NOW + BREAKER_OPEN_MS);
    assert_true(breaker_allows(&breaker, NOW + BREAKER_OPEN_MS));
    assert_true(breaker_allows(&breaker, NOW + BREAKER_OPEN_MS));
}

static void who_did_not_ask_returns_the_turn(void **state)
{
    (void)state;
    fail_times(BREAKER_FAILURES, PL_ERR_IO);
    breaker_return(&breaker, NOW + 1); /* nobody's */
    assert_false(breaker_allows(&breaker, NOW + BREAKER_OPEN_MS - 1));
    assert_true(breaker_allows(&breaker, NOW + BREAKER_OPEN_MS));
    breaker_return(&breaker, NOW + BREAKER_OPEN_MS);
    assert_true(breaker_allows(&breaker, NOW + BREAKER_OPEN_MS));
    assert_false(breaker_allows(&breaker, NOW + BREAKER_OPEN_MS));
}

static void a_failed_try_pauses_again(void **state)
{
    (void)state;
    fail_times(BREAKER_FAILURES, PL_ERR_IO);
    assert_true(breaker_allows(&breaker, NOW + BREAKER_OPEN_MS));
    breaker_note(&breaker, PL_ERR_IO, NOW + BREAKER_OPEN_MS);
    assert_false(breaker_allows(&breaker, NOW + 2 * BREAKER_OPEN_MS - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(opens_after_five_failures_in_a_row, set_up),
        cmocka_unit_test_setup(a_success_between_starts_the_count_anew, set_up),
        cmocka_unit_test_setup(failures_that_began_before_it_worked_again_are_late, set_up),
        cmocka_unit_test_setup(refusals_and_load_are_no_failures, set_up),
        cmocka_unit_test_setup(lets_one_try_after_the_pause, set_up),
        cmocka_unit_test_setup(a_try_that_ends_in_a_refusal_shows_that_the_database_works, set_up),
        cmocka_unit_test_setup(who_did_not_ask_returns_the_turn, set_up),
        cmocka_unit_test_setup(a_failed_try_pauses_again, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
