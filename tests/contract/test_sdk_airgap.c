/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of tills without network: a request carried to the vendor, the answer carried back.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/airgap.h"

#include <stdio.h>
#include <string.h>

static void an_air_gapped_till_is_activated_by_texts_and_sells_for_a_year(void **state)
{
    shop *s = *state;
    pospal_client *client;
    pl_buf text;

    airgap_close_off(s);
    client = shop_client(s);
    airgap_answer(s, client, &text);
    pospal_client_close(client); /* somebody carries it; meanwhile the till is switched off */
    shop_reboot(s, 2 * DAY_S);
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    assert_int_equal(airgap_import(client, &text, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
    shop_reboot(s, 300 * DAY_S);
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    assert_int_equal(s->validator.exchanges, 0);
    pospal_text_free(airgap_ask(client, NULL)); /* the license key was stored with the lease */
    shop_pass(s, 70 * DAY_S);
    assert_int_equal(shop_status(client), POSPAL_STATUS_STALE);
    pospal_client_close(client);
}

static void without_a_data_directory_it_works_as_well(void **state)
{
    shop *s = *state;
    pospal_client *client;
    pl_buf text;

    airgap_close_off(s);
    s->is_in_memory = true;
    client = shop_client(s);
    airgap_answer(s, client, &text);
    assert_int_equal(airgap_import(client, &text, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void an_answer_may_be_typed_scanned_wrapped_and_run_together(void **state)
{
    static const size_t widths[] = {0, 1, 7, 64};
    static char typed[32768];
    shop *s = *state;
    pospal_client *client;
    pl_buf text;

    airgap_close_off(s);
    client = shop_client(s);
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        airgap_answer(s, client, &text);
        airgap_retype(text.data, widths[i], typed);
        assert_int_equal(airgap_import_text(client, typed, POSPAL_OK), POSPAL_STATUS_ACTIVE);
        pl_buf_reset(&text);
        assert_int_equal(pospal_client_forget(client), POSPAL_OK);
    }
    pospal_client_close(client);
}

static void a_damaged_answer_is_told_as_one_and_another_try_counts(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    char right;
    pl_buf text;

    airgap_answer(s, client, &text);
    right = text.data[text.size / 4];
    text.data[10] = text.data[10] == 'A' ? 'B' : 'A';
    assert_int_equal(airgap_import_text(client, text.data, POSPAL_ERROR_BAD_DOCUMENT), POSPAL_STATUS_NONE);
    assert_string_equal(pospal_error_code(), "damaged_text");
    text.data[10] = 'O';
    assert_int_equal(airgap_import_text(client, "eyJhbGciOiJFZERTQSJ9.e30", POSPAL_ERROR_BAD_DOCUMENT), POSPAL_STATUS_NONE);
    assert_string_equal(pospal_error_code(), "damaged_text");
    pl_buf_reset(&text);
    airgap_answer(s, client, &text);
    text.data[text.size / 4] = right == 'A' ? 'B' : 'A';
    assert_int_equal(airgap_import(client, &text, POSPAL_ERROR_BAD_DOCUMENT), POSPAL_STATUS_NONE);
    airgap_answer(s, client, &text);
    assert_int_equal(airgap_import(client, &text, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void the_request_itself_is_no_answer(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    char *request = airgap_ask(client, FAKE_KEY);

    assert_int_equal(airgap_import_text(client, request, POSPAL_ERROR_BAD_DOCUMENT), POSPAL_STATUS_NONE);
    assert_non_null(strstr(pospal_error_detail(), "give it to the vendor"));
    pospal_text_free(request);
    pospal_client_close(client);
}

static void an_answer_for_another_device_is_not_taken(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    pl_buf text;

    airgap_answer(s, client, &text);
    pospal_client_close(client);
    shop_set_machine(s, &MACHINE_B);
    (void)snprintf(s->data, sizeof s->data, "%s/other", s->root);
    client = shop_client(s);
    pospal_text_free(airgap_ask(client, FAKE_KEY));
    assert_int_equal(airgap_import(client, &text, POSPAL_ERROR_BAD_DOCUMENT), POSPAL_STATUS_NONE);
    assert_string_equal(pospal_error_code(), "other_device");
    pospal_client_close(client);
}

static void what_is_not_the_vendors_answer_to_this_request_is_not_taken(void **state)
{
    static const struct {
        fake_line line;
        const char *code;
    } rows[] = {
        {LINE_OTHER_NONCE, "no_pending_request"}, {LINE_OTHER_REQUEST, "no_pending_request"},
        {LINE_OTHER_PRODUCT, "other_product"},    {LINE_STRANGER, "unknown_key_id"},
        {LINE_FORGED, "unknown_key_id"},          {LINE_LICENSE_KEY, "key_purpose"},
        {LINE_UNKNOWN_VERDICT, "unsupported"},
    };
    shop *s = *state;
    pospal_client *client = shop_client(s);
    pl_buf text;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        s->validator.line = rows[i].line;
        airgap_answer(s, client, &text);
        assert_int_not_equal(pospal_client_import(client, text.data, text.size, NULL), POSPAL_OK);
        assert_string_equal(pospal_error_code(), rows[i].code);
        pl_buf_reset(&text);
        assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    }
    pospal_client_close(client);
}

static void a_denial_says_why_and_takes_nothing_away(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    char *request = airgap_ask(client, NULL);
    pl_buf text;

    pl_buf_init(&text);
    fake_validator_decide(&s->validator, PL_VERDICT_SUSPENDED, PL_REASON_PAYMENT_FAILED);
    fake_validator_answer_carried(&s->validator, request, &text);
    assert_int_equal(airgap_import(client, &text, POSPAL_ERROR_DENIED), POSPAL_STATUS_ACTIVE);
    assert_non_null(strstr(pospal_error_detail(), "payment_failed"));
    fake_validator_decide(&s->validator, PL_VERDICT_ACTIVE,
                          PL_REASON_NONE); /* the invoice is paid: the same request is answered again */
    fake_validator_answer_carried(&s->validator, request, &text);
    assert_int_equal(airgap_import(client, &text, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pospal_text_free(request);
    pospal_client_close(client);
}

static void an_unknown_key_and_a_full_license_are_denials(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    char *request = airgap_ask(client, "NOBODY-KNOWS-IT");
    pl_buf text;

    pl_buf_init(&text);
    fake_validator_answer_carried(&s->validator, request, &text);
    assert_int_equal(airgap_import(client, &text, POSPAL_ERROR_DENIED), POSPAL_STATUS_NONE);
    s->validator.licenses[0].seats = 0;
    airgap_answer(s, client, &text);
    assert_int_equal(airgap_import(client, &text, POSPAL_ERROR_DENIED), POSPAL_STATUS_NONE);
    pospal_text_free(request);
    pospal_client_close(client);
}

static void keyset_and_answer_may_come_in_two_codes(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    pl_buf text, keyset;

    s->validator.sends_keyset = false;
    airgap_answer(s, client, &text);
    assert_int_equal(airgap_import_text(client, text.data, POSPAL_ERROR_BAD_DOCUMENT), POSPAL_STATUS_NONE);
    assert_string_equal(pospal_error_code(), "unknown_key_id");
    pl_buf_init(&keyset);
    fake_validator_keyset(&s->validator, &keyset);
    assert_int_equal(airgap_import_text(client, keyset.data, POSPAL_OK), POSPAL_STATUS_NONE);
    assert_int_equal(airgap_import_text(client, keyset.data, POSPAL_OK), POSPAL_STATUS_NONE); /* again */
    assert_int_equal(airgap_import(client, &text, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    s->validator.keyset.sequence++;
    pl_buf_init(&text);
    fake_validator_keyset(&s->validator, &text);
    assert_int_equal(airgap_import(client, &text, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(airgap_import(client, &keyset, POSPAL_ERROR_CONFLICT), POSPAL_STATUS_ACTIVE); /* an older one */
    pospal_client_close(client);
}

static void a_license_file_with_broken_lines_is_put_together(void **state)
{
    static char typed[32768];
    shop *s = *state;
    pospal_client *client = shop_client(s);
    pl_buf text;

    pl_buf_init(&text);
    fake_validator_file(&s->validator, &(fake_file){.sequence = 2}, &text);
    airgap_retype(text.data, 64, typed);
    assert_int_equal(airgap_import_text(client, typed, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pl_buf_reset(&text);
    pospal_client_close(client);
}

static void a_request_needs_a_key_and_enough_hardware(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    char *text = (char *)"x";

    assert_int_equal(pospal_client_export_request(client, NULL, &text), POSPAL_ERROR_NO_LICENSE_KEY);
    assert_null(text);
    assert_int_equal(pospal_client_export_request(client, "", &text), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_client_export_request(client, "\x01", &text), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_client_export_request(client, NULL, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_client_export_request(NULL, FAKE_KEY, &text), POSPAL_ERROR_INVALID_ARGUMENT);
    pospal_client_close(client);
    s->key = FAKE_KEY;
    client = shop_client(s);
    pospal_text_free(airgap_ask(client, NULL)); /* the options' */
    pospal_client_close(client);
    shop_set_machine(s, &MACHINE_BARE);
    client = shop_client(s);
    assert_int_equal(pospal_client_export_request(client, FAKE_KEY, &text), POSPAL_ERROR_NO_FINGERPRINT);
    pospal_client_close(client);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_air_gapped_till_is_activated_by_texts_and_sells_for_a_year),
        CASE(without_a_data_directory_it_works_as_well),
        CASE(an_answer_may_be_typed_scanned_wrapped_and_run_together),
        CASE(a_damaged_answer_is_told_as_one_and_another_try_counts),
        CASE(the_request_itself_is_no_answer),
        CASE(an_answer_for_another_device_is_not_taken),
        CASE(what_is_not_the_vendors_answer_to_this_request_is_not_taken),
        CASE(a_denial_says_why_and_takes_nothing_away),
        CASE(an_unknown_key_and_a_full_license_are_denials),
        CASE(keyset_and_answer_may_come_in_two_codes),
        CASE(a_license_file_with_broken_lines_is_put_together),
        CASE(a_request_needs_a_key_and_enough_hardware),
    };

    return cmocka_run_group_tests_name("sdk_airgap", tests, NULL, NULL);
}
