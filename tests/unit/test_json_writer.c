/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/base/json_writer.c: what is written, and that the reader understands it.
 */
#include "base/json.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/failing_memory.h"

static void commas_names_and_brackets_are_kept(void **state)
{
    pl_json_writer w;
    pl_buf out;

    (void)state;
    pl_buf_init(&out);
    pl_json_writer_init(&w, &out);
    pl_json_open(&w, NULL, '{');
    pl_json_open(&w, "empty", '{');
    pl_json_close(&w);
    pl_json_put_text(&w, "text", "till");
    pl_json_put_text(&w, "absent", NULL);
    pl_json_open(&w, "array", '[');
    pl_json_put_int(&w, NULL, 1);
    pl_json_put_bool(&w, NULL, true);
    pl_json_open(&w, NULL, '[');
    pl_json_close(&w);
    pl_json_put_span(&w, NULL, pl_span_of("spanner", 4));
    pl_json_close(&w);
    pl_json_put_bool(&w, "no", false);
    pl_json_put_raw(&w, "raw", pl_span_text("{\"a\":1}"));
    pl_json_put_span(&w, "nothing", pl_span_of(NULL, 0));
    pl_json_close(&w);
    assert_int_equal(out.err, PL_OK);
    assert_string_equal(out.data, "{\"empty\":{},\"text\":\"till\",\"array\":[1,true,[],\"span\"],\"no\":false,\"raw\":{\"a\":1},"
                                  "\"nothing\":\"\"}");
    pl_buf_reset(&out);
}

static void integers_are_written_to_their_ends(void **state)
{
    static const struct {
        int64_t value;
        const char *text;
    } rows[] = {{0, "0"}, {-1, "-1"}, {1790, "1790"}, {INT64_MAX, "9223372036854775807"}, {INT64_MIN, "-9223372036854775808"}};
    pl_json_writer w;
    pl_buf out;

    (void)state;
    pl_buf_init(&out);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        pl_buf_clear(&out);
        pl_json_writer_init(&w, &out);
        pl_json_put_int(&w, NULL, rows[i].value);
        assert_string_equal(out.data, rows[i].text);
    }
    pl_buf_reset(&out);
}

static void special_characters_are_escaped(void **state)
{
    pl_json_writer w;
    pl_buf out;

    (void)state;
    pl_buf_init(&out);
    pl_json_writer_init(&w, &out);
    pl_json_put_text(&w, NULL, "\"q\\/\b\f\n\r\t\x01\x0B\x1F\x7F\xC3\xA9\"");
    assert_string_equal(out.data, "\"\\\"q\\\\/\\b\\f\\n\\r\\t\\u0001\\u000b\\u001f\x7F\xC3\xA9\\\"\"");
    pl_buf_reset(&out);
}

/* Runs of plain characters are searched eight at a time. */
static void a_special_character_is_found_wherever_it_stands(void **state)
{
    char text[] = "aaaaaaaaaaaaaaaaaaaaaaaa", escaped[64];
    size_t size = sizeof(text) - 1;

    (void)state;
    for (int c = 1; c < 256; c++)
        for (size_t at = 0; at < size; at++) {
            bool is_special = c < 0x20 || c == '"' || c == '\\';
            pl_json_writer w;
            pl_buf out;

            text[at] = (char)c;
            pl_buf_init(&out);
            pl_json_writer_init(&w, &out);
            pl_json_put_text(&w, NULL, text);
            (void)snprintf(escaped, sizeof(escaped), "\"%s\"", text);
            assert_int_equal(strcmp(out.data, escaped) != 0, is_special);
            assert_int_equal(out.size > size + 2, is_special);
            pl_buf_reset(&out);
            text[at] = 'a';
        }
}

static void every_character_comes_back_from_the_reader(void **state)
{
    const pl_json *object;
    pl_json_writer w;
    pl_arena arena;
    char text[130];
    pl_buf out;

    (void)state;
    for (int c = 1; c < 128; c++)
        text[c - 1] = (char)c;
    memcpy(text + 127, "\xC3\xA9", 3);
    pl_buf_init(&out);
    pl_arena_init(&arena);
    pl_json_writer_init(&w, &out);
    pl_json_open(&w, NULL, '{');
    pl_json_put_text(&w, text, text);
    pl_json_close(&w);
    assert_int_equal(pl_json_parse(&arena, pl_buf_span(&out), 1000, &object), PL_OK);
    assert_string_equal(pl_json_text(pl_json_get(object, text)), text);
    pl_arena_reset(&arena);
    pl_buf_reset(&out);
}

static void wrong_nesting_is_remembered_in_the_buffer(void **state)
{
    pl_json_writer w;
    pl_buf out;

    (void)state;
    pl_buf_init(&out);
    pl_json_writer_init(&w, &out);
    for (int i = 0; i < PL_JSON_DEPTH_MAX; i++)
        pl_json_open(&w, NULL, '[');
    assert_int_equal(out.err, PL_OK);
    pl_json_open(&w, NULL, '[');
    assert_int_equal(out.err, PL_ERR_INTERNAL);
    pl_buf_clear(&out);
    pl_json_writer_init(&w, &out);
    pl_json_close(&w);
    assert_int_equal(out.err, PL_ERR_INTERNAL);
    pl_buf_reset(&out);
}

static pl_err write_some(void *context)
{
    pl_json_writer w;
    pl_buf out;
    pl_err err;

    (void)context;
    pl_buf_init(&out);
    pl_json_writer_init(&w, &out);
    pl_json_open(&w, NULL, '{');
    for (int i = 0; i < 100; i++)
        pl_json_put_text(&w, "a", "b\n");
    pl_json_close(&w);
    err = out.err;
    pl_buf_reset(&out);
    return err;
}

static void exhaustion_is_remembered_in_the_buffer(void **state)
{
    (void)state;
    assert_true(fail_every_allocation(write_some, NULL) >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_names_and_brackets_are_kept),
        cmocka_unit_test(integers_are_written_to_their_ends),
        cmocka_unit_test(special_characters_are_escaped),
        cmocka_unit_test(a_special_character_is_found_wherever_it_stands),
        cmocka_unit_test(every_character_comes_back_from_the_reader),
        cmocka_unit_test(wrong_nesting_is_remembered_in_the_buffer),
        cmocka_unit_test(exhaustion_is_remembered_in_the_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
