/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/device_reply.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

static void what_is_written_is_read_again(void **state)
{
    const pl_device_reply replies[] = {
        {{"a.b.c", 5}, {"k.s.t", 5}, {NULL, 0}}, {{"a.b.c", 5}, {NULL, 0}, {NULL, 0}}, {{NULL, 0}, {"k.s.t", 5}, {"r.v.k", 5}}};
    pl_device_reply got;
    pl_arena arena;
    pl_buf body;

    (void)state;
    pl_arena_init(&arena);
    pl_buf_init(&body);
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        pl_buf_clear(&body);
        pl_device_reply_write(&replies[i], &body);
        assert_int_equal(pl_device_reply_read(&arena, pl_buf_span(&body), &got), PL_OK);
        assert_true(pl_span_equal(got.answer, replies[i].answer));
        assert_true(pl_span_equal(got.keyset, replies[i].keyset));
    }
    pl_buf_reset(&body);
    pl_arena_reset(&arena);
}

static void json_without_a_token_is_unsigned_and_the_rest_is_malformed(void **state)
{
    static const struct {
        const char *body;
        pl_err err;
    } cases[] = {
        {"{}", PL_ERR_UNSIGNED},
        {"{\"answer\":null}", PL_ERR_UNSIGNED},
        {"{\"answer\":7}", PL_ERR_UNSIGNED},
        {"{\"code\":\"busy\",\"status\":503}", PL_ERR_UNSIGNED},
        {"{\"answer\":\"a\",\"keyset\":7}", PL_ERR_UNSIGNED},
        {"<html>Sign in</html>", PL_ERR_MALFORMED},
        {"", PL_ERR_MALFORMED},
        {"{\"answer\":\"a\",\"answer\":\"b\"}", PL_ERR_MALFORMED},
    };
    pl_device_reply got;
    pl_arena arena;

    (void)state;
    pl_arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(pl_device_reply_read(&arena, pl_span_text(cases[i].body), &got), cases[i].err);
    pl_arena_reset(&arena);
}

static void more_than_the_limit_is_refused_before_it_is_read(void **state)
{
    static char large[PL_REPLY_MAX + 1];
    pl_device_reply got;
    pl_arena arena;

    (void)state;
    pl_arena_init(&arena);
    memset(large, ' ', sizeof large);
    assert_int_equal(pl_device_reply_read(&arena, pl_span_of(large, sizeof large), &got), PL_ERR_TOO_LARGE);
    pl_arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(json_without_a_token_is_unsigned_and_the_rest_is_malformed),
        cmocka_unit_test(more_than_the_limit_is_refused_before_it_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
