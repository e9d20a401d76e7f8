/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/http/exchange.c, with routes that need no database; those that do are in tests/integration.
 */
#include "http/exchange.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "crypto/crypto.h"

enum { BODY_MAX = 16 };

static pl_err parse_echo(const api_t *api, const request_t *request, void **in)
{
    (void)api;
    if (pl_span_is(request->body, "bad"))
        return pl_fail(PL_ERR_INVALID, "body: is bad");
    *in = pl_arena_text(request->arena, request->body);
    return *in ? PL_OK : PL_ERR_MEMORY;
}

static pl_err reply_echo(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    (void)api;
    (void)arena;
    (void)out;
    pl_buf_add_text(reply->body, in);
    if (pl_span_is(pl_buf_span(reply->body), "unsigned"))
        return pl_fail(PL_ERR_STATE, "no key");
    reply->is_refusal = pl_span_is(pl_buf_span(reply->body), "refused");
    return reply->is_refusal && reply->is_tired ? PL_ERR_RATE_LIMITED : PL_OK;
}

static pl_err reply_fixed(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    (void)api;
    (void)arena;
    (void)in;
    (void)out;
    pl_buf_add_text(reply->body, "fixed");
    return PL_OK;
}

static const char built_in[] = "built in";

static pl_err reply_built_in(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    (void)api;
    (void)arena;
    (void)in;
    (void)out;
    reply->constant = pl_span_text(built_in);
    return PL_OK;
}

static const endpoint_t echo = {parse_echo, NULL, reply_echo, NULL};
static const endpoint_t fixed = {NULL, NULL, reply_fixed, NULL};
static const endpoint_t constant = {NULL, NULL, reply_built_in, NULL};
static const route_t table[] = {
    {METHOD_POST, "/echo", ROLE_DEVICE, RATE_DEVICE, KIND_MEMORY, BODY_MAX, &echo, NULL},
    {METHOD_GET, "/fixed", ROLE_PUBLIC, RATE_NONE, KIND_MEMORY, 0, &fixed, NULL},
    {METHOD_GET, "/built-in", ROLE_PUBLIC, RATE_NONE, KIND_MEMORY, 0, &constant, NULL},
};

static journal_t journal = {.fd = -1, .level = PL_LOG_INFO};
static engine_t engine;
static loop_t loop;

static void read_clock(void *context, pl_time *now)
{
    (void)context;
    now->wall_ms = 1;
}

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(pl_crypto_ready(), PL_OK);
    memset(&engine, 0, sizeof engine);
    journal.clock.read = read_clock;
    engine.routes.routes = table;
    engine.routes.count = sizeof table / sizeof *table;
    engine.journal = &journal;
    engine.body_timeout_ms = 10000;
    engine.refusals_per_minute = 3;
    return loop_init(&loop, &engine, NULL);
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(loop.open, 0);
    loop_reset(&loop);
    return 0;
}

static exchange_head_t post_head(void)
{
    exchange_head_t head = {.method = "POST", .path = "/echo", .content_type = "application/json"};

    return head;
}

static const char *header(const http_reply_t *reply, const char *name)
{
    for (size_t i = 0; i < reply->header_count; i++)
        if (strcmp(reply->headers[i].name, name) == 0)
            return reply->headers[i].value;
    return NULL;
}

/* The status of a request whose head alone decides. */
static int decided_status(const exchange_head_t *head)
{
    exchange_t *exchange = exchange_open(&loop, head);
    int status;

    assert_non_null(exchange);
    assert_true(exchange_is_decided(exchange));
    status = exchange_reply(exchange)->status;
    exchange_close(exchange);
    return status;
}

/* The status of a whole request; the body of the reply into text. */
static int status_of(const exchange_head_t *head, const char *body, char text[64])
{
    exchange_t *exchange = exchange_open(&loop, head);
    const http_reply_t *reply;
    int status;

    assert_non_null(exchange);
    if (!exchange_is_decided(exchange))
        assert_true(exchange_add_body(exchange, body, strlen(body)));
    exchange_run(exchange);
    reply = exchange_reply(exchange);
    status = reply->status;
    memset(text, 0, 64);
    memcpy(text, reply->body.data, reply->body.size < 63 ? reply->body.size : 63);
    exchange_close(exchange);
    return status;
}

static void parses_and_replies(void **state)
{
    exchange_head_t head = post_head();
    char text[64];

    (void)state;
    assert_int_equal(status_of(&head, "hello", text), 200);
    assert_string_equal(text, "hello");
    head.content_type = "application/json; charset=utf-8";
    assert_int_equal(status_of(&head, "", text), 200);
    assert_string_equal(text, "");
}

/* Many may fetch it at once, slowly: no request holds a copy. */
static void what_is_built_in_is_sent_from_where_it_is(void **state)
{
    exchange_head_t head = {.method = "GET", .path = "/built-in"};
    exchange_t *exchange = exchange_open(&loop, &head);
    const http_reply_t *reply;

    (void)state;
    assert_non_null(exchange);
    exchange_run(exchange);
    reply = exchange_reply(exchange);
    assert_int_equal(reply->status, 200);
    assert_ptr_equal(reply->body.data, built_in);
    assert_int_equal(reply->body.size, sizeof built_in - 1);
    exchange_close(exchange);
}

static void the_head_alone_decides_what_it_can(void **state)
{
    exchange_head_t head = post_head();

    (void)state;
    head.path = "/nothing";
    assert_int_equal(decided_status(&head), 404);
    head = post_head();
    head.method = "PUT";
    assert_int_equal(decided_status(&head), 405);
    head = post_head();
    head.content_type = "text/plain";
    assert_int_equal(decided_status(&head), 415);
    head.content_type = "application/jsonp";
    assert_int_equal(decided_status(&head), 415);
    head = post_head();
    head.content_length = "17";
    assert_int_equal(decided_status(&head), 413);
    head.content_length = "99999999999999999999999";
    assert_int_equal(decided_status(&head), 413);
    head.content_length = "16";
    head.has_two_lengths = true;
    assert_int_equal(decided_status(&head), 400);
    head.has_two_lengths = false;
    head.transfer_encoding = "chunked";
    assert_int_equal(decided_status(&head), 400);
    head = (exchange_head_t){.method = "GET", .path = "/fixed", .content_length = "1"};
    assert_int_equal(decided_status(&head), 413);
}

static void options_says_what_is_allowed(void **state)
{
    exchange_head_t head = {.method = "OPTIONS", .path = "/fixed"};
    exchange_t *exchange = exchange_open(&loop, &head);
    const http_reply_t *reply = exchange_reply(exchange);

    (void)state;
    assert_int_equal(reply->status, 204);
    assert_int_equal(reply->body.size, 0);
    assert_string_equal(header(reply, "Allow"), "GET, HEAD, OPTIONS");
    exchange_close(exchange);
}

static void a_body_in_pieces_has_the_same_limit(void **state)
{
    exchange_head_t head = post_head();
    exchange_t *exchange = exchange_open(&loop, &head);
    static char piece[64 * 1024];
    bool goes_on = true;

    (void)state;
    head.transfer_encoding = "chunked";
    assert_true(exchange_add_body(exchange, piece, BODY_MAX));
    assert_false(exchange_is_decided(exchange));
    assert_true(exchange_add_body(exchange, piece, 1));
    exchange_run(exchange);
    assert_int_equal(exchange_reply(exchange)->status, 413);
    for (int i = 0; goes_on && i < 100; i++)
        goes_on = exchange_add_body(exchange, piece, sizeof piece);
    assert_false(goes_on); /* nobody reads for ever what nobody wants */
    exchange_close(exchange);
}

static void a_body_that_takes_too_long_is_cut(void **state)
{
    exchange_head_t head = post_head();
    exchange_t *exchange = exchange_open(&loop, &head);

    (void)state;
    assert_true(exchange_add_body(exchange, "a", 1));
    engine.body_timeout_ms = -1;
    assert_false(exchange_add_body(exchange, "b", 1));
    exchange_close(exchange);
}

static void failures_become_problem_documents(void **state)
{
    exchange_head_t head = post_head();
    char text[64];

    (void)state;
    assert_int_equal(status_of(&head, "bad", text), 400);
    assert_int_equal(status_of(&head, "unsigned", text), 409);
    assert_null(strstr(text, "unsigned"));
}

static void keeps_a_good_request_id_and_replaces_a_bad_one(void **state)
{
    exchange_head_t head = {.method = "GET", .path = "/fixed", .request_id = "till-7"};
    exchange_t *exchange = exchange_open(&loop, &head);

    (void)state;
    exchange_run(exchange);
    assert_string_equal(header(exchange_reply(exchange), "X-Request-Id"), "till-7");
    exchange_close(exchange);
    head.request_id = "till\r\n7";
    exchange = exchange_open(&loop, &head);
    assert_true(request_id_is_valid(exchange->id));
    exchange_close(exchange);
}

static void an_address_of_refusals_hears_no_more_of_them_and_the_others_there_are_served(void **state)
{
    exchange_head_t head = post_head();
    char text[64];

    (void)state;
    head.address[0] = 1;
    for (int i = 0; i < 3; i++)
        assert_int_equal(status_of(&head, "refused", text), 200);
    assert_int_equal(status_of(&head, "refused", text), 429);
    assert_null(strstr(text, "refused\""));
    assert_int_equal(status_of(&head, "bad", text), 429);
    assert_int_equal(status_of(&head, "hello", text), 200);
    assert_string_equal(text, "hello");
    head.address[0] = 2;
    assert_int_equal(status_of(&head, "bad", text), 400);
}

static void a_flood_of_refusals_is_not_even_read(void **state)
{
    exchange_head_t head = post_head();
    char text[64];

    (void)state;
    for (int i = 0; i < 3 * LIMITER_FLOOD; i++)
        (void)status_of(&head, "refused", text);
    assert_int_equal(decided_status(&head), 429);
    head.address[0] = 2;
    assert_int_equal(status_of(&head, "hello", text), 200);
}

static void behind_the_proxy_each_client_counts_for_itself(void **state)
{
    exchange_head_t head = post_head();
    char text[64];

    (void)state;
    memset(head.address + 10, 0xff, 2); /* IPv4 */
    memset(engine.proxy + 10, 0xff, 2);
    for (int trusted = 0; trusted < 2; trusted++) {
        engine.has_proxy = trusted;
        head.address[15] = engine.proxy[15] = (uint8_t)(trusted + 1);
        head.forwarded_for = "10.0.0.1, 10.0.0.2";
        for (int i = 0; i < 3; i++)
            assert_int_equal(status_of(&head, "bad", text), 400);
        assert_int_equal(status_of(&head, "bad", text), 429);
        head.forwarded_for = "10.0.0.1, 10.0.0.3";
        assert_int_equal(status_of(&head, "bad", text), trusted ? 400 : 429);
        head.address[15] = 9; /* not the proxy: its word counts for nothing */
        head.forwarded_for = "10.0.0.1, 10.0.0.2";
        assert_int_equal(status_of(&head, "hello", text), 200);
        assert_int_equal(status_of(&head, "bad", text), 400);
    }
}

static void nothing_of_a_request_is_left_for_the_next(void **state)
{
    exchange_head_t head = post_head();
    exchange_t *exchange;
    char text[64];

    (void)state;
    assert_int_equal(status_of(&head, "secret", text), 200);
    exchange = exchange_open(&loop, &head);
    assert_int_equal(loop.spare_count, 0);
    assert_int_equal(exchange->body.size, 0);
    assert_memory_not_equal(exchange->body.data, "secret", 6);
    assert_null(exchange->in);
    exchange_close(exchange);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(parses_and_replies, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_built_in_is_sent_from_where_it_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_head_alone_decides_what_it_can, set_up, tear_down),
        cmocka_unit_test_setup_teardown(options_says_what_is_allowed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_body_in_pieces_has_the_same_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_body_that_takes_too_long_is_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(failures_become_problem_documents, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeps_a_good_request_id_and_replaces_a_bad_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_address_of_refusals_hears_no_more_of_them_and_the_others_there_are_served, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_flood_of_refusals_is_not_even_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(behind_the_proxy_each_client_counts_for_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_of_a_request_is_left_for_the_next, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
