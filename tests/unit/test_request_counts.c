/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/http/request_counts.c: what several loops counted of one route, added up.
 */
#include "http/request_counts.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

enum { LOOPS = 2, CODES = 20, TOLD = 15 };

static const route_t table[] = {{METHOD_GET, "/a", ROLE_PUBLIC, RATE_NONE, KIND_MEMORY, 0, NULL, NULL}};
static const routes_t routes = {table, 1};

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (; (text = strstr(text, part)); text += strlen(part))
        count++;
    return count;
}

static void set_up_both(request_counts_t *loops[LOOPS], pl_buf *out)
{
    pl_buf_init(out);
    for (size_t i = 0; i < LOOPS; i++)
        assert_non_null(loops[i] = request_counts_new(&routes));
}

static void tear_down_both(request_counts_t *loops[LOOPS], pl_buf *out)
{
    for (size_t i = 0; i < LOOPS; i++)
        request_counts_free(loops[i]);
    pl_buf_reset(out);
}

static void note(request_counts_t *loop, const char *refusal)
{
    request_counts_note(loop, table, &(request_outcome_t){200, refusal, 1});
}

static void codes_are_added_up_in_whatever_order_they_came(void **state)
{
    request_counts_t *loops[LOOPS];
    pl_buf out;

    (void)state;
    set_up_both(loops, &out);
    note(loops[0], "one");
    note(loops[0], "two");
    note(loops[0], NULL);
    note(loops[1], "two");
    note(loops[1], "one");
    note(loops[1], "two");
    request_counts_write(loops, LOOPS, &out);
    assert_int_equal(count_of(out.data, "pospal_refusals_total{"), 2);
    assert_non_null(strstr(out.data, "pospal_refusals_total{method=\"GET\",route=\"/a\",code=\"one\"} 2\n"));
    assert_non_null(strstr(out.data, "pospal_refusals_total{method=\"GET\",route=\"/a\",code=\"two\"} 3\n"));
    tear_down_both(loops, &out);
}

static void too_many_codes_are_others_and_none_is_lost(void **state)
{
    char codes[LOOPS * CODES][8];
    request_counts_t *loops[LOOPS];
    pl_buf out;

    (void)state;
    set_up_both(loops, &out);
    for (size_t i = 0; i < LOOPS * CODES; i++) {
        (void)snprintf(codes[i], sizeof codes[i], "code%zu", i);
        note(loops[i / CODES], codes[i]);
    }
    request_counts_write(loops, LOOPS, &out);
    assert_int_equal(count_of(out.data, "pospal_refusals_total{"), TOLD + 1);
    assert_non_null(strstr(out.data, "code=\"other\"} 25\n"));
    tear_down_both(loops, &out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_added_up_in_whatever_order_they_came),
        cmocka_unit_test(too_many_codes_are_others_and_none_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
