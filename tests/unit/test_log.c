/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/base/log.c
 */
#include "base/log.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

typedef struct {
    int count;
    pl_log_level level;
    char message[4096];
} sink;

static void keep(void *context, pl_log_level level, const char *message)
{
    sink *s = context;

    s->count++;
    s->level = level;
    snprintf(s->message, sizeof(s->message), "%s", message);
}

static void the_sink_gets_the_levels_it_wants(void **state)
{
    sink s = {0};
    const pl_log log = {keep, &s, PL_LOG_WARN};

    (void)state;
    pl_log_write(&log, PL_LOG_WARN, "disk %s", "full");
    assert_int_equal(s.level, PL_LOG_WARN);
    assert_string_equal(s.message, "disk full");
    pl_log_write(&log, PL_LOG_ERROR, "worse");
    pl_log_write(&log, PL_LOG_INFO, "chatter");
    assert_int_equal(s.count, 2);
    assert_string_equal(s.message, "worse");
}

static void no_log_and_no_sink_are_silent(void **state)
{
    const pl_log silent = {NULL, NULL, PL_LOG_DEBUG};

    (void)state;
    pl_log_write(NULL, PL_LOG_ERROR, "nobody hears");
    pl_log_write(&silent, PL_LOG_ERROR, "nobody hears");
}

static void a_long_message_is_cut(void **state)
{
    sink s = {0};
    const pl_log log = {keep, &s, PL_LOG_DEBUG};

    (void)state;
    pl_log_write(&log, PL_LOG_DEBUG, "%3000d", 1);
    assert_true(strlen(s.message) > 500 && strlen(s.message) < 3000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sink_gets_the_levels_it_wants),
        cmocka_unit_test(no_log_and_no_sink_are_silent),
        cmocka_unit_test(a_long_message_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
