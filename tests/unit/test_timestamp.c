/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/base/timestamp.c: a table of moments, and what is refused.
 */
#include "base/timestamp.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

static const struct {
    int64_t seconds;
    const char *text;
} moments[] = {
    {0, "1970-01-01T00:00:00Z"},
    {-1, "1969-12-31T23:59:59Z"},
    {1795370400, "2026-11-22T18:00:00Z"},
    {951782399, "2000-02-28T23:59:59Z"},
    {951782400, "2000-02-29T00:00:00Z"},
    {951868800, "2000-03-01T00:00:00Z"},
    {1709164800, "2024-02-29T00:00:00Z"},
    {4107542400, "2100-03-01T00:00:00Z"},
    {INT64_C(4107542399), "2100-02-28T23:59:59Z"},
    {INT64_C(4102444799), "2099-12-31T23:59:59Z"},
    {INT64_C(-62135596800), "0001-01-01T00:00:00Z"},
    {INT64_C(253402300799), "9999-12-31T23:59:59Z"},
};

static void moments_print_and_parse_as_the_table_says(void **state)
{
    char text[PL_TIMESTAMP_SIZE];
    int64_t seconds;

    (void)state;
    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
        pl_timestamp_format(moments[i].seconds, text);
        assert_string_equal(text, moments[i].text);
        assert_int_equal(pl_timestamp_parse(pl_span_text(moments[i].text), &seconds), PL_OK);
        assert_int_equal(seconds, moments[i].seconds);
    }
}

static void every_day_of_four_centuries_survives_the_round_trip(void **state)
{
    char text[PL_TIMESTAMP_SIZE];
    int64_t back;

    (void)state;
    for (int64_t day = -80000; day < 80000; day++) {
        pl_timestamp_format(day * 86400 + 45296, text);
        assert_int_equal(pl_timestamp_parse(pl_span_text(text), &back), PL_OK);
        assert_int_equal(back, day * 86400 + 45296);
    }
}

static void times_outside_the_calendar_print_as_its_ends(void **state)
{
    char text[PL_TIMESTAMP_SIZE];

    (void)state;
    pl_timestamp_format(INT64_MIN, text);
    assert_string_equal(text, "0001-01-01T00:00:00Z");
    pl_timestamp_format(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59Z");
    pl_timestamp_format_ms(INT64_MIN, text);
    assert_string_equal(text, "0001-01-01T00:00:00.000Z");
    pl_timestamp_format_ms(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59.000Z");
}

static void milliseconds_print_with_three_digits(void **state)
{
    char text[PL_TIMESTAMP_SIZE];

    (void)state;
    pl_timestamp_format_ms(INT64_C(1795370400007), text);
    assert_string_equal(text, "2026-11-22T18:00:00.007Z");
    pl_timestamp_format_ms(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59.999Z");
}

static void other_ways_to_write_a_time_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } rows[] = {
        {"2026-11-22", 1795305600},
        {"2026-11-22T19:00:00+01:00", 1795370400},
        {"2026-11-22T12:30:00-05:30", 1795370400},
        {"2026-11-22t18:00:00z", 1795370400},
        {"2026-11-22 18:00:00Z", 1795370400},
        {"2026-11-22T18:00:00.999999999Z", 1795370400},
        {"2016-12-31T23:59:60Z", 1483228800},
    };
    int64_t seconds;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(pl_timestamp_parse(pl_span_text(rows[i].text), &seconds), PL_OK);
        assert_int_equal(seconds, rows[i].seconds);
    }
}

static void what_is_no_time_is_refused_and_leaves_the_value_alone(void **state)
{
    static const char *const texts[] = {
        "",
        "tomorrow",
        "2026",
        "2026-11",
        "2026-13-01",
        "2026-00-01",
        "2026-11-31",
        "2026-11-00",
        "2023-02-29",
        "2100-02-29",
        "0000-01-01",
        "2026-11-22T",
        "2026-11-22T18:00:00",
        "2026-11-22T24:00:00Z",
        "2026-11-22T18:60:00Z",
        "2026-11-22T18:00:61Z",
        "2026-11-22T18:00:00.Z",
        "2026-11-22T18:00:00+24:00",
        "2026-11-22T18:00:00+01:60",
        "2026-11-22T18:00:00+0100",
        "2026-11-22T18:00:00Zx",
        "2026-11-22x",
        "2026-11-22T18:00Z",
        " 2026-11-22",
        "2026-11-22 ",
        "+2026-11-22",
        "12026-11-22",
        "2026/11/22",
    };
    int64_t seconds = 42;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(pl_timestamp_parse(pl_span_text(texts[i]), &seconds), PL_ERR_MALFORMED);
    assert_int_equal(pl_timestamp_parse(pl_span_of("2026-11-22\0", 11), &seconds), PL_ERR_MALFORMED);
    assert_int_equal(seconds, 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_print_and_parse_as_the_table_says),
        cmocka_unit_test(every_day_of_four_centuries_survives_the_round_trip),
        cmocka_unit_test(times_outside_the_calendar_print_as_its_ends),
        cmocka_unit_test(milliseconds_print_with_three_digits),
        cmocka_unit_test(other_ways_to_write_a_time_are_read),
        cmocka_unit_test(what_is_no_time_is_refused_and_leaves_the_value_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
