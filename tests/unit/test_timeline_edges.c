/* SPDX-License-Identifier: Apache-2.0
 *
 * The edges of the time rules, and what must be true for any numbers. The stories are in test_timeline.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>

#include "unit/till.h"

static void uptime_before_the_first_check_after_a_reboot_counts(void **state)
{
    till t = fresh_till();
    int64_t high = pl_timeline_high_ms(&t.mark, clock_of(&t));

    (void)state;
    t.boot_id++;
    t.boot_ms = 6 * HOUR;
    assert_int_equal(pl_timeline_high_ms(&t.mark, clock_of(&t)), high + 6 * HOUR);
}

static void where_boots_cannot_be_told_apart_less_uptime_counts_but_never_too_much(void **state)
{
    till t = fresh_till();
    int64_t high = pl_timeline_high_ms(&t.mark, clock_of(&t));

    (void)state;
    t.mark.boot_id = 0;
    t.boot_id = 0;
    t.boot_ms = 10 * MINUTE;
    check(&t);
    assert_int_equal(pl_timeline_high_ms(&t.mark, clock_of(&t)), high);
    run(&t, HOUR);
    assert_int_equal(pl_timeline_high_ms(&t.mark, clock_of(&t)), high + HOUR);
}

static void a_process_that_read_its_clock_a_moment_earlier_changes_nothing(void **state)
{
    till t = fresh_till();
    pl_time_mark before;
    pl_time earlier;

    (void)state;
    run(&t, HOUR);
    before = t.mark;
    earlier = clock_of(&t);
    earlier.boot_ms -= 40;
    earlier.wall_ms -= 40;
    pl_timeline_observe(&t.mark, earlier);
    assert_memory_equal(&t.mark, &before, sizeof before);
}

static void looking_at_the_time_does_not_change_the_mark(void **state)
{
    till t = fresh_till();
    pl_time_mark before = t.mark;

    (void)state;
    t.error_ms = DAY;
    t.boot_ms += DAY;
    (void)effective(&t);
    (void)is_wrong(&t);
    assert_memory_equal(&t.mark, &before, sizeof before);
}

static void a_newer_document_raises_the_time_and_an_older_one_does_not(void **state)
{
    till t = fresh_till();

    (void)state;
    t.error_ms = -30 * DAY;
    pl_timeline_raise(&t.mark, clock_of(&t), NOW / SECOND - 86400);
    assert_int_equal(effective(&t), NOW / SECOND);
    pl_timeline_raise(&t.mark, clock_of(&t), NOW / SECOND + 5 * 86400);
    assert_int_equal(effective(&t), NOW / SECOND + 5 * 86400);
    pl_timeline_raise(&t.mark, clock_of(&t), 0);
    pl_timeline_raise(&t.mark, clock_of(&t), -5);
    assert_int_equal(effective(&t), NOW / SECOND + 5 * 86400);
}

static void five_minutes_of_drift_are_no_difference(void **state)
{
    till t = fresh_till();

    (void)state;
    t.error_ms = -PL_TIME_SLACK_MS;
    assert_false(is_wrong(&t));
    t.error_ms = -PL_TIME_SLACK_MS - 1;
    assert_true(is_wrong(&t));
    t.error_ms = PL_TIME_SLACK_MS;
    answer(&t, t.true_ms);
    assert_false(is_wrong(&t));
    t.error_ms = PL_TIME_SLACK_MS + 1;
    answer(&t, t.true_ms);
    assert_true(is_wrong(&t));
}

static void an_answer_without_a_time_changes_nothing(void **state)
{
    till t = fresh_till();
    pl_time_mark before = t.mark;

    (void)state;
    answer(&t, 0);
    answer(&t, -DAY);
    assert_memory_equal(&t.mark, &before, sizeof before);
}

static void a_clock_before_this_version_is_wrong_and_one_after_it_may_be_right(void **state)
{
    till t = {PL_TIME_FLOOR_S * SECOND, 0, HOUR, 7, {0}};

    (void)state;
    assert_false(is_wrong(&t));
    t.true_ms--;
    assert_true(is_wrong(&t));
    answer(&t, t.true_ms); /* a mark of an older version does not vouch for it */
    assert_true(is_wrong(&t));
}

/* Asked before it, read after it; signed at the one or the other end. */
static void sleep_during_exchange(till *t, int64_t ms, bool is_signed_first)
{
    pl_time asked = clock_of(t);
    int64_t signed_ms = is_signed_first ? t->true_ms : t->true_ms + ms;

    t->true_ms += ms;
    t->boot_ms += ms;
    pl_timeline_anchor(&t->mark, asked, clock_of(t), signed_ms / SECOND);
}

static void a_machine_that_slept_during_an_exchange_wakes_to_the_right_time(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        till t = fresh_till();

        sleep_during_exchange(&t, 8 * HOUR, i == 0);
        assert_int_equal(lag_s(&t), 0);
        assert_false(is_wrong(&t));
        assert_true(pl_timeline_high_ms(&t.mark, clock_of(&t)) == t.true_ms);
        run(&t, HOUR);
        assert_int_equal(lag_s(&t), 0);
    }
}

static void a_wrong_clock_gains_or_loses_no_more_than_the_exchange_took(void **state)
{
    static const int64_t errors[] = {-30 * DAY, 40 * DAY, IN_2099 - NOW};

    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        for (int k = 0; k < 2; k++) {
            till t = fresh_till();

            t.error_ms = errors[i];
            sleep_during_exchange(&t, 8 * HOUR, k == 0);
            assert_true(lag_s(&t) <= 8 * HOUR / SECOND && lag_s(&t) >= -8 * HOUR / SECOND);
            assert_true(is_wrong(&t));
        }
}

/* The answer is signed, then the boot clock stands still while the clock goes on: true of a suspended machine, or a jump. */
static void jump_during_exchange(till *t, int64_t true_ms, int64_t clock_ms)
{
    pl_time asked = clock_of(t);
    int64_t signed_ms = t->true_ms;

    t->true_ms += true_ms;
    t->error_ms += clock_ms - true_ms;
    pl_timeline_anchor(&t->mark, asked, clock_of(t), signed_ms / SECOND);
}

static void a_clock_that_was_right_when_asked_is_not_called_wrong_for_what_the_boot_clock_missed(void **state)
{
    till t = fresh_till();

    (void)state;
    jump_during_exchange(&t, 8 * HOUR, 8 * HOUR);
    assert_int_equal(lag_s(&t), 0);
    assert_false(is_wrong(&t));
    run(&t, HOUR);
    assert_int_equal(lag_s(&t), 0);
}

static void a_clock_that_was_wrong_when_asked_is_wrong_by_that_much(void **state)
{
    till t = fresh_till();

    (void)state;
    t.error_ms = HOUR;
    jump_during_exchange(&t, 8 * HOUR, 8 * HOUR);
    assert_int_equal(lag_s(&t), 0);
    assert_true(is_wrong(&t));
}

static void a_clock_set_right_during_an_exchange_is_right(void **state)
{
    till t = fresh_till();

    (void)state;
    t.error_ms = IN_2099 - NOW;
    jump_during_exchange(&t, 0, NOW - IN_2099);
    assert_int_equal(lag_s(&t), 0);
    assert_false(is_wrong(&t));
}

static void a_jump_ahead_during_an_exchange_counts_while_it_lasts(void **state)
{
    till t = fresh_till();

    (void)state;
    jump_during_exchange(&t, 0, 40 * DAY);
    assert_int_equal(lag_s(&t), -40 * DAY / SECOND);
    t.error_ms = 0;
    assert_int_equal(lag_s(&t), 0);
    assert_false(is_wrong(&t));
}

/* Numbers of any kind: the generator is seeded, so a failure repeats. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static int64_t any_number(uint64_t *seed)
{
    static const int64_t EDGES[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX, PL_TIME_SLACK_MS, NOW};
    uint64_t r = next_random(seed);

    if (r % 4 == 0)
        return EDGES[r / 4 % (sizeof EDGES / sizeof EDGES[0])];
    if (r % 4 == 1)
        return NOW + (int64_t)(r >> 24) - (INT64_C(1) << 39);
    return (int64_t)next_random(seed);
}

static pl_time any_time(uint64_t *seed)
{
    pl_time now = {any_number(seed), any_number(seed), next_random(seed) % 3};

    return now;
}

static void change_somehow(pl_time_mark *mark, uint64_t *seed)
{
    pl_time now = any_time(seed);

    switch (next_random(seed) % 4) {
    case 0:
        pl_timeline_anchor(mark, any_time(seed), now, any_number(seed));
        break;
    case 1:
        pl_timeline_raise(mark, now, any_number(seed));
        break;
    default:
        pl_timeline_observe(mark, now);
    }
}

static void no_input_breaks_the_invariants(void **state)
{
    uint64_t seed = 20261122;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        pl_time_mark mark = {any_number(&seed), any_number(&seed), next_random(&seed) % 3, any_number(&seed),
                             any_number(&seed), any_number(&seed), any_number(&seed)};
        pl_time now = any_time(&seed);
        pl_time later = now;
        int64_t high;
        int64_t t;

        for (uint64_t n = next_random(&seed) % 4; n > 0; n--)
            change_somehow(&mark, &seed);
        high = pl_timeline_high_ms(&mark, now);
        t = pl_timeline_effective(&mark, now);
        assert_true(high >= 0 && (mark.high_ms <= 0 || high >= mark.high_ms));
        assert_true(mark.high_ms <= 0 || t >= high / 1000);

        later.wall_ms = any_number(&seed);
        if (later.wall_ms >= now.wall_ms) /* a clock set back never makes it later, one set forward never earlier */
            assert_true(pl_timeline_effective(&mark, later) >= t);
        later = now;
        later.boot_ms = now.boot_ms > INT64_MAX - HOUR ? INT64_MAX : now.boot_ms + HOUR;
        assert_true(pl_timeline_high_ms(&mark, later) >= high);

        pl_timeline_observe(&mark, now);
        assert_true(pl_timeline_high_ms(&mark, now) >= high);
    }
}

static void observing_twice_is_observing_once(void **state)
{
    uint64_t seed = 42;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        till t = fresh_till();
        pl_time_mark once;

        t.error_ms = (int64_t)(next_random(&seed) >> 24) - (INT64_C(1) << 39);
        t.boot_ms += (int64_t)(next_random(&seed) % (uint64_t)DAY);
        check(&t);
        once = t.mark;
        check(&t);
        assert_memory_equal(&t.mark, &once, sizeof once);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uptime_before_the_first_check_after_a_reboot_counts),
        cmocka_unit_test(where_boots_cannot_be_told_apart_less_uptime_counts_but_never_too_much),
        cmocka_unit_test(a_process_that_read_its_clock_a_moment_earlier_changes_nothing),
        cmocka_unit_test(looking_at_the_time_does_not_change_the_mark),
        cmocka_unit_test(a_newer_document_raises_the_time_and_an_older_one_does_not),
        cmocka_unit_test(five_minutes_of_drift_are_no_difference),
        cmocka_unit_test(an_answer_without_a_time_changes_nothing),
        cmocka_unit_test(a_clock_before_this_version_is_wrong_and_one_after_it_may_be_right),
        cmocka_unit_test(a_machine_that_slept_during_an_exchange_wakes_to_the_right_time),
        cmocka_unit_test(a_wrong_clock_gains_or_loses_no_more_than_the_exchange_took),
        cmocka_unit_test(a_clock_that_was_right_when_asked_is_not_called_wrong_for_what_the_boot_clock_missed),
        cmocka_unit_test(a_clock_that_was_wrong_when_asked_is_wrong_by_that_much),
        cmocka_unit_test(a_clock_set_right_during_an_exchange_is_right),
        cmocka_unit_test(a_jump_ahead_during_an_exchange_counts_while_it_lasts),
        cmocka_unit_test(no_input_breaks_the_invariants),
        cmocka_unit_test(observing_twice_is_observing_once),
    };

    return cmocka_run_group_tests_name("timeline_edges", tests, NULL, NULL);
}
