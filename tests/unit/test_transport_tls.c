/* SPDX-License-Identifier: Apache-2.0
 *
 * The curl transport and TLS: pinned keys, what is told of a certificate that was not accepted, and IPv6. The certificate's dates and
 * names are in test_transport_curl.c.
 */
#include "transport/transport.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "support/loopback.h"
#include "support/temp_dir.h"
#include "support/tls_server.h"
#include "transport/retry.h"

enum { LONG_MS = 60000 };

#define OTHER "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static const char good[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";

static char directory[TEMP_DIR_SIZE];
static char ca_file[TEMP_DIR_SIZE + 16];
static const tls_server_options lasting = {"20200101000000", "20991231235959", ca_file, good};

static int setup(void **state)
{
    (void)state;
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

static pl_err ask(pl_exchange exchange)
{
    pl_transport *transport = pl_transport_curl_new();
    pl_exchange_reply reply;
    pl_err err;

    assert_non_null(transport);
    exchange.timeout_ms = LONG_MS;
    exchange.proxy = "";
    pl_exchange_reply_init(&reply);
    pl_err_clear();
    err = transport->exchange(transport, &exchange, &reply);
    assert_int_equal(reply.status, err ? 0 : 200);
    pl_exchange_reply_reset(&reply);
    transport->free(transport);
    return err;
}

static void expect_detail(const char *part)
{
    if (!strstr(pl_err_detail(), part))
        fail_msg("\"%s\" is not in the detail: %s", part, pl_err_detail());
}

static pl_err ask_pinned(const char *pins)
{
    tls_server *server = tls_server_start(&lasting);
    char url[64], text[256], host[32];
    pl_err err;

    snprintf(url, sizeof url, "https://127.0.0.1:%d/", tls_server_port(server));
    snprintf(host, sizeof host, "127.0.0.1:%d", tls_server_port(server));
    snprintf(text, sizeof text, pins, tls_server_pin(server));
    err = ask((pl_exchange){.url = url, .ca_file = ca_file, .pinned_keys = text});
    if (err)
        expect_detail(host);
    tls_server_stop(server);
    return err;
}

static void a_pinned_key_is_accepted_wherever_it_stands_in_the_list(void **state)
{
    (void)state;
    assert_int_equal(ask_pinned("%s"), PL_OK);
    assert_int_equal(ask_pinned(OTHER ";%s"), PL_OK);
    assert_int_equal(ask_pinned("%s;" OTHER), PL_OK);
}

static void another_key_is_refused_and_whose_certificate_it_was_is_told(void **state)
{
    (void)state;
    assert_int_equal(ask_pinned(OTHER), PL_ERR_TLS_PIN);
    expect_detail("not one of those pinned in this program");
    expect_detail("Test server");
    expect_detail("exempt this host");
    assert_int_equal(ask_pinned(OTHER ";" OTHER), PL_ERR_TLS_PIN);
    assert_string_equal(pl_err_code(PL_ERR_TLS_PIN), "tls_pin");
}

static void a_pin_does_not_replace_the_check_of_the_certificate(void **state)
{
    tls_server *server = tls_server_start(&lasting);
    char url[64];

    (void)state;
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", tls_server_port(server));
    assert_int_equal(ask((pl_exchange){.url = url, .pinned_keys = tls_server_pin(server)}), PL_ERR_TLS);
    tls_server_stop(server);
}

static void without_tls_pins_have_nothing_to_say(void **state)
{
    const loopback_reply reply = {.bytes = good};
    loopback *server = loopback_start(&reply, 1);
    char url[64];

    (void)state;
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", loopback_port(server));
    assert_int_equal(ask((pl_exchange){.url = url, .pinned_keys = OTHER}), PL_OK);
    loopback_stop(server);
}

static void the_issuer_of_a_certificate_that_was_not_accepted_is_named(void **state)
{
    tls_server *server = tls_server_start(&lasting);
    char url[64];

    (void)state;
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", tls_server_port(server));
    assert_int_equal(ask((pl_exchange){.url = url}), PL_ERR_TLS);
    expect_detail("127.0.0.1:");
    expect_detail("it is issued by");
    expect_detail("Test server");
    expect_detail("opens TLS");
    tls_server_stop(server);
}

static void the_dates_of_a_certificate_that_has_expired_are_told(void **state)
{
    const tls_server_options options = {"20100101000000", "20110101000000", ca_file, good};
    tls_server *server = tls_server_start(&options);
    char url[64];

    (void)state;
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", tls_server_port(server));
    assert_int_equal(ask((pl_exchange){.url = url, .ca_file = ca_file}), PL_ERR_TLS_CLOCK);
    expect_detail("2010");
    expect_detail("2011");
    tls_server_stop(server);
}

static void ipv6_addresses_are_reached_with_and_without_tls(void **state)
{
    const loopback_reply reply = {.bytes = good};
    loopback *plain = loopback_start_ipv6(&reply, 1);
    tls_server *server = tls_server_start_ipv6(&lasting);
    char url[64];

    (void)state;
    if (!plain || !server) {
        if (plain)
            loopback_stop(plain);
        if (server)
            tls_server_stop(server);
        skip();
    }
    snprintf(url, sizeof url, "http://[::1]:%d/", loopback_port(plain));
    assert_int_equal(ask((pl_exchange){.url = url}), PL_OK);
    assert_non_null(strstr(loopback_request(plain, 0), "\r\nHost: [::1]:"));
    snprintf(url, sizeof url, "https://[::1]:%d/", tls_server_port(server));
    assert_int_equal(ask((pl_exchange){.url = url, .ca_file = ca_file, .pinned_keys = tls_server_pin(server)}), PL_OK);
    assert_int_equal(ask((pl_exchange){.url = url}), PL_ERR_TLS);
    expect_detail("[::1]:");
    loopback_stop(plain);
    tls_server_stop(server);
    assert_int_equal(ask((pl_exchange){.url = url}), PL_ERR_OFFLINE);
    expect_detail("[::1]:");
    expect_detail("refuses the connection");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pinned_key_is_accepted_wherever_it_stands_in_the_list),
        cmocka_unit_test(another_key_is_refused_and_whose_certificate_it_was_is_told),
        cmocka_unit_test(a_pin_does_not_replace_the_check_of_the_certificate),
        cmocka_unit_test(without_tls_pins_have_nothing_to_say),
        cmocka_unit_test(the_issuer_of_a_certificate_that_was_not_accepted_is_named),
        cmocka_unit_test(the_dates_of_a_certificate_that_has_expired_are_told),
        cmocka_unit_test(ipv6_addresses_are_reached_with_and_without_tls),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
