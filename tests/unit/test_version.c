/* SPDX-License-Identifier: Apache-2.0
 *
 * Versions of programs.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>
#include <cmocka.h>

#include "license/version.h"

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void versions_are_ordered_part_by_part(void **state)
{
    static const struct {
        const char *a, *b;
        int order;
    } rows[] = {
        {"1", "1", 0},
        {"1.0", "1", 0},
        {"2.10.0", "2.9.9", 1},
        {"2.9", "2.10", -1},
        {"010", "10", 0},
        {"3.0-rc1", "3.0", -1},
        {"3.0-rc1", "3.0-rc2", -1},
        {"3.0", "3.0-rc9", 1},
        {"1.0+7", "1.0+8", 0},
        {"1.a", "1.b", -1},
        {"", "", 0},
        {"", "1", -1},
        {"1..2", "1.0.2", 0},
        {"99999999999999999999", "99999999999999999998", 1},
        {"1.0.0.0.1", "1", 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (sign(pl_version_compare(rows[i].a, rows[i].b)) != rows[i].order ||
            sign(pl_version_compare(rows[i].b, rows[i].a)) != -rows[i].order)
            fail_msg("%s and %s", rows[i].a, rows[i].b);
    }
}

static void a_maximum_compares_the_parts_it_names(void **state)
{
    (void)state;
    assert_true(pl_version_is_within("2.9.1", "2"));
    assert_true(pl_version_is_within("2.4.7", "2.4"));
    assert_true(pl_version_is_within("1.99", "2.4"));
    assert_false(pl_version_is_within("3.0", "2"));
    assert_false(pl_version_is_within("2.5.0", "2.4"));
    assert_false(pl_version_is_within("2.4.8", "2.4.7"));
    assert_true(pl_version_is_within("9", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_are_ordered_part_by_part),
        cmocka_unit_test(a_maximum_compares_the_parts_it_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
