/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/transport/proxy.c: which URLs may be a proxy's, and which proxy is named. A real one is in test_transport_proxy.c.
 */
#include "transport/proxy.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

static void urls_of_proxies_are_told_from_others(void **state)
{
    static const char *const good[] = {"",
                                       "proxy",
                                       "proxy:3128",
                                       "http://proxy:3128",
                                       "http://proxy:3128/",
                                       "https://proxy",
                                       "socks5://[::1]:1080",
                                       "socks4://p",
                                       "socks4a://p",
                                       "socks5h://u:p@p:1080",
                                       "http://u@p",
                                       "http://u:p%40x%2Fy@p:1",
                                       "http://u:a:b@p:1"};
    static const char *const bad[] = {"http://",
                                      "ftp://proxy",
                                      "HTTP://proxy",
                                      "http://u:p@x@proxy",
                                      "http://u:p/x@proxy",
                                      "proxy:0",
                                      "proxy:x",
                                      "http://proxy:70000",
                                      "http://proxy/path",
                                      "http://pro xy",
                                      "http://u:p@",
                                      "http://proxy\r\nX: y",
                                      "http://proxy?x",
                                      "http://[::1",
                                      "://proxy"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!pl_proxy_is_url(good[i]))
            fail_msg("%s is refused", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (pl_proxy_is_url(bad[i]))
            fail_msg("%s is taken", bad[i]);
}

static void credentials_are_left_out_however_they_are_written(void **state)
{
    static const struct {
        const char *url, *host, *authority;
        bool has_credentials;
    } rows[] = {
        {"http://proxy:3128", "proxy", "proxy:3128", false},
        {"http://u:secret@proxy:3128/", "proxy", "proxy:3128", true},
        {"u:secret@proxy", "proxy", "proxy", true},
        {"http://u:sec/ret@proxy:1", "proxy", "proxy:1", true},
        {"http://u:sec@ret@proxy:1", "proxy", "proxy:1", true},
        {"socks5://u:secret@[::1]:1080", "::1", "[::1]:1080", true},
        {"http://u:secret@\033[2J", "", "", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const pl_exchange exchange = {.url = "https://till.example/", .proxy = rows[i].url};
        pl_proxy proxy;

        pl_proxy_find(&exchange, &proxy);
        assert_true(proxy.is_set && proxy.is_program);
        assert_string_equal(proxy.host, rows[i].host);
        assert_string_equal(proxy.authority, rows[i].authority);
        assert_int_equal(proxy.has_credentials, rows[i].has_credentials);
        assert_string_equal(proxy.variable, "");
    }
}

static void the_environment_is_read_as_libcurl_reads_it(void **state)
{
    static const char *const names[] = {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    const pl_exchange secure = {.url = "https://till.example/"}, plain = {.url = "http://till.example/"};
    const pl_exchange own = {.url = "http://localhost:8/"};
    pl_proxy proxy;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
    pl_proxy_find(&secure, &proxy);
    assert_false(proxy.is_set);
    setenv("HTTP_PROXY", "http://cgi", 1); /* a request header in CGI programs */
    pl_proxy_find(&plain, &proxy);
    assert_false(proxy.is_set);
    setenv("ALL_PROXY", "http://all", 1);
    pl_proxy_find(&plain, &proxy);
    assert_string_equal(proxy.variable, "ALL_PROXY");
    pl_proxy_find(&own, &proxy); /* what goes to this machine in the clear is not for a proxy */
    assert_false(proxy.is_set);
    setenv("HTTPS_PROXY", "http://upper", 1);
    setenv("https_proxy", "http://lower:8", 1);
    pl_proxy_find(&secure, &proxy);
    assert_string_equal(proxy.authority, "lower:8");
    assert_false(proxy.is_program);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_of_proxies_are_told_from_others),
        cmocka_unit_test(credentials_are_left_out_however_they_are_written),
        cmocka_unit_test(the_environment_is_read_as_libcurl_reads_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
