/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/transport/curl_failure.c: every way in which libcurl can fail, as the technician in a shop reads it. libcurl is played by a table,
 * so that lines without network, routers without a way and TLS libraries that lack something can be had at will.
 */
#include "transport/curl_functions.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>

typedef struct {
    CURLcode code;
    const char *message; /* libcurl's */
    const char *proxy;   /* NULL: none in the environment either */
    long os_errno, verified, port, connect_status, proxy_error;
    double name_time, connect_time;
    const char *certificate;
    pl_err wanted;
    const char *said[3]; /* parts of the detail */
} row;

static const row *played;

static CURLcode get_info(CURL *easy, CURLINFO info, ...)
{
    va_list args;
    void *to;

    (void)easy;
    va_start(args, info);
    to = va_arg(args, void *);
    va_end(args);
    if (info == CURLINFO_NAMELOOKUP_TIME)
        *(double *)to = played->name_time;
    else if (info == CURLINFO_CONNECT_TIME)
        *(double *)to = played->connect_time;
    else
        *(long *)to = info == CURLINFO_OS_ERRNO           ? played->os_errno
                      : info == CURLINFO_SSL_VERIFYRESULT ? played->verified
                      : info == CURLINFO_PRIMARY_PORT     ? played->port
                      : info == CURLINFO_HTTP_CONNECTCODE ? played->connect_status
                      : info == CURLINFO_PROXY_ERROR      ? played->proxy_error
                                                          : 0;
    return CURLE_OK;
}

static const char *error_text(CURLcode code)
{
    (void)code;
    return "libcurl's standing words";
}

static const row rows[] = {
    {.code = CURLE_OUT_OF_MEMORY, .wanted = PL_ERR_MEMORY, .said = {"memory"}},
    {.code = CURLE_COULDNT_RESOLVE_HOST, .wanted = PL_ERR_DNS, .said = {"till.example:443", "spelling", "DNS"}},
    {.code = CURLE_COULDNT_CONNECT,
     .os_errno = ECONNREFUSED,
     .wanted = PL_ERR_OFFLINE,
     .said = {"till.example:443", "the port", "firewall"}},
    {.code = CURLE_COULDNT_CONNECT,
     .os_errno = ENETUNREACH,
     .wanted = PL_ERR_OFFLINE,
     .said = {"till.example:443", "cable or Wi-Fi", "gateway"}},
    {.code = CURLE_COULDNT_CONNECT,
     .os_errno = EHOSTUNREACH,
     .wanted = PL_ERR_OFFLINE,
     .said = {"till.example:443", "router's internet", "firewall"}},
    {.code = CURLE_COULDNT_CONNECT, .wanted = PL_ERR_OFFLINE, .said = {"till.example:443", "standing words", "cable"}},
    {.code = CURLE_OPERATION_TIMEDOUT, .wanted = PL_ERR_TIMEOUT, .said = {"till.example:443", "not resolved", "DNS"}},
    {.code = CURLE_OPERATION_TIMEDOUT, .name_time = 1, .wanted = PL_ERR_TIMEOUT, .said = {"till.example:443", "drops silently"}},
    {.code = CURLE_OPERATION_TIMEDOUT,
     .name_time = 1,
     .connect_time = 1,
     .wanted = PL_ERR_TIMEOUT,
     .said = {"till.example:443", "slow"}},
    {.code = CURLE_OPERATION_TIMEDOUT,
     .proxy = "http://p:1",
     .wanted = PL_ERR_PROXY,
     .said = {"p:1", "in time", "till.example:443"}},
    {.code = CURLE_FILESIZE_EXCEEDED, .wanted = PL_ERR_TOO_LARGE, .said = {"till.example:443", "server URL"}},
    {.code = CURLE_UNSUPPORTED_PROTOCOL, .wanted = PL_ERR_UNSUPPORTED, .said = {"libcurl"}},
    {.code = CURLE_NOT_BUILT_IN, .wanted = PL_ERR_UNSUPPORTED, .said = {"libcurl", "install"}},
    {.code = CURLE_WEIRD_SERVER_REPLY,
     .port = 443,
     .wanted = PL_ERR_SERVER,
     .said = {"till.example:443", "port in the server URL"}},
    {.code = CURLE_PEER_FAILED_VERIFICATION,
     .verified = 20,
     .certificate = "issued by \"CN = Trusty Wall\"",
     .wanted = PL_ERR_TLS,
     .said = {"till.example:443", "Trusty Wall", "virus scanner"}},
    {.code = CURLE_PEER_FAILED_VERIFICATION,
     .verified = 20,
     .message = "SSL certificate problem: unable to get local issuer certificate, and whatever else such a library says about it",
     .certificate =
         "issued by \"C = DE, ST = Berlin, L = Berlin, O = An Office With A Long Name GmbH, OU = IT, CN = Trusty Wall CA\", "
         "valid from Jan  1 00:00:00 2020 GMT until Dec 31 23:59:59 2099 GMT",
     .wanted = PL_ERR_TLS,
     .said = {"Trusty Wall", "exempt this host", "CA certificates of this system"}},
    {.code = CURLE_PEER_FAILED_VERIFICATION,
     .verified = 10,
     .certificate = "valid until 2011",
     .wanted = PL_ERR_TLS_CLOCK,
     .said = {"till.example:443", "set the date", "valid until 2011"}},
    {.code = CURLE_PEER_FAILED_VERIFICATION,
     .verified = 9,
     .wanted = PL_ERR_TLS_CLOCK,
     .said = {"till.example:443", "not valid yet", "time zone"}},
    {.code = CURLE_SSL_PINNEDPUBKEYNOTMATCH,
     .certificate = "issued by \"CN = Trusty Wall\"",
     .wanted = PL_ERR_TLS_PIN,
     .said = {"till.example:443", "Trusty Wall", "update this program"}},
    {.code = CURLE_SSL_CACERT_BADFILE, .wanted = PL_ERR_TLS, .said = {"CA certificates", "ca-certificates"}},
    {.code = CURLE_SSL_CONNECT_ERROR, .wanted = PL_ERR_TLS, .said = {"till.example:443", "speaks https"}},
    {.code = CURLE_RECV_ERROR, .wanted = PL_ERR_CUT, .said = {"till.example:443", "cut", "the line"}},
    {.code = CURLE_GOT_NOTHING, .wanted = PL_ERR_CUT, .said = {"till.example:443"}},
    {.code = CURLE_COULDNT_CONNECT,
     .proxy = "http://u:s@p:1",
     .os_errno = ECONNREFUSED,
     .wanted = PL_ERR_PROXY,
     .said = {"proxy p:1", "refuses"}},
    {.code = CURLE_COULDNT_CONNECT, .proxy = "http://u:s@p:1", .wanted = PL_ERR_PROXY, .said = {"proxy p:1", "does not answer"}},
    {.code = CURLE_COULDNT_RESOLVE_PROXY,
     .proxy = "http://u:s@p:1",
     .message = "Unsupported proxy syntax in 'http://u:s@p:1'",
     .wanted = PL_ERR_PROXY,
     .said = {"proxy p:1", "spelling"}},
    {.code = CURLE_COULDNT_RESOLVE_PROXY,
     .proxy = "http://u:s@p:1",
     .message = "Could not resolve proxy: p",
     .wanted = PL_ERR_PROXY,
     .said = {"proxy p:1", "DNS"}},
    {.code = CURLE_COULDNT_CONNECT,
     .proxy = "x://u:s@p",
     .message = "Unsupported proxy scheme for 'x://u:s@p'",
     .wanted = PL_ERR_PROXY,
     .said = {"proxy p", "scheme"}},
    {.code = CURLE_COULDNT_CONNECT,
     .message = "something about 'x://u:s@p'",
     .wanted = PL_ERR_OFFLINE,
     .said = {"standing words"}},
    {.code = CURLE_PROXY, .proxy = "socks5://p", .wanted = PL_ERR_PROXY, .said = {"proxy p", "speaks SOCKS"}},
    {.code = CURLE_PROXY, .proxy = "socks5://p", .proxy_error = CURLPX_NO_AUTH, .wanted = PL_ERR_PROXY, .said = {"wants a name"}},
    {.code = CURLE_PROXY,
     .proxy = "socks5://u:s@p",
     .proxy_error = CURLPX_USER_REJECTED,
     .wanted = PL_ERR_PROXY,
     .said = {"does not accept"}},
    {.code = CURLE_RECV_ERROR,
     .proxy = "http://p:1",
     .connect_status = 407,
     .wanted = PL_ERR_PROXY,
     .said = {"wants a name", "407"}},
    {.code = CURLE_RECV_ERROR,
     .proxy = "http://u:s@p:1",
     .connect_status = 407,
     .wanted = PL_ERR_PROXY,
     .said = {"does not accept", "407"}},
    {.code = CURLE_RECV_ERROR,
     .proxy = "http://p:1",
     .connect_status = 503,
     .wanted = PL_ERR_PROXY,
     .said = {"HTTP 503", "whoever runs"}},
    {.code = CURLE_RECV_ERROR, .proxy = "http://p:1", .wanted = PL_ERR_PROXY, .said = {"cut the connection", "proxy's log"}},
    {.code = CURLE_RECV_ERROR, .proxy = "http://p:1", .connect_status = 200, .wanted = PL_ERR_CUT, .said = {"till.example:443"}},
};

static void each_failure_names_the_host_and_what_to_check_next(void **state)
{
    const pl_curl curl = {.easy_getinfo = get_info, .easy_strerror = error_text};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const row *r = played = &rows[i];
        const pl_curl_end end = {NULL, r->code, r->message ? r->message : "", r->certificate ? r->certificate : ""};
        const pl_exchange exchange = {.url = "https://till.example/api", .proxy = r->proxy ? r->proxy : "", .timeout_ms = 5000};
        pl_err err = pl_curl_failure(&curl, &end, &exchange);

        if (err != r->wanted)
            fail_msg("row %zu: %s instead of %s", i, pl_err_name(err), pl_err_name(r->wanted));
        for (size_t part = 0; part < 3 && r->said[part]; part++)
            if (!strstr(pl_err_detail(), r->said[part]))
                fail_msg("row %zu: no \"%s\" in: %s", i, r->said[part], pl_err_detail());
        assert_null(strstr(pl_err_detail(), "u:s"));
        assert_true(strlen(pl_err_detail()) < PL_ERR_DETAIL_MAX - 1);
    }
}

/* libcurl's words tell which of the two was dialled; those from 8.7 on have "via". */
static void the_environments_proxy_is_blamed_for_its_own_failures_only(void **state)
{
    static const struct {
        const char *message;
        pl_err wanted;
    } words[] = {
        {"Failed to connect to gate.example port 3128 after 1 ms: no", PL_ERR_PROXY},
        {"Failed to connect to till.example port 443 via gate.example after 1 ms: no", PL_ERR_PROXY},
        {"Failed to connect to till.example port 443 after 1 ms: no", PL_ERR_OFFLINE}, /* no_proxy */
    };
    static const row any = {.os_errno = ECONNREFUSED};
    const pl_curl curl = {.easy_getinfo = get_info, .easy_strerror = error_text};
    const pl_exchange exchange = {.url = "https://till.example/api", .timeout_ms = 5000};

    (void)state;
    played = &any;
    setenv("https_proxy", "http://u:s@gate.example:3128", 1);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const pl_curl_end end = {NULL, CURLE_COULDNT_CONNECT, words[i].message, ""};

        assert_int_equal(pl_curl_failure(&curl, &end, &exchange), words[i].wanted);
        assert_non_null(strstr(pl_err_detail(), words[i].wanted == PL_ERR_PROXY ? "gate.example:3128" : "till.example:443"));
    }
    unsetenv("https_proxy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_failure_names_the_host_and_what_to_check_next),
        cmocka_unit_test(the_environments_proxy_is_blamed_for_its_own_failures_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
