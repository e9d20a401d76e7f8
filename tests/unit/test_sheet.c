/* SPDX-License-Identifier: Apache-2.0
 *
 * The sheet of pospal-license: one description, printed for people and for programs.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "license/sheet.h"

static void fill(sheet_t *sheet)
{
    sheet_text(sheet, "license_id", "7");
    sheet_text(sheet, "plan", "");
    sheet_text(sheet, "customer", NULL);
    sheet_bool(sheet, "usable", true);
    sheet_int(sheet, "sequence", -3);
    sheet_time(sheet, "expires_at", 4070908800);
    sheet_time(sheet, "check_by", 0);
    sheet_open_list(sheet, "features");
    sheet_add_item(sheet, "features", "kds");
    sheet_add_item(sheet, "features", "tips");
    sheet_close_list(sheet);
    sheet_open_list(sheet, "limits");
    sheet_close_list(sheet);
}

static void shows_people_aligned_lines_without_what_is_absent(void **state)
{
    sheet_t sheet;

    (void)state;
    sheet_init(&sheet, false);
    fill(&sheet);
    assert_string_equal(sheet_finish(&sheet), "license id        7\n"
                                              "usable            yes\n"
                                              "sequence          -3\n"
                                              "expires at        2099-01-01T00:00:00Z\n"
                                              "features          kds, tips\n");
    sheet_reset(&sheet);
}

static void shows_programs_one_json_object(void **state)
{
    sheet_t sheet;

    (void)state;
    sheet_init(&sheet, true);
    fill(&sheet);
    assert_string_equal(sheet_finish(&sheet),
                        "{\"license_id\":\"7\",\"usable\":true,\"sequence\":-3,\"expires_at\":\"2099-01-01T00:00:00Z\","
                        "\"features\":[\"kds\",\"tips\"],\"limits\":[]}\n");
    sheet_reset(&sheet);
}

static void fill_rows(sheet_t *sheet)
{
    sheet_int(sheet, "in_use", 2);
    sheet_open_table(sheet, "sessions");
    for (int i = 1; i <= 2; i++) {
        sheet_open_row(sheet);
        sheet_int(sheet, "seat", i);
        sheet_close_row(sheet);
    }
    sheet_close_table(sheet);
}

static void shows_rows_one_below_the_other_or_as_a_list(void **state)
{
    sheet_t sheet;

    (void)state;
    sheet_init(&sheet, false);
    fill_rows(&sheet);
    assert_string_equal(sheet_finish(&sheet), "in use            2\n\nseat              1\n\nseat              2\n");
    sheet_reset(&sheet);
    sheet_init(&sheet, true);
    fill_rows(&sheet);
    assert_string_equal(sheet_finish(&sheet), "{\"in_use\":2,\"sessions\":[{\"seat\":1},{\"seat\":2}]}\n");
    sheet_reset(&sheet);
}

static void separates_a_name_that_is_too_long_from_its_value(void **state)
{
    sheet_t sheet;

    (void)state;
    sheet_init(&sheet, false);
    sheet_text(&sheet, "a_name_longer_than_the_column", "x");
    assert_string_equal(sheet_finish(&sheet), "a name longer than the column x\n");
    sheet_reset(&sheet);
}

static void passes_a_whole_text_through_and_ends_its_last_line(void **state)
{
    static const struct {
        const char *given;
        const char *printed;
    } rows[] = {{"fp1:m=A", "fp1:m=A\n"}, {"two\nlines\n", "two\nlines\n"}, {"", "\n"}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheet_t sheet;

        sheet_init(&sheet, i % 2 == 0);
        sheet_put_whole(&sheet, rows[i].given);
        assert_string_equal(sheet_finish(&sheet), rows[i].printed);
        sheet_reset(&sheet);
    }
}

static void prints_nothing_where_nothing_was_put(void **state)
{
    sheet_t sheet;

    (void)state;
    sheet_init(&sheet, true);
    assert_string_equal(sheet_finish(&sheet), "");
    sheet_reset(&sheet);
}

static void tells_that_memory_was_exhausted(void **state)
{
    sheet_t sheet;

    (void)state;
    sheet_init(&sheet, false);
    sheet.text.err = PL_ERR_MEMORY;
    sheet_text(&sheet, "plan", "starter");
    assert_null(sheet_finish(&sheet));
    sheet_reset(&sheet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_people_aligned_lines_without_what_is_absent),
        cmocka_unit_test(shows_programs_one_json_object),
        cmocka_unit_test(shows_rows_one_below_the_other_or_as_a_list),
        cmocka_unit_test(separates_a_name_that_is_too_long_from_its_value),
        cmocka_unit_test(passes_a_whole_text_through_and_ends_its_last_line),
        cmocka_unit_test(prints_nothing_where_nothing_was_put),
        cmocka_unit_test(tells_that_memory_was_exhausted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
