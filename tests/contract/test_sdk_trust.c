/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of keys and documents: rotations, roots in reserve, thieves, old answers, license files.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#include <string.h>

#include "token/license_file.h"

static pospal_status_t import(pospal_client *client, const pl_buf *text, pospal_result_t result)
{
    pospal_license *license = NULL;
    pospal_status_t status;

    assert_string_equal(pospal_result_name(pospal_client_import(client, text->data, text->size, &license)),
                        pospal_result_name(result));
    status = pospal_license_status(license);
    pospal_license_free(license);
    return status;
}

static pospal_status_t import_file(shop *s, pospal_client *client, const fake_file *file, pospal_result_t result)
{
    pospal_status_t status;
    pl_buf text;

    pl_buf_init(&text);
    fake_validator_file(&s->validator, file, &text);
    status = import(client, &text, result);
    pl_buf_reset(&text);
    return status;
}

static void a_till_that_slept_through_two_rotations_catches_up_with_one_answer(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    pospal_client_close(client);
    shop_reboot(s, DAY_S);
    fake_validator_rotate(&s->validator, PL_KEY_RETIRED);
    shop_pass(s, HOUR_S);
    fake_validator_rotate(&s->validator, PL_KEY_RETIRED);
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(client->holding->trust.keyset.sequence, 3);
    pospal_client_close(client);
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void without_the_keyset_an_answer_by_a_new_key_is_not_believed(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    fake_validator_rotate(&s->validator, PL_KEY_RETIRED);
    s->validator.sends_keyset = false;
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_ERROR_UNREACHABLE), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void the_root_in_reserve_takes_over_when_the_one_in_use_is_lost(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    s->validator.root = FAKE_ROOT_RESERVE;
    fake_validator_rotate(&s->validator, PL_KEY_REVOKED);
    s->validator.keyset.sequence = 1; /* the reserve begins its own count */
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(client->holding->trust.keyset.root_rank, 1);
    s->validator.root = FAKE_ROOT_IN_USE; /* the thief of the old root */
    s->validator.keyset.sequence = 50;
    (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK);
    assert_int_equal(client->holding->trust.keyset.root_rank, 1);
    pospal_client_close(client);
}

/* The thief of the first root publishes one keyset with the highest number there is; the vendor goes on counting under the reserve. */
static pospal_client *robbed_client(shop *s)
{
    pospal_client *client;

    s->validator.keyset.sequence = 7;
    client = shop_active_client(s);
    s->validator.keyset.sequence = INT64_MAX;
    (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK);
    assert_true(client->holding->trust.keyset.sequence == INT64_MAX);
    s->validator.root = FAKE_ROOT_RESERVE;
    s->validator.keyset.sequence = 7;
    fake_validator_rotate(&s->validator, PL_KEY_REVOKED);
    s->validator.exchanges = 0;
    return client;
}

static void the_root_in_reserve_is_heard_though_the_thief_of_the_first_used_up_its_numbers(void **state)
{
    shop *s = *state;
    pospal_client *client = robbed_client(s);

    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(client->holding->trust.keyset.root_rank, 1);
    assert_int_equal(s->validator.exchanges, 1);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(s->validator.exchanges, 2);
    assert_null(strstr(s->validator.last_reply.data, "\"keyset\"")); /* it was kept, and the validator was told */
    pospal_client_close(client);
}

static void a_validator_that_compares_numbers_alone_is_asked_once_more_without_a_keyset(void **state)
{
    shop *s = *state;
    pospal_client *client = robbed_client(s);

    s->validator.overlooks_root = true;
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(client->holding->trust.keyset.root_rank, 1);
    assert_int_equal(s->validator.exchanges, 2);
    assert_null(strstr(s->validator.last_body.data, "\"keyset\""));
    s->validator.line = LINE_STRANGER;
    (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_ERROR_UNREACHABLE);
    assert_int_equal(s->validator.exchanges, 4); /* never a third time */
    pospal_client_close(client);
}

static void a_root_that_is_not_pinned_vouches_for_nothing(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);

    s->validator.root = FAKE_ROOT_OF_A_STRANGER;
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_ERROR_UNREACHABLE);
    assert_string_equal(pospal_error_code(), "unsigned_answer");
    assert_int_equal(import_file(s, client, &(fake_file){0}, POSPAL_ERROR_BAD_DOCUMENT), POSPAL_STATUS_NONE);
    pospal_client_close(client);
}

static void a_stolen_answer_key_gains_nothing_lasting(void **state)
{
    shop *s = *state;
    pl_key_pair stolen = s->validator.pairs[s->validator.answer_key];
    pospal_client *client = shop_active_client(s);
    pl_buf forged;

    pospal_client_close(client);
    pl_buf_init(&forged);
    fake_validator_forge_lease(&s->validator, &stolen, s->validator.seats[0].fingerprint, &forged);
    shop_write_file(s, "lease", pl_buf_span(&forged));
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE); /* until the vendor notices */
    fake_validator_rotate(&s->validator, PL_KEY_REVOKED);
    fake_validator_decide(&s->validator, PL_VERDICT_REVOKED, PL_REASON_DISPUTE);
    (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK);
    shop_write_file(s, "lease", pl_buf_span(&forged)); /* he tries again */
    pospal_client_close(client);
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_REVOKED);
    assert_true(client->holding->refused > 0);
    pospal_client_close(client);
    pl_buf_reset(&forged);
}

static void a_lease_made_with_a_stolen_key_ends_though_the_network_is_cut(void **state)
{
    shop *s = *state;
    pl_key_pair stolen = s->validator.pairs[s->validator.answer_key];
    pospal_client *client = shop_active_client(s);
    pl_buf forged;

    pospal_client_close(client);
    pl_buf_init(&forged);
    fake_validator_forge_lease(&s->validator, &stolen, s->validator.seats[0].fingerprint, &forged);
    shop_write_file(s, "lease", pl_buf_span(&forged));
    client = shop_client(s);
    shop_pass(s, PL_LEASE_SECONDS_MAX - 60);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    shop_pass(s, 120);
    assert_int_equal(shop_status(client), POSPAL_STATUS_STALE); /* it says ten years */
    pospal_client_close(client);
    pl_buf_reset(&forged);
}

static void a_key_retired_long_ago_answers_no_more_whatever_date_it_writes(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    size_t old_key = s->validator.answer_key;

    fake_validator_rotate(&s->validator, PL_KEY_RETIRED);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    shop_pass(s, 2 * 86400);
    s->validator.answer_key = old_key; /* the thief, who dates his answers before the retirement */
    s->validator.clock_error_s = -2 * 86400 - 3600;
    s->validator.sends_keyset = false;
    (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_ERROR_UNREACHABLE);
    assert_string_equal(pospal_error_code(), "unsigned_answer");
    pospal_client_close(client);
}

static void a_stolen_answer_key_issues_no_licenses(void **state)
{
    shop *s = *state;
    fake_file file = {.signer = &s->validator.pairs[s->validator.answer_key]};
    pospal_client *client = shop_client(s);

    assert_int_equal(import_file(s, client, &file, POSPAL_ERROR_BAD_DOCUMENT), POSPAL_STATUS_NONE);
    assert_string_equal(pospal_error_code(), "key_purpose");
    pospal_client_close(client);
}

static void an_old_answer_played_again_is_not_believed(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    fake_validator_decide(&s->validator, PL_VERDICT_REVOKED, PL_REASON_NONE);
    (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK);
    s->validator.licenses[0].verdict = PL_VERDICT_ACTIVE;
    (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK);
    s->validator.licenses[0].verdict = PL_VERDICT_REVOKED;
    s->validator.line = LINE_REPLAY;
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_ERROR_UNREACHABLE), POSPAL_STATUS_ACTIVE);
    assert_non_null(strstr(pospal_error_detail(), "another request"));
    pospal_client_close(client);
}

static void each_way_to_be_cheated_has_its_own_words(void **state)
{
    static const struct {
        fake_line line;
        const char *code, *words;
    } rows[] = {
        {LINE_HTML, "captive_portal", "sign in"},
        {LINE_OTHER_NONCE, "unsigned_answer", "another request"},
        {LINE_OTHER_REQUEST, "unsigned_answer", "changed on its way"},
        {LINE_OTHER_PRODUCT, "unsigned_answer", "product kitchen"},
        {LINE_UNKNOWN_VERDICT, "unsigned_answer", "verdict"},
        {LINE_STRANGER, "unsigned_answer", "unknown_key_id"},
        {LINE_FORGED, "unsigned_answer", "unknown_key_id"},
        {LINE_LICENSE_KEY, "unsigned_answer", "key_purpose"},
        {LINE_EMPTY, "unsigned_answer", "neither an answer"},
        {LINE_GARBAGE, "unsigned_answer", "malformed"},
        {LINE_UNSIGNED_DENIAL, "unsigned_answer", ""},
        {LINE_OFFLINE, "offline", "UNREACHABLE"},
    };
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        s->validator.line = rows[i].line;
        (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_ERROR_UNREACHABLE);
        assert_string_equal(pospal_error_code(), rows[i].code);
        if (!strstr(pospal_error_detail(), rows[i].words))
            fail_msg("no \"%s\" in: %s", rows[i].words, pospal_error_detail());
    }
    pospal_client_close(client);
}

/* ---- license files ---- */

static void a_license_file_counts_without_any_server(void **state)
{
    shop *s = *state;
    pospal_client *client;

    s->is_without_server = true;
    client = shop_client(s);
    assert_int_equal(import_file(s, client, &(fake_file){0}, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
    client = shop_client(s);
    shop_pass(s, 1000 * DAY_S);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void a_license_file_ends_when_it_says_so(void **state)
{
    shop *s = *state;
    fake_file file = {.expires_at = SHOP_OPENS_AT + DAY_S};
    pospal_client *client = shop_client(s);

    assert_int_equal(import_file(s, client, &file, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    shop_pass(s, DAY_S);
    assert_int_equal(shop_status(client), POSPAL_STATUS_EXPIRED);
    pospal_client_close(client);
}

static void a_file_of_another_product_device_or_maker_changes_nothing(void **state)
{
    shop *s = *state;
    pl_fingerprint strange = {.count = {1, 1}, .value = {{{1}}, {{2}}}};
    char other[PL_FINGERPRINT_TEXT_SIZE];
    pospal_client *client = shop_client(s);
    fake_file files[] = {
        {.product = "kitchen"},
        {.fingerprint = other},
        {.signer = &s->validator.roots[FAKE_ROOT_OF_A_STRANGER]},
        {.is_without_keyset = true},
    };
    static const char *const codes[] = {"other_product", "other_device", "unknown_key_id", "unknown_key_id"};

    pl_fingerprint_format(&strange, other);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        assert_int_equal(import_file(s, client, &files[i], POSPAL_ERROR_BAD_DOCUMENT), POSPAL_STATUS_NONE);
        assert_string_equal(pospal_error_code(), codes[i]);
    }
    assert_int_equal(shop_count_files(s, "license-"), 0);
    pospal_client_close(client);
}

static void a_file_bound_to_this_device_is_taken(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    fake_file file = {.fingerprint = client->fingerprint_text};

    assert_int_equal(import_file(s, client, &file, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void a_forged_or_damaged_file_changes_nothing(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    pl_buf text;

    pl_buf_init(&text);
    fake_validator_file(&s->validator, &(fake_file){0}, &text);
    for (size_t at = 0; at < text.size; at += 41) {
        char before = text.data[at];

        text.data[at] = before == 'A' ? 'B' : 'A';
        assert_int_equal(pospal_client_import(client, text.data, text.size, NULL), POSPAL_ERROR_BAD_DOCUMENT);
        text.data[at] = before;
    }
    for (size_t size = 0; size < text.size / 2; size += 53)
        assert_int_equal(pospal_client_import(client, text.data, size, NULL), POSPAL_ERROR_BAD_DOCUMENT);
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    assert_int_equal(import(client, &text, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
    pl_buf_reset(&text);
}

static void a_file_that_was_mailed_and_pasted_is_taken(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    pl_buf text, pasted;

    pl_buf_init(&text);
    pl_buf_init(&pasted);
    fake_validator_file(&s->validator, &(fake_file){0}, &text);
    pl_buf_add_text(&pasted, "\xEF\xBB\xBF\r\n  # your license\r\n\r\n   ");
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\n')
            pl_buf_add_text(&pasted, " \r");
        pl_buf_add(&pasted, &text.data[i], 1);
    }
    assert_int_equal(import(client, &pasted, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
    pl_buf_reset(&text);
    pl_buf_reset(&pasted);
}

static void arguments_of_import_are_checked(void **state)
{
    static char large[PL_LICENSE_FILE_MAX + 1];
    shop *s = *state;
    pospal_client *client = shop_client(s);

    assert_int_equal(pospal_client_import(client, NULL, 0, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_client_import(NULL, "", 0, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_client_import(client, large, sizeof large, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_client_import(client, large, sizeof large - 1, NULL), POSPAL_ERROR_BAD_DOCUMENT);
    pospal_client_close(client);
}

static void an_older_file_never_beats_a_newer_denial_and_a_renewed_one_does(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    fake_validator_decide(&s->validator, PL_VERDICT_SUSPENDED, PL_REASON_PAYMENT_FAILED);
    (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK);
    assert_int_equal(import_file(s, client, &(fake_file){.sequence = 1}, POSPAL_ERROR_CONFLICT), POSPAL_STATUS_SUSPENDED);
    shop_pass(s, HOUR_S);
    assert_int_equal(import_file(s, client, &(fake_file){.sequence = 3}, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void a_restored_validators_documents_beat_those_from_before(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);

    assert_int_equal(import_file(s, client, &(fake_file){.sequence = 9}, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    fake_validator_restore(&s->validator);
    assert_int_equal(import_file(s, client, &(fake_file){.sequence = 1}, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    s->validator.epoch = 0;
    assert_int_equal(import_file(s, client, &(fake_file){.sequence = 10}, POSPAL_ERROR_CONFLICT), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void a_file_with_a_newer_keyset_brings_it_along(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    shop_pass(s, HOUR_S);
    fake_validator_rotate(&s->validator, PL_KEY_REVOKED);
    assert_int_equal(import_file(s, client, &(fake_file){.sequence = 2}, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(client->holding->trust.keyset.sequence, 2);
    s->validator.sends_keyset = false;
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_till_that_slept_through_two_rotations_catches_up_with_one_answer),
        STORY(without_the_keyset_an_answer_by_a_new_key_is_not_believed),
        STORY(the_root_in_reserve_takes_over_when_the_one_in_use_is_lost),
        STORY(the_root_in_reserve_is_heard_though_the_thief_of_the_first_used_up_its_numbers),
        STORY(a_validator_that_compares_numbers_alone_is_asked_once_more_without_a_keyset),
        STORY(a_root_that_is_not_pinned_vouches_for_nothing),
        STORY(a_stolen_answer_key_gains_nothing_lasting),
        STORY(a_key_retired_long_ago_answers_no_more_whatever_date_it_writes),
        STORY(a_lease_made_with_a_stolen_key_ends_though_the_network_is_cut),
        STORY(a_stolen_answer_key_issues_no_licenses),
        STORY(an_old_answer_played_again_is_not_believed),
        STORY(each_way_to_be_cheated_has_its_own_words),
        STORY(a_license_file_counts_without_any_server),
        STORY(a_license_file_ends_when_it_says_so),
        STORY(a_file_of_another_product_device_or_maker_changes_nothing),
        STORY(a_file_bound_to_this_device_is_taken),
        STORY(a_forged_or_damaged_file_changes_nothing),
        STORY(a_file_that_was_mailed_and_pasted_is_taken),
        STORY(arguments_of_import_are_checked),
        STORY(an_older_file_never_beats_a_newer_denial_and_a_renewed_one_does),
        STORY(a_restored_validators_documents_beat_those_from_before),
        STORY(a_file_with_a_newer_keyset_brings_it_along),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
