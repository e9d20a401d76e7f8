/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/wire/offline_request.c
 */
#include "wire/offline_request.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { QR_13_M = 331, QR_15_M = 412 /* bytes that a QR code of that version holds at level M */ };

static const char OURS[] = "P8K3-0000-0000-0000-0000-0000-0000-0000";

/* values per component, as digits */
static pl_offline_request make(const char *values, const char *key)
{
    pl_offline_request request = {.root = {1, 2, 3, 4, 5, 6, 7, 8}};

    pl_offline_product_name("till", request.product);
    memset(request.nonce, 0xa5, sizeof request.nonce);
    memset(request.device_key, 0x5a, sizeof request.device_key);
    for (size_t c = 0; c < PL_COMPONENT_COUNT; c++) {
        request.fingerprint.count[c] = (uint8_t)(values[c] - '0');
        for (size_t i = 0; i < request.fingerprint.count[c]; i++)
            memset(request.fingerprint.value[c][i], (int)(c << 4 | i), PL_FINGERPRINT_VALUE_SIZE);
    }
    (void)snprintf(request.key, sizeof request.key, "%s", key);
    return request;
}

static void make_key(const char *prefix, char key[PL_LICENSE_KEY_MAX + 1])
{
    const pl_license_key_template shape = {prefix, 4};
    uint8_t random[16];

    pl_random(random, sizeof random);
    pl_license_key_make(&shape, random, key);
}

static void write(const pl_offline_request *request, char text[PL_OFFLINE_REQUEST_MAX + 1])
{
    assert_int_equal(pl_offline_request_write(request, text), PL_OK);
}

static pl_err read(const char *text, pl_offline_request *request)
{
    char canonical[PL_OFFLINE_REQUEST_MAX + 1];

    return pl_offline_request_read(pl_span_text(text), request, canonical);
}

static void what_was_written_is_read_again(void **state)
{
    static const char *const values[] = {"111111", "110000", "011110", "111121", "100140"};
    char text[PL_OFFLINE_REQUEST_MAX + 1], canonical[PL_OFFLINE_REQUEST_MAX + 1], key[PL_LICENSE_KEY_MAX + 1];
    pl_offline_request request, again;

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        make_key(i % 2 ? "TILL" : "", key);
        request = make(values[i], key);
        write(&request, text);
        assert_int_equal(pl_offline_request_read(pl_span_text(text), &again, canonical), PL_OK);
        assert_string_equal(canonical, text);
        assert_int_equal(pl_license_key_normalize(pl_span_text(key), request.key), PL_OK);
        assert_memory_equal(&again, &request, sizeof again);
    }
}

static void keys_of_every_shape_are_carried(void **state)
{
    char text[PL_OFFLINE_REQUEST_MAX + 1], normal[PL_LICENSE_KEY_MAX + 1], longest[PL_LICENSE_KEY_MAX + 1];
    const char *keys[] = {"X", "shop-0001-fake", "550e8400-e29b-41d4-a716-446655440000", OURS, longest};
    pl_offline_request request, again;

    (void)state;
    memset(longest, 'Z', PL_LICENSE_KEY_MAX);
    longest[0] = '!';
    longest[PL_LICENSE_KEY_MAX] = '\0';
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        request = make("111111", keys[i]);
        write(&request, text);
        assert_int_equal(read(text, &again), PL_OK);
        assert_int_equal(pl_license_key_normalize(pl_span_text(keys[i]), normal), PL_OK);
        assert_string_equal(again.key, normal);
        assert_true(strlen(text) <= PL_OFFLINE_REQUEST_MAX);
    }
    assert_int_equal(strlen(text), PL_OFFLINE_REQUEST_MAX); /* the bound is met, not only kept */
    assert_in_range(PL_OFFLINE_REQUEST_MAX, 300, QR_15_M);
}

static void it_fits_a_qr_code_of_version_13_whatever_the_hardware_is(void **state)
{
    static const char *const prefixes[] = {"", "TILL", "TWELVELETTER"};
    char text[PL_OFFLINE_REQUEST_MAX + 1], key[PL_LICENSE_KEY_MAX + 1], values[PL_COMPONENT_COUNT + 1] = "000000";

    (void)state;
    assert_in_range(PL_OFFLINE_REQUEST_SHORT, 1, 299);
    assert_in_range(PL_OFFLINE_REQUEST_SHORT, 1, QR_13_M);
    for (int n = 0; n < 5 * 5 * 5 * 5 * 5 * 5; n++) {
        int rest = n;

        for (size_t c = 0; c < PL_COMPONENT_COUNT; c++, rest /= 5)
            values[c] = (char)('0' + rest % 5);
        make_key(prefixes[n % 3], key);
        {
            pl_offline_request request = make(values, key), again;

            write(&request, text);
            assert_true(strlen(text) <= PL_OFFLINE_REQUEST_SHORT);
            assert_int_equal(read(text, &again), PL_OK);
            for (size_t c = 0; c < PL_COMPONENT_COUNT; c++) /* never a whole component */
                assert_int_equal(again.fingerprint.count[c] > 0, request.fingerprint.count[c] > 0);
            assert_true(pl_fingerprint_match(&request.fingerprint, &again.fingerprint, PL_MATCH_ANY).matched ==
                        pl_fingerprint_match(&request.fingerprint, &request.fingerprint, PL_MATCH_ANY).matched);
        }
    }
}

static void further_network_cards_are_left_out_first(void **state)
{
    pl_offline_request request = make("111241", OURS), again;
    char text[PL_OFFLINE_REQUEST_MAX + 1];

    (void)state;
    write(&request, text);
    assert_int_equal(read(text, &again), PL_OK);
    assert_int_equal(again.fingerprint.count[PL_COMPONENT_DISK], 2);
    assert_in_range(again.fingerprint.count[PL_COMPONENT_NIC], 1, 3);
    request = make("100040", OURS); /* there is room */
    write(&request, text);
    assert_int_equal(read(text, &again), PL_OK);
    assert_int_equal(again.fingerprint.count[PL_COMPONENT_NIC], 4);
}

static void white_space_and_what_is_around_it_do_not_matter(void **state)
{
    static const char *const frames[][2] = {
        {"", "\n"},
        {"\xEF\xBB\xBF  ", "  \r\n\r\n"},
        {"Please answer this request:\n\n", "\n\nRegards, Ada"},
        {"pppr1 ppr", " ---"},
    };
    pl_offline_request request = make("111111", OURS), again;
    char text[PL_OFFLINE_REQUEST_MAX + 1], canonical[PL_OFFLINE_REQUEST_MAX + 1], typed[2048];

    (void)state;
    write(&request, text);
    for (size_t frame = 0; frame < sizeof frames / sizeof *frames; frame++)
        for (size_t width = 1; width < 80; width += 13) {
            size_t size = (size_t)snprintf(typed, sizeof typed, "%s", frames[frame][0]);

            for (size_t i = 0; text[i]; i++)
                size += (size_t)snprintf(typed + size, sizeof typed - size, "%c%s", text[i], i % width ? "" : " \t\r\n");
            (void)snprintf(typed + size, sizeof typed - size, "%s", frames[frame][1]);
            assert_int_equal(pl_offline_request_read(pl_span_text(typed), &again, canonical), PL_OK);
            assert_string_equal(canonical, text);
        }
}

static void every_typing_error_is_told_as_one(void **state)
{
    pl_offline_request request = make("111111", OURS), again;
    char text[PL_OFFLINE_REQUEST_MAX + 1];

    (void)state;
    write(&request, text);
    for (size_t i = strlen(PL_OFFLINE_REQUEST_PREFIX); text[i]; i++) {
        const char right = text[i];

        text[i] = right == 'A' ? 'B' : 'A';
        assert_int_equal(read(text, &again), PL_ERR_DAMAGED);
        text[i] = ' '; /* one that is missing */
        assert_int_equal(read(text, &again), PL_ERR_DAMAGED);
        text[i] = right;
    }
    for (size_t i = strlen(PL_OFFLINE_REQUEST_PREFIX); i < strlen(text); i++) {
        char cut[PL_OFFLINE_REQUEST_MAX + 1];

        (void)snprintf(cut, sizeof cut, "%.*s", (int)i, text);
        assert_int_equal(read(cut, &again), PL_ERR_DAMAGED);
    }
    for (size_t i = strlen(PL_OFFLINE_REQUEST_PREFIX); text[i]; i++) /* the caps lock key */
        text[i] = (char)(text[i] >= 'a' && text[i] <= 'z' ? text[i] - 'a' + 'A' : text[i]);
    assert_int_equal(read(text, &again), PL_ERR_DAMAGED);
}

static void what_is_no_request_is_told_as_that(void **state)
{
    static const char *const texts[] = {"", "ppr", "ppr2.AAAA", "eyJhbGciOiJFZERTQSJ9.e30.AAAA", "hello ppr 1 ."};
    char *large = calloc(1, PL_OFFLINE_REQUEST_TYPED_MAX + 2), canonical[PL_OFFLINE_REQUEST_MAX + 1];
    pl_offline_request request;

    (void)state;
    for (size_t i = 0; i + 1 < sizeof texts / sizeof *texts; i++)
        assert_int_equal(read(texts[i], &request), PL_ERR_MALFORMED);
    assert_int_equal(read(texts[4], &request), PL_ERR_DAMAGED);
    assert_non_null(large);
    memset(large, ' ', PL_OFFLINE_REQUEST_TYPED_MAX + 1);
    assert_int_equal(pl_offline_request_read(pl_span_text(large), &request, canonical), PL_ERR_TOO_LARGE);
    free(large);
}

static void a_key_that_is_none_is_not_written(void **state)
{
    pl_offline_request request = make("111111", "\n");
    char text[PL_OFFLINE_REQUEST_MAX + 1];

    (void)state;
    assert_int_equal(pl_offline_request_write(&request, text), PL_ERR_MALFORMED);
}

/* As an attacker would, who can make checksums. */
static void forge(uint8_t *bytes, size_t size, char *text)
{
    uint8_t digest[PL_DIGEST_SIZE];

    pl_digest(pl_span_of(bytes, size - 4), digest);
    memcpy(bytes + size - 4, digest, 4);
    memcpy(text, PL_OFFLINE_REQUEST_PREFIX, strlen(PL_OFFLINE_REQUEST_PREFIX));
    pl_base64url_encode(pl_span_of(bytes, size), text + strlen(PL_OFFLINE_REQUEST_PREFIX));
}

static void a_forged_one_with_a_fitting_checksum_is_checked_all_the_same(void **state)
{
    static const struct {
        size_t at;
        uint8_t value;
        pl_err err;
    } rows[] = {
        {0, 2, PL_ERR_UNSUPPORTED},    {66, 0x72, PL_ERR_MALFORMED}, {66, 0x00, PL_ERR_MALFORMED},
        {66, 0x0f, PL_ERR_MALFORMED},  {83, 0x01, PL_ERR_MALFORMED}, {100, 0x80 | 1, PL_ERR_DAMAGED},
        {101, '\n', PL_ERR_MALFORMED}, {101, 'a', PL_ERR_MALFORMED}, {101, '\0', PL_ERR_MALFORMED},
    };
    char text[PL_OFFLINE_REQUEST_MAX + 1];
    pl_offline_request request = make("110000", "KEY"), again;
    uint8_t bytes[300];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t size = sizeof bytes;

        write(&request, text);
        assert_int_equal(pl_base64url_decode(pl_span_text(text + strlen(PL_OFFLINE_REQUEST_PREFIX)), bytes, &size), PL_OK);
        bytes[rows[i].at] = rows[i].value;
        forge(bytes, size, text);
        assert_int_equal(read(text, &again), rows[i].err);
    }
}

static void names_and_nonces_are_what_the_protocol_says(void **state)
{
    uint8_t name[PL_OFFLINE_NAME_SIZE], nonce[PL_OFFLINE_NONCE_SIZE] = {0}, full[PL_NONCE_SIZE], other[PL_NONCE_SIZE];
    char kid[64];

    (void)state;
    pl_base64url_encode(pl_span_of("0123456789abcdef0123456789abcdef", 32), kid);
    assert_int_equal(pl_offline_root_name(kid, name), PL_OK);
    assert_memory_equal(name, "01234567", PL_OFFLINE_NAME_SIZE);
    assert_int_equal(pl_offline_root_name("short", name), PL_ERR_MALFORMED);
    pl_offline_nonce(nonce, full);
    nonce[15] = 1;
    pl_offline_nonce(nonce, other);
    assert_memory_not_equal(full, other, sizeof full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read_again),
        cmocka_unit_test(keys_of_every_shape_are_carried),
        cmocka_unit_test(it_fits_a_qr_code_of_version_13_whatever_the_hardware_is),
        cmocka_unit_test(further_network_cards_are_left_out_first),
        cmocka_unit_test(white_space_and_what_is_around_it_do_not_matter),
        cmocka_unit_test(every_typing_error_is_told_as_one),
        cmocka_unit_test(what_is_no_request_is_told_as_that),
        cmocka_unit_test(a_key_that_is_none_is_not_written),
        cmocka_unit_test(a_forged_one_with_a_fitting_checksum_is_checked_all_the_same),
        cmocka_unit_test(names_and_nonces_are_what_the_protocol_says),
    };

    return pl_crypto_ready() ? 1 : cmocka_run_group_tests_name("offline_request", tests, NULL, NULL);
}
