/* SPDX-License-Identifier: Apache-2.0
 *
 * What every pl_transport owes its callers, run against the curl transport: once linked, once loaded at run time. What is special to
 * libcurl (TLS, proxies, its error texts) is in tests/unit/test_transport_curl.c.
 */
#include "transport/transport.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/clock.h"
#include "platform/thread.h"
#include "support/loopback.h"
#include "transport/retry.h"
#include "wire/device_reply.h"

enum { LONG_MS = 60000, SHORT_MS = 300, CALLERS = 6 };

static const char good[] =
    "HTTP/1.1 200 OK\r\nContent-Type: Application/JSON; charset=utf-8\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    "Content-Length: 14\r\nConnection: close\r\n\r\n{\"answer\":\"x\"}";

typedef struct {
    loopback *server;
    pl_transport *transport;
    pl_exchange_reply reply;
    char url[64];
    int64_t timeout_ms;
    pl_span body;
    pl_err err;
} scene;

static void begin(scene *s, const loopback_reply *replies, size_t count)
{
    memset(s, 0, sizeof *s);
    s->server = loopback_start(replies, count);
    s->transport = pl_transport_curl_new();
    assert_non_null(s->transport);
    snprintf(s->url, sizeof s->url, "http://127.0.0.1:%d/api/x", loopback_port(s->server));
    s->timeout_ms = LONG_MS;
    s->body = pl_span_text("{\"request\":1}");
    pl_exchange_reply_init(&s->reply);
}

static pl_err ask(scene *s)
{
    const pl_exchange exchange = {
        .url = s->url, .body = s->body, .timeout_ms = s->timeout_ms, .proxy = "", .user_agent = "contract/1"};

    pl_exchange_reply_reset(&s->reply);
    return s->err = s->transport->exchange(s->transport, &exchange, &s->reply);
}

static void end(scene *s)
{
    pl_exchange_reply_reset(&s->reply);
    s->transport->free(s->transport);
    loopback_stop(s->server);
}

static pl_err ask_once(const loopback_reply *reply)
{
    scene s;

    begin(&s, reply, 1);
    ask(&s);
    end(&s);
    return s.err;
}

static void a_post_carries_body_and_headers_and_brings_the_reply(void **state)
{
    const loopback_reply reply = {.bytes = good};
    const char *request;
    scene s;

    (void)state;
    begin(&s, &reply, 1);
    assert_int_equal(ask(&s), PL_OK);
    assert_int_equal(s.reply.status, 200);
    assert_string_equal(s.reply.body.data, "{\"answer\":\"x\"}");
    assert_string_equal(s.reply.content_type, "application/json");
    assert_int_equal(s.reply.date_s, 784111777);
    assert_int_equal(s.reply.retry_after_s, -1);
    request = loopback_request(s.server, 0);
    assert_int_equal(strncmp(request, "POST /api/x HTTP/1.1\r\n", 22), 0);
    assert_non_null(strstr(request, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(request, "\r\nUser-Agent: contract/1\r\n"));
    assert_null(strstr(request, "Expect:"));
    assert_non_null(strstr(request, "\r\n\r\n{\"request\":1}"));
    end(&s);
}

static void without_a_body_it_is_a_get(void **state)
{
    const loopback_reply reply = {.bytes = good};
    scene s;

    (void)state;
    begin(&s, &reply, 1);
    s.body = pl_span_text(NULL);
    assert_int_equal(ask(&s), PL_OK);
    assert_int_equal(strncmp(loopback_request(s.server, 0), "GET /api/x HTTP/1.1\r\n", 21), 0);
    assert_null(strstr(loopback_request(s.server, 0), "Content-Type"));
    end(&s);
}

typedef struct {
    const char *bytes;
    int status;
    const char *type;
    const char *location;
    int64_t retry_after_s;
} status_row;

static void any_status_is_a_reply_and_no_redirect_is_followed(void **state)
{
    static const status_row rows[] = {
        {"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/login?x\r\nContent-Length: 0\r\n\r\n", 302, "", "http://127.0.0.1:1",
         -1},
        {"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nno", 503, "", "", 7},
        {"HTTP/1.1 500 Oops\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>", 500, "text/html", "", -1},
        {"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>sign in", 200, "text/html", "", -1},
        {"HTTP/1.1 103 Early\r\nContent-Type: a/b\r\nRetry-After: 9\r\n\r\nHTTP/1.1 204 No\r\n\r\n", 204, "", "", -1},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 200, "", "", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const loopback_reply reply = {.bytes = rows[i].bytes};
        scene s;

        begin(&s, &reply, 1);
        assert_int_equal(ask(&s), PL_OK);
        assert_int_equal(s.reply.status, rows[i].status);
        assert_string_equal(s.reply.content_type, rows[i].type);
        assert_string_equal(s.reply.location, rows[i].location);
        assert_int_equal(s.reply.retry_after_s, rows[i].retry_after_s);
        assert_int_equal(loopback_requests(s.server), 1);
        end(&s);
    }
}

static void a_reply_cut_at_any_byte_is_never_taken_for_a_whole_one(void **state)
{
    loopback_reply reply = {.bytes = good};

    (void)state;
    for (size_t cut = 1; cut < sizeof good - 1; cut++) {
        reply.cut_at = cut;
        reply.resets = cut % 2 == 0;
        assert_int_not_equal(ask_once(&reply), PL_OK);
    }
    reply.cut_at = sizeof good - 2;
    reply.resets = false;
    assert_int_equal(ask_once(&reply), PL_ERR_CUT);
    assert_non_null(strstr(pl_err_detail(), "was cut"));
    assert_int_equal(ask_once(&(loopback_reply){.cuts_at_once = true}), PL_ERR_CUT);
    assert_int_equal(ask_once(&(loopback_reply){.bytes = good, .drips = true}), PL_OK);
}

static void what_speaks_no_http_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(ask_once(&(loopback_reply){.bytes = "SSH-2.0-OpenSSH_9.2\r\n"}), PL_ERR_SERVER);
    assert_non_null(strstr(pl_err_detail(), "does not speak HTTP"));
    assert_int_not_equal(ask_once(&(loopback_reply){.bytes = "HTTP/9.9 abc\r\n\r\n"}), PL_OK);
    assert_int_not_equal(ask_once(&(loopback_reply){.bytes = "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}"}), PL_OK);
}

static char *make_large(size_t size, const char *head)
{
    char *bytes = malloc(strlen(head) + size);

    assert_non_null(bytes);
    memcpy(bytes, head, strlen(head));
    memset(bytes + strlen(head), 'x', size);
    return bytes;
}

static void a_body_beyond_the_limit_is_refused_announced_or_not(void **state)
{
    static const char announced[] = "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n";
    static const char endless[] = "HTTP/1.1 200 OK\r\n\r\n";
    static const char header[] = "HTTP/1.1 200 OK\r\nX-Large: ";
    char *large = make_large(PL_REPLY_MAX + 1, endless);
    char *just = make_large(PL_REPLY_MAX, endless);
    char *headers = make_large(90000, header);

    (void)state;
    assert_int_equal(ask_once(&(loopback_reply){.bytes = announced}), PL_ERR_TOO_LARGE);
    assert_int_equal(ask_once(&(loopback_reply){.bytes = large, .size = sizeof endless - 1 + PL_REPLY_MAX + 1}),
                     PL_ERR_TOO_LARGE);
    assert_int_equal(ask_once(&(loopback_reply){.bytes = just, .size = sizeof endless - 1 + PL_REPLY_MAX}), PL_OK);
    memcpy(headers + sizeof header - 1 + 89996, "\r\n\r\n", 4);
    assert_int_equal(ask_once(&(loopback_reply){.bytes = headers, .size = sizeof header - 1 + 90000}), PL_ERR_TOO_LARGE);
    free(large);
    free(just);
    free(headers);
}

static void a_closed_port_is_offline(void **state)
{
    const loopback_reply reply = {.bytes = good};
    scene s;

    (void)state;
    begin(&s, &reply, 1);
    snprintf(s.url, sizeof s.url, "http://127.0.0.1:%d/", loopback_closed_port());
    assert_int_equal(ask(&s), PL_ERR_OFFLINE);
    assert_non_null(strstr(pl_err_detail(), "refuses the connection"));
    end(&s);
}

static void silence_ends_at_the_time_out(void **state)
{
    static const loopback_reply replies[] = {{.holds = true}, {.bytes = good, .cut_at = 100, .holds = true}};
    int64_t start = pl_clock_monotonic_us();
    scene s;

    (void)state;
    begin(&s, replies, 2);
    s.timeout_ms = SHORT_MS;
    assert_int_equal(ask(&s), PL_ERR_TIMEOUT);
    assert_int_equal(ask(&s), PL_ERR_TIMEOUT);
    assert_true(pl_clock_monotonic_us() - start >= 2 * SHORT_MS * 1000);
    assert_true(pl_clock_monotonic_us() - start < LONG_MS * 1000);
    end(&s);
}

static void ask_in_thread(void *context)
{
    ask(context);
}

static void cancelling_ends_a_running_exchange_and_all_later_ones(void **state)
{
    static const loopback_reply replies[] = {{.holds = true}, {.bytes = good}};
    int64_t start = pl_clock_monotonic_us();
    pl_thread *thread;
    scene s;

    (void)state;
    begin(&s, replies, 2);
    assert_int_equal(pl_thread_start(ask_in_thread, &s, &thread), PL_OK);
    loopback_wait(s.server, 1);
    s.transport->cancel(s.transport);
    pl_thread_join(thread);
    assert_int_equal(s.err, PL_ERR_CLOSED);
    assert_true(pl_clock_monotonic_us() - start < LONG_MS * 1000);
    assert_int_equal(ask(&s), PL_ERR_CLOSED);
    assert_int_equal(loopback_requests(s.server), 1);
    end(&s);
}

static void several_threads_may_exchange_at_once(void **state)
{
    const loopback_reply reply = {.bytes = good};
    pl_thread *threads[CALLERS];
    scene callers[CALLERS];
    scene s;

    (void)state;
    begin(&s, &reply, 1);
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = s;
        assert_int_equal(pl_thread_start(ask_in_thread, &callers[i], &threads[i]), PL_OK);
    }
    for (int i = 0; i < CALLERS; i++) {
        pl_thread_join(threads[i]);
        assert_int_equal(callers[i].err, PL_OK);
        assert_string_equal(callers[i].reply.body.data, "{\"answer\":\"x\"}");
        pl_exchange_reply_reset(&callers[i].reply);
    }
    end(&s);
}

static void a_url_that_is_none_of_http_is_invalid(void **state)
{
    static const char *const urls[] = {"ftp://127.0.0.1/", "file:///etc/passwd", "127.0.0.1", "", "http://"};
    const loopback_reply reply = {.bytes = good};
    scene s;

    (void)state;
    begin(&s, &reply, 1);
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        snprintf(s.url, sizeof s.url, "%s", urls[i]);
        assert_int_equal(ask(&s), PL_ERR_INVALID);
    }
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_post_carries_body_and_headers_and_brings_the_reply),
        cmocka_unit_test(without_a_body_it_is_a_get),
        cmocka_unit_test(any_status_is_a_reply_and_no_redirect_is_followed),
        cmocka_unit_test(a_reply_cut_at_any_byte_is_never_taken_for_a_whole_one),
        cmocka_unit_test(what_speaks_no_http_is_an_error),
        cmocka_unit_test(a_body_beyond_the_limit_is_refused_announced_or_not),
        cmocka_unit_test(a_closed_port_is_offline),
        cmocka_unit_test(silence_ends_at_the_time_out),
        cmocka_unit_test(cancelling_ends_a_running_exchange_and_all_later_ones),
        cmocka_unit_test(several_threads_may_exchange_at_once),
        cmocka_unit_test(a_url_that_is_none_of_http_is_invalid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
