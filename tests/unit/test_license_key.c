/* SPDX-License-Identifier: Apache-2.0 */
#include "license/license_key.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

enum { SYMBOLS = PL_LICENSE_KEY_SYMBOLS };

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void make(const char *prefix, int group, uint8_t seed, char key[PL_LICENSE_KEY_MAX + 1])
{
    const pl_license_key_template shape = {prefix, group};
    uint8_t random[16];

    for (size_t i = 0; i < sizeof random; i++)
        random[i] = (uint8_t)(seed * 31 + i * 17);
    pl_license_key_make(&shape, random, key);
}

static pl_key_shape shape_of(const char *key)
{
    return pl_license_key_shape(pl_span_text(key));
}

static void a_key_that_was_made_is_ours_in_every_template(void **state)
{
    static const struct {
        const char *prefix;
        int group;
        size_t size;
    } templates[] = {{"", 4, 34}, {"TILL", 4, 39}, {"A", 7, 33}, {"", 28, 28}, {"ABCDEFGHIJKL", 1, 68}};
    char key[PL_LICENSE_KEY_MAX + 1];

    (void)state;
    for (size_t i = 0; i < sizeof templates / sizeof templates[0]; i++) {
        make(templates[i].prefix, templates[i].group, (uint8_t)i, key);
        assert_int_equal(strlen(key), templates[i].size);
        assert_int_equal(shape_of(key), PL_KEY_OURS);
        assert_int_equal(pl_license_key_check(pl_span_text(key)), PL_OK);
    }
}

static void all_125_bits_count(void **state)
{
    const pl_license_key_template shape = {"", 28};
    uint8_t random[16] = {0};
    char zero[PL_LICENSE_KEY_MAX + 1], key[PL_LICENSE_KEY_MAX + 1];

    (void)state;
    pl_license_key_make(&shape, random, zero);
    for (size_t bit = 0; bit < 128; bit++) {
        random[bit / 8] = (uint8_t)(0x80 >> bit % 8);
        pl_license_key_make(&shape, random, key);
        random[bit / 8] = 0;
        assert_int_equal(strcmp(key, zero) != 0, bit < 125);
    }
}

static void every_wrong_symbol_is_a_typo(void **state)
{
    char key[PL_LICENSE_KEY_MAX + 1];

    (void)state;
    make("TILL", 7, 3, key);
    for (size_t i = strlen("TILL-K"); key[i]; i++) {
        char right = key[i];

        if (right == '-')
            continue;
        for (const char *wrong = alphabet; *wrong; wrong++) {
            key[i] = *wrong;
            assert_int_equal(shape_of(key), *wrong == right ? PL_KEY_OURS : PL_KEY_TYPO);
        }
        key[i] = 'U'; /* in no key of ours */
        assert_int_equal(shape_of(key), PL_KEY_TYPO);
        key[i] = right;
    }
    key[8] = key[8] == '7' ? '8' : '7';
    assert_int_equal(pl_license_key_check(pl_span_text(key)), PL_ERR_KEY_TYPO);
}

static void two_exchanged_symbols_are_a_typo(void **state)
{
    char key[PL_LICENSE_KEY_MAX + 1];

    (void)state;
    make("", 7, 9, key);
    for (size_t i = 1; key[i]; i++)
        for (size_t j = i + 1; key[j]; j++) {
            char a = key[i], b = key[j];

            if (a == '-' || b == '-' || a == b)
                continue;
            key[i] = b;
            key[j] = a;
            assert_int_equal(shape_of(key), PL_KEY_TYPO);
            key[i] = a;
            key[j] = b;
        }
}

static void any_spelling_has_one_normal_form(void **state)
{
    static const struct {
        const char *typed;
        const char *normal;
    } spellings[] = {
        {"abc-def", "ABCDEF"},
        {" a b\tc\r\n", "ABC"},
        {"oOiIlL", "001111"},
        {"A\xE2\x80\x93"
         "B\xE2\x80\x91"
         "C\xC2\xA0"
         "D\xE2\x88\x92"
         "E",
         "ABCDE"},
        {"x_1:y/2+3=", "X_1:Y/2+3="},
    };
    char normal[PL_LICENSE_KEY_MAX + 1];

    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        assert_int_equal(pl_license_key_normalize(pl_span_text(spellings[i].typed), normal), PL_OK);
        assert_string_equal(normal, spellings[i].normal);
    }
}

static void what_cannot_be_a_key_is_refused(void **state)
{
    static const char *const texts[] = {"", "---", "  ", "A\x01", "A\x7f", "caf\xC3\xA9", "A\xE2\x80", "A\xE2"};
    char normal[PL_LICENSE_KEY_MAX + 1];
    char text[2 * PL_LICENSE_KEY_MAX + 2];

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(pl_license_key_normalize(pl_span_text(texts[i]), normal), PL_ERR_MALFORMED);
    memset(text, 'A', sizeof text);
    assert_int_equal(pl_license_key_normalize(pl_span_of(text, PL_LICENSE_KEY_MAX), normal), PL_OK);
    assert_int_equal(pl_license_key_normalize(pl_span_of(text, PL_LICENSE_KEY_MAX + 1), normal), PL_ERR_TOO_LARGE);
    assert_int_equal(pl_license_key_normalize(pl_span_of(text, sizeof text), normal), PL_ERR_TOO_LARGE);
}

static void a_nul_in_a_key_is_refused(void **state)
{
    char normal[PL_LICENSE_KEY_MAX + 1];

    (void)state;
    assert_int_equal(pl_license_key_normalize(pl_span_of("AB\0CD", 5), normal), PL_ERR_MALFORMED);
}

static void keys_of_other_makers_are_never_called_typos(void **state)
{
    static const char *const keys[] = {
        "38B1460A-5104-4067-A91D-77B872934D51",
        "ABCDE-FGHIJ-KLMNO-PQRST-UVWXY",
        "K1234567890123456789012345678901",
        "KABCDEFGHJKMNPQRSTVWXYZ01234", /* our length and mark, and no dash */
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "cs_test_a1B2c3D4e5F6g7H8i9J0kKLm",
        "X",
        "K234567-8901234-56789AB-CDEF_01", /* a sign that ours have not */
        "PREFIXOF13CHA-K234567-8901234-56789AB-CDEF012",
    };

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_int_equal(shape_of(keys[i]), PL_KEY_FOREIGN);
        assert_int_equal(pl_license_key_check(pl_span_text(keys[i])), PL_OK);
    }
}

static void a_key_without_its_dashes_is_still_ours(void **state)
{
    char key[PL_LICENSE_KEY_MAX + 1], bare[PL_LICENSE_KEY_MAX + 1];

    (void)state;
    make("TILL", 4, 5, key);
    assert_int_equal(pl_license_key_normalize(pl_span_text(key), bare), PL_OK);
    assert_int_equal(shape_of(bare), PL_KEY_OURS);
}

static void a_prefix_has_up_to_12_capitals_and_digits(void **state)
{
    (void)state;
    assert_true(pl_license_key_prefix_is_valid(""));
    assert_true(pl_license_key_prefix_is_valid("TILL2026ABCD"));
    assert_false(pl_license_key_prefix_is_valid("TILL2026ABCDE"));
    assert_false(pl_license_key_prefix_is_valid("till"));
    assert_false(pl_license_key_prefix_is_valid("A-B"));
}

static void the_tail_shows_little(void **state)
{
    (void)state;
    assert_string_equal(pl_license_key_tail("TILL-ABCD-EFGH"), "EFGH");
    assert_string_equal(pl_license_key_tail("TILL-ABCDEFGHIJKLMNOP"), "LMNOP");
    assert_string_equal(pl_license_key_tail("ABCDEFGHIJKLMNOP"), "LMNOP");
    assert_string_equal(pl_license_key_tail("ABCDEF"), "EF");
    assert_string_equal(pl_license_key_tail("A"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_that_was_made_is_ours_in_every_template),
        cmocka_unit_test(all_125_bits_count),
        cmocka_unit_test(every_wrong_symbol_is_a_typo),
        cmocka_unit_test(two_exchanged_symbols_are_a_typo),
        cmocka_unit_test(any_spelling_has_one_normal_form),
        cmocka_unit_test(what_cannot_be_a_key_is_refused),
        cmocka_unit_test(a_nul_in_a_key_is_refused),
        cmocka_unit_test(keys_of_other_makers_are_never_called_typos),
        cmocka_unit_test(a_key_without_its_dashes_is_still_ours),
        cmocka_unit_test(a_prefix_has_up_to_12_capitals_and_digits),
        cmocka_unit_test(the_tail_shows_little),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
