/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/transfer/seen.c
 */
#include "transfer/seen.h"

#include <stdio.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

enum { MANY = 5000 };

static seen_result note(seen_t *seen, int name, const char *content, int64_t line, int64_t *first)
{
    seen_result result;
    char text[16];

    (void)snprintf(text, sizeof text, "name %d", name);
    *first = line;
    assert_int_equal(seen_note(seen, pl_span_text(text), pl_span_text(content), first, &result), PL_OK);
    return result;
}

static void tells_the_second_mention_from_the_first(void **state)
{
    int64_t first;
    seen_t seen;

    (void)state;
    seen_init(&seen);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(note(&seen, i, "x", i + 1, &first), SEEN_FIRST);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(note(&seen, i, "x", MANY + 1, &first), SEEN_SAME);
        assert_int_equal(first, i + 1);
        assert_int_equal(note(&seen, i, "y", MANY + 1, &first), SEEN_OTHER);
        assert_int_equal(first, i + 1);
    }
    seen_free(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(tells_the_second_mention_from_the_first)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
