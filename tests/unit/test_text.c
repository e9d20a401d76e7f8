/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/base/text.c
 */
#include "base/text.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void names_of_all_scripts_are_clean(void **state)
{
    static const char *const texts[] = {"",   "Ada", "Jos\xc3\xa9", "\xc2\xa0", "\xe6\x9d\xb1\xe4\xba\xac", "\xf0\x9f\x8d\xba",
                                        "~ !"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_true(pl_text_is_clean(texts[i]));
}

static void what_breaks_documents_or_terminals_is_not(void **state)
{
    static const char *const texts[] = {
        "J\xff",            /* no UTF-8 */
        "Jos\xe9",          /* Latin-1 */
        "\xc3",             /* cut */
        "\xc0\xaf",         /* overlong */
        "\xed\xa0\x80",     /* a surrogate */
        "\xf4\x90\x80\x80", /* beyond Unicode */
        "\x1b[2J",
        "a\nb",
        "a\tb",
        "\x7f",
        "\xc2\x80",
        "\xc2\x9f", /* C1 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(pl_text_is_clean(texts[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_all_scripts_are_clean),
        cmocka_unit_test(what_breaks_documents_or_terminals_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
