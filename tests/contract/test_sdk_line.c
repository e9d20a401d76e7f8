/* SPDX-License-Identifier: Apache-2.0
 *
 * A whole client on a real line: what its failures tell the shop, and that the proxy's password is told to nobody.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/loopback.h"
#include "support/shop.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    char lines[16 * 1024];
} sink;

static void take_line(void *context, pospal_log_level_t level, const char *message)
{
    sink *log = context;
    size_t size = strlen(log->lines);

    (void)level;
    (void)snprintf(log->lines + size, sizeof log->lines - size, "%s\n", message);
}

/* The shop's client with libcurl and its own server and proxy. */
static pospal_client *open_on_line(const shop *s, const char *server, const char *proxy, sink *log)
{
    pospal_options *options = shop_options(s);
    pospal_client *client = NULL;

    pospal_options_set_transport(options, NULL, NULL);
    pospal_options_set(options, POSPAL_OPTION_SERVER, server);
    pospal_options_set(options, POSPAL_OPTION_PROXY, proxy);
    pospal_options_set_log(options, take_line, log, POSPAL_LOG_DEBUG);
    pospal_options_set_timeout_ms(options, 20000);
    assert_int_equal(pospal_client_open(options, &client), POSPAL_OK);
    pospal_options_free(options);
    return client;
}

static void expect_no_secret(const char *text)
{
    assert_null(strstr(text, "hush"));
    assert_null(strstr(text, "cashier"));
}

static void a_proxys_password_is_in_no_log_detail_or_report(void **state)
{
    char proxy[96];
    sink log = {""};
    char *report = NULL;
    pospal_client *client;

    (void)snprintf(proxy, sizeof proxy, "http://cashier:hush@127.0.0.1:%d", loopback_closed_port());
    client = open_on_line(*state, "https://till.example", proxy, &log);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_ERROR_UNREACHABLE);
    assert_string_equal(pospal_error_code(), "proxy_failed");
    assert_non_null(strstr(pospal_error_detail(), "127.0.0.1:"));
    expect_no_secret(pospal_error_detail());
    assert_int_equal(pospal_client_support_report(client, &report), POSPAL_OK);
    assert_non_null(strstr(report, "proxy_failed"));
    assert_non_null(strstr(report, "set by the program, with a password"));
    expect_no_secret(report);
    assert_non_null(strstr(log.lines, "proxy_failed"));
    expect_no_secret(log.lines);
    pospal_text_free(report);
    pospal_client_close(client);
}

static void a_server_at_an_ipv6_address_is_asked(void **state)
{
    const loopback_reply page = {.bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"};
    loopback *server = loopback_start_ipv6(&page, 1);
    sink log = {""};
    pospal_client *client;
    char url[64];

    if (!server)
        skip();
    (void)snprintf(url, sizeof url, "http://[::1]:%d/base/", loopback_port(server));
    client = open_on_line(*state, url, "", &log);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_ERROR_UNREACHABLE);
    assert_string_equal(pospal_error_code(), "captive_portal");
    assert_non_null(strstr(pospal_error_detail(), "[::1]:"));
    assert_non_null(strstr(loopback_request(server, 0), "POST /base/api/v1/device/activate"));
    pospal_client_close(client);
    loopback_stop(server);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_proxys_password_is_in_no_log_detail_or_report),
        STORY(a_server_at_an_ipv6_address_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
