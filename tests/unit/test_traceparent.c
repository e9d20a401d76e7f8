/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/http/traceparent.c
 */
#include "http/traceparent.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#define TRACE  "4bf92f3577b34da6a3ce929d0e0e4736"
#define PARENT "00f067aa0ba902b7"

static void reads_the_id_of_a_trace(void **state)
{
    static const char *const good[] = {
        "00-" TRACE "-" PARENT "-01",       "00-" TRACE "-" PARENT "-00",     "00-" TRACE "-" PARENT "-ff",
        "01-" TRACE "-" PARENT "-01",       "fe-" TRACE "-" PARENT "-01-new", "cc-" TRACE "-" PARENT "-01-",
        "00-" TRACE "-0000000000000001-01",
    };
    trace_t trace;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(traceparent_read(good[i], &trace));
        assert_string_equal(trace.id, TRACE);
        assert_int_equal(strlen(trace.text), TRACE_SIZE - 1);
        assert_int_equal(strncmp(trace.text, TRACE "-", TRACE_ID_SIZE), 0);
        assert_int_equal(strncmp(trace.text + TRACE_ID_SIZE, good[i] + strlen("00-" TRACE "-" PARENT "-"), 2), 0);
    }
}

static void what_is_not_well_formed_is_none(void **state)
{
    static const char *const bad[] = {
        NULL,
        "",
        "00",
        "00-",
        "00-" TRACE,
        "00-" TRACE "-" PARENT,
        "00-" TRACE "-" PARENT "-",
        "00-" TRACE "-" PARENT "-0",
        "00-" TRACE "-" PARENT "-001",
        "00-" TRACE "-" PARENT "-0x",
        "00-" TRACE "-" PARENT "-01-",
        "00-" TRACE "-" PARENT "-01-new",
        "00-" TRACE "-" PARENT "-01 ",
        " 00-" TRACE "-" PARENT "-01",
        "01-" TRACE "-" PARENT "-01new",
        "01-" TRACE "-" PARENT "-01.",
        "ff-" TRACE "-" PARENT "-01",
        "0-" TRACE "-" PARENT "-01",
        "000-" TRACE "-" PARENT "-01",
        "0g-" TRACE "-" PARENT "-01",
        "00-00000000000000000000000000000000-" PARENT "-01",
        "00-" TRACE "-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" PARENT "-01",
        "00-" TRACE "-00F067AA0BA902B7-01",
        "00-" TRACE "0-" PARENT "-01",
        "00-bf92f3577b34da6a3ce929d0e0e4736-" PARENT "-01",
        "00-" TRACE "-" PARENT "0-01",
        "00-" TRACE "-0f067aa0ba902b7-01",
        "00_" TRACE "_" PARENT "_01",
        "00-" TRACE "--" PARENT "-01",
    };
    trace_t trace = {"x", "x"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(traceparent_read(bad[i], &trace));
        assert_string_equal(trace.id, "");
        assert_string_equal(trace.text, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_id_of_a_trace),
        cmocka_unit_test(what_is_not_well_formed_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
