/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of getting a seat and giving it back: keys from people, files and variables, and what a device does without being asked.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/worker.h"

/* Ours, valid, and with two letters exchanged. */
#define GOOD_KEY_BYTES "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10"

static void make_key(char key[PL_LICENSE_KEY_MAX + 1])
{
    pl_license_key_template shape = {"SHOP", PL_LICENSE_KEY_GROUP};

    pl_license_key_make(&shape, (const uint8_t *)GOOD_KEY_BYTES, key);
}

static void make_typo(char key[PL_LICENSE_KEY_MAX + 1])
{
    size_t at;

    make_key(key);
    at = strlen(key) - 1;
    key[at] = key[at] == '7' ? '8' : '7';
}

static void a_key_in_the_options_activates_by_itself_at_the_first_check(void **state)
{
    shop *s = *state;
    pospal_client *client;

    s->key = FAKE_KEY;
    client = shop_client(s);
    shop_hold_worker(client);
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(s->validator.activations, 1);
    shop_close_held(client);
}

static void a_key_in_a_file_activates_by_itself(void **state)
{
    static const char text[] = "\xEF\xBB\xBF  " FAKE_KEY " \r\nsecond line\n";
    shop *s = *state;
    char path[SHOP_PATH_SIZE + 16];
    pospal_client *client;

    shop_write_file(s, "key.txt", pl_span_text(text));
    (void)snprintf(path, sizeof path, "%s/key.txt", s->data);
    s->key = path;
    s->key_source = POSPAL_KEY_FILE;
    client = shop_client(s);
    shop_hold_worker(client);
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    shop_close_held(client);
    shop_delete_file(s, "key.txt");
    client = shop_client(s);
    fake_validator_restore(&s->validator);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void a_key_in_the_environment_activates_by_itself(void **state)
{
    shop *s = *state;
    pospal_client *client;

    assert_int_equal(setenv("POSPAL_TEST_KEY", FAKE_KEY, 1), 0);
    s->key = "POSPAL_TEST_KEY";
    s->key_source = POSPAL_KEY_ENVIRONMENT;
    client = shop_client(s);
    shop_hold_worker(client);
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    shop_close_held(client);
    assert_int_equal(unsetenv("POSPAL_TEST_KEY"), 0);
}

static void a_key_that_is_nowhere_yet_is_no_error_and_no_request(void **state)
{
    static const pospal_key_source_t sources[] = {POSPAL_KEY_TEXT, POSPAL_KEY_FILE, POSPAL_KEY_ENVIRONMENT};
    static const char *const values[] = {NULL, "/nonexistent/key", "POSPAL_TEST_NO_SUCH_VARIABLE"};
    shop *s = *state;

    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        pospal_client *client;

        s->key = values[i];
        s->key_source = sources[i];
        client = shop_client(s);
        shop_hold_worker(client);
        assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_NONE);
        assert_int_equal(pospal_client_activate(client, NULL, NULL), POSPAL_ERROR_NO_LICENSE_KEY);
        assert_int_equal(s->validator.exchanges, 0);
        shop_close_held(client);
    }
}

static void a_typing_error_is_refused_before_any_request(void **state)
{
    shop *s = *state;
    char key[PL_LICENSE_KEY_MAX + 1];
    pospal_license *license = NULL;
    pospal_client *client = shop_client(s);

    make_typo(key);
    assert_int_equal(pospal_client_activate(client, key, &license), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_string_equal(pospal_error_code(), "license_key_typo");
    assert_int_equal(pospal_license_status(license), POSPAL_STATUS_NONE);
    assert_int_equal(s->validator.exchanges, 0);
    pospal_license_free(license);
    make_key(key);
    assert_int_equal(pospal_client_activate(client, key, NULL), POSPAL_ERROR_DENIED);
    assert_int_equal(s->validator.exchanges, 1);
    pospal_client_close(client);
}

static void a_typing_error_in_the_options_is_refused_before_any_request(void **state)
{
    shop *s = *state;
    char key[PL_LICENSE_KEY_MAX + 1];
    pospal_client *client;

    make_typo(key);
    s->key = key;
    client = shop_client(s);
    shop_hold_worker(client);
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_NONE);
    assert_int_equal(pospal_client_activate(client, NULL, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(s->validator.exchanges, 0);
    shop_close_held(client);
}

static void what_is_no_key_at_all_is_an_invalid_argument(void **state)
{
    static char long_key[PL_LICENSE_KEY_MAX + 2];
    const char *const keys[] = {"", "  ", "key\x01", "\xC3\xA9\xC3\xA9", long_key};
    shop *s = *state;
    pospal_client *client = shop_client(s);

    memset(long_key, 'A', sizeof long_key - 1);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_int_equal(pospal_client_activate(client, keys[i], NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_client_activate(NULL, FAKE_KEY, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(s->validator.exchanges, 0);
    pospal_client_close(client);
}

static void activating_again_gives_the_device_its_own_seat_back(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    s->validator.licenses[0].seats = 1;
    assert_int_equal(pospal_client_activate(client, NULL, NULL), POSPAL_OK);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
    assert_null(s->validator.seats[1].license_id);
    pospal_client_close(client);
}

static void without_a_free_seat_the_call_says_denied_and_the_license_why(void **state)
{
    shop *s = *state;
    pospal_license *license = NULL;
    pospal_client *client = shop_client(s);

    s->validator.licenses[0].seats = 0;
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, &license), POSPAL_ERROR_DENIED);
    assert_int_equal(pospal_license_status(license), POSPAL_STATUS_NO_SEAT);
    assert_int_equal(pospal_license_reason(license), POSPAL_REASON_SEATS_TAKEN);
    pospal_license_free(license);
    s->validator.licenses[0].seats = 1;
    assert_int_equal(pospal_client_activate(client, NULL, &license), POSPAL_OK);
    assert_int_equal(pospal_license_status(license), POSPAL_STATUS_ACTIVE);
    pospal_license_free(license);
    pospal_client_close(client);
}

static void an_unknown_key_is_told_and_not_kept(void **state)
{
    shop *s = *state;
    pospal_license *license = NULL;
    pospal_client *client = shop_client(s);

    assert_int_equal(pospal_client_activate(client, "SHOP-9999-NONE", &license), POSPAL_ERROR_DENIED);
    assert_int_equal(pospal_license_status(license), POSPAL_STATUS_NONE);
    assert_int_equal(pospal_license_reason(license), POSPAL_REASON_UNKNOWN_KEY);
    pospal_license_free(license);
    assert_int_equal(pospal_client_activate(client, NULL, NULL), POSPAL_ERROR_NO_LICENSE_KEY);
    pospal_client_close(client);
}

/* A key that nobody knows, and one of another product. */
static void another_key_that_is_denied_leaves_the_license_that_is_held(void **state)
{
    shop *s = *state;
    pospal_license *license = NULL;
    pospal_client *client = shop_active_client(s);

    for (int other_product = 0; other_product < 2; other_product++) {
        const char *key = other_product ? FAKE_OTHER_KEY : "SHOP-9999-NONE";

        s->validator.licenses[1].verdict = PL_VERDICT_WRONG_PRODUCT;
        assert_int_equal(pospal_client_activate(client, key, &license), POSPAL_ERROR_DENIED);
        assert_string_equal(pospal_error_code(), "denied");
        assert_non_null(strstr(pospal_error_detail(), other_product ? "WRONG_PRODUCT" : "UNKNOWN_KEY"));
        assert_non_null(strstr(pospal_error_detail(), "the license that is held goes on: ACTIVE"));
        assert_int_equal(pospal_license_status(license), POSPAL_STATUS_ACTIVE);
        assert_int_equal(pospal_license_reason(license), POSPAL_REASON_IN_ORDER);
        assert_true(pospal_license_is_usable(license));
        pospal_license_free(license);
        assert_int_equal(pospal_client_status(client), POSPAL_STATUS_ACTIVE);
        assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE); /* with its own key */
    }
    pospal_client_close(client);
}

/* What a wrong key was told is no reason for what becomes of the license later. */
static void a_wrong_key_is_not_the_reason_of_a_license_forgotten_later(void **state)
{
    shop *s = *state;
    pospal_license *license = NULL;
    pospal_client *client = shop_active_client(s);

    assert_int_equal(pospal_client_activate(client, "SHOP-9999-NONE", NULL), POSPAL_ERROR_DENIED);
    shop_delete_file(s, "lease"); /* by another process */
    pl_shelf_announce(&client->shelf);
    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_LOCAL, &license), POSPAL_OK);
    assert_int_equal(pospal_license_status(license), POSPAL_STATUS_NONE);
    assert_int_equal(pospal_license_reason(license), POSPAL_REASON_NOT_ACTIVATED);
    pospal_license_free(license);
    pospal_client_close(client);
}

static void a_denied_key_does_not_push_out_one_that_worked(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    s->validator.licenses[1].verdict = PL_VERDICT_EXPIRED;
    assert_int_equal(pospal_client_activate(client, FAKE_OTHER_KEY, NULL), POSPAL_ERROR_DENIED);
    assert_int_equal(pospal_client_activate(client, NULL, NULL), POSPAL_OK);
    assert_non_null(strstr(s->validator.last_body.data, FAKE_KEY));
    pospal_client_close(client);
}

static void a_denied_key_is_kept_where_none_was_stored(void **state)
{
    shop *s = *state;
    pospal_client *client;

    s->key = FAKE_KEY;
    s->validator.licenses[0].seats = 0;
    client = shop_client(s);
    assert_int_equal(pospal_client_activate(client, NULL, NULL), POSPAL_ERROR_DENIED);
    pospal_client_close(client);
    s->key = NULL;
    s->validator.licenses[0].seats = 1;
    client = shop_client(s);
    assert_int_equal(pospal_client_activate(client, NULL, NULL), POSPAL_OK);
    pospal_client_close(client);
}

static void the_key_lies_in_no_file_in_the_clear(void **state)
{
    shop *s = *state;
    pl_buf bytes;

    pospal_client_close(shop_active_client(s));
    pl_buf_init(&bytes);
    shop_read_file(s, "vault.db", &bytes);
    shop_read_file(s, "lease", &bytes);
    shop_read_file(s, "keyset", &bytes);
    shop_read_file(s, "mark", &bytes);
    assert_true(bytes.size > 1000);
    assert_null(memmem(bytes.data, bytes.size, FAKE_KEY, strlen(FAKE_KEY)));
    assert_null(memmem(bytes.data, bytes.size, "S4EVNX0N123456", 14));
    pl_buf_reset(&bytes);
}

static void hardware_that_tells_too_little_is_named_and_nothing_is_asked(void **state)
{
    shop *s = *state;
    pospal_client *client;

    shop_set_machine(s, &MACHINE_BARE);
    client = shop_client(s);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_ERROR_NO_FINGERPRINT);
    assert_int_equal(s->validator.exchanges, 0);
    pospal_client_close(client);
}

static void without_a_server_activation_says_so(void **state)
{
    shop *s = *state;
    pospal_client *client;

    s->is_without_server = true;
    client = shop_client(s);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_string_equal(pospal_error_code(), "no_server");
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_ERROR_INVALID_ARGUMENT), POSPAL_STATUS_NONE);
    pospal_client_close(client);
}

static void a_seat_given_back_is_not_taken_again_without_being_asked(void **state)
{
    shop *s = *state;
    pospal_license *license = NULL;
    pospal_client *client = shop_active_client(s);

    assert_int_equal(pospal_client_deactivate(client), POSPAL_OK);
    assert_null(s->validator.seats[0].license_id);
    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_LOCAL, &license), POSPAL_OK);
    assert_int_equal(pospal_license_status(license), POSPAL_STATUS_NONE);
    assert_int_equal(pospal_license_reason(license), POSPAL_REASON_RELEASED);
    pospal_license_free(license);
    pospal_client_close(client);
    client = shop_client(s);
    shop_hold_worker(client);
    shop_pass(s, 2 * MINUTE_S);
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_NONE);
    pl_worker_round(client);
    assert_int_equal(s->validator.activations, 1);
    assert_int_equal(pospal_client_activate(client, NULL, NULL), POSPAL_OK);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    shop_close_held(client);
}

static void a_seat_that_another_process_gave_back_is_not_taken_again(void **state)
{
    shop *s = *state;
    pospal_client *first = shop_active_client(s);
    pospal_client *second = shop_client(s);

    assert_int_equal(pospal_client_deactivate(second), POSPAL_OK);
    assert_int_equal(shop_check(first, POSPAL_CHECK_ONLINE, POSPAL_ERROR_NO_LICENSE_KEY), POSPAL_STATUS_NONE);
    assert_int_equal(s->validator.activations, 1);
    pospal_client_close(first);
    pospal_client_close(second);
}

static void a_release_whose_answer_was_lost_is_finished_by_the_next_try(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    s->validator.cut_at = 10;
    assert_int_equal(pospal_client_deactivate(client), POSPAL_ERROR_UNREACHABLE);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    s->validator.cut_at = SIZE_MAX;
    assert_int_equal(pospal_client_deactivate(client), POSPAL_OK);
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    pospal_client_close(client);
}

static void a_device_that_holds_nothing_has_nothing_to_give_back(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);

    assert_int_equal(pospal_client_deactivate(client), POSPAL_ERROR_NOT_FOUND);
    assert_int_equal(pospal_client_deactivate(NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(s->validator.exchanges, 0);
    pospal_client_close(client);
}

static void a_suspended_till_can_still_give_its_seat_back(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    fake_validator_decide(&s->validator, PL_VERDICT_SUSPENDED, PL_REASON_PAYMENT_FAILED);
    (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK);
    assert_int_equal(pospal_client_deactivate(client), POSPAL_OK);
    assert_null(s->validator.seats[0].license_id);
    pospal_client_close(client);
}

static void without_the_device_key_a_seat_is_not_given_back(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    s->validator.seats[0].device_key[0] ^= 1;
    assert_int_equal(pospal_client_deactivate(client), POSPAL_ERROR_DENIED);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void forgetting_leaves_nothing_to_this_process_nor_to_others(void **state)
{
    shop *s = *state;
    pospal_client *first = shop_active_client(s);
    pospal_client *second = shop_client(s);

    shop_hold_worker(second);
    assert_int_equal(shop_check(second, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(pospal_client_forget(first), POSPAL_OK);
    assert_int_equal(shop_status(first), POSPAL_STATUS_NONE);
    shop_pass(s, 2 * MINUTE_S);
    assert_int_equal(shop_check(second, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_NONE);
    assert_int_equal(pospal_client_activate(second, NULL, NULL), POSPAL_ERROR_NO_LICENSE_KEY);
    assert_false(shop_has_file(s, "lease") || shop_has_file(s, "keyset") || shop_has_file(s, "lease.old"));
    assert_int_equal(pospal_client_forget(NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    pospal_client_close(first);
    shop_close_held(second);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_key_in_the_options_activates_by_itself_at_the_first_check),
        STORY(a_key_in_a_file_activates_by_itself),
        STORY(a_key_in_the_environment_activates_by_itself),
        STORY(a_key_that_is_nowhere_yet_is_no_error_and_no_request),
        STORY(a_typing_error_is_refused_before_any_request),
        STORY(a_typing_error_in_the_options_is_refused_before_any_request),
        STORY(what_is_no_key_at_all_is_an_invalid_argument),
        STORY(activating_again_gives_the_device_its_own_seat_back),
        STORY(without_a_free_seat_the_call_says_denied_and_the_license_why),
        STORY(an_unknown_key_is_told_and_not_kept),
        STORY(another_key_that_is_denied_leaves_the_license_that_is_held),
        STORY(a_wrong_key_is_not_the_reason_of_a_license_forgotten_later),
        STORY(a_denied_key_does_not_push_out_one_that_worked),
        STORY(a_denied_key_is_kept_where_none_was_stored),
        STORY(the_key_lies_in_no_file_in_the_clear),
        STORY(hardware_that_tells_too_little_is_named_and_nothing_is_asked),
        STORY(without_a_server_activation_says_so),
        STORY(a_seat_given_back_is_not_taken_again_without_being_asked),
        STORY(a_seat_that_another_process_gave_back_is_not_taken_again),
        STORY(a_release_whose_answer_was_lost_is_finished_by_the_next_try),
        STORY(a_device_that_holds_nothing_has_nothing_to_give_back),
        STORY(a_suspended_till_can_still_give_its_seat_back),
        STORY(without_the_device_key_a_seat_is_not_given_back),
        STORY(forgetting_leaves_nothing_to_this_process_nor_to_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
