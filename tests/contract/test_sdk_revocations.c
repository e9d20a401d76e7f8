/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of revocation lists, whatever channel they came by.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/airgap.h"

#include <stdio.h>
#include <string.h>

#include "token/revocations_json.h"

/* A list signed by the license key that names licenses[0], dated now. */
typedef struct {
    const char *license, *device, *key;
    int64_t sequence;
    const pl_key_pair *signer; /* NULL: the license key */
} order;

static void sign(shop *s, const order *o, bool with_keyset, pl_buf *text)
{
    const pl_key_pair *pair = o->signer ? o->signer : &s->validator.pairs[s->validator.license_key];
    pl_revocations list = {.issuer = FAKE_BRAND_ID,
                           .issued_at = atomic_load(&s->clock.wall_ms) / 1000,
                           .sequence = o->sequence,
                           .licenses = {&o->license, o->license ? 1 : 0},
                           .devices = {&o->device, o->device ? 1 : 0},
                           .keys = {&o->key, o->key ? 1 : 0}};
    pl_json_writer writer;
    pl_buf payload;
    pl_jwk jwk = {"", pair->public_key};

    pl_jwk_thumbprint(&jwk.key, jwk.kid);
    pl_buf_init(&payload);
    pl_buf_init(text);
    pl_json_writer_init(&writer, &payload);
    pl_revocations_write(&writer, &list);
    assert_int_equal(pl_jws_sign(PL_DOC_REVOCATIONS, pair, jwk.kid, pl_buf_span(&payload), text), PL_OK);
    if (with_keyset) {
        pl_buf_add_text(text, "\n");
        fake_validator_keyset(&s->validator, text);
    }
    pl_buf_reset(&payload);
}

static pospal_status_t bring(shop *s, pospal_client *client, const order *o, pospal_result_t result)
{
    pl_buf text;

    sign(s, o, true, &text);
    return airgap_import(client, &text, result);
}

static void a_revoked_license_is_revoked_offline_and_after_a_restart(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pospal_license *license = NULL;

    assert_int_equal(bring(s, client, &(order){.license = s->validator.licenses[1].license_id, .sequence = 1}, POSPAL_OK),
                     POSPAL_STATUS_ACTIVE); /* another one */
    assert_int_equal(bring(s, client, &(order){.license = s->validator.licenses[0].license_id, .sequence = 2}, POSPAL_OK),
                     POSPAL_STATUS_REVOKED);
    pospal_client_close(client);
    shop_reboot(s, DAY_S);
    client = shop_client(s);
    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_LOCAL, &license), POSPAL_OK);
    assert_int_equal(pospal_license_status(license), POSPAL_STATUS_REVOKED);
    assert_int_equal(pospal_license_reason(license), POSPAL_REASON_VENDOR);
    assert_int_equal(pospal_client_status(client), POSPAL_STATUS_REVOKED);
    pospal_license_free(license);
    pospal_client_close(client);
}

static void a_revoked_device_and_a_revoked_key_are_as_well(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    const char *kid = s->validator.keyset.keys[s->validator.answer_key].jwk.kid;

    assert_int_equal(bring(s, client, &(order){.device = s->validator.seats[0].activation, .sequence = 1}, POSPAL_OK),
                     POSPAL_STATUS_REVOKED);
    assert_int_equal(bring(s, client, &(order){.sequence = 2}, POSPAL_OK), POSPAL_STATUS_ACTIVE); /* the vendor takes it back */
    assert_int_equal(bring(s, client, &(order){.key = kid, .sequence = 3}, POSPAL_OK), POSPAL_STATUS_REVOKED);
    pospal_client_close(client);
}

static void a_document_issued_after_the_list_counts(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    assert_int_equal(bring(s, client, &(order){.license = s->validator.licenses[0].license_id, .sequence = 1}, POSPAL_OK),
                     POSPAL_STATUS_REVOKED);
    shop_pass(s, HOUR_S);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void the_newest_list_wins_whatever_order_they_come_in(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    order names_it = {.license = s->validator.licenses[0].license_id, .sequence = 5};
    pl_buf text;

    sign(s, &names_it, true, &text);
    assert_int_equal(airgap_import_text(client, text.data, POSPAL_OK), POSPAL_STATUS_REVOKED);
    assert_int_equal(airgap_import(client, &text, POSPAL_OK), POSPAL_STATUS_REVOKED); /* again */
    assert_int_equal(bring(s, client, &(order){.sequence = 4}, POSPAL_ERROR_CONFLICT), POSPAL_STATUS_REVOKED);
    assert_int_equal(bring(s, client, &(order){.sequence = 6}, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void who_may_not_sign_lists_revokes_nothing(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    order forged = {.license = s->validator.licenses[0].license_id, .sequence = 9};

    forged.signer = &s->validator.pairs[s->validator.answer_key];
    assert_int_equal(bring(s, client, &forged, POSPAL_ERROR_BAD_DOCUMENT), POSPAL_STATUS_ACTIVE);
    assert_string_equal(pospal_error_code(), "key_purpose");
    forged.signer = &s->validator.roots[FAKE_ROOT_OF_A_STRANGER];
    assert_int_equal(bring(s, client, &forged, POSPAL_ERROR_BAD_DOCUMENT), POSPAL_STATUS_ACTIVE);
    assert_string_equal(pospal_error_code(), "unknown_key_id");
    pospal_client_close(client);
}

static void a_list_comes_with_a_reply_as_well_and_a_forged_one_harms_nobody(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pl_buf text;

    sign(s, &(order){.license = s->validator.licenses[1].license_id, .sequence = 3}, false, &text);
    s->validator.revocations = pl_buf_span(&text);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(client->holding->revocations.sequence, 3);
    text.data[text.size - 10] = text.data[text.size - 10] == 'A' ? 'B' : 'A';
    shop_pass(s, HOUR_S);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(client->holding->revocations.sequence, 3);
    s->validator.revocations = pl_span_of(NULL, 0);
    pl_buf_reset(&text);
    pospal_client_close(client);
}

static void a_list_travels_with_an_answer_in_one_text(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    pl_buf answer, list;

    airgap_answer(s, client, &answer);
    sign(s, &(order){.license = s->validator.licenses[1].license_id, .sequence = 3}, false, &list);
    pl_buf_add(&answer, list.data, list.size);
    assert_int_equal(airgap_import(client, &answer, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(client->holding->revocations.sequence, 3);
    pl_buf_reset(&list);
    pospal_client_close(client);
}

static void forgetting_forgets_the_list(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    (void)bring(s, client, &(order){.sequence = 1}, POSPAL_OK);
    assert_true(shop_has_file(s, "revocations"));
    assert_int_equal(pospal_client_forget(client), POSPAL_OK);
    assert_false(shop_has_file(s, "revocations"));
    pospal_client_close(client);
}

static void a_damaged_list_is_passed_over_for_the_one_before(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    (void)bring(s, client, &(order){.license = s->validator.licenses[0].license_id, .sequence = 1}, POSPAL_OK);
    (void)bring(s, client, &(order){.license = s->validator.licenses[0].license_id, .sequence = 2}, POSPAL_OK);
    pospal_client_close(client);
    shop_write_file(s, "revocations", pl_span_text("nonsense"));
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_REVOKED);
    assert_int_equal(client->holding->revocations.sequence, 1);
    pospal_client_close(client);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_revoked_license_is_revoked_offline_and_after_a_restart),
        CASE(a_revoked_device_and_a_revoked_key_are_as_well),
        CASE(a_document_issued_after_the_list_counts),
        CASE(the_newest_list_wins_whatever_order_they_come_in),
        CASE(who_may_not_sign_lists_revokes_nothing),
        CASE(a_list_comes_with_a_reply_as_well_and_a_forged_one_harms_nobody),
        CASE(a_list_travels_with_an_answer_in_one_text),
        CASE(forgetting_forgets_the_list),
        CASE(a_damaged_list_is_passed_over_for_the_one_before),
    };

    return cmocka_run_group_tests_name("sdk_revocations", tests, NULL, NULL);
}
