/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of clocks, through the whole client: none of them locks a paying shop out for long, none gives a lease more than its time. The
 * arithmetic alone is in tests/unit/test_timeline.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#include <string.h>

#include "client/worker.h"

#define IN_1970 INT64_C(86400)
#define IN_2099 INT64_C(4070908800)

static void set_wall(shop *s, int64_t seconds)
{
    fake_clock_set_wall(&s->clock, seconds * 1000);
}

static int64_t wall(const shop *s)
{
    return atomic_load(&s->clock.wall_ms) / 1000;
}

/* The status and whether the clock is called wrong, by a check that never asks; the hot path must say the same. */
static void expect(pospal_client *client, pospal_status_t status, int is_wrong)
{
    pospal_license *license = NULL;

    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_LOCAL, &license), POSPAL_OK);
    assert_string_equal(pospal_status_name(pospal_license_status(license)), pospal_status_name(status));
    assert_int_equal(pospal_license_clock_is_wrong(license), is_wrong);
    assert_int_equal(pospal_client_status(client), status);
    pospal_license_free(license);
}

static pospal_client *reopen(shop *s, pospal_client *client)
{
    pospal_client_close(client);
    return shop_client(s);
}

static void a_dead_battery_that_shows_1970_changes_nothing(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    shop_pass(s, HOUR_S);
    expect(client, POSPAL_STATUS_ACTIVE, 0);
    pospal_client_close(client);
    shop_reboot(s, 8 * HOUR_S);
    set_wall(s, IN_1970);
    client = shop_client(s);
    expect(client, POSPAL_STATUS_ACTIVE, 1);
    shop_pass(s, HOUR_S);
    expect(client, POSPAL_STATUS_ACTIVE, 1);
    pospal_client_close(client);
}

static void a_till_at_1970_activates_and_keeps_counting(void **state)
{
    shop *s = *state;
    pospal_client *client;

    s->validator.clock_error_s = SHOP_OPENS_AT - IN_1970;
    set_wall(s, IN_1970);
    client = shop_active_client(s);
    expect(client, POSPAL_STATUS_ACTIVE, 1);
    shop_pass(s, 4 * DAY_S);
    expect(client, POSPAL_STATUS_GRACE, 1);
    pospal_client_close(client);
}

static void a_clock_that_shows_2099_counts_while_it_lasts_and_does_no_lasting_harm(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    int64_t before = wall(s);

    set_wall(s, IN_2099);
    expect(client, POSPAL_STATUS_STALE, 0);
    client = reopen(s, client);
    expect(client, POSPAL_STATUS_STALE, 0);
    set_wall(s, before + MINUTE_S);
    expect(client, POSPAL_STATUS_ACTIVE, 0);
    client = reopen(s, client);
    expect(client, POSPAL_STATUS_ACTIVE, 0);
    pospal_client_close(client);
}

static void a_till_whose_clock_says_2099_goes_on_selling_after_a_check(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    s->validator.clock_error_s = wall(s) - IN_2099;
    set_wall(s, IN_2099);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    expect(client, POSPAL_STATUS_ACTIVE, 1);
    shop_pass(s, HOUR_S);
    client = reopen(s, client);
    expect(client, POSPAL_STATUS_ACTIVE, 1);
    shop_pass(s, 4 * DAY_S);
    expect(client, POSPAL_STATUS_GRACE, 1);
    pospal_client_close(client);
}

static void a_clock_set_back_a_month_gains_nothing(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    shop_pass(s, 2 * DAY_S);
    expect(client, POSPAL_STATUS_ACTIVE, 0);
    set_wall(s, wall(s) - 30 * DAY_S);
    expect(client, POSPAL_STATUS_ACTIVE, 1);
    shop_pass(s, 2 * DAY_S);
    expect(client, POSPAL_STATUS_GRACE, 1);
    client = reopen(s, client);
    expect(client, POSPAL_STATUS_GRACE, 1);
    shop_pass(s, 7 * DAY_S);
    expect(client, POSPAL_STATUS_STALE, 1);
    pospal_client_close(client);
}

static void a_clock_set_back_an_hour_by_daylight_saving_is_told_and_harmless(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    shop_pass(s, DAY_S);
    expect(client, POSPAL_STATUS_ACTIVE, 0);
    set_wall(s, wall(s) - HOUR_S);
    expect(client, POSPAL_STATUS_ACTIVE, 1);
    shop_pass(s, 2 * DAY_S);
    expect(client, POSPAL_STATUS_GRACE, 1);
    pospal_client_close(client);
}

/* Four days ahead for so many hours, with a check each hour, then back. */
static void run_ahead(shop *s, pospal_client *client, int hours, pospal_status_t after)
{
    set_wall(s, wall(s) + 4 * DAY_S);
    for (int i = 0; i < hours; i++) {
        expect(client, POSPAL_STATUS_GRACE, 0);
        shop_pass(s, HOUR_S);
    }
    expect(client, POSPAL_STATUS_GRACE, 0);
    set_wall(s, wall(s) - 4 * DAY_S);
    expect(client, after, after == POSPAL_STATUS_GRACE);
}

static void a_jump_forward_is_believed_for_good_after_a_day_of_uptime(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    run_ahead(s, client, 25, POSPAL_STATUS_GRACE);
    pospal_client_close(client);
}

static void a_jump_forward_of_some_hours_is_forgotten(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    run_ahead(s, client, 20, POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void a_program_that_ran_some_minutes_leaves_the_time_behind_and_one_of_seconds_does_not(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    pospal_client_close(client);
    client = shop_client(s);
    shop_pass(s, 5 * MINUTE_S);
    pospal_client_close(client);
    client = shop_client(s);
    assert_true(client->mark_stored.boot_ms == atomic_load(&s->clock.boot_ms));
    assert_true(client->mark.high_ms == (SHOP_OPENS_AT + 5 * MINUTE_S) * 1000);
    pospal_client_close(client);
    set_wall(s, SHOP_OPENS_AT);
    fake_clock_reboot(&s->clock, 0);
    client = shop_client(s);
    assert_true(client->mark.high_ms == (SHOP_OPENS_AT + 5 * MINUTE_S) * 1000);
    shop_pass(s, 30);
    pospal_client_close(client);
    fake_clock_reboot(&s->clock, 0);
    client = shop_client(s);
    assert_true(client->mark.high_ms == (SHOP_OPENS_AT + 5 * MINUTE_S) * 1000);
    pospal_client_close(client);
}

static void a_validator_that_was_in_2099_for_an_hour_does_not_close_the_shop(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    s->validator.clock_error_s = IN_2099 - wall(s);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    s->validator.clock_error_s = 0;
    shop_pass(s, HOUR_S);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    expect(client, POSPAL_STATUS_ACTIVE, 0);
    client = reopen(s, client);
    expect(client, POSPAL_STATUS_ACTIVE, 0);
    shop_pass(s, 4 * DAY_S);
    expect(client, POSPAL_STATUS_GRACE, 0);
    pospal_client_close(client);
}

static void the_other_programs_of_the_till_are_put_right_by_the_same_answer(void **state)
{
    shop *s = *state;
    pospal_client *first = shop_active_client(s);
    pospal_client *second = shop_client(s);

    shop_hold_worker(second);
    s->validator.clock_error_s = IN_2099 - wall(s);
    (void)shop_check(second, POSPAL_CHECK_ONLINE, POSPAL_OK);
    s->validator.clock_error_s = 0;
    shop_pass(s, HOUR_S);
    assert_int_equal(shop_check(first, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pl_worker_round(second);
    expect(second, POSPAL_STATUS_ACTIVE, 0);
    pospal_client_close(first);
    shop_close_held(second);
}

static void three_weeks_offline_are_fine_where_the_policy_allows_them(void **state)
{
    shop *s = *state;
    pospal_client *client;

    s->validator.check_s = 21 * DAY_S;
    s->validator.grace_s = 30 * DAY_S;
    client = shop_active_client(s);
    pospal_client_close(client);
    shop_reboot(s, 20 * DAY_S);
    client = shop_client(s);
    expect(client, POSPAL_STATUS_ACTIVE, 0);
    shop_pass(s, 2 * DAY_S);
    expect(client, POSPAL_STATUS_GRACE, 0);
    pospal_client_close(client);
}

static void three_weeks_offline_are_too_long_where_it_does_not(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    pospal_client_close(client);
    shop_reboot(s, 20 * DAY_S);
    client = shop_client(s);
    expect(client, POSPAL_STATUS_STALE, 0);
    pospal_client_close(client);
}

static void a_deleted_time_mark_gains_nothing_while_the_vault_is_there(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    shop_pass(s, 4 * DAY_S);
    expect(client, POSPAL_STATUS_GRACE, 0);
    pospal_client_close(client);
    shop_delete_file(s, "mark");
    shop_delete_file(s, "mark.old");
    set_wall(s, SHOP_OPENS_AT);
    client = shop_client(s);
    expect(client, POSPAL_STATUS_GRACE, 1);
    pospal_client_close(client);
}

static void an_edited_time_mark_counts_as_none(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pl_buf mark;

    shop_pass(s, 4 * DAY_S);
    expect(client, POSPAL_STATUS_GRACE, 0);
    pospal_client_close(client);
    pl_buf_init(&mark);
    shop_read_file(s, "mark", &mark);
    mark.data[9] = (char)(mark.data[9] ^ 0x10);
    shop_write_file(s, "mark", pl_buf_span(&mark));
    pl_buf_reset(&mark);
    shop_delete_file(s, "mark.old");
    set_wall(s, SHOP_OPENS_AT);
    client = shop_client(s);
    expect(client, POSPAL_STATUS_GRACE, 1);
    pospal_client_close(client);
}

/* TLS is libcurl's business: here its verdict comes from a transport of the test's. */
static pl_err refuse_certificate(pl_transport *transport, const pl_exchange *exchange, pl_exchange_reply *reply)
{
    (void)transport;
    (void)exchange;
    (void)reply;
    return pl_fail(PL_ERR_TLS_CLOCK, "the certificate is valid from 2026-10-01, this machine's clock says 1970-01-02");
}

static void no_cancel(pl_transport *transport)
{
    (void)transport;
}

static void a_certificate_refused_because_of_the_clock_says_what_to_set(void **state)
{
    pl_transport refusing = {refuse_certificate, no_cancel, no_cancel};
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pl_transport *own = client->transport;

    client->transport = &refusing;
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_ERROR_UNREACHABLE), POSPAL_STATUS_ACTIVE);
    assert_string_equal(pospal_error_code(), "tls_clock");
    assert_non_null(strstr(pospal_error_detail(), "set the date and time of this machine"));
    assert_non_null(strstr(pospal_error_detail(), "1970-01-02"));
    client->transport = own;
    pospal_client_close(client);
}

static void a_license_that_ends_ends_offline_too(void **state)
{
    shop *s = *state;
    pospal_client *client;

    s->validator.licenses[0].expires_at = SHOP_OPENS_AT + DAY_S;
    client = shop_active_client(s);
    shop_pass(s, DAY_S - 1);
    expect(client, POSPAL_STATUS_ACTIVE, 0);
    shop_pass(s, 1);
    expect(client, POSPAL_STATUS_EXPIRED, 0);
    pospal_client_close(client);
}

/* ---- Saturday evening ---- */

static void an_extension_is_granted_when_stale_once_and_survives_a_restart(void **state)
{
    shop *s = *state;
    pospal_license *license = NULL;
    pospal_client *client = shop_active_client(s);

    shop_pass(s, 10 * DAY_S);
    s->validator.line = LINE_OFFLINE;
    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_LOCAL, &license), POSPAL_OK);
    assert_int_equal(pospal_license_can_extend(license), 1);
    pospal_license_free(license);
    assert_int_equal(pospal_client_extend(client, &license), POSPAL_OK);
    assert_int_equal(pospal_license_status(license), POSPAL_STATUS_GRACE);
    assert_int_equal(pospal_license_source(license), POSPAL_SOURCE_EMERGENCY);
    assert_int_equal(pospal_license_time(license, POSPAL_MOMENT_HOLDS_UNTIL), wall(s) + s->validator.emergency_s);
    pospal_license_free(license);
    assert_int_equal(pospal_client_extend(client, NULL), POSPAL_ERROR_DENIED);
    client = reopen(s, client);
    expect(client, POSPAL_STATUS_GRACE, 0);
    shop_pass(s, DAY_S);
    expect(client, POSPAL_STATUS_STALE, 0);
    assert_int_equal(pospal_client_extend(client, NULL), POSPAL_ERROR_DENIED);
    client = reopen(s, client);
    assert_int_equal(pospal_client_extend(client, &license), POSPAL_ERROR_DENIED);
    assert_int_equal(pospal_license_can_extend(license), 0);
    pospal_license_free(license);
    pospal_client_close(client);
}

static void each_new_lease_brings_its_own_extension(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    shop_pass(s, 10 * DAY_S);
    assert_int_equal(pospal_client_extend(client, NULL), POSPAL_OK);
    (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK);
    shop_pass(s, 10 * DAY_S);
    assert_int_equal(pospal_client_extend(client, NULL), POSPAL_OK);
    pospal_client_close(client);
}

static void a_lease_that_is_put_back_does_not_bring_its_extension_back(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pl_buf lease;

    shop_pass(s, 10 * DAY_S);
    pl_buf_init(&lease);
    shop_read_file(s, "lease", &lease);
    for (int i = 0; i < 2; i++) { /* the mark's file remembers the last one only */
        assert_int_equal(pospal_client_extend(client, NULL), POSPAL_OK);
        (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK);
        shop_pass(s, 10 * DAY_S);
    }
    pospal_client_close(client);
    shop_write_file(s, "lease", pl_buf_span(&lease));
    pl_buf_reset(&lease);
    client = shop_client(s);
    expect(client, POSPAL_STATUS_STALE, 0);
    assert_int_equal(pospal_client_extend(client, NULL), POSPAL_ERROR_DENIED);
    pospal_client_close(client);
}

static void an_extension_taken_by_another_process_is_seen_and_not_granted_twice(void **state)
{
    shop *s = *state;
    pospal_client *first = shop_active_client(s);
    pospal_client *second = shop_client(s);

    shop_pass(s, 10 * DAY_S);
    expect(second, POSPAL_STATUS_STALE, 0);
    assert_int_equal(pospal_client_extend(first, NULL), POSPAL_OK);
    expect(second, POSPAL_STATUS_GRACE, 0);
    assert_int_equal(pospal_client_extend(second, NULL), POSPAL_ERROR_DENIED);
    pospal_client_close(first);
    pospal_client_close(second);
}

static void there_is_no_extension_before_stale_nor_without_the_vendors_leave(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    assert_int_equal(pospal_client_extend(client, NULL), POSPAL_ERROR_DENIED);
    shop_pass(s, 9 * DAY_S);
    assert_int_equal(pospal_client_extend(client, NULL), POSPAL_ERROR_DENIED);
    s->validator.emergency_s = 0;
    (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK);
    shop_pass(s, 11 * DAY_S);
    expect(client, POSPAL_STATUS_STALE, 0);
    assert_int_equal(pospal_client_extend(client, NULL), POSPAL_ERROR_DENIED);
    assert_int_equal(pospal_client_extend(NULL, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    pospal_client_close(client);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_dead_battery_that_shows_1970_changes_nothing),
        STORY(a_till_at_1970_activates_and_keeps_counting),
        STORY(a_clock_that_shows_2099_counts_while_it_lasts_and_does_no_lasting_harm),
        STORY(a_till_whose_clock_says_2099_goes_on_selling_after_a_check),
        STORY(a_clock_set_back_a_month_gains_nothing),
        STORY(a_clock_set_back_an_hour_by_daylight_saving_is_told_and_harmless),
        STORY(a_jump_forward_is_believed_for_good_after_a_day_of_uptime),
        STORY(a_jump_forward_of_some_hours_is_forgotten),
        STORY(a_program_that_ran_some_minutes_leaves_the_time_behind_and_one_of_seconds_does_not),
        STORY(a_validator_that_was_in_2099_for_an_hour_does_not_close_the_shop),
        STORY(the_other_programs_of_the_till_are_put_right_by_the_same_answer),
        STORY(three_weeks_offline_are_fine_where_the_policy_allows_them),
        STORY(three_weeks_offline_are_too_long_where_it_does_not),
        STORY(a_deleted_time_mark_gains_nothing_while_the_vault_is_there),
        STORY(an_edited_time_mark_counts_as_none),
        STORY(a_certificate_refused_because_of_the_clock_says_what_to_set),
        STORY(a_license_that_ends_ends_offline_too),
        STORY(an_extension_is_granted_when_stale_once_and_survives_a_restart),
        STORY(each_new_lease_brings_its_own_extension),
        STORY(a_lease_that_is_put_back_does_not_bring_its_extension_back),
        STORY(an_extension_taken_by_another_process_is_seen_and_not_granted_twice),
        STORY(there_is_no_extension_before_stale_nor_without_the_vendors_leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
