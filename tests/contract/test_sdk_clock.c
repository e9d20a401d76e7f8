/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of machines that do not know the date, or slept while they were told it. The others of clocks are in test_sdk_time.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#include <string.h>

#define IN_2021 INT64_C(1609459200)

static void expect(pospal_client *client, pospal_status_t status, int is_wrong)
{
    pospal_license *license = NULL;

    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_LOCAL, &license), POSPAL_OK);
    assert_int_equal(pospal_license_status(license), status);
    assert_int_equal(pospal_license_clock_is_wrong(license), is_wrong);
    assert_int_equal(pospal_client_status(client), status);
    pospal_license_free(license);
}

/* A till that was never online, with a license file made this minute. */
static pospal_client *offline_till(shop *s, int64_t clock_says, pospal_result_t result)
{
    fake_file file = {.issued_at = SHOP_OPENS_AT, .expires_at = SHOP_OPENS_AT + DAY_S};
    pospal_client *client;

    s->is_without_server = true;
    fake_clock_set_wall(&s->clock, clock_says * 1000);
    client = shop_client(s);
    assert_int_equal(shop_import(s, client, &file, NULL), result);
    return client;
}

static void an_offline_till_that_wakes_in_2021_takes_a_license_file(void **state)
{
    shop *s = *state;
    pospal_client *client = offline_till(s, IN_2021, POSPAL_OK);

    expect(client, POSPAL_STATUS_ACTIVE, 1);
    shop_pass(s, HOUR_S);
    pospal_client_close(client);
    client = shop_client(s);
    expect(client, POSPAL_STATUS_ACTIVE, 1);
    shop_pass(s, DAY_S);
    expect(client, POSPAL_STATUS_EXPIRED, 1);
    pospal_client_close(client);
}

static void a_file_from_the_future_of_the_clock_counts_once_the_clock_is_known_to_be_wrong(void **state)
{
    shop *s = *state;
    pospal_client *client = offline_till(s, SHOP_OPENS_AT - 10 * DAY_S, POSPAL_ERROR_NOT_YET_VALID);

    expect(client, POSPAL_STATUS_NONE, 0); /* it may be right, and the file's maker wrong */
    fake_clock_set_wall(&s->clock, 0);
    expect(client, POSPAL_STATUS_ACTIVE, 1);
    shop_pass(s, DAY_S);
    expect(client, POSPAL_STATUS_EXPIRED, 1);
    pospal_client_close(client);
}

static void a_license_file_that_begins_later_is_kept_and_counts_by_itself(void **state)
{
    shop *s = *state;
    fake_file next = {.issued_at = SHOP_OPENS_AT, .not_before = SHOP_OPENS_AT + 40 * DAY_S};
    pospal_client *client = shop_client(s);
    pospal_license *license = NULL;

    assert_int_equal(shop_import(s, client, &next, &license), POSPAL_ERROR_NOT_YET_VALID);
    assert_string_equal(pospal_error_code(), "not_yet_valid");
    assert_non_null(strstr(pospal_error_detail(), "2027-01-01T18:00:00Z")); /* 40 days after the shop opens */
    assert_int_equal(pospal_license_status(license), POSPAL_STATUS_NONE);
    assert_true(pospal_license_time(license, POSPAL_MOMENT_HOLDS_UNTIL) == SHOP_OPENS_AT + 40 * DAY_S - PL_TIME_TOLERANCE_S);
    pospal_license_free(license);
    pospal_client_close(client);
    client = shop_client(s);
    expect(client, POSPAL_STATUS_NONE, 0);
    shop_pass(s, 39 * DAY_S);
    expect(client, POSPAL_STATUS_ACTIVE, 0);
    assert_int_equal(shop_import(s, client, &next, NULL), POSPAL_OK);
    pospal_client_close(client);
}

static void fall_asleep(void *context)
{
    shop *s = context;

    shop_pass(s, 8 * HOUR_S);
}

static void a_till_that_sleeps_during_an_exchange_wakes_with_a_right_clock(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    s->validator.during_context = s;
    s->validator.after = fall_asleep;
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    expect(client, POSPAL_STATUS_ACTIVE, 0);
    s->validator.after = NULL;
    s->validator.during = fall_asleep;
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    s->validator.during = NULL;
    expect(client, POSPAL_STATUS_ACTIVE, 0);
    shop_pass(s, 3 * DAY_S - 1);
    expect(client, POSPAL_STATUS_ACTIVE, 0);
    shop_pass(s, 1);
    expect(client, POSPAL_STATUS_GRACE, 0);
    pospal_client_close(client);
}

/* The host suspends the virtual machine: its boot clock stands still, and its clock is set when it wakes. */
static void be_suspended(void *context)
{
    shop *s = context;

    fake_clock_set_wall(&s->clock, atomic_load(&s->clock.wall_ms) + 8 * HOUR_S * INT64_C(1000));
}

static void a_virtual_machine_suspended_during_an_exchange_wakes_with_a_right_clock(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    s->validator.during_context = s;
    s->validator.after = be_suspended;
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    s->validator.after = NULL;
    expect(client, POSPAL_STATUS_ACTIVE, 0);
    shop_pass(s, 3 * DAY_S - 8 * HOUR_S - 1); /* the answer was given before the eight hours */
    expect(client, POSPAL_STATUS_ACTIVE, 0);
    shop_pass(s, 1);
    expect(client, POSPAL_STATUS_GRACE, 0);
    s->validator.during = be_suspended;
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    s->validator.during = NULL;
    expect(client, POSPAL_STATUS_ACTIVE, 0);
    pospal_client_close(client);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(an_offline_till_that_wakes_in_2021_takes_a_license_file),
        STORY(a_file_from_the_future_of_the_clock_counts_once_the_clock_is_known_to_be_wrong),
        STORY(a_license_file_that_begins_later_is_kept_and_counts_by_itself),
        STORY(a_till_that_sleeps_during_an_exchange_wakes_with_a_right_clock),
        STORY(a_virtual_machine_suspended_during_an_exchange_wakes_with_a_right_clock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
