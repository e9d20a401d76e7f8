/* SPDX-License-Identifier: Apache-2.0
 *
 * A running server as HTTP sees it: connections, methods, limits, malformed requests, the operators' routes, stopping.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "crypto/crypto.h"
#include "support/http_client.h"
#include "support/server_process.h"
#include "token/jwk.h"
#include "token/keyring.h"

enum { DRIPS = 100, DRIP_MS = 100 };

static const char *program;
static server_t server;
static http_response_t response;

static int set_up(void **state)
{
    (void)state;
    return !pl_crypto_ready() && server_create(&server, program, "1") && server_start(&server, NULL) ? 0 : -1;
}

static int tear_down(void **state)
{
    int code;

    (void)state;
    code = server_stop(&server);
    server_remove(&server);
    return code;
}

/* What raw bytes on a new connection get; 0: nothing. */
static int status_of(const char *text)
{
    http_client_t client;
    int status;

    assert_true(http_open(&client, server.port));
    assert_true(http_send_text(&client, text));
    status = http_receive(&client, strncmp(text, "HEAD", 4) == 0, &response) ? response.status : 0;
    http_close(&client);
    return status;
}

static void operators_see_how_it_is(void **state)
{
    (void)state;
    assert_true(http_get(server.port, "/livez", &response));
    assert_string_equal(response.body, "{\"status\":\"ok\"}");
    assert_true(http_get(server.port, "/readyz", &response));
    assert_int_equal(response.status, 200);
    assert_true(http_get(server.port, "/health", &response));
    assert_int_equal(response.status, 200);
    assert_non_null(strstr(response.body, "\"database\":{\"status\":\"ok\",\"response_us\":"));
}

static void public_keys_are_to_be_had_by_brand(void **state)
{
    pl_jwk keys[PL_JWKS_KEYS_MAX];
    size_t count = PL_JWKS_KEYS_MAX;

    (void)state;
    assert_true(http_get(server.port, "/.well-known/jwks.json?brand=acme", &response));
    assert_int_equal(response.status, 200);
    assert_int_equal(pl_jwks_parse(pl_span_of(response.body, response.body_size), keys, &count), PL_OK);
    assert_int_equal(count, 4); /* two roots, one answer key, one license key */
    assert_true(http_get(server.port, "/.well-known/jwks.json?brand=nobody", &response));
    assert_int_equal(response.status, 404);
}

static int status_of_keys(const server_t *of, const char *query)
{
    char path[128];

    (void)snprintf(path, sizeof path, "/.well-known/jwks.json%s", query);
    assert_true(http_get(of->port, path, &response));
    return response.status;
}

/* Keys of several brands in one set would verify one brand's license as another's. */
static void public_keys_of_several_brands_are_never_mixed(void **state)
{
    const char *const add[] = {"brand", "add", "--name", "Other", "--slug", "other", NULL};
    static command_result_t result;
    char query[PL_KID_SIZE + 32];
    pl_roots roots;
    server_t both;

    (void)state;
    assert_int_equal(status_of_keys(&server, ""), 200); /* there is one brand only */
    assert_true(server_create(&both, program, "1"));
    server_command(&both, add, &result);
    assert_int_equal(result.code, 0);
    assert_true(server_start(&both, NULL));
    assert_int_equal(status_of_keys(&both, ""), 400);
    assert_non_null(strstr(response.body, "several brands"));
    assert_int_equal(pl_roots_parse(pl_span_text(both.roots), &roots), PL_OK);
    (void)snprintf(query, sizeof query, "?root=%s", roots.keys[0].kid);
    assert_int_equal(status_of_keys(&both, query), 200);
    assert_non_null(strstr(response.body, roots.keys[0].kid));
    assert_int_equal(status_of_keys(&both, "?brand=acme"), 200);
    assert_non_null(strstr(response.body, roots.keys[0].kid));
    assert_int_equal(status_of_keys(&both, "?brand=other"), 200);
    assert_null(strstr(response.body, roots.keys[0].kid));
    (void)snprintf(query, sizeof query, "?brand=acme&root=%s", roots.keys[0].kid);
    assert_int_equal(status_of_keys(&both, query), 400);
    assert_int_equal(status_of_keys(&both, "?root=AAAA"), 404);
    assert_int_equal(server_stop(&both), 0);
    server_remove(&both);
}

static void one_connection_carries_many_requests(void **state)
{
    http_client_t client;

    (void)state;
    assert_true(http_open(&client, server.port));
    for (int i = 0; i < 20; i++) {
        assert_true(http_send_text(&client, "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"));
        assert_true(http_receive(&client, false, &response));
        assert_int_equal(response.status, 200);
    }
    http_close(&client);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    http_client_t client;
    char id[64];

    (void)state;
    assert_true(http_open(&client, server.port));
    assert_true(http_send_text(&client, "GET /livez HTTP/1.1\r\nHost: a\r\nX-Request-Id: one\r\n\r\n"
                                        "POST /api/v1/device/activate HTTP/1.1\r\nHost: a\r\nX-Request-Id: two\r\n"
                                        "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
                                        "GET /health HTTP/1.1\r\nHost: a\r\nX-Request-Id: three\r\n\r\n"));
    for (size_t i = 0; i < 3; i++) {
        static const char *const ids[] = {"one", "two", "three"};
        static const int statuses[] = {200, 400, 200};

        assert_true(http_receive(&client, false, &response));
        assert_int_equal(response.status, statuses[i]);
        assert_true(http_header(&response, "X-Request-Id", id, sizeof id));
        assert_string_equal(id, ids[i]);
    }
    http_close(&client);
}

static void heads_options_and_wrong_methods_are_answered(void **state)
{
    char allow[64];

    (void)state;
    assert_int_equal(status_of("HEAD /livez HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
    assert_int_equal(status_of("OPTIONS /api/v1/device/validate HTTP/1.1\r\nHost: a\r\n\r\n"), 204);
    assert_true(http_header(&response, "Allow", allow, sizeof allow));
    assert_string_equal(allow, "POST, OPTIONS");
    assert_int_equal(status_of("GET /api/v1/device/validate HTTP/1.1\r\nHost: a\r\n\r\n"), 405);
    assert_true(http_header(&response, "Allow", allow, sizeof allow));
    assert_int_equal(status_of("DELETE /livez HTTP/1.1\r\nHost: a\r\n\r\n"), 405);
    assert_int_equal(status_of("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"), 404);
    assert_int_equal(status_of("GET /livez/ HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
    assert_int_equal(status_of("GET /livez%00 HTTP/1.1\r\nHost: a\r\n\r\n"), 404);
    assert_int_equal(status_of("GET /livez%00/x HTTP/1.1\r\nHost: a\r\n\r\n"), 404);
    assert_int_equal(status_of("GET /live%7A HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
    assert_int_equal(status_of("GET /livez// HTTP/1.1\r\nHost: a\r\n\r\n"), 404);
}

static void oversize_is_refused_before_it_is_read(void **state)
{
    (void)state;
    assert_int_equal(status_of("POST /api/v1/device/validate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                               "Content-Length: 8193\r\n\r\n"),
                     413);
    assert_int_equal(status_of("POST /api/v1/device/validate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                               "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
                     400);
    assert_int_equal(status_of("POST /api/v1/device/validate HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n"
                               "Content-Length: 2\r\n\r\n{}"),
                     415);
}

static void a_chunked_body_has_the_same_limit(void **state)
{
    http_client_t client;
    char chunk[4096 + 8];

    (void)state;
    assert_true(http_open(&client, server.port));
    assert_true(http_send_text(&client, "POST /api/v1/device/validate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                                        "Transfer-Encoding: chunked\r\n\r\n"));
    memset(chunk, 'x', sizeof chunk);
    memcpy(chunk, "1000\r\n", 6);
    memcpy(chunk + sizeof chunk - 2, "\r\n", 2);
    for (int i = 0; i < 20; i++)
        assert_true(http_send(&client, chunk, sizeof chunk));
    assert_true(http_send_text(&client, "0\r\n\r\n"));
    assert_true(http_receive(&client, false, &response));
    assert_int_equal(response.status, 413);
    http_close(&client);
}

/* Whatever comes, the server answers with a refusal or closes, and serves the next one. */
static void garbage_harms_nobody(void **state)
{
    static const char *const garbage[] = {
        "\r\n\r\n",
        "GET\r\n\r\n",
        "GET /livez HTTP/9.9\r\nHost: a\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        "POST /api/v1/device/validate HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /api/v1/device/validate HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999999\r\n\r\n",
        "POST /api/v1/device/validate HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /api/v1/device/validate HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++) {
        http_client_t client;

        assert_true(http_open(&client, server.port));
        (void)http_send_text(&client, garbage[i]);
        http_end(&client);
        if (http_receive(&client, false, &response))
            assert_in_range(response.status, 400, 505);
        http_close(&client);
        assert_int_equal(status_of("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
    }
}

static void a_head_that_never_ends_is_bounded(void **state)
{
    http_client_t client;
    bool goes_on = true;

    (void)state;
    assert_true(http_open(&client, server.port));
    goes_on = http_send_text(&client, "GET /livez HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; goes_on && i < 2000; i++)
        goes_on = http_send_text(&client, "X-Padding: 0123456789012345678901234567890123456789\r\n");
    if (http_receive(&client, false, &response))
        assert_in_range(response.status, 400, 499);
    http_close(&client);
}

/* Sends a byte of text every tenth of a second, never idle, and says how many were sent until the server had enough. */
static int drip(int port, const char *begin, const char *text)
{
    http_client_t client;
    int sent = 0;
    bool is_cut = false;

    assert_true(http_open(&client, port));
    assert_true(http_send_text(&client, begin));
    while (!is_cut && sent < DRIPS) {
        struct pollfd end = {client.fd, POLLIN, 0};

        is_cut = poll(&end, 1, DRIP_MS) == 1 || !http_send(&client, &text[(size_t)sent % strlen(text)], 1);
        sent++;
    }
    http_close(&client);
    return sent;
}

static void who_sends_drop_by_drop_is_cut_off(void **state)
{
    const char *const words[] = {"--timeout-s", "1", NULL};
    server_t other;

    (void)state;
    assert_true(server_create(&other, program, "1"));
    assert_true(server_start(&other, words));
    assert_true(drip(other.port, "GET /livez HTTP/1.1\r\n", "X-Header: value\r\n") < DRIPS);
    assert_true(drip(other.port, "POST /api/v1/device/validate HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n", "{") <
                DRIPS);
    assert_true(drip(other.port, "POST /api/v1/device/validate HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                     "1\r\n{\r\n") < DRIPS);
    assert_true(http_get(other.port, "/livez", &response));
    assert_int_equal(response.status, 200);
    assert_int_equal(server_stop(&other), 0);
    server_remove(&other);
}

/* Many more than workers and queue: each is answered, and those for whom there is no room hear when to come back. */
static void a_crowd_that_asks_for_health_is_served_or_sent_away(void **state)
{
    enum { CROWD = 200 };
    static http_client_t clients[CROWD];
    int served = 0;

    (void)state;
    for (int i = 0; i < CROWD; i++)
        assert_true(http_open(&clients[i], server.port));
    for (int i = 0; i < CROWD; i++)
        assert_true(http_send_text(&clients[i], "GET /health HTTP/1.1\r\nHost: a\r\n\r\n"));
    for (int i = 0; i < CROWD; i++) {
        char wait[16];

        assert_true(http_receive(&clients[i], false, &response));
        served += response.status == 200;
        if (response.status != 200) {
            assert_int_equal(response.status, 503);
            assert_non_null(strstr(response.body, "\"code\":\"overloaded\""));
            assert_true(http_header(&response, "Retry-After", wait, sizeof wait));
        }
        http_close(&clients[i]);
    }
    assert_true(served > 0);
}

static void request_ids_are_echoed_or_made(void **state)
{
    char id[128];

    (void)state;
    assert_int_equal(status_of("GET /livez HTTP/1.1\r\nHost: a\r\nX-Request-Id: shop-12.till_3\r\n\r\n"), 200);
    assert_true(http_header(&response, "X-Request-Id", id, sizeof id));
    assert_string_equal(id, "shop-12.till_3");
    assert_int_equal(status_of("GET /nothing HTTP/1.1\r\nHost: a\r\nX-Request-Id: <script>\r\n\r\n"), 404);
    assert_true(http_header(&response, "X-Request-Id", id, sizeof id));
    assert_null(strstr(id, "script"));
    assert_non_null(strstr(response.body, id));
}

static void stopping_waits_for_nobody_who_is_idle(void **state)
{
    server_t other;
    http_client_t client;

    (void)state;
    assert_true(server_create(&other, program, "1"));
    assert_true(server_start(&other, NULL));
    assert_true(http_open(&client, other.port));
    assert_true(http_send_text(&client, "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_true(http_receive(&client, false, &response));
    assert_int_equal(server_stop(&other), 0);
    assert_true(http_is_closed(&client));
    http_close(&client);
    server_remove(&other);
}

static void two_servers_share_neither_port_nor_directory(void **state)
{
    static command_result_t result;
    server_t other;
    char address[32];
    const char *const same_port[] = {"serve", "--data", other.data, "--listen", address, "--loops", "2", NULL};
    const char *const same_directory[] = {"serve", "--data", server.data, "--listen", "127.0.0.1:0", NULL};

    (void)state;
    assert_true(server_create(&other, program, "1"));
    (void)snprintf(address, sizeof address, "127.0.0.1:%d", server.port);
    command_run(program, same_port, &result);
    assert_int_equal(result.code, 4);
    assert_non_null(strstr(result.err, "in use"));
    if (!server.db[0]) { /* SQLite's; on PostgreSQL several servers are as good as one, see test_server_shared.c */
        command_run(program, same_directory, &result);
        assert_int_equal(result.code, 5);
    }
    server_remove(&other);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_see_how_it_is),
        cmocka_unit_test(public_keys_are_to_be_had_by_brand),
        cmocka_unit_test(public_keys_of_several_brands_are_never_mixed),
        cmocka_unit_test(one_connection_carries_many_requests),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(heads_options_and_wrong_methods_are_answered),
        cmocka_unit_test(oversize_is_refused_before_it_is_read),
        cmocka_unit_test(a_chunked_body_has_the_same_limit),
        cmocka_unit_test(garbage_harms_nobody),
        cmocka_unit_test(a_head_that_never_ends_is_bounded),
        cmocka_unit_test(who_sends_drop_by_drop_is_cut_off),
        cmocka_unit_test(a_crowd_that_asks_for_health_is_served_or_sent_away),
        cmocka_unit_test(request_ids_are_echoed_or_made),
        cmocka_unit_test(stopping_waits_for_nobody_who_is_idle),
        cmocka_unit_test(two_servers_share_neither_port_nor_directory),
    };

    if (argc != 2)
        return 2;
    program = argv[1];
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
