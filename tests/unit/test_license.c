/* SPDX-License-Identifier: Apache-2.0
 *
 * The getters of a snapshot, the names of the public enums, and errors per thread.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#include <string.h>

static pospal_license *snapshot(pospal_client *client)
{
    pospal_license *license = NULL;

    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_LOCAL, &license), POSPAL_OK);
    return license;
}

static void every_getter_says_what_the_document_says(void **state)
{
    shop *s = *state;
    pospal_license *license;
    pospal_client *client;

    s->validator.licenses[0].expires_at = SHOP_OPENS_AT + 30 * DAY_S;
    client = shop_active_client(s);
    license = snapshot(client);
    assert_int_equal(pospal_license_status(license), POSPAL_STATUS_ACTIVE);
    assert_int_equal(pospal_license_is_usable(license), 1);
    assert_int_equal(pospal_license_source(license), POSPAL_SOURCE_ONLINE);
    assert_int_equal(pospal_license_reason(license), POSPAL_REASON_IN_ORDER);
    assert_string_equal(pospal_license_field(license, POSPAL_FIELD_LICENSE_ID), s->validator.licenses[0].license_id);
    assert_string_equal(pospal_license_field(license, POSPAL_FIELD_PLAN), "pro");
    assert_string_equal(pospal_license_field(license, POSPAL_FIELD_CUSTOMER), "Corner Shop");
    assert_string_equal(pospal_license_field(license, POSPAL_FIELD_DEVICE_NAME), "Till 3");
    assert_string_equal(pospal_license_field(license, POSPAL_FIELD_ACTIVATION_ID), s->validator.seats[0].activation);
    assert_string_equal(pospal_license_field(license, (pospal_field_t)0), "");
    assert_string_equal(pospal_license_field(license, (pospal_field_t)6), "");
    assert_int_equal(pospal_license_time(license, (pospal_moment_t)0), 0);
    assert_int_equal(pospal_license_time(license, (pospal_moment_t)7), 0);
    assert_int_equal(pospal_license_time(license, POSPAL_MOMENT_EXPIRES_AT), SHOP_OPENS_AT + 30 * DAY_S);
    assert_int_equal(pospal_license_time(license, POSPAL_MOMENT_REFRESH_AT), SHOP_OPENS_AT + HOUR_S);
    assert_int_equal(pospal_license_time(license, POSPAL_MOMENT_CHECK_BY), SHOP_OPENS_AT + 3 * DAY_S);
    assert_int_equal(pospal_license_time(license, POSPAL_MOMENT_GRACE_UNTIL), SHOP_OPENS_AT + 10 * DAY_S);
    assert_int_equal(pospal_license_time(license, POSPAL_MOMENT_HOLDS_UNTIL), SHOP_OPENS_AT + 3 * DAY_S);
    assert_int_equal(pospal_license_time(license, POSPAL_MOMENT_ISSUED_AT), SHOP_OPENS_AT);
    assert_int_equal(pospal_license_clock_is_wrong(license), 0);
    assert_int_equal(pospal_license_can_extend(license), 0);
    pospal_license_free(license);
    pospal_client_close(client);
}

static void features_and_limits_are_found_by_name_and_kind(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pospal_license *license = snapshot(client);

    assert_int_equal(pospal_license_has_feature(license, "kds"), 1);
    assert_int_equal(pospal_license_has_feature(license, "loyalty"), 0);
    assert_int_equal(pospal_license_has_feature(license, "tills"), 0);
    assert_int_equal(pospal_license_has_feature(license, "none"), 0);
    assert_int_equal(pospal_license_has_feature(license, NULL), 0);
    assert_int_equal(pospal_license_limit(license, "tills", -1), 3);
    assert_int_equal(pospal_license_limit(license, "kds", -1), -1);
    assert_int_equal(pospal_license_limit(license, NULL, -1), -1);
    assert_string_equal(pospal_license_text(license, "tier", "none"), "gold");
    assert_string_equal(pospal_license_text(license, "tills", "none"), "none");
    assert_null(pospal_license_text(license, NULL, NULL));
    pospal_license_free(license);
    pospal_client_close(client);
}

static pospal_entitlement_t nth(const pospal_license *license, size_t index)
{
    pospal_entitlement_t item = {.size = sizeof item};

    assert_int_equal(pospal_license_entitlement(license, index, &item), 1);
    return item;
}

static void all_that_is_granted_can_be_walked_through(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pospal_license *license = snapshot(client);
    pospal_entitlement_t item = nth(license, 0);

    assert_string_equal(item.name, "kds");
    assert_int_equal(item.kind, POSPAL_ENTITLEMENT_FEATURE);
    assert_int_equal(item.is_on, 1);
    assert_int_equal(item.ends_at, 0);
    assert_null(item.text);
    assert_int_equal(nth(license, 1).is_on, 0);
    item = nth(license, 2);
    assert_int_equal(item.kind, POSPAL_ENTITLEMENT_LIMIT);
    assert_int_equal(item.number, 3);
    item = nth(license, 3);
    assert_int_equal(item.kind, POSPAL_ENTITLEMENT_TEXT);
    assert_string_equal(item.text, "gold");
    assert_string_equal(nth(license, 5).name, "season");
    assert_int_equal(nth(license, 5).ends_at, FAKE_SEASON_ENDS_AT);
    assert_int_equal(pospal_license_entitlement(license, 6, &item), 0);
    assert_int_equal(pospal_license_entitlement(license, SIZE_MAX, &item), 0);
    item.size = sizeof item - 1;
    assert_int_equal(pospal_license_entitlement(license, 0, &item), 0);
    assert_int_equal(pospal_license_entitlement(license, 0, NULL), 0);
    pospal_license_free(license);
    pospal_client_close(client);
}

static void an_entitlement_ends_on_its_own_and_not_in_your_hand(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pospal_license *before = snapshot(client), *after;
    pospal_entitlement_t item = {.size = sizeof item};

    shop_pass(s, FAKE_SEASON_ENDS_AT - SHOP_OPENS_AT);
    after = snapshot(client);
    assert_string_equal(pospal_license_text(before, "season", ""), "winter");
    assert_string_equal(pospal_license_text(after, "season", "none"), "none");
    assert_int_equal(pospal_license_is_usable(after), 1);
    assert_int_equal(pospal_license_entitlement(before, 5, &item), 1);
    assert_int_equal(pospal_license_entitlement(after, 5, &item), 0);
    pospal_license_free(before);
    pospal_license_free(after);
    pospal_client_close(client);
}

static void a_license_that_is_not_usable_grants_nothing(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pospal_entitlement_t item = {.size = sizeof item};
    pospal_license *license;

    shop_pass(s, 11 * DAY_S);
    license = snapshot(client);
    assert_int_equal(pospal_license_status(license), POSPAL_STATUS_STALE);
    assert_int_equal(pospal_license_is_usable(license), 0);
    assert_int_equal(pospal_license_has_feature(license, "kds"), 0);
    assert_int_equal(pospal_license_limit(license, "tills", 0), 0);
    assert_string_equal(pospal_license_text(license, "tier", "none"), "none");
    assert_int_equal(pospal_license_entitlement(license, 0, &item), 0);
    assert_string_equal(pospal_license_field(license, POSPAL_FIELD_PLAN), "pro");
    pospal_license_free(license);
    pospal_client_close(client);
}

static void null_is_worth_nothing(void **state)
{
    (void)state;
    assert_int_equal(pospal_license_status(NULL), POSPAL_STATUS_NONE);
    assert_int_equal(pospal_license_is_usable(NULL), 0);
    assert_int_equal(pospal_license_source(NULL), POSPAL_SOURCE_NONE);
    assert_int_equal(pospal_license_reason(NULL), POSPAL_REASON_NONE);
    assert_string_equal(pospal_license_field(NULL, POSPAL_FIELD_LICENSE_ID), "");
    assert_string_equal(pospal_license_field(NULL, POSPAL_FIELD_PLAN), "");
    assert_string_equal(pospal_license_field(NULL, POSPAL_FIELD_CUSTOMER), "");
    assert_string_equal(pospal_license_field(NULL, POSPAL_FIELD_DEVICE_NAME), "");
    assert_string_equal(pospal_license_field(NULL, POSPAL_FIELD_ACTIVATION_ID), "");
    assert_int_equal(pospal_license_has_feature(NULL, "kds"), 0);
    assert_int_equal(pospal_license_limit(NULL, "tills", 7), 7);
    assert_string_equal(pospal_license_text(NULL, "tier", "none"), "none");
    assert_int_equal(pospal_license_entitlement(NULL, 0, &(pospal_entitlement_t){.size = sizeof(pospal_entitlement_t)}), 0);
    assert_int_equal(
        pospal_license_time(NULL, POSPAL_MOMENT_EXPIRES_AT) | pospal_license_time(NULL, POSPAL_MOMENT_REFRESH_AT) |
            pospal_license_time(NULL, POSPAL_MOMENT_CHECK_BY) | pospal_license_time(NULL, POSPAL_MOMENT_GRACE_UNTIL) |
            pospal_license_time(NULL, POSPAL_MOMENT_HOLDS_UNTIL) | pospal_license_time(NULL, POSPAL_MOMENT_ISSUED_AT),
        0);
    assert_int_equal(pospal_license_clock_is_wrong(NULL) | pospal_license_can_extend(NULL), 0);
    pospal_license_free(NULL);
    pospal_text_free(NULL);
}

static void a_snapshot_of_nothing_has_empty_texts(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    pospal_license *license = snapshot(client);

    assert_int_equal(pospal_license_status(license), POSPAL_STATUS_NONE);
    assert_int_equal(pospal_license_reason(license), POSPAL_REASON_NOT_ACTIVATED);
    assert_string_equal(pospal_license_field(license, POSPAL_FIELD_LICENSE_ID), "");
    assert_int_equal(pospal_license_time(license, POSPAL_MOMENT_ISSUED_AT), 0);
    pospal_license_free(license);
    pospal_client_close(client);
}

static void the_enums_have_names_and_other_numbers_have_none(void **state)
{
    (void)state;
    assert_string_equal(pospal_result_name(POSPAL_OK), "OK");
    assert_string_equal(pospal_result_name(POSPAL_ERROR_UNREACHABLE), "UNREACHABLE");
    assert_string_equal(pospal_result_name(POSPAL_ERROR_INTERNAL), "INTERNAL");
    assert_string_equal(pospal_result_name(POSPAL_ERROR_NOT_YET_VALID), "NOT_YET_VALID");
    assert_string_equal(pospal_result_name((pospal_result_t)15), "UNKNOWN");
    assert_string_equal(pospal_result_name((pospal_result_t)-1), "UNKNOWN");
    assert_string_equal(pospal_status_name(POSPAL_STATUS_NONE), "NONE");
    assert_string_equal(pospal_status_name(POSPAL_STATUS_WRONG_DEVICE), "WRONG_DEVICE");
    assert_string_equal(pospal_status_name((pospal_status_t)10), "UNKNOWN");
    assert_string_equal(pospal_source_name(POSPAL_SOURCE_LICENSE_FILE), "LICENSE_FILE");
    assert_string_equal(pospal_source_name((pospal_source_t)5), "UNKNOWN");
    assert_string_equal(pospal_reason_name(POSPAL_REASON_PAYMENT_FAILED), "payment_failed");
    assert_string_equal(pospal_reason_name(POSPAL_REASON_NO_TRIAL), "no_trial");
    assert_string_equal(pospal_reason_name((pospal_reason_t)16), "unknown");
    assert_string_equal(pospal_version(), POSPAL_VERSION_STRING);
}

static void look_from_another_thread(void *context)
{
    *(bool *)context = pospal_error_detail()[0] == '\0' && strcmp(pospal_error_code(), "ok") == 0;
}

static void a_failure_is_told_in_its_own_thread_and_kept_through_success(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    bool is_silent = false;
    pl_thread *thread;

    s->validator.line = LINE_HTML;
    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_ONLINE, NULL), POSPAL_ERROR_UNREACHABLE);
    assert_string_equal(pospal_error_code(), "captive_portal");
    (void)shop_status(client);
    assert_string_equal(pospal_error_code(), "captive_portal");
    assert_non_null(strstr(pospal_error_detail(), "license.example.com"));
    assert_int_equal(pl_thread_start(look_from_another_thread, &is_silent, &thread), PL_OK);
    pl_thread_join(thread);
    assert_true(is_silent);
    pospal_client_close(client);
}

/* ---- the report ---- */

static void the_report_says_what_support_needs_and_no_secret(void **state)
{
    static const char *const words[] = {
        "library",    "product          till 2.4.0",    "status           ACTIVE",         "keyset           epoch",
        "machine_id", "document         lease (rules)", "last exchange    failed 1 times", "captive_portal"};
    static const char *const secrets[] = {FAKE_KEY, "Corner Shop", "3c:ec:ef", "S4EVNX0N", "BRD-77", "3f1c5e7a"};
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    char *report = NULL;

    s->validator.line = LINE_HTML;
    (void)pospal_client_check(client, POSPAL_CHECK_ONLINE, NULL);
    assert_int_equal(pospal_client_support_report(client, &report), POSPAL_OK);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strstr(report, words[i]))
            fail_msg("no \"%s\" in:\n%s", words[i], report);
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        assert_null(strstr(report, secrets[i]));
    pospal_text_free(report);
    assert_int_equal(pospal_client_support_report(client, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_client_support_report(NULL, &report), POSPAL_ERROR_INVALID_ARGUMENT);
    pospal_client_close(client);
}

static void a_client_that_never_asked_says_so_in_its_report(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    char *report = NULL;

    assert_int_equal(pospal_client_support_report(client, &report), POSPAL_OK);
    assert_non_null(strstr(report, "none in this process"));
    assert_non_null(strstr(report, "keyset           none"));
    pospal_text_free(report);
    pospal_client_close(client);
}

static void a_fingerprint_needs_a_product(void **state)
{
    char *text = NULL;

    (void)state;
    assert_int_equal(pospal_fingerprint(NULL, &text), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_fingerprint("", &text), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_fingerprint("till", NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    if (pospal_fingerprint("till", &text) == POSPAL_OK) /* in a bare container there is too little to tell */
        assert_int_equal(strncmp(text, "fp1:", 4), 0);
    else
        assert_string_equal(pospal_error_code(), "no_fingerprint");
    pospal_text_free(text);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_getter_says_what_the_document_says),
        CASE(features_and_limits_are_found_by_name_and_kind),
        CASE(all_that_is_granted_can_be_walked_through),
        CASE(an_entitlement_ends_on_its_own_and_not_in_your_hand),
        CASE(a_license_that_is_not_usable_grants_nothing),
        CASE(null_is_worth_nothing),
        CASE(a_snapshot_of_nothing_has_empty_texts),
        CASE(the_enums_have_names_and_other_numbers_have_none),
        CASE(a_failure_is_told_in_its_own_thread_and_kept_through_success),
        CASE(the_report_says_what_support_needs_and_no_secret),
        CASE(a_client_that_never_asked_says_so_in_its_report),
        CASE(a_fingerprint_needs_a_product),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
