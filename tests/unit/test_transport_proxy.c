/* SPDX-License-Identifier: Apache-2.0
 *
 * The curl transport and a proxy that is one: from the program, from the environment, with a password, of HTTP and SOCKS; and what a
 * technician is told where it fails. No name or password of a proxy is ever in a detail.
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

#include "support/loopback.h"
#include "support/proxy_server.h"
#include "support/temp_dir.h"
#include "support/tls_server.h"
#include "transport/retry.h"

enum { LONG_MS = 60000, URL_SIZE = 160 };

#define USER         "cash ier"
#define PASSWORD     "s3:cr@t/%" /* every character that has a meaning in a URL */
#define USER_CODED   "cash%20ier"
#define SECRET_CODED "s3%3Acr%40t%2F%25"
#define RIGHT        USER_CODED ":" SECRET_CODED "@"
#define WRONG        USER_CODED ":wrong-word@"

static const char good[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
static const loopback_reply reply_good = {.bytes = good};
static const proxy_server_options open_to_all = {NULL, NULL, false};
static const proxy_server_options locked = {USER, PASSWORD, false};
static const proxy_server_options cutting = {NULL, NULL, true};

static char directory[TEMP_DIR_SIZE];
static char ca_file[TEMP_DIR_SIZE + 16];
static const char *const variables[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                        "ALL_PROXY",  "no_proxy",    "NO_PROXY"};

static int clear_environment(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        unsetenv(variables[i]);
    return 0;
}

static int setup(void **state)
{
    temp_dir_make(directory);
    snprintf(ca_file, sizeof ca_file, "%s/ca.pem", directory);
    return clear_environment(state);
}

static int teardown(void **state)
{
    (void)state;
    temp_dir_remove(directory);
    return 0;
}

/* Judged as a client would: a 407 to a plain request is a failure too. */
static pl_err ask(const char *url, const char *proxy)
{
    const pl_exchange exchange = {.url = url, .proxy = proxy, .ca_file = ca_file, .timeout_ms = LONG_MS};
    const pl_retry retry = {.total_ms = LONG_MS};
    pl_transport *transport = pl_transport_curl_new();
    pl_exchange_reply reply;
    pl_err err;

    assert_non_null(transport);
    pl_exchange_reply_init(&reply);
    err = pl_retry_exchange(&retry, transport, &exchange, &reply);
    pl_exchange_reply_reset(&reply);
    transport->free(transport);
    assert_null(strstr(pl_err_detail(), "cash"));
    assert_null(strstr(pl_err_detail(), "cr"
                                        "@t"));
    assert_null(strstr(pl_err_detail(), "s3"));
    assert_null(strstr(pl_err_detail(), "wrong-word"));
    return err;
}

static void expect_detail(const char *part)
{
    if (!strstr(pl_err_detail(), part))
        fail_msg("\"%s\" is not in the detail: %s", part, pl_err_detail());
}

/* A TLS server and a plain one behind one proxy. */
typedef struct {
    proxy_server *proxy;
    loopback *plain;
    tls_server *secure;
    char plain_url[URL_SIZE], secure_url[URL_SIZE], address[URL_SIZE];
} scene;

static void begin(scene *s, const proxy_server_options *options)
{
    const tls_server_options lasting = {"20200101000000", "20991231235959", ca_file, good};

    s->proxy = proxy_server_start(options);
    s->plain = loopback_start(&reply_good, 1);
    s->secure = tls_server_start(&lasting);
    snprintf(s->plain_url, URL_SIZE, "http://till.example:%d/x", loopback_port(s->plain));
    snprintf(s->secure_url, URL_SIZE, "https://127.0.0.1:%d/x", tls_server_port(s->secure));
    snprintf(s->address, URL_SIZE, "127.0.0.1:%d", proxy_server_port(s->proxy));
}

static void end(scene *s)
{
    proxy_server_stop(s->proxy);
    loopback_stop(s->plain);
    tls_server_stop(s->secure);
}

static pl_err ask_through(const scene *s, const char *url, const char *scheme, const char *credentials)
{
    char proxy[URL_SIZE * 2];

    snprintf(proxy, sizeof proxy, "%s%s%s", scheme, credentials, s->address);
    assert_true(strlen(proxy) < URL_SIZE * 2);
    return ask(url, proxy);
}

static void it_carries_plain_requests_and_tunnels(void **state)
{
    scene s;

    (void)state;
    begin(&s, &open_to_all);
    assert_int_equal(ask_through(&s, s.plain_url, "http://", ""), PL_OK); /* a name that only the proxy knows */
    assert_int_equal(ask_through(&s, s.secure_url, "http://", ""), PL_OK);
    assert_int_equal(ask_through(&s, s.secure_url, "", ""), PL_OK);
    assert_int_equal(proxy_server_passed(s.proxy), 3);
    end(&s);
}

static void it_opens_to_a_name_and_password_percent_encoded(void **state)
{
    scene s;

    (void)state;
    begin(&s, &locked);
    assert_int_equal(ask_through(&s, s.plain_url, "http://", RIGHT), PL_OK);
    assert_int_equal(ask_through(&s, s.secure_url, "http://", RIGHT), PL_OK);
    assert_int_equal(proxy_server_passed(s.proxy), 2);
    assert_null(strstr(loopback_request(s.plain, 0), "Proxy-Authorization: Basic Zm9v"));
    end(&s);
}

static void without_or_with_wrong_credentials_each_says_what_to_do(void **state)
{
    scene s;

    (void)state;
    begin(&s, &locked);
    for (int i = 0; i < 2; i++) {
        const char *url = i ? s.secure_url : s.plain_url;

        assert_int_equal(ask_through(&s, url, "http://", ""), PL_ERR_PROXY);
        expect_detail("wants a name and password (HTTP 407): put them into its URL");
        expect_detail(s.address);
        assert_int_equal(ask_through(&s, url, "http://", WRONG), PL_ERR_PROXY);
        expect_detail("does not accept the name and password in its URL (HTTP 407): correct them");
        expect_detail(s.address);
    }
    assert_int_equal(proxy_server_passed(s.proxy), 0);
    assert_int_equal(proxy_server_refused(s.proxy), 4);
    end(&s);
}

static void one_that_is_not_there_and_one_that_cuts_are_told_apart(void **state)
{
    char proxy[URL_SIZE];
    scene s;

    (void)state;
    begin(&s, &cutting);
    assert_int_equal(ask_through(&s, s.secure_url, "http://", RIGHT), PL_ERR_PROXY);
    expect_detail("cut the connection");
    expect_detail(s.address);
    assert_int_equal(ask_through(&s, s.plain_url, "http://", ""), PL_ERR_PROXY);
    expect_detail("cut the connection");
    end(&s);
    snprintf(proxy, sizeof proxy, "http://%s127.0.0.1:%d", RIGHT, loopback_closed_port());
    assert_int_equal(ask("https://till.example/", proxy), PL_ERR_PROXY);
    expect_detail("refuses the connection");
    expect_detail("set by this program");
}

static void one_without_a_way_to_the_server_is_not_the_servers_fault(void **state)
{
    char url[URL_SIZE];
    scene s;

    (void)state;
    begin(&s, &open_to_all);
    snprintf(url, sizeof url, "https://till.example:%d/", loopback_closed_port());
    assert_int_equal(ask_through(&s, url, "http://", ""), PL_ERR_PROXY);
    expect_detail("does not let it through (HTTP 502)");
    end(&s);
}

static void socks5_carries_and_asks_for_its_password(void **state)
{
    scene s;

    (void)state;
    begin(&s, &locked);
    assert_int_equal(ask_through(&s, s.plain_url, "socks5h://", RIGHT), PL_OK);
    assert_int_equal(ask_through(&s, s.secure_url, "socks5://", RIGHT), PL_OK);
    assert_int_equal(proxy_server_passed(s.proxy), 2);
    assert_int_equal(ask_through(&s, s.secure_url, "socks5://", ""), PL_ERR_PROXY);
    expect_detail("wants a name and password");
    assert_int_equal(ask_through(&s, s.secure_url, "socks5://", WRONG), PL_ERR_PROXY);
    expect_detail("does not accept the name and password");
    end(&s);
    begin(&s, &open_to_all);
    assert_int_equal(ask_through(&s, s.plain_url, "socks5h://", ""), PL_OK);
    end(&s);
}

static void the_environment_decides_where_the_program_does_not(void **state)
{
    static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    char proxy[URL_SIZE * 2];
    scene s;

    begin(&s, &locked);
    snprintf(proxy, sizeof proxy, "http://%s%s", RIGHT, s.address);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        clear_environment(state);
        setenv(names[i], proxy, 1);
        assert_int_equal(ask(s.secure_url, NULL), PL_OK);
        assert_int_equal(proxy_server_passed(s.proxy), i + 1);
    }
    assert_int_equal(ask(s.secure_url, ""), PL_OK); /* none, says the program */
    setenv("no_proxy", "127.0.0.1", 1);
    assert_int_equal(ask(s.secure_url, NULL), PL_OK);
    assert_int_equal(proxy_server_passed(s.proxy), sizeof names / sizeof *names);
    clear_environment(state);
    end(&s);
}

static void what_the_program_says_is_not_for_the_environment_to_change(void **state)
{
    scene s;

    begin(&s, &open_to_all);
    setenv("no_proxy", "*", 1);
    setenv("https_proxy", "http://127.0.0.1:9", 1);
    assert_int_equal(ask_through(&s, s.secure_url, "http://", ""), PL_OK);
    assert_int_equal(proxy_server_passed(s.proxy), 1);
    clear_environment(state);
    end(&s);
}

static void the_environments_failures_name_the_variable(void **state)
{
    char proxy[URL_SIZE * 2];
    scene s;

    begin(&s, &locked);
    snprintf(proxy, sizeof proxy, "http://%s%s", WRONG, s.address);
    setenv("HTTPS_PROXY", proxy, 1);
    assert_int_equal(ask(s.secure_url, NULL), PL_ERR_PROXY);
    expect_detail("set by the environment's HTTPS_PROXY");
    expect_detail("correct them");
    end(&s);
    snprintf(proxy, sizeof proxy, "http://%s127.0.0.1:%d", RIGHT, loopback_closed_port());
    setenv("HTTPS_PROXY", proxy, 1);
    assert_int_equal(ask("https://till.example/", NULL), PL_ERR_PROXY);
    expect_detail("refuses the connection");
    expect_detail("HTTPS_PROXY");
    clear_environment(state);
}

static void a_server_passed_by_with_no_proxy_is_not_blamed_on_the_proxy(void **state)
{
    char url[URL_SIZE];

    snprintf(url, sizeof url, "https://localhost:%d/", loopback_closed_port());
    setenv("https_proxy", "http://127.0.0.1:9", 1);
    setenv("no_proxy", "localhost", 1);
    assert_int_equal(ask(url, NULL), PL_ERR_OFFLINE);
    expect_detail("localhost:");
    clear_environment(state);
}

static void a_url_that_libcurl_does_not_understand_is_not_quoted(void **state)
{
    (void)state;
    assert_int_equal(ask("https://till.example/", "http://cash:s3@:notaport:x"), PL_ERR_PROXY);
    setenv("https_proxy", "nonsense://cash:s3@127.0.0.1:9", 1);
    assert_int_equal(ask("https://till.example/", NULL), PL_ERR_PROXY);
    clear_environment(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_carries_plain_requests_and_tunnels),
        cmocka_unit_test(it_opens_to_a_name_and_password_percent_encoded),
        cmocka_unit_test(without_or_with_wrong_credentials_each_says_what_to_do),
        cmocka_unit_test(one_that_is_not_there_and_one_that_cuts_are_told_apart),
        cmocka_unit_test(one_without_a_way_to_the_server_is_not_the_servers_fault),
        cmocka_unit_test(socks5_carries_and_asks_for_its_password),
        cmocka_unit_test(the_environment_decides_where_the_program_does_not),
        cmocka_unit_test(what_the_program_says_is_not_for_the_environment_to_change),
        cmocka_unit_test(the_environments_failures_name_the_variable),
        cmocka_unit_test(a_server_passed_by_with_no_proxy_is_not_blamed_on_the_proxy),
        cmocka_unit_test(a_url_that_libcurl_does_not_understand_is_not_quoted),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
