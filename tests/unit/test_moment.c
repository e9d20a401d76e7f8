/* SPDX-License-Identifier: Apache-2.0
 *
 * Distances of time in words.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "license/moment.h"

static void says_the_largest_unit_that_fits(void **state)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } rows[] = {
        {0, "now"},
        {1, "in 1 second"},
        {-59, "59 seconds ago"},
        {60, "in 1 minute"},
        {-7200, "2 hours ago"},
        {86399, "in 23 hours"},
        {3 * 86400 + 5, "in 3 days"},
        {-400 * INT64_C(86400), "1 year ago"},
        {INT64_C(800) * 86400, "in 2 years"},
    };
    char text[MOMENT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moment_text(1795370400 + rows[i].seconds, 1795370400, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void takes_any_two_times(void **state)
{
    char text[MOMENT_SIZE];

    (void)state;
    moment_text(INT64_MAX, INT64_MIN, text);
    assert_string_equal(text, "in 584942417355 years");
    moment_text(INT64_MIN, INT64_MAX, text);
    assert_string_equal(text, "584942417355 years ago");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_the_largest_unit_that_fits),
        cmocka_unit_test(takes_any_two_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
