/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking up what a license allows.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "license/entitlements.h"

static const pl_entitlement ITEMS[] = {
    {.name = "kds", .kind = PL_ENTITLEMENT_FEATURE, .is_on = true},
    {.name = "qr", .kind = PL_ENTITLEMENT_FEATURE, .is_on = false},
    {.name = "tills", .kind = PL_ENTITLEMENT_LIMIT, .number = 3},
    {.name = "tier", .kind = PL_ENTITLEMENT_TEXT, .text = "gold", .ends_at = 2000},
};

static const pl_entitlements SET = {ITEMS, sizeof ITEMS / sizeof ITEMS[0]};

static void finds_each_kind_by_name(void **state)
{
    (void)state;
    assert_true(pl_entitlements_find(&SET, "kds", PL_ENTITLEMENT_FEATURE, 1)->is_on);
    assert_false(pl_entitlements_find(&SET, "qr", PL_ENTITLEMENT_FEATURE, 1)->is_on);
    assert_int_equal(pl_entitlements_find(&SET, "tills", PL_ENTITLEMENT_LIMIT, 1)->number, 3);
    assert_string_equal(pl_entitlements_find(&SET, "tier", PL_ENTITLEMENT_TEXT, 1)->text, "gold");
}

static void what_is_absent_or_of_another_kind_is_not_found(void **state)
{
    const pl_entitlements empty = {NULL, 0};

    (void)state;
    assert_null(pl_entitlements_find(&SET, "kd", PL_ENTITLEMENT_FEATURE, 1));
    assert_null(pl_entitlements_find(&SET, "KDS", PL_ENTITLEMENT_FEATURE, 1));
    assert_null(pl_entitlements_find(&SET, "tills", PL_ENTITLEMENT_FEATURE, 1));
    assert_null(pl_entitlements_find(&SET, "kds", PL_ENTITLEMENT_LIMIT, 1));
    assert_null(pl_entitlements_find(&SET, NULL, PL_ENTITLEMENT_LIMIT, 1));
    assert_null(pl_entitlements_find(NULL, "kds", PL_ENTITLEMENT_FEATURE, 1));
    assert_null(pl_entitlements_find(&empty, "kds", PL_ENTITLEMENT_FEATURE, 1));
}

static void an_entitlement_ends_at_its_own_second(void **state)
{
    (void)state;
    assert_non_null(pl_entitlements_find(&SET, "tier", PL_ENTITLEMENT_TEXT, 1999));
    assert_null(pl_entitlements_find(&SET, "tier", PL_ENTITLEMENT_TEXT, 2000));
    assert_null(pl_entitlements_find(&SET, "tier", PL_ENTITLEMENT_TEXT, INT64_MAX));
}

static void one_without_end_lasts_as_long_as_the_license(void **state)
{
    (void)state;
    assert_non_null(pl_entitlements_find(&SET, "kds", PL_ENTITLEMENT_FEATURE, INT64_MAX));
}

static void names_are_checked_character_by_character(void **state)
{
    static const char *const GOOD[] = {"a", "Z", "9", "kds", "tills.max", "A_b-c.9", "_"};
    static const char *const BAD[] = {"", " ", "a b", "a\n", "t\xc3\xa4", "a/b", "a:b", "\"", "a+"};

    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++)
        assert_true(pl_entitlement_name_is_valid(GOOD[i]));
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        assert_false(pl_entitlement_name_is_valid(BAD[i]));
    assert_false(pl_entitlement_name_is_valid(NULL));
}

static void a_name_has_at_most_64_characters(void **state)
{
    char name[PL_ENTITLEMENT_NAME_MAX + 2];

    (void)state;
    memset(name, 'x', sizeof name);
    name[PL_ENTITLEMENT_NAME_MAX] = '\0';
    assert_true(pl_entitlement_name_is_valid(name));
    name[PL_ENTITLEMENT_NAME_MAX] = 'x';
    name[PL_ENTITLEMENT_NAME_MAX + 1] = '\0';
    assert_false(pl_entitlement_name_is_valid(name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_each_kind_by_name),
        cmocka_unit_test(what_is_absent_or_of_another_kind_is_not_found),
        cmocka_unit_test(an_entitlement_ends_at_its_own_second),
        cmocka_unit_test(one_without_end_lasts_as_long_as_the_license),
        cmocka_unit_test(names_are_checked_character_by_character),
        cmocka_unit_test(a_name_has_at_most_64_characters),
    };

    return cmocka_run_group_tests_name("entitlements", tests, NULL, NULL);
}
