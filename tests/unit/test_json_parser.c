/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/base/json_parser.c: what is JSON and what is not. Reading members is tested in test_json.c.
 */
#include "base/json.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/failing_memory.h"

/* Parses an exact copy, so that the sanitizer sees a byte too far. */
static pl_err parse(pl_arena *arena, const char *text, size_t size, const pl_json **object)
{
    char *exact = malloc(size ? size : 1);
    pl_err err;

    assert_non_null(exact);
    memcpy(exact, text, size);
    err = pl_json_parse(arena, pl_span_of(exact, size), 100000, object);
    free(exact); /* the tree must not point into it */
    return err;
}

static pl_err try_parse(const char *text, size_t size)
{
    const pl_json *object = NULL;
    pl_arena arena;
    pl_err err;

    pl_arena_init(&arena);
    err = parse(&arena, text, size, &object);
    assert_true((err == PL_OK) == (object != NULL));
    pl_arena_reset(&arena);
    return err;
}

static void accepts_what_is_json(void **state)
{
    static const char *const texts[] = {
        "{}",
        " \t\r\n{ \"a\" : [ ] , \"b\" : { } } \n",
        "{\"\":0}",
        "{\"a\":-0,\"b\":0,\"c\":-1,\"d\":9223372036854775807,\"e\":-9223372036854775808}",
        "{\"a\":0.5,\"b\":1e5,\"c\":1E+5,\"d\":-1.25e-3,\"e\":0e0,\"f\":99999999999999999999.5}",
        "{\"a\":true,\"b\":false,\"c\":null}",
        "{\"a\":[1,\"x\",[],{},true,null]}",
        "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"}",
        "{\"\xC2\x80\":\"\xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xEF\xBF\xBF \xF0\x90\x80\x80 \xF4\x8F\xBF\xBF \x7F\"}",
        "{\"a\":{\"a\":1},\"b\":{\"a\":1}}",
        "{\"a\":1,\"A\":2,\"aa\":3}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(try_parse(texts[i], strlen(texts[i])), PL_OK);
}

static void assert_all_refused(const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (try_parse(texts[i], strlen(texts[i])) != PL_ERR_MALFORMED)
            fail_msg("accepted: %s", texts[i]);
}

static void refuses_wrong_structure(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        "[]",
        "1",
        "\"a\"",
        "null",
        "{",
        "}",
        "{}{}",
        "{}x",
        "{} {}",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1,,\"b\":2}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1]",
        "{\"a\":[1,]}",
        "{\"a\":[,1]}",
        "{\"a\":[1 2]}",
        "{\"a\":[1}",
        "{1:2}",
        "\xEF\xBB\xBF{}",
        "{}//x",
        "/**/{}",
    };

    (void)state;
    assert_all_refused(texts, sizeof(texts) / sizeof(texts[0]));
}

static void refuses_wrong_numbers_and_words(void **state)
{
    static const char *const texts[] = {
        "{\"a\":01}",
        "{\"a\":-01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":1.}",
        "{\"a\":1.e5}",
        "{\"a\":1e}",
        "{\"a\":1e+}",
        "{\"a\":-}",
        "{\"a\":0x10}",
        "{\"a\":9223372036854775808}",
        "{\"a\":-9223372036854775809}",
        "{\"a\":18446744073709551617}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":tru}",
        "{\"a\":TRUE}",
        "{\"a\":nulll}",
        "{\"a\":truefalse}",
    };

    (void)state;
    assert_all_refused(texts, sizeof(texts) / sizeof(texts[0]));
}

static void refuses_wrong_texts(void **state)
{
    static const char *const texts[] = {
        "{\"a\":\"\n\"}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\x1F\"}",
        "{\"a\":\"",
        "{\"a\":\"\\\"}",
        "{\"a\":\"\\x41\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\u12G4\"}",
        "{\"a\":\"\\u0000\"}",
        "{\"\\u0000\":1}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\ud800x\"}",
        "{\"a\":\"\\udc00\"}",
        "{\"a\":\"\\ud800\\ud800\"}",
        "{\"a\":\"\\ud800\\u0041\"}",
        "{\"a\":\"\\U0041\"}",
        "{\"a\":\"\x80\"}",
        "{\"a\":\"\xC0\x80\"}",
        "{\"a\":\"\xC1\xBF\"}",
        "{\"a\":\"\xC3\"}",
        "{\"a\":\"\xC3(\"}",
        "{\"a\":\"\xE0\x9F\xBF\"}",
        "{\"a\":\"\xED\xA0\x80\"}",
        "{\"a\":\"\xF0\x8F\xBF\xBF\"}",
        "{\"a\":\"\xF4\x90\x80\x80\"}",
        "{\"a\":\"\xF5\x80\x80\x80\"}",
        "{\"a\":\"\xFF\"}",
        "{\"a\":\"\xE2\x82\"}",
    };

    (void)state;
    assert_all_refused(texts, sizeof(texts) / sizeof(texts[0]));
}

static void refuses_members_that_come_twice(void **state)
{
    static const char *const texts[] = {"{\"a\":1,\"a\":1}", "{\"a\":1,\"b\":2,\"\\u0061\":1}", "{\"x\":{\"a\":1,\"a\":2}}",
                                        "{\"x\":[{\"\":1,\"\":2}]}"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(try_parse(texts[i], strlen(texts[i])), PL_ERR_MALFORMED);
}

static void refuses_a_nul_wherever_it_stands(void **state)
{
    static const char good[] = "{\"a\":[1,-2,true,null,\"t\\n\"],\"b\":{\"c\":\"\xC3\xA9\"}}";
    char bad[sizeof(good) + 1];

    (void)state;
    assert_int_equal(try_parse(good, sizeof(good) - 1), PL_OK);
    assert_int_equal(try_parse(good, sizeof(good)), PL_ERR_MALFORMED); /* the NUL at its end */
    for (size_t at = 0; at < sizeof(good); at++) {
        memcpy(bad, good, at);
        bad[at] = '\0';
        memcpy(bad + at + 1, good + at, sizeof(good) - at - 1);
        assert_int_equal(try_parse(bad, sizeof(good)), PL_ERR_MALFORMED);
    }
}

static void refuses_a_text_cut_anywhere(void **state)
{
    static const char good[] = "{\"a\":[1,-2.5e3,true,false,null,\"t\\n\\u00e9\\ud83d\\ude00\"],\"b\":{\"c\":\"\xC3\xA9\"}}";

    (void)state;
    for (size_t size = 0; size < sizeof(good) - 1; size++)
        assert_int_equal(try_parse(good, size), PL_ERR_MALFORMED);
    assert_int_equal(try_parse(good, sizeof(good) - 1), PL_OK);
}

/* One object, arrays within it, all closed. */
static pl_err try_depth(int depth)
{
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    pl_buf_add_text(&text, "{\"a\":");
    for (int i = 1; i < depth; i++)
        pl_buf_add_text(&text, "[");
    for (int i = 1; i < depth; i++)
        pl_buf_add_text(&text, "]");
    pl_buf_add_text(&text, "}");
    err = try_parse(text.data, text.size);
    pl_buf_reset(&text);
    return err;
}

static void nesting_ends_at_the_limit(void **state)
{
    (void)state;
    assert_int_equal(try_depth(PL_JSON_DEPTH_MAX), PL_OK);
    assert_int_equal(try_depth(PL_JSON_DEPTH_MAX + 1), PL_ERR_MALFORMED);
}

static void deep_nesting_costs_no_stack(void **state)
{
    char *text = malloc(100000);

    (void)state;
    assert_non_null(text);
    memset(text, '[', 100000);
    text[0] = '{';
    text[1] = text[2] = '"';
    text[3] = ':';
    assert_int_equal(try_parse(text, 100000), PL_ERR_MALFORMED);
    free(text);
}

static pl_err try_members(int count)
{
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    for (int i = 0; i < count; i++)
        pl_buf_add_format(&text, "%c\"%d\":0", i ? ',' : '{', i);
    pl_buf_add_text(&text, "}");
    err = try_parse(text.data, text.size);
    pl_buf_reset(&text);
    return err;
}

static void members_end_at_the_limit(void **state)
{
    (void)state;
    assert_int_equal(try_members(PL_JSON_MEMBERS_MAX), PL_OK);
    assert_int_equal(try_members(PL_JSON_MEMBERS_MAX + 1), PL_ERR_MALFORMED);
}

static void bytes_end_at_the_callers_limit(void **state)
{
    const pl_json *object;
    pl_arena arena;

    (void)state;
    pl_arena_init(&arena);
    assert_int_equal(pl_json_parse(&arena, pl_span_text("{ }"), 3, &object), PL_OK);
    assert_int_equal(pl_json_parse(&arena, pl_span_text("{  }"), 3, &object), PL_ERR_TOO_LARGE);
    assert_int_equal(pl_json_parse(&arena, pl_span_of(NULL, 0), 3, &object), PL_ERR_MALFORMED);
    pl_arena_reset(&arena);
}

static void texts_are_unescaped(void **state)
{
    static const char text[] = "{\"a\\u002fb\":\"\\\"\\\\\\/\\b\\f\\n\\r\\tA\\u0041\\u00e9\\u20AC\\ud83D\\uDe00.\"}";
    const pl_json *object, *value;
    pl_arena arena;

    (void)state;
    pl_arena_init(&arena);
    assert_int_equal(parse(&arena, text, sizeof(text) - 1, &object), PL_OK);
    value = pl_json_get(object, "a/b");
    assert_string_equal(pl_json_text(value), "\"\\/\b\f\n\r\tAA\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80.");
    pl_arena_reset(&arena);
}

static void numbers_are_exact_to_the_ends_of_int64(void **state)
{
    static const char text[] = "{\"n\":[0,-0,7,-9223372036854775808,9223372036854775807,1000000000000000000]}";
    const int64_t expected[] = {0, 0, 7, INT64_MIN, INT64_MAX, INT64_C(1000000000000000000)};
    const pl_json *object;
    pl_arena arena;
    int64_t number;

    (void)state;
    pl_arena_init(&arena);
    assert_int_equal(parse(&arena, text, sizeof(text) - 1, &object), PL_OK);
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        assert_true(pl_json_int(pl_json_at(pl_json_get(object, "n"), i), &number));
        assert_true(number == expected[i]);
    }
    pl_arena_reset(&arena);
}

static void the_detail_says_where(void **state)
{
    (void)state;
    assert_int_equal(try_parse("{\"a\":x}", 7), PL_ERR_MALFORMED);
    assert_non_null(strstr(pl_err_detail(), "byte 6"));
}

static pl_err parse_a_little(void *context)
{
    static const char text[] = "{\"a\":[1,2,{\"b\":\"c\"}],\"d\":null}";
    pl_err err = PL_ERR_MEMORY;
    const pl_json *object;
    pl_arena arena;

    (void)context;
    pl_arena_init(&arena);
    if (pl_arena_take(&arena, 4000 - sizeof(text))) /* so that more than one block is needed */
        err = pl_json_parse(&arena, pl_span_text(text), 100, &object);
    pl_arena_reset(&arena);
    return err;
}

static void exhaustion_is_an_error_and_loses_nothing(void **state)
{
    (void)state;
    assert_true(fail_every_allocation(parse_a_little, NULL) >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_what_is_json),
        cmocka_unit_test(refuses_wrong_structure),
        cmocka_unit_test(refuses_wrong_numbers_and_words),
        cmocka_unit_test(refuses_wrong_texts),
        cmocka_unit_test(refuses_members_that_come_twice),
        cmocka_unit_test(refuses_a_nul_wherever_it_stands),
        cmocka_unit_test(refuses_a_text_cut_anywhere),
        cmocka_unit_test(nesting_ends_at_the_limit),
        cmocka_unit_test(deep_nesting_costs_no_stack),
        cmocka_unit_test(members_end_at_the_limit),
        cmocka_unit_test(bytes_end_at_the_callers_limit),
        cmocka_unit_test(texts_are_unescaped),
        cmocka_unit_test(numbers_are_exact_to_the_ends_of_int64),
        cmocka_unit_test(the_detail_says_where),
        cmocka_unit_test(exhaustion_is_an_error_and_loses_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
