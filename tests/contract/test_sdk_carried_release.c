/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of seats given back without network.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/airgap.h"

#include <string.h>

#include "client/identity.h"
#include "support/fault_fs.h"
#include "token/proof.h"

static char *give_back(pospal_client *client)
{
    char *text = NULL;

    if (pospal_client_export_release(client, &text) != POSPAL_OK)
        fail_msg("no proof: %s", pospal_error_detail());
    assert_non_null(text);
    return text;
}

static void the_proof_is_signed_with_the_device_key_and_names_the_seat(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pl_identity identity;
    pl_proof proof;
    pl_arena arena;
    char *text;

    assert_int_equal(pl_identity_get(client, &identity), PL_OK);
    text = give_back(client);
    pl_arena_init(&arena);
    assert_int_equal(pl_proof_read(&arena, pl_span_text(text), &proof), PL_OK);
    assert_string_equal(proof.act, PL_PROOF_RELEASE);
    assert_string_equal(proof.issuer, FAKE_BRAND_ID);
    assert_string_equal(proof.license_id, s->validator.licenses[0].license_id);
    assert_string_equal(proof.activation_id, s->validator.seats[0].activation);
    assert_int_equal(pl_proof_verify(pl_span_text(text), s->validator.seats[0].device_key, &proof), PL_OK);
    pl_arena_reset(&arena);
    pospal_text_free(text);
    pospal_client_close(client);
}

static void the_lease_is_gone_and_no_seat_is_taken_by_itself(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    char *text = give_back(client);
    pospal_license *license = NULL;

    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_LOCAL, &license), POSPAL_OK);
    assert_int_equal(pospal_license_reason(license), POSPAL_REASON_RELEASED);
    pospal_license_free(license);
    pospal_client_close(client);
    client = shop_client(s);
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_NONE);
    assert_int_equal(pospal_client_activate(client, NULL, NULL), POSPAL_OK); /* who asks for it gets one */
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_text_free(text);
    pospal_client_close(client);
}

static void a_text_that_was_lost_is_shown_again_until_the_next_activation(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    char *first = give_back(client), *second, *third;

    pospal_client_close(client);
    shop_reboot(s, DAY_S);
    client = shop_client(s);
    second = give_back(client);
    assert_string_equal(first, second);
    assert_int_equal(pospal_client_activate(client, NULL, NULL), POSPAL_OK);
    third = give_back(client);
    assert_string_not_equal(first, third);
    pospal_text_free(first);
    pospal_text_free(second);
    pospal_text_free(third);
    pospal_client_close(client);
}

static void who_holds_nothing_has_nothing_to_give_back(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    char *text = NULL;

    assert_int_equal(pospal_client_export_release(client, &text), POSPAL_ERROR_NOT_FOUND);
    assert_null(text);
    assert_int_equal(pospal_client_export_release(client, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_client_export_release(NULL, &text), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
    assert_int_equal(pospal_client_deactivate(client), POSPAL_OK);
    assert_int_equal(pospal_client_export_release(client, &text), POSPAL_ERROR_NOT_FOUND); /* it went back online */
    pospal_client_close(client);
}

static void a_suspended_device_can_give_its_seat_back(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    fake_validator_decide(&s->validator, PL_VERDICT_SUSPENDED, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_SUSPENDED);
    pospal_text_free(give_back(client));
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    pospal_client_close(client);
}

static void answers_in_a_drawer_end_with_the_release(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pl_buf text;

    airgap_answer(s, client, &text);
    pospal_text_free(give_back(client));
    assert_int_equal(airgap_import(client, &text, POSPAL_ERROR_BAD_DOCUMENT), POSPAL_STATUS_NONE);
    assert_string_equal(pospal_error_code(), "no_pending_request");
    pospal_client_close(client);
}

static void in_memory_it_works_as_well(void **state)
{
    shop *s = *state;
    pospal_client *client;
    char *first, *second;

    s->is_in_memory = true;
    client = shop_active_client(s);
    first = give_back(client);
    second = give_back(client);
    assert_string_equal(first, second);
    pospal_text_free(first);
    pospal_text_free(second);
    pospal_client_close(client);
}

static void a_license_file_is_not_given_back(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pl_buf text;

    pl_buf_init(&text);
    fake_validator_file(&s->validator, &(fake_file){.sequence = 1}, &text);
    assert_int_equal(airgap_import(client, &text, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pospal_text_free(give_back(client));
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void where_the_proof_can_not_be_stored_nothing_is_given_back(void **state)
{
    shop *s = *state;
    fault_fs *disk = fault_fs_new();
    pospal_client *client;
    char *text = NULL;

    pospal_client_close(shop_active_client(s));
    fault_fs_set_read_only(disk, true);
    s->fs = fault_fs_table(disk);
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    assert_int_equal(pospal_client_export_release(client, &text), POSPAL_ERROR_STORAGE);
    assert_null(text);
    assert_non_null(strstr(pospal_error_detail(), "nothing was given back"));
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
    s->fs = NULL;
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
    fault_fs_free(disk);
}

static void killed_after_the_proof_was_stored_the_same_proof_is_shown(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    char *text = give_back(client), *again;
    pl_buf proof;

    /* as if the lease had not been forgotten yet */
    pl_buf_init(&proof);
    pl_buf_add_text(&proof, text);
    assert_int_equal(pospal_client_activate(client, NULL, NULL), POSPAL_OK); /* the same seat: the vendor has heard nothing */
    assert_int_equal(pl_identity_put_release(client, pl_buf_span(&proof)), PL_OK);
    again = give_back(client);
    assert_string_equal(text, again);
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    pl_buf_reset(&proof);
    pospal_text_free(text);
    pospal_text_free(again);
    pospal_client_close(client);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_proof_is_signed_with_the_device_key_and_names_the_seat),
        CASE(the_lease_is_gone_and_no_seat_is_taken_by_itself),
        CASE(a_text_that_was_lost_is_shown_again_until_the_next_activation),
        CASE(who_holds_nothing_has_nothing_to_give_back),
        CASE(a_suspended_device_can_give_its_seat_back),
        CASE(answers_in_a_drawer_end_with_the_release),
        CASE(in_memory_it_works_as_well),
        CASE(a_license_file_is_not_given_back),
        CASE(where_the_proof_can_not_be_stored_nothing_is_given_back),
        CASE(killed_after_the_proof_was_stored_the_same_proof_is_shown),
    };

    return cmocka_run_group_tests_name("sdk_carried_release", tests, NULL, NULL);
}
