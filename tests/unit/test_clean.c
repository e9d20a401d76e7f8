/* SPDX-License-Identifier: Apache-2.0
 *
 * Text from outside, fit to print.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "license/clean.h"

static const struct {
    const char *text, *people, *json;
} rows[] = {
    {"", "", "[\"\"]"},
    {"Caf\xC3\xA9 \"Ada\" \\", "Caf\xC3\xA9 \"Ada\" \\", "[\"Caf\xC3\xA9 \\\"Ada\\\" \\\\\"]"},
    {"a\x1b[2J\n\x7f", "a\\x1b[2J\\x0a\\x7f", "[\"a\\u001b[2J\\u000a\\u007f\"]"},
    {"\xC2\x9B"
     "31m",
     "\\u009b31m", "[\"\\u009b31m\"]"},
    {"\xE2\x80\xAEgnp.exe", "\\u202egnp.exe", "[\"\\u202egnp.exe\"]"},
    {"\xEF\xBB\xBFx", "\\ufeffx", "[\"\\ufeffx\"]"},
    {"\xC3(\xFF", "\\xc3(\\xff", "[\"\\ufffd(\\ufffd\"]"},
    {"cut \xE2\x82", "cut \\xe2\\x82", "[\"cut \\ufffd\\ufffd\"]"},
    {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80", "[\"\xF0\x9F\x98\x80\"]"},
};

static void writes_what_moves_a_cursor_or_turns_text_as_escapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pl_buf text;

        pl_buf_init(&text);
        pl_buf_add_text(&text, "");
        clean_for_people(pl_span_text(rows[i].text), &text);
        assert_string_equal(text.data, rows[i].people);
        pl_buf_reset(&text);
    }
}

static void writes_the_same_as_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pl_json_writer json;
        pl_buf text;

        pl_buf_init(&text);
        pl_json_writer_init(&json, &text);
        pl_json_open(&json, NULL, '[');
        clean_put(&json, NULL, rows[i].text);
        pl_json_close(&json);
        assert_string_equal(text.data, rows[i].json);
        pl_buf_reset(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_what_moves_a_cursor_or_turns_text_as_escapes),
        cmocka_unit_test(writes_the_same_as_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
