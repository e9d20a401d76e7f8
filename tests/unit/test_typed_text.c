/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/token/typed_text.c
 */
#include "token/typed_text.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#define SIGNATURE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static char answer[512], keyset[512];

static void make(const char *typ, char text[512])
{
    char header[256], encoded[400];

    (void)snprintf(header, sizeof header, "{\"alg\":\"EdDSA\",\"kid\":\"k\",\"typ\":\"%s\"}", typ);
    pl_base64url_encode(pl_span_text(header), encoded);
    (void)snprintf(text, 512, "%s.e30.%s", encoded, SIGNATURE);
}

static int setup(void **state)
{
    (void)state;
    make("pospal-answer+jwt", answer);
    make("pospal-keyset+jwt", keyset);
    return 0;
}

static pl_err read(pl_arena *arena, const char *text, pl_typed *typed)
{
    pl_arena_reset(arena);
    return pl_typed_read(arena, pl_span_text(text), typed);
}

static void documents_are_found_whatever_white_space_and_remarks_are_around(void **state)
{
    static const char *const frames[][3] = {
        {"", "\n", "\n"},
        {"", "", ""},
        {"\xEF\xBB\xBF# for till 3\r\n \t", "\r\r", "\n#end"},
        {"\xC2\xA0", "\f\v \xC2\xA0\n # keys\n", ""},
    };
    char text[2048];
    pl_arena arena;
    pl_typed typed;

    (void)state;
    pl_arena_init(&arena);
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        (void)snprintf(text, sizeof text, "%s%s%s%s%s", frames[i][0], answer, frames[i][1], keyset, frames[i][2]);
        assert_int_equal(read(&arena, text, &typed), PL_OK);
        assert_int_equal(typed.count, 2);
        assert_true(pl_span_is(pl_typed_find(&typed, PL_DOC_ANSWER)->text, answer));
        assert_true(pl_span_is(pl_typed_find(&typed, PL_DOC_KEYSET)->text, keyset));
        assert_null(pl_typed_find(&typed, PL_DOC_LICENSE));
    }
    pl_arena_reset(&arena);
}

static void lines_may_be_broken_anywhere(void **state)
{
    char text[4096];
    pl_arena arena;
    pl_typed typed;

    (void)state;
    pl_arena_init(&arena);
    for (size_t width = 1; width < 70; width++) {
        size_t size = 0;

        for (size_t i = 0; answer[i]; i++)
            size += (size_t)snprintf(text + size, sizeof text - size, "%c%s", answer[i], (i + 1) % width ? "" : "\r\n ");
        assert_int_equal(read(&arena, text, &typed), PL_OK);
        assert_int_equal(typed.count, 1);
        assert_true(pl_span_is(typed.items[0].text, answer));
    }
    pl_arena_reset(&arena);
}

static void what_is_missing_or_mistyped_is_told_as_damage(void **state)
{
    char text[1024];
    pl_arena arena;
    pl_typed typed;

    (void)state;
    pl_arena_init(&arena);
    for (size_t size = 1; size < strlen(answer); size++) {
        (void)snprintf(text, sizeof text, "%.*s", (int)size, answer);
        assert_int_equal(read(&arena, text, &typed), PL_ERR_DAMAGED);
    }
    (void)snprintf(text, sizeof text, "%s", answer);
    text[3] = '_';
    assert_int_equal(read(&arena, text, &typed), PL_ERR_DAMAGED);
    (void)snprintf(text, sizeof text, "%sA", answer); /* a character too many begins another document */
    assert_int_equal(read(&arena, text, &typed), PL_ERR_DAMAGED);
    pl_arena_reset(&arena);
}

static void what_is_something_else_is_refused(void **state)
{
    static char five[4096], large[PL_TYPED_MAX + 2];
    char other[512];
    pl_arena arena;
    pl_typed typed;

    (void)state;
    pl_arena_init(&arena);
    assert_int_equal(read(&arena, "", &typed), PL_ERR_MALFORMED);
    assert_int_equal(read(&arena, " \n# nothing\n", &typed), PL_ERR_MALFORMED);
    assert_int_equal(read(&arena, "<html>", &typed), PL_ERR_MALFORMED);
    assert_int_equal(pl_typed_read(&arena, pl_span_of("a\0b", 3), &typed), PL_ERR_MALFORMED);
    assert_int_equal(read(&arena, "p pr1.AAAA", &typed), PL_ERR_TYPE);
    make("jwt", other);
    assert_int_equal(read(&arena, other, &typed), PL_ERR_TYPE);
    (void)snprintf(five, sizeof five, "%s\n%s\n%s\n%s\n%s", answer, answer, answer, answer, answer);
    assert_int_equal(read(&arena, five, &typed), PL_ERR_MALFORMED);
    memset(large, ' ', PL_TYPED_MAX + 1);
    assert_int_equal(read(&arena, large, &typed), PL_ERR_TOO_LARGE);
    pl_arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_are_found_whatever_white_space_and_remarks_are_around),
        cmocka_unit_test(lines_may_be_broken_anywhere),
        cmocka_unit_test(what_is_missing_or_mistyped_is_told_as_damage),
        cmocka_unit_test(what_is_something_else_is_refused),
    };

    return pl_crypto_ready() ? 1 : cmocka_run_group_tests_name("typed_text", tests, setup, NULL);
}
