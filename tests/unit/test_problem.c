/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/problem.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

static void every_error_that_travels_is_read_as_it_was_written(void **state)
{
    pl_arena arena;
    pl_buf body;

    (void)state;
    pl_arena_init(&arena);
    pl_buf_init(&body);
    for (int i = 0; i < PL_ERR_COUNT; i++) {
        const pl_problem problem = {.err = (pl_err)(-1 - i), .detail = "what \"happened\"", .request_id = "req-1"};
        const char *detail;

        pl_buf_clear(&body);
        pl_problem_write(&problem, &body);
        assert_int_equal(body.err, PL_OK);
        assert_int_equal(pl_problem_read(&arena, pl_buf_span(&body), &detail),
                         pl_err_http(problem.err) ? problem.err : PL_ERR_SERVER);
        assert_string_equal(detail, "what \"happened\"");
    }
    pl_buf_reset(&body);
    pl_arena_reset(&arena);
}

static void a_problem_has_the_members_of_rfc_9457(void **state)
{
    const pl_problem problem = {.err = PL_ERR_BUSY};
    pl_buf body;

    (void)state;
    pl_buf_init(&body);
    pl_problem_write(&problem, &body);
    assert_string_equal(body.data,
                        "{\"type\":\"urn:pospal:problem:busy\",\"title\":\"The database is busy; try again in a moment.\","
                        "\"status\":503,\"code\":\"busy\"}");
    pl_buf_reset(&body);
}

static void what_is_no_problem_is_a_failing_server(void **state)
{
    static const char *const bodies[] = {"", "<html>", "{}", "{\"code\":7}", "{\"code\":\"ok\"", "[\"code\"]"};
    const char *detail;
    pl_arena arena;

    (void)state;
    pl_arena_init(&arena);
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        assert_int_equal(pl_problem_read(&arena, pl_span_text(bodies[i]), &detail), PL_ERR_SERVER);
        assert_null(detail);
    }
    pl_arena_reset(&arena);
}

static void a_code_of_the_librarys_own_is_not_taken_from_outside(void **state)
{
    const char *detail;
    pl_arena arena;

    (void)state;
    pl_arena_init(&arena);
    assert_int_equal(pl_problem_read(&arena, pl_span_text("{\"code\":\"denied\",\"detail\":7}"), &detail), PL_ERR_SERVER);
    assert_null(detail);
    pl_arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_that_travels_is_read_as_it_was_written),
        cmocka_unit_test(a_problem_has_the_members_of_rfc_9457),
        cmocka_unit_test(what_is_no_problem_is_a_failing_server),
        cmocka_unit_test(a_code_of_the_librarys_own_is_not_taken_from_outside),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
