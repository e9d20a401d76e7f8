/* SPDX-License-Identifier: Apache-2.0
 *
 * What may take a held lease away: every cell of the table in docs/INTEGRATING.md, through the whole client, a restart included.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#include <string.h>

/* The status after the server said this, at once and after a restart; and what the server is asked next time. */
typedef struct {
    pl_verdict verdict;
    pl_reason reason;
    pospal_status_t status;
    pospal_reason_t reason_told;
} cell;

static const cell DENIALS[] = {
    {PL_VERDICT_SUSPENDED, PL_REASON_PAYMENT_FAILED, POSPAL_STATUS_SUSPENDED, POSPAL_REASON_PAYMENT_FAILED},
    {PL_VERDICT_SUSPENDED, PL_REASON_NONE, POSPAL_STATUS_SUSPENDED, POSPAL_REASON_VENDOR},
    {PL_VERDICT_REVOKED, PL_REASON_REFUND, POSPAL_STATUS_REVOKED, POSPAL_REASON_REFUND},
    {PL_VERDICT_EXPIRED, PL_REASON_NONE, POSPAL_STATUS_EXPIRED, POSPAL_REASON_LICENSE_ENDED},
    {PL_VERDICT_NO_SEAT, PL_REASON_NONE, POSPAL_STATUS_NO_SEAT, POSPAL_REASON_SEATS_TAKEN},
};

static const cell HARMLESS[] = {
    {PL_VERDICT_UNKNOWN_KEY, PL_REASON_NONE, POSPAL_STATUS_ACTIVE, POSPAL_REASON_IN_ORDER},
    {PL_VERDICT_NOT_ACTIVATED, PL_REASON_NONE, POSPAL_STATUS_ACTIVE, POSPAL_REASON_IN_ORDER},
    {PL_VERDICT_WRONG_PRODUCT, PL_REASON_NONE, POSPAL_STATUS_ACTIVE, POSPAL_REASON_IN_ORDER},
    {PL_VERDICT_WRONG_DEVICE, PL_REASON_NONE, POSPAL_STATUS_ACTIVE, POSPAL_REASON_IN_ORDER},
    {PL_VERDICT_RELEASED, PL_REASON_NONE, POSPAL_STATUS_ACTIVE, POSPAL_REASON_IN_ORDER},
};

static void expect(pospal_client *client, const cell *c, pospal_source_t source)
{
    pospal_license *license = NULL;

    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_LOCAL, &license), POSPAL_OK);
    assert_string_equal(pospal_status_name(pospal_license_status(license)), pospal_status_name(c->status));
    assert_string_equal(pospal_reason_name(pospal_license_reason(license)), pospal_reason_name(c->reason_told));
    assert_int_equal(pospal_license_source(license), source);
    assert_int_equal(pospal_client_status(client), c->status);
    pospal_license_free(license);
}

static void walk(const cell *c, pospal_source_t source_at_once)
{
    pospal_client *client;
    shop s;

    shop_open(&s);
    client = shop_active_client(&s);
    shop_pass(&s, HOUR_S);
    fake_validator_decide(&s.validator, c->verdict, c->reason);
    (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK);
    expect(client, c, source_at_once);
    pospal_client_close(client);
    client = shop_client(&s);
    expect(client, c, POSPAL_SOURCE_CACHE);
    pospal_client_close(client);
    shop_close(&s);
}

static void a_signed_denial_ends_the_lease_at_once_and_after_a_restart(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof DENIALS / sizeof *DENIALS; i++)
        walk(&DENIALS[i], POSPAL_SOURCE_ONLINE);
}

static void no_other_verdict_ends_the_lease(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof HARMLESS / sizeof *HARMLESS; i++)
        walk(&HARMLESS[i], POSPAL_SOURCE_ONLINE);
}

static void no_failure_ends_the_lease(void **state)
{
    static const fake_line lines[] = {
        LINE_OFFLINE,     LINE_HTML,          LINE_GARBAGE,         LINE_EMPTY,           LINE_REPLAY,
        LINE_OTHER_NONCE, LINE_OTHER_REQUEST, LINE_OTHER_PRODUCT,   LINE_UNKNOWN_VERDICT, LINE_STRANGER,
        LINE_FORGED,      LINE_LICENSE_KEY,   LINE_UNSIGNED_DENIAL, LINE_PROBLEM,
    };
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    fake_validator_decide(&s->validator, PL_VERDICT_REVOKED, PL_REASON_NONE);
    s->validator.http_status = 500;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        s->validator.line = lines[i];
        shop_pass(s, MINUTE_S);
        assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_ERROR_UNREACHABLE), POSPAL_STATUS_ACTIVE);
        assert_true(pospal_error_detail()[0] != '\0');
    }
    pospal_client_close(client);
}

static void a_seat_that_was_refused_is_refused_for_one_lease_only(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    s->validator.check_s = DAY_S;
    fake_validator_decide(&s->validator, PL_VERDICT_NO_SEAT, PL_REASON_NONE);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_NO_SEAT);
    shop_pass(s, DAY_S - 1);
    assert_int_equal(shop_status(client), POSPAL_STATUS_NO_SEAT);
    shop_pass(s, 2);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void a_resumed_license_is_good_again_with_the_next_answer(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    fake_validator_decide(&s->validator, PL_VERDICT_SUSPENDED, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_SUSPENDED);
    shop_pass(s, MINUTE_S);
    fake_validator_decide(&s->validator, PL_VERDICT_ACTIVE, PL_REASON_NONE);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(shop_count_files(s, "denial"), 0);
    pospal_client_close(client);
}

static void a_till_that_the_server_forgot_takes_its_seat_again_by_itself(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    fake_validator_restore(&s->validator);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(s->validator.validations, 1);
    assert_int_equal(s->validator.activations, 2);
    assert_non_null(s->validator.seats[0].license_id);
    pospal_client_close(client);
}

static void a_denial_touches_its_own_license_only(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    s->validator.licenses[1].verdict = PL_VERDICT_SUSPENDED;
    assert_int_equal(pospal_client_activate(client, FAKE_OTHER_KEY, NULL), POSPAL_ERROR_DENIED);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    assert_int_equal(shop_count_files(s, "denial"), 1);
    shop_pass(s, HOUR_S);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(shop_count_files(s, "denial"), 0); /* of a license that is not held it says nothing more */
    pospal_client_close(client);
}

static void a_second_denied_key_does_not_bring_back_a_suspended_license_file(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    assert_int_equal(shop_import(s, client, &(fake_file){0}, NULL), POSPAL_OK);
    fake_validator_decide(&s->validator, PL_VERDICT_SUSPENDED, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_SUSPENDED);
    s->validator.licenses[1].verdict = PL_VERDICT_REVOKED;
    assert_int_equal(pospal_client_activate(client, FAKE_OTHER_KEY, NULL), POSPAL_ERROR_DENIED);
    assert_int_equal(shop_status(client), POSPAL_STATUS_SUSPENDED);
    pospal_client_close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signed_denial_ends_the_lease_at_once_and_after_a_restart),
        cmocka_unit_test(no_other_verdict_ends_the_lease),
        cmocka_unit_test_setup_teardown(no_failure_ends_the_lease, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(a_seat_that_was_refused_is_refused_for_one_lease_only, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(a_resumed_license_is_good_again_with_the_next_answer, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(a_till_that_the_server_forgot_takes_its_seat_again_by_itself, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(a_denial_touches_its_own_license_only, shop_setup, shop_teardown),
        cmocka_unit_test_setup_teardown(a_second_denied_key_does_not_bring_back_a_suspended_license_file, shop_setup,
                                        shop_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
