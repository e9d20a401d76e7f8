/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of machines: repaired, installed anew, cloned, copied, and seen by accounts with different rights.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#include <stdio.h>
#include <string.h>

#include "client/identity.h"

static void get_instance(pospal_client *client, pl_uuid *instance)
{
    pl_identity identity;

    assert_int_equal(pl_identity_get(client, &identity), PL_OK);
    *instance = identity.instance_id;
}

/* Whether the till, become that machine, is still licensed and still itself. */
static void expect_same_device(shop *s, const machine *m)
{
    pl_uuid before, after;
    pospal_client *client = shop_active_client(s);

    get_instance(client, &before);
    pospal_client_close(client);
    shop_set_machine(s, m);
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    get_instance(client, &after);
    assert_true(pl_uuid_equal(before, after));
    assert_false(client->was_set_aside);
    assert_int_equal(s->validator.activations, 1);
    pospal_client_close(client);
}

static void a_new_network_card_is_not_a_new_computer(void **state)
{
    expect_same_device(*state, &MACHINE_A_NIC);
}

static void a_system_installed_anew_is_not_a_new_computer(void **state)
{
    expect_same_device(*state, &MACHINE_A_OS);
}

static void a_cashiers_account_sees_the_same_computer(void **state)
{
    expect_same_device(*state, &MACHINE_CASHIER);
}

static void what_a_cashier_activated_root_sees_too(void **state)
{
    shop *s = *state;

    shop_set_machine(s, &MACHINE_CASHIER);
    expect_same_device(s, &MACHINE_A);
}

static void the_time_mark_survives_a_system_installed_anew(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    int64_t high_ms = client->mark.high_ms;

    pospal_client_close(client);
    shop_set_machine(s, &MACHINE_A_OS);
    client = shop_client(s);
    assert_true(high_ms > 0 && client->mark.high_ms >= high_ms);
    pospal_client_close(client);
}

static void a_clone_on_other_hardware_becomes_a_device_of_its_own_by_itself(void **state)
{
    shop *s = *state;
    pl_uuid original, clone;
    pospal_client *client = shop_active_client(s);

    get_instance(client, &original);
    pospal_client_close(client);
    shop_set_machine(s, &MACHINE_A_CLONE);
    client = shop_client(s);
    shop_hold_worker(client);
    assert_int_equal(shop_status(client), POSPAL_STATUS_WRONG_DEVICE);
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    get_instance(client, &clone);
    assert_false(pl_uuid_equal(original, clone));
    assert_int_equal(s->validator.activations, 2);
    assert_non_null(s->validator.seats[1].license_id);
    assert_string_not_equal(s->validator.seats[0].instance, s->validator.seats[1].instance);
    assert_memory_not_equal(s->validator.seats[0].device_key, s->validator.seats[1].device_key, PL_DEVICE_PUBLIC_SIZE);
    shop_close_held(client);
}

static void a_clone_for_which_no_seat_is_left_does_not_take_the_originals(void **state)
{
    shop *s = *state;
    pospal_client *client;

    s->validator.licenses[0].seats = 1;
    client = shop_active_client(s);
    pospal_client_close(client);
    shop_set_machine(s, &MACHINE_A_CLONE);
    client = shop_client(s);
    shop_hold_worker(client);
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_NO_SEAT);
    shop_close_held(client);
}

static void a_state_copied_to_another_machine_is_worth_nothing_there(void **state)
{
    shop *s = *state;
    pospal_license *license = NULL;
    pospal_client *client = shop_active_client(s);

    pospal_client_close(client);
    shop_set_machine(s, &MACHINE_B);
    client = shop_client(s);
    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_LOCAL, &license), POSPAL_OK);
    assert_int_equal(pospal_license_status(license), POSPAL_STATUS_WRONG_DEVICE);
    assert_int_equal(pospal_license_reason(license), POSPAL_REASON_OTHER_DEVICE);
    assert_int_equal(pospal_license_has_feature(license, "kds"), 0);
    pospal_license_free(license);
    assert_int_equal(pospal_client_status(client), POSPAL_STATUS_WRONG_DEVICE);
    assert_int_equal(pospal_client_activate(client, NULL, NULL), POSPAL_ERROR_NO_LICENSE_KEY);
    assert_int_equal(shop_count_files(s, ".bad"), 0); /* the vault, which no component opens, stays the original's */
    assert_int_equal(s->validator.exchanges, 1);
    pospal_client_close(client);
    shop_set_machine(s, &MACHINE_A);
    client = shop_client(s);
    assert_int_equal(pospal_client_activate(client, NULL, NULL), POSPAL_OK);
    pospal_client_close(client);
}

static void the_original_works_on_while_its_copy_does_not(void **state)
{
    shop *s = *state;
    char copy[SHOP_PATH_SIZE + 8], original[SHOP_PATH_SIZE];
    pospal_client *client = shop_active_client(s);

    pospal_client_close(client);
    (void)snprintf(copy, sizeof copy, "%s-copy", s->data);
    memcpy(original, s->data, sizeof original);
    shop_copy_data(s->data, copy);
    memcpy(s->data, copy, sizeof s->data);
    shop_set_machine(s, &MACHINE_B);
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_WRONG_DEVICE);
    pospal_client_close(client);
    memcpy(s->data, original, sizeof original);
    shop_set_machine(s, &MACHINE_A);
    client = shop_client(s);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void another_product_on_the_same_machine_shares_nothing(void **state)
{
    shop *s = *state;
    pospal_client *till = shop_active_client(s);
    pospal_options *options = shop_options(s);
    pospal_client *kitchen = NULL;

    pospal_options_set_product(options, "kitchen", NULL);
    assert_int_equal(pospal_client_open(options, &kitchen), POSPAL_OK);
    assert_int_equal(shop_status(kitchen), POSPAL_STATUS_NONE);
    assert_string_not_equal(till->fingerprint_text, kitchen->fingerprint_text);
    assert_int_equal(shop_status(till), POSPAL_STATUS_ACTIVE);
    pospal_options_free(options);
    pospal_client_close(till);
    pospal_client_close(kitchen);
}

static void the_explanation_says_what_changed_and_no_serial(void **state)
{
    shop *s = *state;
    char *text = NULL;
    pospal_client *client = shop_active_client(s);

    pospal_client_close(client);
    shop_set_machine(s, &MACHINE_A_NIC);
    client = shop_client(s);
    for (int as_json = 0; as_json < 2; as_json++) {
        assert_int_equal(pospal_client_explain(client, as_json, &text), POSPAL_OK);
        assert_non_null(strstr(text, "nic"));
        assert_non_null(strstr(text, "changed"));
        assert_null(strstr(text, "3c:ec:ef"));
        assert_null(strstr(text, "S4EVNX0N123456"));
        pospal_text_free(text);
    }
    assert_int_equal(pospal_client_explain(NULL, 0, &text), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_client_explain(client, 0, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    pospal_client_close(client);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_new_network_card_is_not_a_new_computer),
        STORY(a_system_installed_anew_is_not_a_new_computer),
        STORY(a_cashiers_account_sees_the_same_computer),
        STORY(what_a_cashier_activated_root_sees_too),
        STORY(the_time_mark_survives_a_system_installed_anew),
        STORY(a_clone_on_other_hardware_becomes_a_device_of_its_own_by_itself),
        STORY(a_clone_for_which_no_seat_is_left_does_not_take_the_originals),
        STORY(a_state_copied_to_another_machine_is_worth_nothing_there),
        STORY(the_original_works_on_while_its_copy_does_not),
        STORY(another_product_on_the_same_machine_shares_nothing),
        STORY(the_explanation_says_what_changed_and_no_serial),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
