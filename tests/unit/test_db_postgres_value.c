/* SPDX-License-Identifier: Apache-2.0 */
#include "store/db_postgres_value.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

enum { BYTEA = 17, INT8 = 20, INT2 = 21, INT4 = 23, TEXT = 25, NUMERIC = 1700 };

static void expect_number(int64_t value, unsigned type, int size)
{
    postgres_value_t bound = {.kind = VALUE_INT, .integer = value};
    const char *data;
    int got;

    assert_int_equal(postgres_value_encode(&bound, type, &data, &got), PL_OK);
    assert_int_equal(got, size);
    assert_true(postgres_value_number(data, got) == value);
}

static void numbers_travel_in_the_size_of_their_type(void **state)
{
    postgres_value_t bound = {.kind = VALUE_INT, .integer = 258};
    const char *data;
    int size;

    (void)state;
    assert_int_equal(postgres_value_encode(&bound, INT4, &data, &size), PL_OK);
    assert_memory_equal(data, "\0\0\1\2", 4);
    expect_number(INT64_MIN, INT8, 8);
    expect_number(INT64_MAX, INT8, 8);
    expect_number(INT32_MIN, INT4, 4);
    expect_number(INT32_MAX, INT4, 4);
    expect_number(-1, INT2, 2);
    expect_number(32767, INT2, 2);
}

static void what_does_not_fit_its_type_is_refused(void **state)
{
    static const struct {
        postgres_value_t value;
        unsigned type;
    } rows[] = {
        {{.kind = VALUE_INT, .integer = INT64_C(1) << 31}, INT4},
        {{.kind = VALUE_INT, .integer = -32769}, INT2},
        {{.kind = VALUE_INT, .integer = 1}, TEXT},
        {{.kind = VALUE_TEXT, .bytes = {"a", 1}}, INT8},
        {{.kind = VALUE_TEXT, .bytes = {"a", 1}}, BYTEA},
        {{.kind = VALUE_BLOB, .bytes = {"a", 1}}, TEXT},
        {{.kind = VALUE_BLOB, .bytes = {"a", (size_t)INT32_MAX + 1}}, BYTEA},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        postgres_value_t value = rows[i].value;
        const char *data;
        int size;

        assert_int_equal(postgres_value_encode(&value, rows[i].type, &data, &size), PL_ERR_DATABASE);
    }
}

static void null_is_null_of_any_type_and_empty_is_not(void **state)
{
    postgres_value_t none = {.kind = VALUE_NULL};
    postgres_value_t empty = {.kind = VALUE_TEXT, .bytes = {"", 0}};
    const char *data;
    int size;

    (void)state;
    assert_int_equal(postgres_value_encode(&none, INT8, &data, &size), PL_OK);
    assert_null(data);
    assert_int_equal(postgres_value_encode(&empty, TEXT, &data, &size), PL_OK);
    assert_non_null(data);
    assert_int_equal(size, 0);
}

static void types_that_we_do_not_speak_are_told(void **state)
{
    (void)state;
    assert_true(postgres_type_is_known(INT8) && postgres_type_is_known(TEXT) && postgres_type_is_known(BYTEA));
    assert_false(postgres_type_is_known(NUMERIC));
    assert_int_equal(postgres_value_number("abc", 3), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_travel_in_the_size_of_their_type),
        cmocka_unit_test(what_does_not_fit_its_type_is_refused),
        cmocka_unit_test(null_is_null_of_any_type_and_empty_is_not),
        cmocka_unit_test(types_that_we_do_not_speak_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
