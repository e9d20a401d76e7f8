/* SPDX-License-Identifier: Apache-2.0 */
#include "licensing/entitlement_text.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

static void every_kind_is_read_with_and_without_an_end(void **state)
{
    pl_entitlements set;
    pl_arena arena;

    (void)state;
    pl_arena_init(&arena);
    assert_int_equal(entitlement_text_read(&arena,
                                           "{\"kds\":true,\"off\":false,\"n\":3,\"t\":\"gold\",\"e\":{\"value\":7,\"exp\":99}}",
                                           NULL, &set),
                     PL_OK);
    assert_int_equal(set.count, 5);
    assert_true(pl_entitlements_find(&set, "kds", PL_ENTITLEMENT_FEATURE, 1)->is_on);
    assert_false(pl_entitlements_find(&set, "off", PL_ENTITLEMENT_FEATURE, 1)->is_on);
    assert_int_equal(pl_entitlements_find(&set, "n", PL_ENTITLEMENT_LIMIT, 1)->number, 3);
    assert_string_equal(pl_entitlements_find(&set, "t", PL_ENTITLEMENT_TEXT, 1)->text, "gold");
    assert_int_equal(pl_entitlements_find(&set, "e", PL_ENTITLEMENT_LIMIT, 98)->number, 7);
    assert_null(pl_entitlements_find(&set, "e", PL_ENTITLEMENT_LIMIT, 99));
    pl_arena_reset(&arena);
}

static void the_license_overrides_the_product_by_name(void **state)
{
    pl_entitlements set;
    pl_arena arena;

    (void)state;
    pl_arena_init(&arena);
    assert_int_equal(
        entitlement_text_read(&arena, "{\"kds\":true,\"n\":{\"value\":3,\"exp\":9}}", "{\"n\":5,\"more\":true}", &set), PL_OK);
    assert_int_equal(set.count, 3);
    assert_int_equal(pl_entitlements_find(&set, "n", PL_ENTITLEMENT_LIMIT, 100)->number, 5);
    assert_int_equal(entitlement_text_read(&arena, NULL, "{\"n\":5}", &set), PL_OK);
    assert_int_equal(set.count, 1);
    assert_int_equal(entitlement_text_read(&arena, NULL, NULL, &set), PL_OK);
    assert_int_equal(set.count, 0);
    pl_arena_reset(&arena);
}

static void what_is_no_set_is_refused(void **state)
{
    static const char *const texts[] = {"",
                                        "[]",
                                        "{\"a\":1.5}",
                                        "{\"a\":[]}",
                                        "{\"a\":null}",
                                        "{\"a\":{}}",
                                        "{\"\":true}",
                                        "{\"a b\":1}",
                                        "{\"a\":1,\"a\":2}",
                                        "{\"a\":{\"value\":1,\"exp\":0}}",
                                        "{\"a\":{\"value\":{}}}"};
    char long_text[600], many[20000];
    size_t size = 1;
    pl_entitlements set;
    pl_arena arena;

    (void)state;
    pl_arena_init(&arena);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(entitlement_text_read(&arena, texts[i], NULL, &set), PL_ERR_MALFORMED);
    snprintf(long_text, sizeof long_text, "{\"a\":\"%0300d\"}", 0);
    assert_int_equal(entitlement_text_read(&arena, long_text, NULL, &set), PL_ERR_MALFORMED);
    many[0] = '{';
    for (int i = 0; i <= PL_ENTITLEMENTS_MAX; i++)
        size += (size_t)snprintf(many + size, sizeof many - size, "%s\"e%d\":1", i ? "," : "", i);
    snprintf(many + size, sizeof many - size, "}");
    assert_int_equal(entitlement_text_read(&arena, many, NULL, &set), PL_ERR_TOO_LARGE);
    pl_arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_read_with_and_without_an_end),
        cmocka_unit_test(the_license_overrides_the_product_by_name),
        cmocka_unit_test(what_is_no_set_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
