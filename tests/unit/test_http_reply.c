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
    http_failure_t failure = {err, detail, "id-1", "GET, OPTIONS", retry_after_s, NULL, NULL, false, 0};

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
    http_failure_t failure = {PL_ERR_INVALID, "seats: 1 to 10", "id-1", NULL, 0, &first, NULL, false, 0};

    (void)state;
    http_reply_problem(&reply, &failure, &body);
    assert_non_null(strstr(body.data, "\"errors\":[{\"member\":\"seats\",\"detail\":\"1 to 10\"},"
                                      "{\"member\":\"email\",\"detail\":\"an address has an @\"}]"));
}

typedef struct {
    const char *path;
    pl_err err;
    const char *detail;
    const char *part; /* of the body */
} shape_sample;

static const shape_sample shape_samples[] = {
    {"/api/v1/brand/licenses", PL_ERR_UNAUTHORIZED, "Invalid API key", "\"error\":\"Invalid API key\""},
    {"/api/v1/brand/licenses/7/renew", PL_ERR_NOT_FOUND, "no such",
     "\"error\":{\"code\":\"LICENSE_NOT_FOUND\",\"message\":\"no such\"}"},
    {"/api/v1/brand/licenses/provision", PL_ERR_NOT_FOUND, "no such", "\"code\":\"PRODUCT_NOT_FOUND\""},
    {"/api/v1/brand/licenses/7/renew", PL_ERR_STATE, "cancelled", "\"code\":\"INVALID_LICENSE_STATUS\""},
    {"/api/v1/brand/products/7", PL_ERR_STATE, "in use", "\"error\":{\"code\":\"CONFLICT\""},
    {"/api/v1/brand/products/7", PL_ERR_NOT_FOUND, NULL, "\"error\":{\"code\":\"NOT_FOUND\""},
    {"/api/v1/product/activate", PL_ERR_SEATS_TAKEN, NULL, "\"error\":{\"code\":\"SEAT_LIMIT_EXCEEDED\""},
    {"/api/v1/product/activate", PL_ERR_DATABASE, "secret.db", "\"error\":{\"code\":\"SERVICE_UNAVAILABLE\""},
    {"/api/v1/product/activate", PL_ERR_INTERNAL, "secret.db", "\"error\":{\"code\":\"INTERNAL_ERROR\""},
    {"/api/v1/licenses/validate", PL_ERR_FORBIDDEN, "license is suspended",
     "{\"success\":false,\"message\":\"license is suspended\","},
    {"/api/v1/licenses", PL_ERR_UNAUTHORIZED, "Missing API Key",
     "{\"success\":\"False\",\"message\":\"Missing API Key\",\"detail\":\"Mi"},
    {"/api/v1/licenses/status/", PL_ERR_RATE_LIMITED, NULL,
     "\"detail\":\"Request was throttled. Expected available in 10 seconds.\""},
    {"/api/v1/auth/brands/signup/", PL_ERR_METHOD, NULL, "{\"success\":false,"},
    {"/api/v1/device/validate", PL_ERR_INVALID, "nonce", "\"code\":\"invalid_request\",\"request_id\":\"id-1\"}"},
    {"/nowhere", PL_ERR_NOT_FOUND, NULL, "\"code\":\"not_found\",\"request_id\":\"id-1\"}"},
};

static void each_family_of_paths_has_its_shape(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shape_samples / sizeof *shape_samples; i++) {
        const shape_sample *s = &shape_samples[i];
        http_failure_t failure = {s->err, s->detail, "id-1", "POST, OPTIONS", 0, NULL, s->path, false, 0};

        memset(&reply, 0, sizeof reply);
        http_reply_problem(&reply, &failure, &body);
        if (!strstr(body.data, s->part))
            fail_msg("%s: %s", s->path, body.data);
        assert_int_equal(reply.status, pl_err_http(s->err));
        assert_null(strstr(body.data, "secret.db"));
        assert_string_equal(header("Content-Type"),
                            strstr(body.data, "\"success\"") ? "application/json" : "application/problem+json");
        if (s->err == PL_ERR_UNAUTHORIZED)
            assert_string_equal(header("WWW-Authenticate"), strstr(body.data, "\"success\"") ? "X-API-KEY" : "Bearer");
        else
            assert_null(header("WWW-Authenticate"));
    }
}

/* Programs written for POSPal's licensing API: nothing else may stand in their refusals, and a broken database is no bad license. */
static const shape_sample pospal_samples[] = {
    {"/validate-unified", PL_ERR_MALFORMED, "x",
     "\"error\":{\"code\":\"INVALID_REQUEST_FORMAT\",\"message\":[\"Request body must be a JSON object\"],\"category\":"
     "\"authentication\",\"severity\":\"low\",\"retryable\":false},\"metadata\":{"},
    {"/validate-unified", PL_ERR_METHOD, NULL, "\"message\":\"Method not allowed\""},
    {"/validate-unified", PL_ERR_NOT_FOUND, NULL, "{\"error\":\"Not found\"}"},
    {"/validate", PL_ERR_TOO_LARGE, "too much", "{\"success\":false,\"error\":\"too much\",\"errorCode\":\"REQUEST_TOO_LARGE\""},
    {"/session/start", PL_ERR_RATE_LIMITED, NULL, "\"code\":\"RATE_LIMIT\",\"retryAfter\":10}"},
    {"/webhook", PL_ERR_MALFORMED, NULL, "{\"error\":\"Request body must be a JSON object\",\"code\":"},
    {"/validate", PL_ERR_DATABASE, "secret.db", "{\"success\":false,\"offline\":true,"},
    {"/validate-unified", PL_ERR_CLOCK, "secret.db", "\"fallbackData\":{\"lastKnownStatus\":\"unknown\""},
    {"/customer-portal", PL_ERR_INTERNAL, "secret.db", "{\"error\":\"Internal error\""},
};

static void programs_of_pospals_api_read_its_shapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pospal_samples / sizeof *pospal_samples; i++) {
        const shape_sample *s = &pospal_samples[i];
        http_failure_t failure = {s->err, s->detail, "id-1", "POST, OPTIONS", 0, NULL, s->path, true, INT64_C(1790000000123)};

        memset(&reply, 0, sizeof reply);
        http_reply_problem(&reply, &failure, &body);
        if (!strstr(body.data, s->part))
            fail_msg("%s: %s", s->path, body.data);
        assert_null(strstr(body.data, "secret.db"));
        assert_string_equal(header("Content-Type"), "application/json");
        assert_string_equal(header("Cache-Control"), "no-cache, no-store, must-revalidate");
        if (reply.status == 503)
            assert_string_equal(header("Retry-After"), "30");
    }
}

static void a_path_that_is_not_there_has_their_shape_where_the_host_is_theirs(void **state)
{
    http_failure_t failure = {PL_ERR_NOT_FOUND, NULL, "id-1", NULL, 0, NULL, "/nowhere", true, 0};

    (void)state;
    http_reply_problem(&reply, &failure, &body);
    assert_string_equal(body.data, "{\"error\":\"Not found\"}");
    failure.is_facade = false;
    http_reply_problem(&reply, &failure, &body);
    assert_non_null(strstr(body.data, "\"not_found\""));
}

static void members_at_fault_stand_in_the_error_too_and_in_no_other_refusal(void **state)
{
    fault_t third = {NULL, "code", "not here"};
    fault_t second = {&third, "seats", "not 7"};
    fault_t first = {&second, "seats", "1 to 10"};
    http_failure_t failure = {
        PL_ERR_INVALID, "seats: 1 to 10", "id-1", NULL, 0, &first, "/api/v1/brand/licenses/provision", false, 0};

    (void)state;
    http_reply_problem(&reply, &failure, &body);
    assert_non_null(
        strstr(body.data, "\"error\":{\"code\":\"VALIDATION_ERROR\",\"message\":\"seats: 1 to 10\",\"seats\":[\"1 to 10\"]}"));
    failure.path = "/api/v1/licenses";
    http_reply_problem(&reply, &failure, &body);
    assert_non_null(strstr(body.data, "\"message\":\"code [not here]\""));
    failure.err = PL_ERR_UNKNOWN_KEY;
    failure.path = "/api/v1/product/activate";
    http_reply_problem(&reply, &failure, &body);
    assert_null(strstr(body.data, "not 7"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lists_every_member_at_fault, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_refusal_is_a_problem_document_with_its_detail, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_broke_inside_is_not_told_to_strangers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_when_to_come_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_what_a_path_allows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_family_of_paths_has_its_shape, set_up, tear_down),
        cmocka_unit_test_setup_teardown(programs_of_pospals_api_read_its_shapes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_path_that_is_not_there_has_their_shape_where_the_host_is_theirs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(members_at_fault_stand_in_the_error_too_and_in_no_other_refusal, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
