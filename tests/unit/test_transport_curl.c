/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/transport/transport_curl.c, curl_failure.c and curl_loaded.c: loading, TLS, proxies and the details that go with failures. What
 * any transport owes is in tests/contract/test_transport.c.
 */
#include "transport/transport.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/file.h"
#include "support/fail_alloc.h"
#include "support/loopback.h"
#include "support/temp_dir.h"
#include "support/tls_server.h"
#include "transport/retry.h"

enum { LONG_MS = 60000 };

/* A label of 64 characters is refused by the resolver itself: no packet leaves the machine. */
#define NO_HOST "x234567890123456789012345678901234567890123456789012345678901234"

static const char good[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";

static char directory[TEMP_DIR_SIZE];
static char ca_file[TEMP_DIR_SIZE + 16];
static const char *const proxy_variables[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                              "ALL_PROXY",  "no_proxy",    "NO_PROXY"};

static int setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof proxy_variables / sizeof proxy_variables[0]; i++)
        unsetenv(proxy_variables[i]);
    temp_dir_make(directory);
    snprintf(ca_file, sizeof ca_file, "%s/ca.pem", directory);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    temp_dir_remove(directory);
    return 0;
}

static pl_err ask(pl_exchange exchange, int *status)
{
    pl_transport *transport = pl_transport_curl_new();
    pl_exchange_reply reply;
    pl_err err;

    assert_non_null(transport);
    exchange.timeout_ms = LONG_MS;
    pl_exchange_reply_init(&reply);
    err = transport->exchange(transport, &exchange, &reply);
    *status = reply.status;
    pl_exchange_reply_reset(&reply);
    transport->free(transport);
    return err;
}

static void expect_detail(const char *part)
{
    if (!strstr(pl_err_detail(), part))
        fail_msg("\"%s\" is not in the detail: %s", part, pl_err_detail());
}

static bool is_curl_mapped(void)
{
    pl_buf maps;
    bool is_there;

    pl_buf_init(&maps);
    assert_int_equal(pl_fs_system()->read(NULL, "/proc/self/maps", 1 << 22, &maps), PL_OK);
    is_there = strstr(maps.data, "libcurl") != NULL;
    pl_buf_reset(&maps);
    return is_there;
}

/* The first test of all: nothing before it may have made an exchange. */
static void libcurl_is_loaded_by_the_first_exchange_and_not_before(void **state)
{
    pl_transport *transport = pl_transport_curl_new();
    int status;

    (void)state;
    transport->cancel(transport);
    transport->free(transport);
    assert_int_equal(ask((pl_exchange){.url = "ftp://nowhere/"}, &status), PL_ERR_INVALID);
    assert_false(is_curl_mapped());
    (void)ask((pl_exchange){.url = "http://", .proxy = ""}, &status);
    assert_true(is_curl_mapped());
}

typedef struct {
    const char *not_before;
    const char *not_after;
    bool trusts;
    pl_err wanted;
    const char *said;
} tls_row;

static void a_certificate_is_believed_in_its_time_and_from_its_authority_only(void **state)
{
    static const tls_row rows[] = {
        {"20200101000000", "20991231235959", true, PL_OK, ""},
        {"20200101000000", "20991231235959", false, PL_ERR_TLS, "was not accepted"},
        {"20100101000000", "20110101000000", true, PL_ERR_TLS_CLOCK, "has expired: set the date, the time"},
        {"20980101000000", "20991231235959", true, PL_ERR_TLS_CLOCK, "is not valid yet: set the date"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const tls_server_options options = {rows[i].not_before, rows[i].not_after, ca_file, good};
        tls_server *server = tls_server_start(&options);
        char url[64];
        int status;
        pl_err err;

        snprintf(url, sizeof url, "https://127.0.0.1:%d/", tls_server_port(server));
        err = ask((pl_exchange){.url = url, .proxy = "", .ca_file = rows[i].trusts ? ca_file : NULL}, &status);
        tls_server_stop(server);
        assert_int_equal(err, rows[i].wanted);
        assert_int_equal(status, err ? 0 : 200);
        if (err)
            expect_detail(rows[i].said);
        if (err == PL_ERR_TLS_CLOCK)
            expect_detail("this machine believes it is 20");
    }
}

static void tells_until_when_the_certificate_holds_where_it_is_asked(void **state)
{
    const tls_server_options options = {"20200101000000", "20991231235959", ca_file, good};
    tls_server *server = tls_server_start(&options);
    pl_transport *transport = pl_transport_curl_new();
    char url[64];

    (void)state;
    assert_non_null(transport);
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", tls_server_port(server));
    for (int asks = 0; asks < 2; asks++) {
        pl_exchange exchange = {
            .url = url, .proxy = "", .ca_file = ca_file, .timeout_ms = LONG_MS, .wants_certificate = asks == 1};
        pl_exchange_reply reply;

        pl_exchange_reply_init(&reply);
        assert_int_equal(transport->exchange(transport, &exchange, &reply), PL_OK);
        assert_int_equal(reply.certificate_ends_at, asks ? 4102444799 : 0);
        pl_exchange_reply_reset(&reply);
    }
    transport->free(transport);
    tls_server_stop(server);
}

static void a_name_that_the_certificate_lacks_is_refused(void **state)
{
    const tls_server_options options = {"20200101000000", "20991231235959", ca_file, good};
    tls_server *server = tls_server_start(&options);
    char url[64];
    int status;

    (void)state;
    snprintf(url, sizeof url, "https://localhost:%d/", tls_server_port(server));
    assert_int_equal(ask((pl_exchange){.url = url, .proxy = "", .ca_file = ca_file}, &status), PL_ERR_TLS);
    expect_detail("the server URL's host name");
    tls_server_stop(server);
}

static void authorities_that_cannot_be_read_are_named(void **state)
{
    const tls_server_options options = {"20200101000000", "20991231235959", ca_file, good};
    tls_server *server = tls_server_start(&options);
    char missing[sizeof ca_file + 16];
    char url[64];
    int status;

    (void)state;
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", tls_server_port(server));
    snprintf(missing, sizeof missing, "%s.none", ca_file);
    assert_int_equal(ask((pl_exchange){.url = url, .proxy = "", .ca_file = missing}, &status), PL_ERR_TLS);
    expect_detail(missing);
    tls_server_stop(server);
}

static void https_to_a_plain_server_says_so(void **state)
{
    static const loopback_reply plain = {.bytes = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"};
    const tls_server_options options = {"20200101000000", "20991231235959", ca_file, good};
    loopback *server = loopback_start_raw(&plain, 1);
    char url[64];
    int status;

    (void)state;
    tls_server_stop(tls_server_start(&options)); /* for its file */
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", loopback_port(server));
    assert_int_equal(ask((pl_exchange){.url = url, .proxy = "", .ca_file = ca_file}, &status), PL_ERR_TLS);
    expect_detail("speaks https");
    loopback_stop(server);
}

static void an_unknown_name_is_a_dns_failure(void **state)
{
    int status;

    (void)state;
    assert_int_equal(ask((pl_exchange){.url = "http://" NO_HOST ":81/", .proxy = ""}, &status), PL_ERR_DNS);
    expect_detail(NO_HOST ":81");
    expect_detail("DNS");
}

typedef struct {
    const char *url;
    const char *reply;
    pl_err wanted;
    int status;
    const char *said;
} proxy_row;

static void a_proxy_is_asked_and_its_refusals_are_its_own(void **state)
{
    static const proxy_row rows[] = {
        {"http://till.example/x", good, PL_OK, 200, ""},
        {"http://till.example/x", "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n", PL_OK, 407, ""},
        {"https://till.example/x", "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n", PL_ERR_PROXY, 0,
         "name and password (HTTP 407)"},
        {"https://till.example/x", "HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n", PL_ERR_PROXY, 0,
         "on the way to till.example:443 does not let it through (HTTP 502)"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const loopback_reply reply = {.bytes = rows[i].reply};
        loopback *server = loopback_start(&reply, 1);
        char proxy[64];
        int status;

        snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", loopback_port(server));
        assert_int_equal(ask((pl_exchange){.url = rows[i].url, .proxy = proxy}, &status), rows[i].wanted);
        assert_int_equal(status, rows[i].status);
        if (rows[i].wanted)
            expect_detail(rows[i].said);
        assert_non_null(strstr(loopback_request(server, 0), "till.example"));
        loopback_stop(server);
    }
}

static void a_proxy_that_is_not_there_is_not_called_offline(void **state)
{
    char proxy[64];
    int status;

    (void)state;
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", loopback_closed_port());
    assert_int_equal(ask((pl_exchange){.url = "http://till.example/", .proxy = proxy}, &status), PL_ERR_PROXY);
    expect_detail("refuses the connection");
    assert_int_equal(ask((pl_exchange){.url = "http://till.example/", .proxy = "http://" NO_HOST}, &status), PL_ERR_PROXY);
    setenv("http_proxy", proxy, 1);
    assert_int_equal(ask((pl_exchange){.url = "http://till.example/"}, &status), PL_ERR_PROXY);
    unsetenv("http_proxy");
}

/* A license key goes to this machine in the clear. */
static void the_environments_proxy_is_used_but_not_for_this_machine(void **state)
{
    const loopback_reply replies[] = {{.bytes = good}, {.bytes = good}};
    loopback *server = loopback_start(replies, 2);
    loopback *proxy_server = loopback_start(replies, 1);
    char url[64], proxy[64];
    int status;

    (void)state;
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", loopback_port(server));
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", loopback_port(proxy_server));
    setenv("http_proxy", proxy, 1);
    assert_int_equal(ask((pl_exchange){.url = "http://till.example/"}, &status), PL_OK);
    assert_int_equal(loopback_requests(proxy_server), 1);
    assert_int_equal(ask((pl_exchange){.url = url, .proxy = ""}, &status), PL_OK);
    assert_int_equal(ask((pl_exchange){.url = url}, &status), PL_OK);
    assert_int_equal(loopback_requests(proxy_server), 1);
    assert_int_equal(loopback_requests(server), 2);
    unsetenv("http_proxy");
    loopback_stop(server);
    loopback_stop(proxy_server);
}

static void without_memory_there_is_no_transport_and_no_half_reply(void **state)
{
    const loopback_reply reply = {.bytes = good};
    loopback *server = loopback_start(&reply, 1);
    pl_err err = PL_ERR_MEMORY;
    char url[64];
    size_t n;

    (void)state;
    for (n = 1; n <= 2; n++) {
        fail_alloc_start(n);
        assert_null(pl_transport_curl_new());
        assert_int_equal(fail_alloc_live(), 0);
    }
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", loopback_port(server));
    for (n = 3; err; n++) {
        int status;

        fail_alloc_start(n);
        err = ask((pl_exchange){.url = url, .proxy = ""}, &status);
        assert_int_equal(fail_alloc_live(), 0);
        assert_true(err == PL_OK || err == PL_ERR_MEMORY);
    }
    fail_alloc_stop();
    assert_true(n > 4);
    loopback_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libcurl_is_loaded_by_the_first_exchange_and_not_before),
        cmocka_unit_test(a_certificate_is_believed_in_its_time_and_from_its_authority_only),
        cmocka_unit_test(tells_until_when_the_certificate_holds_where_it_is_asked),
        cmocka_unit_test(a_name_that_the_certificate_lacks_is_refused),
        cmocka_unit_test(authorities_that_cannot_be_read_are_named),
        cmocka_unit_test(https_to_a_plain_server_says_so),
        cmocka_unit_test(an_unknown_name_is_a_dns_failure),
        cmocka_unit_test(a_proxy_is_asked_and_its_refusals_are_its_own),
        cmocka_unit_test(a_proxy_that_is_not_there_is_not_called_offline),
        cmocka_unit_test(the_environments_proxy_is_used_but_not_for_this_machine),
        cmocka_unit_test(without_memory_there_is_no_transport_and_no_half_reply),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
