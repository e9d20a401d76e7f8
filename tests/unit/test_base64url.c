/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/crypto/base64url.c, with the vectors of RFC 4648, section 10, and RFC 7515, appendix C.
 */
#include "crypto/crypto.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

static const struct {
    const char *bytes;
    const char *text;
} rows[] = {
    {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
    {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\x03\xEC\xFF\xE0\xC1", "A-z_4ME"},
};

/* Decodes an exact copy of the text into exactly room bytes, so that the sanitizer sees a byte too far. */
static pl_err decode(const char *text, size_t text_size, uint8_t *bytes, size_t *size)
{
    char *from = malloc(text_size + !text_size);
    uint8_t *to = malloc(*size + !*size);
    size_t room = *size;
    pl_err err;

    assert_true(from && to);
    memcpy(from, text, text_size);
    err = pl_base64url_decode(pl_span_of(from, text_size), to, size);
    if (!err)
        memcpy(bytes, to, *size);
    else
        assert_int_equal(*size, room);
    free(from);
    free(to);
    return err;
}

static void the_vectors_hold_both_ways(void **state)
{
    uint8_t bytes[16];
    char text[16];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t size = strlen(rows[i].bytes);

        pl_base64url_encode(pl_span_text(rows[i].bytes), text);
        assert_string_equal(text, rows[i].text);
        assert_int_equal(pl_base64url_size(size), strlen(text));
        assert_int_equal(decode(text, strlen(text), bytes, &size), PL_OK);
        assert_int_equal(size, strlen(rows[i].bytes));
        assert_memory_equal(bytes, rows[i].bytes, size);
    }
}

static void every_byte_of_every_length_survives_the_round_trip(void **state)
{
    uint8_t bytes[300], back[300];
    char text[512];

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 7);
    for (size_t size = 0; size <= sizeof(bytes); size++) {
        size_t got = size;

        pl_base64url_encode(pl_span_of(bytes, size), text);
        assert_int_equal(decode(text, strlen(text), back, &got), PL_OK);
        assert_int_equal(got, size);
        assert_memory_equal(back, bytes, size);
    }
}

/* Of 256 characters in each of the places of "AAAA", "AAA" and "AA", just those are accepted that another encoder would write. */
static void only_the_alphabet_is_accepted_and_only_with_zero_spare_bits(void **state)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint8_t bytes[3];
    char text[4];

    (void)state;
    for (size_t length = 2; length <= 4; length++) {
        const size_t spare = length == 2 ? 16 : length == 3 ? 4 : 1;

        for (unsigned trial = 0; trial < length * 256; trial++) {
            const char *digit;
            size_t size = 3, at = trial / 256;
            bool is_good;

            memset(text, 'A', sizeof(text));
            text[at] = (char)(trial % 256);
            digit = text[at] ? strchr(alphabet, text[at]) : NULL;
            is_good = digit && (at < length - 1 || (size_t)(digit - alphabet) % spare == 0);
            assert_int_equal(decode(text, length, bytes, &size), is_good ? PL_OK : PL_ERR_MALFORMED);
        }
    }
}

static void padding_white_space_and_impossible_lengths_are_refused(void **state)
{
    static const char *const texts[] = {"Zg==",  "Zm8=",   "Z",     "Zm9vY", "Zm9v ", " Zm9v",
                                        "Zm\n9", "Zm9v\n", "Zm9v=", "Zm+v",  "Zm/v",  "="};
    uint8_t bytes[16];

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        size_t size = sizeof(bytes);

        assert_int_equal(decode(texts[i], strlen(texts[i]), bytes, &size), PL_ERR_MALFORMED);
    }
}

static void more_bytes_than_there_is_room_for_are_refused(void **state)
{
    uint8_t bytes[8];
    size_t size;

    (void)state;
    for (size = 0; size < 6; size++) {
        size_t room = size;

        assert_int_equal(decode("Zm9vYmFy", 8, bytes, &room), PL_ERR_TOO_LARGE);
    }
    assert_int_equal(decode("Zm9vYmFy", 8, bytes, &size), PL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_hold_both_ways),
        cmocka_unit_test(every_byte_of_every_length_survives_the_round_trip),
        cmocka_unit_test(only_the_alphabet_is_accepted_and_only_with_zero_spare_bits),
        cmocka_unit_test(padding_white_space_and_impossible_lengths_are_refused),
        cmocka_unit_test(more_bytes_than_there_is_room_for_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
