/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of trials: started without a key, kept by one, and nothing that was bought is lost to one.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

static void a_trial_goes_on_as_any_license(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    pospal_license *license = NULL;

    s->validator.trial_days = 14;
    assert_int_equal(pospal_client_start_trial(client, &license), POSPAL_OK);
    assert_int_equal(pospal_license_status(license), POSPAL_STATUS_ACTIVE);
    assert_string_equal(pospal_license_field(license, POSPAL_FIELD_PLAN), "trial");
    pospal_license_free(license);
    pospal_client_close(client);
    client = shop_client(s);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE); /* by the key that came */
    assert_int_equal(s->validator.validations, 1);
    assert_int_equal(pospal_client_start_trial(client, NULL), POSPAL_OK); /* the same again */
    pospal_client_close(client);
}

static void an_ended_trial_is_denied_and_extended_by_the_vendor(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);

    s->validator.trial_days = 14;
    fake_validator_decide(&s->validator, PL_VERDICT_EXPIRED, PL_REASON_LICENSE_ENDED);
    assert_int_equal(pospal_client_start_trial(client, NULL), POSPAL_ERROR_DENIED);
    assert_int_equal(shop_status(client), POSPAL_STATUS_EXPIRED);
    fake_validator_decide(&s->validator, PL_VERDICT_ACTIVE, PL_REASON_IN_ORDER);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void without_trials_it_says_not_found(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);

    assert_int_equal(pospal_client_start_trial(client, NULL), POSPAL_ERROR_NOT_FOUND);
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    assert_int_equal(pospal_client_start_trial(NULL, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    pospal_client_close(client);
}

static void a_trial_takes_no_place_of_what_was_bought(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    unsigned exchanges = s->validator.exchanges;

    s->validator.trial_days = 14;
    assert_int_equal(pospal_client_start_trial(client, NULL), POSPAL_ERROR_CONFLICT);
    assert_int_equal(s->validator.exchanges, exchanges);
    pospal_client_close(client);
}

static void an_answer_that_is_not_believed_starts_nothing(void **state)
{
    static const fake_line lines[] = {LINE_OFFLINE, LINE_STRANGER, LINE_FORGED, LINE_OTHER_NONCE, LINE_HTML, LINE_EMPTY};
    shop *s = *state;
    pospal_client *client = shop_client(s);

    s->validator.trial_days = 14;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        s->validator.line = lines[i];
        assert_int_equal(pospal_client_start_trial(client, NULL), POSPAL_ERROR_UNREACHABLE);
        assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    }
    pospal_client_close(client);
}

static void a_key_sealed_to_another_device_is_an_error_and_no_trial(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);

    s->validator.trial_days = 14;
    s->validator.seals_to_another = true;
    assert_int_not_equal(pospal_client_start_trial(client, NULL), POSPAL_OK);
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    pospal_client_close(client);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_trial_goes_on_as_any_license),
        CASE(an_ended_trial_is_denied_and_extended_by_the_vendor),
        CASE(without_trials_it_says_not_found),
        CASE(a_trial_takes_no_place_of_what_was_bought),
        CASE(an_answer_that_is_not_believed_starts_nothing),
        CASE(a_key_sealed_to_another_device_is_an_error_and_no_trial),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
