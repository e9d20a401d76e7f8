/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/http/reply.c
 */
#include "http/reply.h"

#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/json.h"
#include "wire/problem.h"

static http_reply_t reply;
static pl_buf body;

static int set_up(void **state)
{
    (void)state;
    memset(&reply, 0, sizeof reply);
    pl_buf_init(&body);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pl_buf_reset(&body);
    return 0;
}

static const char *header(const char *name)
{
    for (size_t i = 0; i < reply.header_count; i++)
        if (strcmp(reply.headers[i].name, name) == 0)
            return reply.headers[i].value;
    return NULL;
}

static void fail_with(pl_err err, const char *detail, int retry_after_s)
{
    http_failure_t failure = {err, detail, "id-1", "GET, OPTIONS", retry_after_s, NULL};

    memset(&reply, 0, sizeof reply);
    http_reply_problem(&reply, &failure, &body);
}

static void a_refusal_is_a_problem_document_with_its_detail(void **state)
{
    pl_arena arena;
    const char *detail = NULL;

    (void)state;
    fail_with(PL_ERR_INVALID, "nonce: 32 bytes are needed", 0);
    assert_int_equal(reply.status, 400);
    assert_string_equal(header("Content-Type"), "application/problem+json");
    assert_string_equal(header("X-Request-Id"), "id-1");
    assert_null(header("Retry-After"));
    assert_null(header("Allow"));
    pl_arena_init(&arena);
    assert_int_equal(pl_problem_read(&arena, reply.body, &detail), PL_ERR_INVALID);
    assert_string_equal(detail, "nonce: 32 bytes are needed");
    pl_arena_reset(&arena);
}

static void what_broke_inside_is_not_told_to_strangers(void **state)
{
    (void)state;
    fail_with(PL_ERR_DATABASE, "disk I/O error at /var/lib/secret", 0);
    assert_int_equal(reply.status, 503);
    assert_null(strstr(body.data, "secret"));
    assert_non_null(strstr(body.data, "database_error"));
    fail_with(PL_ERR_SIGNATURE, "seal broken", 0);
    assert_int_equal(reply.status, 500);
    assert_non_null(strstr(body.data, "internal_error"));
    assert_null(strstr(body.data, "seal"));
}

static void says_when_to_come_back(void **state)
{
    (void)state;
    fail_with(PL_ERR_OVERLOADED, NULL, 0);
    assert_string_equal(header("Retry-After"), "1");
    fail_with(PL_ERR_DATABASE, NULL, 0);
    assert_string_equal(header("Retry-After"), "5");
    fail_with(PL_ERR_DATABASE, NULL, 27);
    assert_string_equal(header("Retry-After"), "27");
    fail_with(PL_ERR_RATE_LIMITED, NULL, 0);
    assert_int_equal(reply.status, 429);
    assert_string_equal(header("Retry-After"), "10");
}

static void says_what_a_path_allows(void **state)
{
    (void)state;
    fail_with(PL_ERR_METHOD, NULL, 0);
    assert_int_equal(reply.status, 405);
    assert_string_equal(header("Allow"), "GET, OPTIONS");
}

static void lists_every_member_at_fault(void **state)
{
    fault_t second = {NULL, "email", "an address has an @"};
    fault_t first = {&second, "seats", "1 to 10"};
    http_failure_t failure = {PL_ERR_INVALID, "seats: 1 to 10", "id-1", NULL, 0, &first};

    (void)state;
    http_reply_problem(&reply, &failure, &body);
    assert_non_null(strstr(body.data, "\"errors\":[{\"member\":\"seats\",\"detail\":\"1 to 10\"},"
                                      "{\"member\":\"email\",\"detail\":\"an address has an @\"}]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lists_every_member_at_fault, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_refusal_is_a_problem_document_with_its_detail, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_broke_inside_is_not_told_to_strangers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_when_to_come_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_what_a_path_allows, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
