/* SPDX-License-Identifier: Apache-2.0
 *
 * The stories that the time rules must survive, each a test.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>

#include "unit/till.h"

static void a_right_clock_is_simply_believed(void **state)
{
    till t = fresh_till();

    (void)state;
    for (int day = 0; day < 5; day++) {
        run(&t, DAY);
        assert_int_equal(lag_s(&t), 0);
        assert_false(is_wrong(&t));
    }
}

static void before_anything_signed_was_seen_the_clock_is_all_there_is(void **state)
{
    till t = {NOW, 0, HOUR, 7, {0}};

    (void)state;
    check(&t);
    assert_int_equal(effective(&t), NOW / SECOND);
    assert_int_equal(pl_timeline_high_ms(&t.mark, clock_of(&t)), 0);
    assert_false(is_wrong(&t));
}

static void a_dead_battery_that_says_1970_locks_nobody_out_and_gains_nothing(void **state)
{
    till t = fresh_till();

    (void)state;
    run(&t, HOUR);
    power_off(&t, 14 * HOUR);
    t.error_ms = -t.true_ms;
    check(&t);
    assert_true(is_wrong(&t));
    assert_true(lag_s(&t) >= 0 && lag_s(&t) <= 14 * HOUR / SECOND);
    run(&t, DAY);
    assert_true(lag_s(&t) <= 14 * HOUR / SECOND);
    t.error_ms = 0;
    check(&t);
    assert_int_equal(lag_s(&t), 0);
    assert_false(is_wrong(&t));
}

static void a_license_file_is_good_on_a_machine_that_never_knew_the_date(void **state)
{
    till t = {NOW, -NOW, HOUR, 7, {0}};

    (void)state;
    assert_true(is_wrong(&t));
    pl_timeline_raise(&t.mark, clock_of(&t), NOW / SECOND - 3600);
    assert_int_equal(effective(&t), NOW / SECOND - 3600);
    run(&t, HOUR);
    assert_int_equal(effective(&t), NOW / SECOND);
    assert_true(is_wrong(&t));
}

static void a_date_of_the_firmware_is_known_to_be_wrong(void **state)
{
    till t = {NOW, IN_2021 - NOW, HOUR, 7, {0}};

    (void)state;
    assert_true(is_wrong(&t));
    pl_timeline_raise(&t.mark, clock_of(&t), NOW / SECOND - 3600);
    assert_int_equal(effective(&t), NOW / SECOND - 3600);
    run(&t, HOUR);
    assert_int_equal(effective(&t), NOW / SECOND);
    assert_true(is_wrong(&t));
}

static void a_clock_found_wrong_after_the_document_came_no_longer_has_a_say(void **state)
{
    till t = {NOW, -10 * DAY, HOUR, 7, {0}};

    (void)state;
    assert_false(is_wrong(&t));
    pl_timeline_raise(&t.mark, clock_of(&t), NOW / SECOND);
    assert_int_equal(lag_s(&t), 10 * DAY / SECOND);
    t.error_ms = IN_2021 - NOW;
    pl_timeline_raise(&t.mark, clock_of(&t), NOW / SECOND);
    assert_int_equal(lag_s(&t), 0);
}

static void a_battery_that_says_2099_counts_while_it_lasts(void **state)
{
    till t = fresh_till();

    (void)state;
    t.error_ms = IN_2099 - NOW;
    run(&t, 2 * HOUR);
    assert_true(effective(&t) >= IN_2099 / SECOND);
    t.error_ms = 0;
    run(&t, HOUR);
    assert_int_equal(lag_s(&t), 0);
    assert_false(is_wrong(&t));
}

static void twenty_three_hours_in_2099_do_no_lasting_harm(void **state)
{
    till t = fresh_till();

    (void)state;
    t.error_ms = IN_2099 - NOW;
    run(&t, 23 * HOUR);
    t.error_ms = 0;
    check(&t);
    assert_int_equal(lag_s(&t), 0);
}

static void every_morning_in_2099_until_the_network_is_up_does_no_lasting_harm(void **state)
{
    till t = fresh_till();

    (void)state;
    for (int day = 0; day < 60; day++) {
        t.error_ms = IN_2099 - NOW;
        run(&t, HOUR);
        t.error_ms = 0;
        run(&t, 9 * HOUR);
        assert_int_equal(lag_s(&t), 0);
        power_off(&t, 14 * HOUR);
    }
}

static void a_clock_ahead_is_believed_after_twenty_four_hours_of_uptime(void **state)
{
    till t = fresh_till();

    (void)state;
    t.error_ms = 40 * DAY;
    run(&t, 25 * HOUR);
    t.error_ms = 0;
    check(&t);
    assert_int_equal(lag_s(&t), -40 * DAY / SECOND);
    assert_true(is_wrong(&t));
}

static void and_one_fresh_answer_takes_the_belief_back(void **state)
{
    till t = fresh_till();

    (void)state;
    t.error_ms = IN_2099 - NOW;
    run(&t, 3 * DAY);
    t.error_ms = 0;
    check(&t);
    answer(&t, t.true_ms);
    assert_int_equal(lag_s(&t), 0);
    assert_false(is_wrong(&t));
}

static void only_the_least_lead_is_believed(void **state)
{
    till t = fresh_till();

    (void)state;
    t.error_ms = 10 * DAY;
    run(&t, 12 * HOUR);
    t.error_ms = IN_2099 - NOW;
    run(&t, 13 * HOUR);
    t.error_ms = 0;
    check(&t);
    assert_int_equal(lag_s(&t), -10 * DAY / SECOND);

    t = fresh_till();
    t.error_ms = IN_2099 - NOW;
    run(&t, 12 * HOUR);
    t.error_ms = 10 * DAY;
    run(&t, 13 * HOUR);
    t.error_ms = 0;
    check(&t);
    assert_int_equal(lag_s(&t), -10 * DAY / SECOND);
}

static void what_a_document_proves_is_not_believed_twice(void **state)
{
    till t = fresh_till();

    (void)state;
    t.error_ms = 10 * DAY;
    run(&t, 20 * HOUR);
    pl_timeline_raise(&t.mark, clock_of(&t), (t.true_ms + 6 * DAY) / SECOND);
    run(&t, 5 * HOUR);
    t.error_ms = 0;
    check(&t);
    assert_int_equal(lag_s(&t), -10 * DAY / SECOND);
}

static void a_fresh_answer_begins_the_twenty_four_hours_anew(void **state)
{
    till t = fresh_till();

    (void)state;
    t.error_ms = 40 * DAY;
    run(&t, 23 * HOUR);
    t.error_ms = 0;
    answer(&t, t.true_ms);
    t.error_ms = 40 * DAY;
    run(&t, 2 * HOUR);
    t.error_ms = 0;
    check(&t);
    assert_int_equal(lag_s(&t), 0);
}

static void a_clock_set_back_a_month_gains_nothing_while_the_till_runs(void **state)
{
    till t = fresh_till();

    (void)state;
    run(&t, DAY);
    t.error_ms = -30 * DAY;
    for (int day = 0; day < 40; day++) {
        run(&t, DAY);
        assert_int_equal(lag_s(&t), 0);
        assert_true(is_wrong(&t));
    }
}

static void a_clock_set_back_counts_the_uptime_of_every_boot(void **state)
{
    till t = fresh_till();

    (void)state;
    t.error_ms = -30 * DAY;
    for (int day = 0; day < 10; day++) {
        t.boot_ms += 10 * HOUR; /* the program does not run all day: it checks once, in the evening */
        t.true_ms += 10 * HOUR;
        check(&t);
        power_off(&t, 14 * HOUR);
    }
    assert_true(lag_s(&t) <= 10 * 14 * HOUR / SECOND);
    assert_true(lag_s(&t) >= 9 * 14 * HOUR / SECOND);
}

static void summer_time_and_another_time_zone_change_nothing(void **state)
{
    till t = fresh_till();

    (void)state;
    run(&t, 3 * HOUR); /* UTC does not move; only its display does */
    assert_int_equal(lag_s(&t), 0);
    assert_false(is_wrong(&t));
}

static void a_technician_who_sets_local_time_as_utc_gains_and_loses_hours_only(void **state)
{
    till t = fresh_till();

    (void)state;
    t.error_ms = -2 * HOUR;
    run(&t, DAY);
    assert_int_equal(lag_s(&t), 0);
    t.error_ms = 2 * HOUR;
    run(&t, HOUR);
    assert_int_equal(lag_s(&t), -2 * HOUR / SECOND);
    t.error_ms = 0;
    run(&t, HOUR);
    assert_int_equal(lag_s(&t), 0);
}

static void a_validator_that_was_in_2099_for_an_hour_is_forgiven(void **state)
{
    till t = fresh_till();

    (void)state;
    answer(&t, IN_2099);
    assert_int_equal(effective(&t), IN_2099 / SECOND);
    assert_true(is_wrong(&t));
    run(&t, HOUR);
    answer(&t, t.true_ms);
    assert_int_equal(lag_s(&t), 0);
    assert_false(is_wrong(&t));
}

static void a_document_from_2099_does_not_move_a_clock_that_may_be_right(void **state)
{
    till t = fresh_till();
    till first = {NOW, 0, HOUR, 7, {0}};

    (void)state;
    pl_timeline_raise(&t.mark, clock_of(&t), IN_2099 / SECOND);
    assert_int_equal(lag_s(&t), 0);
    pl_timeline_raise(&first.mark, clock_of(&first), IN_2099 / SECOND);
    assert_int_equal(lag_s(&first), 0);
}

static void a_fresh_answer_shows_a_clock_ahead_to_be_false(void **state)
{
    till t = fresh_till();

    (void)state;
    t.error_ms = IN_2099 - NOW;
    check(&t);
    answer(&t, t.true_ms);
    for (int day = 0; day < 9; day++) {
        assert_int_equal(lag_s(&t), 0);
        assert_true(is_wrong(&t));
        run(&t, 10 * HOUR);
        power_off(&t, 14 * HOUR);
    }
    t.error_ms = 0;
    check(&t);
    run(&t, DAY);
    assert_false(is_wrong(&t) && lag_s(&t) < 0);
    answer(&t, t.true_ms);
    assert_int_equal(lag_s(&t), 0);
    assert_false(is_wrong(&t));
}

static void a_false_clock_that_is_set_right_is_believed_again(void **state)
{
    till t = fresh_till();

    (void)state;
    t.error_ms = YEAR;
    answer(&t, t.true_ms);
    run(&t, HOUR);
    t.error_ms = 0;
    check(&t);
    assert_int_equal(lag_s(&t), 0);
    assert_false(is_wrong(&t));
}

static void a_false_clock_that_jumps_further_counts_what_it_jumped(void **state)
{
    till t = fresh_till();

    (void)state;
    t.error_ms = YEAR;
    answer(&t, t.true_ms);
    t.error_ms += 5 * DAY;
    check(&t);
    assert_int_equal(lag_s(&t), -5 * DAY / SECOND);
}

static void an_error_once_corrected_is_not_excused_again(void **state)
{
    till t = fresh_till();

    (void)state;
    t.error_ms = YEAR;
    answer(&t, t.true_ms);
    t.error_ms = 0;
    check(&t);
    t.error_ms = YEAR;
    check(&t);
    assert_int_equal(lag_s(&t), -YEAR / SECOND);
}

static void a_false_clock_cannot_be_used_to_hide_uptime(void **state)
{
    till t = fresh_till();

    (void)state;
    t.error_ms = YEAR;
    answer(&t, t.true_ms);
    for (int day = 0; day < 20; day++) {
        t.error_ms -= 20 * DAY;
        run(&t, DAY);
        assert_true(lag_s(&t) <= 0);
    }
}

static void three_weeks_offline_with_nightly_power_off_stay_exact(void **state)
{
    till t = fresh_till();
    int64_t behind;

    (void)state;
    for (int day = 0; day < 21; day++) {
        run(&t, 10 * HOUR);
        assert_int_equal(lag_s(&t), 0);
        assert_false(is_wrong(&t));
        power_off(&t, 14 * HOUR);
        assert_int_equal(lag_s(&t), 0);
    }
    behind = t.true_ms - pl_timeline_high_ms(&t.mark, clock_of(&t));
    assert_true(behind >= 0 && behind <= 5 * DAY); /* the clock's lead was believed on the way */
}

static void setting_the_clock_back_after_three_weeks_regains_days_at_most(void **state)
{
    till t = fresh_till();

    (void)state;
    for (int day = 0; day < 21; day++) {
        run(&t, 10 * HOUR);
        power_off(&t, 14 * HOUR);
    }
    t.error_ms = -21 * DAY;
    check(&t);
    assert_true(lag_s(&t) <= 5 * DAY / SECOND);
    assert_true(is_wrong(&t));
}

static void a_suspended_virtual_machine_wakes_to_the_right_time(void **state)
{
    till t = fresh_till();

    (void)state;
    run(&t, HOUR);
    t.true_ms += 3 * DAY; /* its boot clock stood still; its wall clock is set by the host */
    check(&t);
    assert_int_equal(lag_s(&t), 0);
    assert_false(is_wrong(&t));
}

static void a_restored_snapshot_does_not_turn_time_back(void **state)
{
    till t = fresh_till();
    int64_t before;

    (void)state;
    run(&t, 2 * DAY);
    before = effective(&t);
    t.boot_ms -= 2 * DAY; /* memory is from two days ago, the mark on disk is not */
    t.error_ms = -2 * DAY;
    check(&t);
    assert_true(effective(&t) >= before);
    run(&t, HOUR);
    assert_true(effective(&t) >= before + HOUR / SECOND);
}

static void a_reboot_loses_the_boot_clock_but_not_the_newest_signed_time(void **state)
{
    till t = fresh_till();
    int64_t high;

    (void)state;
    run(&t, 5 * HOUR);
    high = pl_timeline_high_ms(&t.mark, clock_of(&t));
    power_off(&t, 0);
    assert_int_equal(pl_timeline_high_ms(&t.mark, clock_of(&t)), high + 20 * SECOND);
    assert_int_equal(lag_s(&t), -20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_right_clock_is_simply_believed),
        cmocka_unit_test(before_anything_signed_was_seen_the_clock_is_all_there_is),
        cmocka_unit_test(a_dead_battery_that_says_1970_locks_nobody_out_and_gains_nothing),
        cmocka_unit_test(a_license_file_is_good_on_a_machine_that_never_knew_the_date),
        cmocka_unit_test(a_date_of_the_firmware_is_known_to_be_wrong),
        cmocka_unit_test(a_clock_found_wrong_after_the_document_came_no_longer_has_a_say),
        cmocka_unit_test(a_battery_that_says_2099_counts_while_it_lasts),
        cmocka_unit_test(twenty_three_hours_in_2099_do_no_lasting_harm),
        cmocka_unit_test(every_morning_in_2099_until_the_network_is_up_does_no_lasting_harm),
        cmocka_unit_test(a_clock_ahead_is_believed_after_twenty_four_hours_of_uptime),
        cmocka_unit_test(and_one_fresh_answer_takes_the_belief_back),
        cmocka_unit_test(only_the_least_lead_is_believed),
        cmocka_unit_test(what_a_document_proves_is_not_believed_twice),
        cmocka_unit_test(a_fresh_answer_begins_the_twenty_four_hours_anew),
        cmocka_unit_test(a_clock_set_back_a_month_gains_nothing_while_the_till_runs),
        cmocka_unit_test(a_clock_set_back_counts_the_uptime_of_every_boot),
        cmocka_unit_test(summer_time_and_another_time_zone_change_nothing),
        cmocka_unit_test(a_technician_who_sets_local_time_as_utc_gains_and_loses_hours_only),
        cmocka_unit_test(a_validator_that_was_in_2099_for_an_hour_is_forgiven),
        cmocka_unit_test(a_document_from_2099_does_not_move_a_clock_that_may_be_right),
        cmocka_unit_test(a_fresh_answer_shows_a_clock_ahead_to_be_false),
        cmocka_unit_test(a_false_clock_that_is_set_right_is_believed_again),
        cmocka_unit_test(a_false_clock_that_jumps_further_counts_what_it_jumped),
        cmocka_unit_test(an_error_once_corrected_is_not_excused_again),
        cmocka_unit_test(a_false_clock_cannot_be_used_to_hide_uptime),
        cmocka_unit_test(three_weeks_offline_with_nightly_power_off_stay_exact),
        cmocka_unit_test(setting_the_clock_back_after_three_weeks_regains_days_at_most),
        cmocka_unit_test(a_suspended_virtual_machine_wakes_to_the_right_time),
        cmocka_unit_test(a_restored_snapshot_does_not_turn_time_back),
        cmocka_unit_test(a_reboot_loses_the_boot_clock_but_not_the_newest_signed_time),
    };

    return cmocka_run_group_tests_name("timeline", tests, NULL, NULL);
}
