/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/transfer/csv.c
 */
#include "transfer/csv.h"

#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static pl_arena arena;

static int set_up(void **state)
{
    (void)state;
    pl_arena_init(&arena);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pl_arena_reset(&arena);
    return 0;
}

/* All cells of a text: "|" between them, "/" behind a record; or what was wrong. */
static const char *read_all(const char *text, char separator)
{
    const char *all = "";
    csv_record_t record;
    bool more = true;
    csv_t csv;

    csv_init(&csv, pl_span_text(text), separator);
    while (more) {
        if (csv_next(&csv, &arena, &record, &more))
            return pl_err_detail();
        for (size_t i = 0; i < record.count; i++)
            all = pl_arena_format(&arena, "%s%s%s", all, i ? "|" : "", record.cells[i]);
        if (more)
            all = pl_arena_format(&arena, "%s/", all);
    }
    return all;
}

static void reads_what_rfc_4180_allows(void **state)
{
    static const struct {
        const char *text, *cells;
    } cases[] = {
        {"", ""},
        {"a", "a/"},
        {"a,b\r\nc,d\r\n", "a|b/c|d/"},
        {"a,b\nc,d", "a|b/c|d/"},
        {"a,b\rc,d\r", "a|b/c|d/"},
        {",\n", "|/"},
        {"a,\n", "a|/"},
        {"\"\"\n", "/"},
        {"\"a,b\",c\n", "a,b|c/"},
        {"\"a\"\"b\"\n", "a\"b/"},
        {"\"\"\"\"\n", "\"/"},
        {"\"a\r\nb\",c\n", "a\r\nb|c/"},
        {" a , b \n", " a | b /"}, /* spaces are of the cell */
        {"a\n\n\nb\n", "a/b/"},
        {"\xef\xbb\xbf"
         "a,b\n",
         "a|b/"},
        {"a;b\n", "a;b/"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(read_all(cases[i].text, ','), cases[i].cells);
    assert_string_equal(read_all("a;\"b;c\"\n", ';'), "a|b;c/");
    assert_string_equal(read_all("a\tb,c\n", '\t'), "a|b,c/");
}

static void refuses_what_it_would_have_to_guess(void **state)
{
    (void)state;
    assert_non_null(strstr(read_all("a\n\"b\n", ','), "line 2: a quote is opened and not closed"));
    assert_non_null(strstr(read_all("a\nb\"c\"\n", ','), "line 2: a quote stands within a cell"));
    assert_non_null(strstr(read_all("a\n\"b\"c\n", ','), "line 2: there is text behind a closing quote"));
    assert_non_null(strstr(read_all("\"a\nb\"c\n", ','), "line 2: there is text behind a closing quote"));
}

static void tells_where_a_record_begins(void **state)
{
    csv_record_t record;
    bool more;
    csv_t csv;

    (void)state;
    csv_init(&csv, pl_span_text("a\n\n\"b\nc\"\nd\n"), ',');
    for (int64_t line = 1; line <= 5; line += 2) {
        assert_int_equal(csv_next(&csv, &arena, &record, &more), PL_OK);
        assert_int_equal(record.line, line);
    }
}

static char long_text[CSV_RECORD_MAX + 16];

static void bounds_a_record(void **state)
{
    (void)state;
    memset(long_text, 'x', CSV_RECORD_MAX);
    memcpy(long_text + CSV_RECORD_MAX, "\n", 2);
    assert_int_equal(strlen(read_all(long_text, ',')), CSV_RECORD_MAX + 1);
    memcpy(long_text + CSV_RECORD_MAX, "xx\n", 4);
    assert_non_null(strstr(read_all(long_text, ','), "line 1: a record has more than 65536 bytes"));
    long_text[0] = '"';
    assert_non_null(strstr(read_all(long_text, ','), "line 1: a quote is opened and not closed"));
    memset(long_text, ',', CSV_CELLS_MAX);
    memcpy(long_text + CSV_CELLS_MAX, "\n", 2);
    assert_non_null(strstr(read_all(long_text, ','), "line 1: a record has more than 256 cells"));
    memcpy(long_text + CSV_CELLS_MAX - 1, "\n", 2);
    assert_int_equal(strlen(read_all(long_text, ',')), CSV_CELLS_MAX);
}

static void writes_what_it_reads(void **state)
{
    const char *const cells[] = {"a", NULL, "b,c", "d\"e", "f\ng", " h "};
    pl_buf out;

    (void)state;
    pl_buf_init(&out);
    csv_write(&out, cells, sizeof cells / sizeof *cells);
    assert_string_equal(out.data, "a,,\"b,c\",\"d\"\"e\",\"f\ng\", h \r\n");
    assert_string_equal(read_all(out.data, ','), "a||b,c|d\"e|f\ng| h /");
    pl_buf_reset(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_what_rfc_4180_allows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_it_would_have_to_guess, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_where_a_record_begins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bounds_a_record, set_up, tear_down),
        cmocka_unit_test_setup_teardown(writes_what_it_reads, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
