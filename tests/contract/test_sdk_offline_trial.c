/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of the offline trial: it begins once on a machine, whatever is imported, deleted, forgotten or turned back, and never where its
 * begin can't be kept. How it ends on a disk that fails is in test_sdk_offline_trial_disk.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#include <stdio.h>
#include <string.h>

enum { TRIAL_S = 30 * DAY_S };

/* As it is shipped with a program that was made two months ago. */
static fake_file shipped(void)
{
    fake_file file = {.license = 1, .issued_at = SHOP_OPENS_AT - 60 * DAY_S, .trial_s = TRIAL_S};

    return file;
}

static pospal_client *offline_client(shop *s)
{
    s->is_without_server = true;
    return shop_client(s);
}

static void import_trial(shop *s, pospal_client *client)
{
    fake_file file = shipped();

    assert_int_equal(shop_import(s, client, &file, NULL), POSPAL_OK);
}

/* ends_at: 0: not asked. */
static void expect(pospal_client *client, pospal_status_t status, int64_t ends_at)
{
    pospal_license *license = NULL;

    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_LOCAL, &license), POSPAL_OK);
    assert_int_equal(pospal_license_status(license), status);
    assert_int_equal(pospal_client_status(client), status);
    if (ends_at)
        assert_int_equal(pospal_license_time(license, POSPAL_MOMENT_EXPIRES_AT), ends_at);
    pospal_license_free(license);
}

/* Closes, opens again. */
static pospal_client *restart(shop *s, pospal_client *client)
{
    pospal_client_close(client);
    return shop_client(s);
}

static void it_begins_when_it_is_imported_and_ends_after_its_days(void **state)
{
    shop *s = *state;
    pospal_client *client = offline_client(s);
    pospal_license *license = NULL;
    fake_file file = shipped();

    assert_int_equal(shop_import(s, client, &file, &license), POSPAL_OK);
    assert_int_equal(pospal_license_status(license), POSPAL_STATUS_ACTIVE);
    assert_int_equal(pospal_license_source(license), POSPAL_SOURCE_LICENSE_FILE);
    assert_int_equal(pospal_license_time(license, POSPAL_MOMENT_EXPIRES_AT), SHOP_OPENS_AT + TRIAL_S);
    assert_int_equal(pospal_license_time(license, POSPAL_MOMENT_HOLDS_UNTIL), SHOP_OPENS_AT + TRIAL_S);
    pospal_license_free(license);
    shop_pass(s, TRIAL_S - 1);
    expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + TRIAL_S);
    shop_pass(s, 1);
    expect(client, POSPAL_STATUS_EXPIRED, SHOP_OPENS_AT + TRIAL_S);
    client = restart(s, client);
    expect(client, POSPAL_STATUS_EXPIRED, SHOP_OPENS_AT + TRIAL_S);
    import_trial(s, client); /* it is taken, and worth nothing */
    expect(client, POSPAL_STATUS_EXPIRED, SHOP_OPENS_AT + TRIAL_S);
    pospal_client_close(client);
}

static void it_goes_on_after_a_restart_and_begins_no_second_time(void **state)
{
    shop *s = *state;
    pospal_client *client = offline_client(s);
    fake_file newer = {.license = 0, .trial_s = TRIAL_S};

    import_trial(s, client);
    shop_pass(s, 10 * DAY_S);
    shop_reboot(s, 2 * DAY_S);
    client = restart(s, client);
    expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + TRIAL_S);
    import_trial(s, client);
    expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + TRIAL_S);
    assert_int_equal(shop_import(s, client, &newer, NULL), POSPAL_OK); /* of today, with another id */
    expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + TRIAL_S);
    newer.trial_s = 40 * DAY_S; /* the vendor gives ten days more */
    assert_int_equal(shop_import(s, client, &newer, NULL), POSPAL_OK);
    client = restart(s, client);
    expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + 40 * DAY_S);
    assert_int_equal(shop_count_files(s, "license-"), 2); /* one document and the one before */
    pospal_client_close(client);
}

static void it_never_outlasts_its_document(void **state)
{
    shop *s = *state;
    pospal_client *client = offline_client(s);
    fake_file file = shipped();

    file.expires_at = SHOP_OPENS_AT + DAY_S;
    assert_int_equal(shop_import(s, client, &file, NULL), POSPAL_OK);
    expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + DAY_S);
    shop_pass(s, DAY_S);
    expect(client, POSPAL_STATUS_EXPIRED, SHOP_OPENS_AT + DAY_S);
    pospal_client_close(client);
}

static void a_document_that_is_over_begins_nothing(void **state)
{
    shop *s = *state;
    pospal_client *client;
    fake_file file = shipped();

    file.expires_at = SHOP_OPENS_AT + 99 * DAY_S;
    fake_clock_set_wall(&s->clock, (SHOP_OPENS_AT + 1000 * DAY_S) * 1000); /* somebody mistyped the year */
    client = offline_client(s);
    assert_int_equal(shop_import(s, client, &file, NULL), POSPAL_OK);
    expect(client, POSPAL_STATUS_EXPIRED, 0);
    fake_clock_set_wall(&s->clock, SHOP_OPENS_AT * 1000);
    expect(client, POSPAL_STATUS_NONE, 0);
    assert_int_equal(shop_import(s, client, &file, NULL), POSPAL_OK);
    expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + TRIAL_S);
    pospal_client_close(client);
}

/* ---- clocks ---- */

static void a_clock_set_back_before_the_begin_brings_nothing(void **state)
{
    shop *s = *state;
    pospal_client *client = offline_client(s);

    import_trial(s, client);
    shop_pass(s, HOUR_S);
    fake_clock_set_wall(&s->clock, (SHOP_OPENS_AT - 20 * DAY_S) * 1000);
    expect(client, POSPAL_STATUS_NONE, 0);
    import_trial(s, client);
    expect(client, POSPAL_STATUS_NONE, 0);
    client = restart(s, client);
    expect(client, POSPAL_STATUS_NONE, 0);
    fake_clock_set_wall(&s->clock, (SHOP_OPENS_AT + HOUR_S) * 1000);
    expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + TRIAL_S);
    pospal_client_close(client);
}

static void a_clock_set_back_later_brings_no_day_back(void **state)
{
    shop *s = *state;
    pospal_client *client = offline_client(s);
    fake_file file = {.license = 1, .trial_s = TRIAL_S}; /* of today */

    assert_int_equal(shop_import(s, client, &file, NULL), POSPAL_OK);
    shop_pass(s, 10 * DAY_S);
    client = restart(s, client);
    fake_clock_set_wall(&s->clock, SHOP_OPENS_AT * 1000);
    client = restart(s, client);
    expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + TRIAL_S);
    shop_pass(s, 20 * DAY_S);
    expect(client, POSPAL_STATUS_EXPIRED, SHOP_OPENS_AT + TRIAL_S);
    pospal_client_close(client);
}

static void a_clock_ahead_ends_it_while_it_lasts(void **state)
{
    shop *s = *state;
    pospal_client *client = offline_client(s);

    import_trial(s, client);
    fake_clock_set_wall(&s->clock, (SHOP_OPENS_AT + 40 * DAY_S) * 1000);
    expect(client, POSPAL_STATUS_EXPIRED, SHOP_OPENS_AT + TRIAL_S);
    fake_clock_set_wall(&s->clock, (SHOP_OPENS_AT + DAY_S) * 1000);
    expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + TRIAL_S);
    pospal_client_close(client);
}

static void it_does_not_begin_by_a_clock_that_is_wrong(void **state)
{
    static const int64_t clocks[] = {0, 1609459200, SHOP_OPENS_AT - 2 * DAY_S};
    shop *s = *state;
    fake_file file = {.license = 1, .trial_s = TRIAL_S};
    pospal_client *client = offline_client(s);
    pl_buf text;

    pl_buf_init(&text);
    fake_validator_file(&s->validator, &file, &text);
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        fake_clock_set_wall(&s->clock, clocks[i] * 1000);
        assert_int_equal(pospal_client_import(client, text.data, text.size, NULL), POSPAL_ERROR_NOT_YET_VALID);
        assert_string_equal(pospal_error_code(), "trial_clock");
        assert_non_null(strstr(pospal_error_detail(), "2026-11-22"));
        expect(client, POSPAL_STATUS_NONE, 0);
        assert_false(shop_has_file(s, "trial"));
    }
    fake_clock_set_wall(&s->clock, (SHOP_OPENS_AT + 50 * DAY_S) * 1000);
    assert_int_equal(pospal_client_import(client, text.data, text.size, NULL), POSPAL_OK);
    expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + 80 * DAY_S);
    pospal_client_close(client);
    pl_buf_reset(&text);
}

/* ---- forgetting, wiping, copying ---- */

static void forgetting_does_not_begin_it_anew(void **state)
{
    shop *s = *state;
    pospal_client *client = offline_client(s);
    int i;

    import_trial(s, client);
    shop_pass(s, 10 * DAY_S);
    for (i = 0; i < 2; i++) {
        assert_int_equal(pospal_client_forget(client), POSPAL_OK);
        expect(client, POSPAL_STATUS_NONE, 0);
        client = restart(s, client);
        expect(client, POSPAL_STATUS_NONE, 0);
    }
    import_trial(s, client);
    expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + TRIAL_S);
    assert_int_equal(pospal_client_forget(client), POSPAL_OK);
    pospal_client_close(client);
    shop_delete_file(s, "trial"); /* the vault's copy was put back too */
    client = shop_client(s);
    import_trial(s, client);
    expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + TRIAL_S);
    assert_true(shop_has_file(s, "trial"));
    pospal_client_close(client);
}

static void forgetting_under_a_clock_set_back_brings_no_day_back(void **state)
{
    shop *s = *state;
    pospal_client *client = offline_client(s);
    fake_file file = {.license = 1, .trial_s = TRIAL_S};

    assert_int_equal(shop_import(s, client, &file, NULL), POSPAL_OK);
    shop_pass(s, 10 * DAY_S);
    fake_clock_set_wall(&s->clock, SHOP_OPENS_AT * 1000);
    assert_int_equal(pospal_client_forget(client), POSPAL_OK);
    client = restart(s, client);
    assert_int_equal(shop_import(s, client, &file, NULL), POSPAL_OK);
    expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + TRIAL_S);
    shop_pass(s, 20 * DAY_S);
    expect(client, POSPAL_STATUS_EXPIRED, SHOP_OPENS_AT + TRIAL_S);
    pospal_client_close(client);
}

static void without_a_trial_forgetting_forgets_the_time_too(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    assert_int_equal(pospal_client_forget(client), POSPAL_OK);
    assert_false(shop_has_file(s, "mark"));
    assert_false(shop_has_file(s, "trial"));
    pospal_client_close(client);
}

/* Said so in docs/SECURITY-MODEL.md: without a server a wiped machine is a new machine. */
static void on_a_wiped_machine_it_begins_anew(void **state)
{
    shop *s = *state;
    pospal_client *client = offline_client(s);

    import_trial(s, client);
    shop_pass(s, 10 * DAY_S);
    pospal_client_close(client);
    (void)snprintf(s->data, sizeof s->data, "%s/anew", s->root);
    client = shop_client(s);
    expect(client, POSPAL_STATUS_NONE, 0);
    import_trial(s, client);
    expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + 10 * DAY_S + TRIAL_S);
    pospal_client_close(client);
}

static void on_other_hardware_a_copy_is_no_trial_until_it_begins_there(void **state)
{
    static const machine *const others[] = {&MACHINE_B, &MACHINE_A_CLONE, NULL};
    shop *s = *state;
    pospal_client *client = offline_client(s);
    char till[SHOP_PATH_SIZE];
    size_t i;

    import_trial(s, client);
    pospal_client_close(client);
    memcpy(till, s->data, sizeof till);
    shop_pass(s, 10 * DAY_S);
    for (i = 0; others[i]; i++) {
        (void)snprintf(s->data, sizeof s->data, "%s/copy%d", s->root, (int)i);
        shop_copy_data(till, s->data);
        shop_set_machine(s, others[i]);
        client = shop_client(s);
        expect(client, POSPAL_STATUS_NONE, 0);
        import_trial(s, client);
        expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + 10 * DAY_S + TRIAL_S);
        client = restart(s, client);
        expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + 10 * DAY_S + TRIAL_S);
        pospal_client_close(client);
    }
}

static void a_repaired_machine_and_another_account_go_on_with_it(void **state)
{
    static const machine *const same[] = {&MACHINE_A_NIC, &MACHINE_A_OS, &MACHINE_CASHIER, NULL};
    shop *s = *state;
    pospal_client *client = offline_client(s);
    size_t i;

    import_trial(s, client);
    pospal_client_close(client);
    for (i = 0; same[i]; i++) {
        shop_set_machine(s, same[i]);
        client = shop_client(s);
        expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + TRIAL_S);
        pospal_client_close(client);
    }
}

/* ---- beside licenses ---- */

static void a_license_comes_before_it_in_either_order(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pospal_license *license = NULL;

    import_trial(s, client);
    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_LOCAL, &license), POSPAL_OK);
    assert_int_not_equal(pospal_license_source(license), POSPAL_SOURCE_LICENSE_FILE);
    pospal_license_free(license);
    assert_int_equal(pospal_client_deactivate(client), POSPAL_OK);
    expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + TRIAL_S); /* what was begun goes on */
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, &license), POSPAL_OK);
    assert_int_equal(pospal_license_source(license), POSPAL_SOURCE_ONLINE);
    pospal_license_free(license);
    fake_validator_decide(&s->validator, PL_VERDICT_SUSPENDED, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_SUSPENDED);
    import_trial(s, client);
    expect(client, POSPAL_STATUS_SUSPENDED, 0);
    assert_int_equal(pospal_client_forget(client), POSPAL_OK);
    import_trial(s, client);
    expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + TRIAL_S);
    pospal_client_close(client);
}

static void a_license_file_comes_before_it(void **state)
{
    shop *s = *state;
    pospal_client *client = offline_client(s);
    fake_file bought = {.license = 0, .expires_at = SHOP_OPENS_AT + DAY_S};

    import_trial(s, client);
    assert_int_equal(shop_import(s, client, &bought, NULL), POSPAL_OK);
    expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + DAY_S);
    import_trial(s, client);
    expect(client, POSPAL_STATUS_ACTIVE, SHOP_OPENS_AT + DAY_S);
    shop_pass(s, 2 * DAY_S);
    expect(client, POSPAL_STATUS_EXPIRED, SHOP_OPENS_AT + DAY_S);
    pospal_client_close(client);
}

static void the_servers_trial_may_follow_it(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    pospal_license *license = NULL;

    s->validator.trial_days = 14;
    import_trial(s, client);
    assert_int_equal(pospal_client_start_trial(client, &license), POSPAL_OK);
    assert_int_equal(pospal_license_source(license), POSPAL_SOURCE_ONLINE);
    pospal_license_free(license);
    pospal_client_close(client);
}

static void one_that_is_bound_to_a_device_is_none(void **state)
{
    shop *s = *state;
    pospal_client *client = offline_client(s);
    fake_file file = shipped();

    file.fingerprint = client->fingerprint_text;
    assert_int_equal(shop_import(s, client, &file, NULL), POSPAL_ERROR_BAD_DOCUMENT);
    file = shipped();
    file.product = "another";
    assert_int_equal(shop_import(s, client, &file, NULL), POSPAL_ERROR_BAD_DOCUMENT);
    assert_string_equal(pospal_error_code(), "other_product");
    expect(client, POSPAL_STATUS_NONE, 0);
    assert_false(shop_has_file(s, "trial"));
    pospal_client_close(client);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(it_begins_when_it_is_imported_and_ends_after_its_days),
        STORY(it_goes_on_after_a_restart_and_begins_no_second_time),
        STORY(it_never_outlasts_its_document),
        STORY(a_document_that_is_over_begins_nothing),
        STORY(a_clock_set_back_before_the_begin_brings_nothing),
        STORY(a_clock_set_back_later_brings_no_day_back),
        STORY(a_clock_ahead_ends_it_while_it_lasts),
        STORY(it_does_not_begin_by_a_clock_that_is_wrong),
        STORY(forgetting_does_not_begin_it_anew),
        STORY(forgetting_under_a_clock_set_back_brings_no_day_back),
        STORY(without_a_trial_forgetting_forgets_the_time_too),
        STORY(on_a_wiped_machine_it_begins_anew),
        STORY(on_other_hardware_a_copy_is_no_trial_until_it_begins_there),
        STORY(a_repaired_machine_and_another_account_go_on_with_it),
        STORY(a_license_comes_before_it_in_either_order),
        STORY(a_license_file_comes_before_it),
        STORY(the_servers_trial_may_follow_it),
        STORY(one_that_is_bound_to_a_device_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
