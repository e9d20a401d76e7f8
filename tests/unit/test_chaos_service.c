/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests and replies of the chaos server, without HTTP. What the library makes of them is in tests/integration/license_chaos.sh.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "chaos/service.h"
#include "wire/beat.h"

static int set_up(void **state)
{
    service *s = malloc(sizeof *s);

    if (!s || service_init(s, "till", NULL, 7))
        return -1;
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    service_reset(*state);
    free(*state);
    return 0;
}

static service_reply ask(service *s, const char *method, const char *path, const char *body)
{
    service_request request = {method, path, pl_span_text(body)};
    service_reply reply;

    service_answer(s, &request, &reply);
    return reply;
}

/* GET /livez with one fault on. */
static service_reply ask_with(service *s, const char *fault_text)
{
    assert_int_equal(service_command(s, "clear"), PL_OK);
    assert_int_equal(service_command(s, fault_text), PL_OK);
    return ask(s, "GET", "/livez", "");
}

static void expect_body(service_reply *reply, const char *part)
{
    if (!reply->body.data || !strstr(reply->body.data, part))
        fail_msg("\"%s\" is not in %s", part, reply->body.data ? reply->body.data : "nothing");
    service_reply_reset(reply);
}

static void refuses_products_and_keys_that_can_be_none(void **state)
{
    static const struct {
        const char *product, *key;
    } rows[] = {{"", NULL}, {"Till", NULL}, {"a b", NULL}, {"till", ""}, {"till", "a\nb"}};
    service *s = malloc(sizeof *s);

    (void)state;
    assert_non_null(s);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(service_init(s, rows[i].product, rows[i].key, 1), PL_ERR_INVALID);
    assert_int_equal(service_init(s, "till", "K-1", 1), PL_OK);
    assert_string_equal(s->keys[0], "K-1");
    service_reset(s);
    free(s);
}

static void knows_its_routes_and_no_others(void **state)
{
    service_reply reply = ask(*state, "GET", "/livez", "");

    assert_int_equal(reply.status, 200);
    expect_body(&reply, "\"ok\"");
    reply = ask(*state, "GET", "/api/v1/device/keyset", "");
    expect_body(&reply, "{\"keyset\":\"ey");
    reply = ask(*state, "GET", "/api/v1/device/validate", "");
    assert_int_equal(reply.status, 404);
    expect_body(&reply, "not_found");
    reply = ask(*state, "POST", "/api/v1/device/validate", "{}");
    assert_int_equal(reply.status, 400);
    expect_body(&reply, "invalid_request");
    reply = ask(*state, "POST", "/api/v1/device/session/begin", "{}");
    assert_int_equal(reply.status, 404);
    expect_body(&reply, "not_found");
    reply = ask(*state, "DELETE", "/chaos", "");
    assert_int_equal(reply.status, 405);
    expect_body(&reply, "method_not_allowed");
}

static void answers_what_a_device_can_ask(void **state)
{
    static const char *const paths[] = {PL_BEAT_PATH, "/api/v1/device/session/start", "/api/v1/device/usage",
                                        "/api/v1/device/trial", "/api/v1/device/release-check"};

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        service_reply reply = ask(*state, "POST", paths[i], "{}");

        assert_int_equal(reply.status, 400);
        expect_body(&reply, "invalid_request");
        reply = ask(*state, "GET", paths[i], "");
        assert_int_equal(reply.status, 404);
        service_reply_reset(&reply);
    }
}

static void says_what_the_line_does_to_a_reply(void **state)
{
    service_reply reply = ask_with(*state, "latency=250");

    assert_int_equal(reply.delay_ms, 250);
    service_reply_reset(&reply);
    reply = ask_with(*state, "cut=3");
    assert_int_equal(reply.cut_at, 3);
    service_reply_reset(&reply);
    reply = ask_with(*state, "slow-body=10");
    assert_int_equal(reply.bytes_s, 10);
    assert_int_equal(reply.cut_at, -1);
    service_reply_reset(&reply);
    reply = ask_with(*state, "offline");
    assert_true(reply.closes);
    service_reply_reset(&reply);
}

static void says_what_answers_in_its_place(void **state)
{
    service_reply reply = ask_with(*state, "5xx=502");

    assert_int_equal(reply.status, 502);
    expect_body(&reply, "internal_error");
    reply = ask_with(*state, "html");
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.content_type, "text/html; charset=utf-8");
    expect_body(&reply, "<html>");
    reply = ask_with(*state, "redirect");
    assert_int_equal(reply.status, 302);
    assert_non_null(reply.location);
    service_reply_reset(&reply);
    reply = ask_with(*state, "unsigned-denial");
    expect_body(&reply, "REVOKED");
}

static void leaves_the_control_route_alone(void **state)
{
    service_reply reply = ask_with(*state, "offline");

    service_reply_reset(&reply);
    reply = ask(*state, "POST", "/chaos", "{\"fault\":\"offline\",\"on\":false}");
    assert_false(reply.closes);
    expect_body(&reply, "{\"fault\":\"offline\",\"on\":false,\"probability\":1.0000,\"applied\":1}");
    reply = ask(*state, "GET", "/livez", "");
    assert_false(reply.closes);
    service_reply_reset(&reply);
}

static void refuses_changes_that_say_nothing(void **state)
{
    static const char *const rows[] = {
        "",
        "{}",
        "[]",
        "{\"fault\":7}",
        "{\"fault\":\"late\"}",
        "{\"fault\":\"latency\",\"value\":\"much\"}",
        "{\"fault\":\"latency\",\"value\":-1}",
        "{\"fault\":\"html\",\"percent\":101}",
        "{\"fault\":\"html\",\"on\":false,\"value\":3}",
        "{\"clear\":false}",
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        service_reply reply = ask(*state, "POST", "/chaos", rows[i]);

        assert_int_equal(reply.status, 400);
        service_reply_reset(&reply);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_products_and_keys_that_can_be_none),
        cmocka_unit_test_setup_teardown(knows_its_routes_and_no_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(answers_what_a_device_can_ask, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_what_the_line_does_to_a_reply, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_what_answers_in_its_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(leaves_the_control_route_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_changes_that_say_nothing, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
