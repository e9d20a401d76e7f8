/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/base/json.c: the typed readers of members.
 */
#include "base/json.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

static pl_arena arena;
static const pl_json *object;

static int parse(void **state)
{
    static const char text[] =
        "{\"text\":\"till\",\"empty\":\"\",\"int\":-5,\"real\":5.0,\"yes\":true,\"no\":false,\"null\":null,"
        "\"array\":[1,\"two\",{}],\"object\":{\"b\":1,\"a\":2,\"c\":3}}";

    (void)state;
    pl_arena_init(&arena);
    return pl_json_parse(&arena, pl_span_text(text), 1000, &object);
}

static int release(void **state)
{
    (void)state;
    pl_arena_reset(&arena);
    return 0;
}

static void members_are_found_and_null_is_absent(void **state)
{
    (void)state;
    assert_non_null(pl_json_get(object, "text"));
    assert_null(pl_json_get(object, "null"));
    assert_null(pl_json_get(object, "tex"));
    assert_null(pl_json_get(object, "text "));
    assert_null(pl_json_get(pl_json_get(object, "array"), "text"));
    assert_null(pl_json_get(NULL, "text"));
}

static void texts_are_read_up_to_their_limit(void **state)
{
    const char *value = "before";

    (void)state;
    assert_int_equal(pl_json_may_text(object, "absent", 4, &value), PL_OK);
    assert_int_equal(pl_json_may_text(object, "null", 4, &value), PL_OK);
    assert_string_equal(value, "before");
    assert_int_equal(pl_json_want_text(object, "text", 3, &value), PL_ERR_MALFORMED);
    assert_int_equal(pl_json_want_text(object, "int", 9, &value), PL_ERR_MALFORMED);
    assert_int_equal(pl_json_want_text(object, "absent", 9, &value), PL_ERR_MALFORMED);
    assert_int_equal(pl_json_want_text(object, "null", 9, &value), PL_ERR_MALFORMED);
    assert_non_null(strstr(pl_err_detail(), "\"null\""));
    assert_string_equal(value, "before");
    assert_int_equal(pl_json_want_text(object, "text", 4, &value), PL_OK);
    assert_string_equal(value, "till");
    assert_int_equal(pl_json_may_text(object, "empty", 0, &value), PL_OK);
    assert_string_equal(value, "");
}

static void integers_are_read_within_their_bounds(void **state)
{
    int64_t value = 42;

    (void)state;
    assert_int_equal(pl_json_may_int(object, "absent", 0, 9, &value), PL_OK);
    assert_int_equal(pl_json_want_int(object, "absent", 0, 9, &value), PL_ERR_MALFORMED);
    assert_int_equal(pl_json_want_int(object, "int", -4, 9, &value), PL_ERR_MALFORMED);
    assert_int_equal(pl_json_want_int(object, "int", -9, -6, &value), PL_ERR_MALFORMED);
    assert_int_equal(pl_json_want_int(object, "real", 0, 9, &value), PL_ERR_MALFORMED);
    assert_int_equal(pl_json_want_int(object, "text", 0, 9, &value), PL_ERR_MALFORMED);
    assert_int_equal(pl_json_want_int(object, "yes", 0, 9, &value), PL_ERR_MALFORMED);
    assert_int_equal(value, 42);
    assert_int_equal(pl_json_want_int(object, "int", -5, -5, &value), PL_OK);
    assert_int_equal(value, -5);
}

static void truths_are_read(void **state)
{
    bool value = true;

    (void)state;
    assert_int_equal(pl_json_may_bool(object, "absent", &value), PL_OK);
    assert_true(value);
    assert_int_equal(pl_json_may_bool(object, "no", &value), PL_OK);
    assert_false(value);
    assert_int_equal(pl_json_may_bool(object, "yes", &value), PL_OK);
    assert_true(value);
    assert_int_equal(pl_json_may_bool(object, "int", &value), PL_ERR_MALFORMED);
    assert_true(pl_json_is_true(pl_json_get(object, "yes")));
    assert_false(pl_json_is_true(pl_json_get(object, "no")));
    assert_false(pl_json_is_true(NULL));
}

static void objects_and_arrays_are_read(void **state)
{
    const pl_json *value = NULL;

    (void)state;
    assert_int_equal(pl_json_may_object(object, "absent", &value), PL_OK);
    assert_int_equal(pl_json_may_object(object, "array", &value), PL_ERR_MALFORMED);
    assert_int_equal(pl_json_may_array(object, "absent", 9, &value), PL_OK);
    assert_int_equal(pl_json_may_array(object, "object", 9, &value), PL_ERR_MALFORMED);
    assert_int_equal(pl_json_may_array(object, "array", 2, &value), PL_ERR_MALFORMED);
    assert_null(value);
    assert_int_equal(pl_json_may_object(object, "object", &value), PL_OK);
    assert_true(pl_json_is_object(value));
    assert_int_equal(pl_json_count(value), 3);
    assert_int_equal(pl_json_may_array(object, "array", 3, &value), PL_OK);
    assert_false(pl_json_is_object(value));
    assert_false(pl_json_is_object(NULL));
    assert_int_equal(pl_json_count(value), 3);
    assert_int_equal(pl_json_count(pl_json_get(object, "text")), 0);
    assert_int_equal(pl_json_count(NULL), 0);
}

static void elements_are_found_by_place(void **state)
{
    const pl_json *array = pl_json_get(object, "array");
    int64_t number;

    (void)state;
    assert_true(pl_json_int(pl_json_at(array, 0), &number) && number == 1);
    assert_string_equal(pl_json_text(pl_json_at(array, 1)), "two");
    assert_true(pl_json_is_object(pl_json_at(array, 2)));
    assert_null(pl_json_at(array, 3));
    assert_null(pl_json_at(pl_json_get(object, "text"), 0));
    assert_null(pl_json_at(NULL, 0));
    assert_null(pl_json_text(pl_json_at(array, 0)));
    assert_null(pl_json_text(NULL));
    assert_false(pl_json_int(pl_json_at(array, 1), &number));
    assert_false(pl_json_int(NULL, &number));
}

static pl_err gather(void *context, const char *name, const pl_json *value)
{
    char *names = context;
    int64_t number = 0;

    names[strlen(names)] = name[0];
    return pl_json_int(value, &number) && number == 3 ? PL_ERR_STATE : PL_OK;
}

static void members_are_visited_in_order_until_one_fails(void **state)
{
    char names[16] = "";

    (void)state;
    assert_int_equal(pl_json_each(pl_json_get(object, "object"), gather, names), PL_ERR_STATE);
    assert_string_equal(names, "bac");
    assert_int_equal(pl_json_each(NULL, gather, names), PL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_found_and_null_is_absent),
        cmocka_unit_test(texts_are_read_up_to_their_limit),
        cmocka_unit_test(integers_are_read_within_their_bounds),
        cmocka_unit_test(truths_are_read),
        cmocka_unit_test(objects_and_arrays_are_read),
        cmocka_unit_test(elements_are_found_by_place),
        cmocka_unit_test(members_are_visited_in_order_until_one_fails),
    };

    return cmocka_run_group_tests(tests, parse, release);
}
