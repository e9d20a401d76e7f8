/* SPDX-License-Identifier: Apache-2.0
 *
 * tools/command_line/nearest.c
 */
#include "command_line/nearest.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static const char *const words[] = {"listen", "loops", "log_level", "queue", "tls_cert", "tls_key"};

static const char *word(const void *context, size_t index)
{
    return ((const char *const *)context)[index];
}

static const char *nearest(const char *typed)
{
    return nearest_word(typed, word, words, sizeof words / sizeof *words);
}

static void finds_the_word_that_was_meant(void **state)
{
    static const char *const typos[][2] = {
        {"lisen", "listen"}, {"listne", "listen"},   {"quue", "queue"},
        {"loop", "loops"},   {"tls_kye", "tls_key"}, {"queue", "queue"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof typos / sizeof *typos; i++)
        assert_string_equal(nearest(typos[i][0]), typos[i][1]);
}

static void prefers_the_nearer_of_two(void **state)
{
    (void)state;
    assert_string_equal(nearest("tls_ket"), "tls_key");
    assert_string_equal(nearest("tls_cet"), "tls_cert");
}

static void suggests_nothing_for_what_is_far_or_long(void **state)
{
    (void)state;
    assert_null(nearest("database"));
    assert_null(nearest("qu"));
    assert_null(nearest(""));
    assert_null(nearest("a-word-that-is-longer-than-any-option-of-ours-will-ever-be"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_word_that_was_meant),
        cmocka_unit_test(prefers_the_nearer_of_two),
        cmocka_unit_test(suggests_nothing_for_what_is_far_or_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
