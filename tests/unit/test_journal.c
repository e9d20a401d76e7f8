/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/http/journal.c
 */
#include "http/journal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static int ends[2];
static journal_t journal;
static char line[512];

static void read_clock(void *context, pl_time *now)
{
    (void)context;
    now->wall_ms = INT64_C(1801353600123);
}

static int set_up(void **state)
{
    (void)state;
    journal.level = PL_LOG_INFO;
    journal.dropped = 0;
    journal.clock.read = read_clock;
    if (pipe(ends) != 0)
        return -1;
    journal.fd = ends[1];
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    close(ends[0]);
    close(ends[1]);
    return 0;
}

static const char *written(void)
{
    ssize_t size;

    size = read(ends[0], line, sizeof line - 1);
    line[size < 0 ? 0 : size] = '\0';
    return line;
}

static void a_request_is_one_line_of_json(void **state)
{
    journal_request_t request = {"id-1", "GET", "/a", "acme", NULL, NULL, 200, 42, NULL};
    pl_buf lines;

    (void)state;
    pl_buf_init(&lines);
    journal_add_request(&journal, &request, &lines);
    journal_flush(&journal, &lines);
    assert_int_equal(lines.size, 0);
    pl_buf_reset(&lines);
    assert_string_equal(written(),
                        "{\"time\":\"2027-01-31T00:00:00.123Z\",\"level\":\"info\",\"request_id\":\"id-1\",\"method\":\"GET\","
                        "\"route\":\"/a\",\"status\":200,\"duration_us\":42,\"brand\":\"acme\"}\n");
}

static void a_request_of_a_trace_names_it(void **state)
{
    journal_request_t request = {"id-1", "GET", "/a", NULL, NULL, NULL, 200, 42, "4bf92f3577b34da6a3ce929d0e0e4736"};
    pl_buf lines;

    (void)state;
    pl_buf_init(&lines);
    journal_add_request(&journal, &request, &lines);
    assert_non_null(strstr(lines.data, "\"request_id\":\"id-1\",\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"method\":"));
    pl_buf_reset(&lines);
}

static void failures_of_ours_are_louder(void **state)
{
    journal_request_t broken = {"i", "GET", "/a", NULL, "internal_error", "x", 500, 1, NULL};
    journal_request_t busy = {"i", "GET", "/a", NULL, "busy", NULL, 503, 1, NULL};
    journal_request_t fine = {"i", "GET", "/a", NULL, NULL, NULL, 200, 1, NULL};
    pl_buf lines;

    (void)state;
    journal.level = PL_LOG_WARN;
    pl_buf_init(&lines);
    journal_add_request(&journal, &fine, &lines);
    assert_int_equal(lines.size, 0);
    journal_add_request(&journal, &busy, &lines);
    assert_non_null(strstr(lines.data, "\"level\":\"warn\""));
    journal_add_request(&journal, &broken, &lines);
    assert_non_null(strstr(lines.data, "\"level\":\"error\""));
    assert_non_null(strstr(lines.data, "\"code\":\"internal_error\",\"detail\":\"x\"}"));
    pl_buf_reset(&lines);
}

static void a_message_cannot_forge_a_line(void **state)
{
    pl_log log = journal_log(&journal);

    (void)state;
    pl_log_write(&log, PL_LOG_ERROR, "%s", "a\n{\"b\"");
    assert_string_equal(written(),
                        "{\"time\":\"2027-01-31T00:00:00.123Z\",\"level\":\"error\",\"message\":\"a\\n{\\\"b\\\"\"}\n");
}

static void knows_its_levels_by_name(void **state)
{
    pl_log_level level;

    (void)state;
    assert_int_equal(journal_level_parse("debug", &level), PL_OK);
    assert_int_equal(level, PL_LOG_DEBUG);
    assert_int_equal(journal_level_parse("", &level), PL_ERR_INVALID);
    assert_int_equal(journal_level_parse("loud", &level), PL_ERR_INVALID);
}

static void a_log_that_nobody_reads_stops_nobody_and_says_what_is_missing(void **state)
{
    pl_log log = journal_log(&journal);
    static char read_away[1 << 20];
    ssize_t size;

    (void)state;
    for (int i = 0; i < 5000; i++) /* a pipe holds less */
        pl_log_write(&log, PL_LOG_INFO, "line %d", i);
    assert_in_range(journal.dropped, 1, 4999);
    size = read(ends[0], read_away, sizeof read_away - 1);
    assert_int_equal(read_away[size - 1], '\n');
    snprintf(line, sizeof line, "\"lines_dropped\":%lld}\n", (long long)journal.dropped);
    pl_log_write(&log, PL_LOG_INFO, "again");
    assert_int_equal(journal.dropped, 0);
    size = read(ends[0], read_away, sizeof read_away - 1);
    read_away[size] = '\0';
    assert_non_null(strstr(read_away, line));
    assert_non_null(strstr(read_away, "\"message\":\"again\"}\n"));
}

static void a_closed_log_stops_nobody(void **state)
{
    pl_log log = journal_log(&journal);

    (void)state;
    journal.fd = -1;
    pl_log_write(&log, PL_LOG_ERROR, "lost");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_request_is_one_line_of_json, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_request_of_a_trace_names_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(failures_of_ours_are_louder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_message_cannot_forge_a_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_its_levels_by_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_log_that_nobody_reads_stops_nobody_and_says_what_is_missing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_closed_log_stops_nobody, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
