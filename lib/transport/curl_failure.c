/* SPDX-License-Identifier: Apache-2.0
 *
 * libcurl's failures as our errors. The details are written for whoever stands at the till: what was tried, and what to check.
 */
#include "transport/curl_functions.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/timestamp.h"
#include "platform/clock.h"
#include "transport/authority.h"
#include "transport/proxy.h"

/*
 * CURLINFO_SSL_VERIFYRESULT is the TLS library's own: with OpenSSL and those who follow it one number below 100, with GnuTLS bits, of
 * which the one for an unknown signer weighs more than the dates.
 */
enum {
    OPENSSL_NOT_YET_VALID = 9,
    OPENSSL_EXPIRED = 10,
    GNUTLS_INVALID = 1 << 1,
    GNUTLS_NOT_ACTIVATED = 1 << 9,
    GNUTLS_EXPIRED = 1 << 10,
};
/* Numbers of the operating system, POSIX and Windows. */
enum { WINDOWS_CONNECTION_REFUSED = 10061, WINDOWS_NO_NETWORK = 10051, WINDOWS_NO_HOST = 10065 };

typedef struct {
    const pl_curl *curl;
    const pl_curl_end *end;
    const pl_exchange *exchange;
    const char *said; /* libcurl's words */
    pl_proxy proxy;
    char host[PL_AUTHORITY_SIZE]; /* and port */
} failure;

static long get_long(const failure *f, CURLINFO info)
{
    long value = 0;

    return f->curl->easy_getinfo(f->end->easy, info, &value) == CURLE_OK ? value : 0;
}

/* Its words for a proxy's URL that it can do nothing with, under codes of every kind. */
static bool is_proxy_unusable(const failure *f)
{
    return strncmp(f->said, "Unsupported proxy", 17) == 0;
}

/* "the proxy 10.0.0.1:3128 (set by https_proxy)": whoever set it must be found. */
static pl_err fail_proxy(const failure *f, const char *wrong)
{
    const pl_proxy *proxy = &f->proxy;

    return pl_fail(PL_ERR_PROXY, "the proxy%s%s, set by %s%s, on the way to %s %s", proxy->authority[0] ? " " : "",
                   proxy->authority,
                   proxy->is_program    ? "this program"
                   : proxy->variable[0] ? "the environment's "
                                        : "the system",
                   proxy->variable, f->host, wrong);
}

/* The environment's no_proxy is libcurl's business; which connection failed shows in its words: "to PROXY port N", later "via PROXY". */
static bool failed_at_proxy(const failure *f)
{
    char words[PL_AUTHORITY_SIZE + 16];

    if (!f->proxy.is_set || f->proxy.is_program)
        return f->proxy.is_set;
    (void)snprintf(words, sizeof words, " to %s port ", f->proxy.host);
    return strstr(f->said, " via ") || (strstr(f->said, words) && strstr(f->host, f->proxy.host) != f->host);
}

/* Whether it was the proxy that we were connected with. */
static bool reached_proxy(const failure *f)
{
    char port[16];
    size_t size, authority_size = strlen(f->proxy.authority);

    if (!f->proxy.is_set || f->proxy.is_program)
        return f->proxy.is_set;
    (void)snprintf(port, sizeof port, ":%ld", get_long(f, CURLINFO_PRIMARY_PORT));
    size = strlen(port);
    return authority_size >= size && strcmp(f->proxy.authority + authority_size - size, port) == 0;
}

static pl_err fail_connect(const failure *f)
{
    long number = get_long(f, CURLINFO_OS_ERRNO);

    if (failed_at_proxy(f))
        return fail_proxy(f, number == ECONNREFUSED || number == WINDOWS_CONNECTION_REFUSED
                                 ? "refuses the connection: check its address and port, and whether it is needed at all"
                                 : "does not answer: check its address, whether it is needed at all, and the network");
    if (number == ECONNREFUSED || number == WINDOWS_CONNECTION_REFUSED)
        return pl_fail(PL_ERR_OFFLINE,
                       "%s refuses the connection: the machine is there, the server program is not; check the port in the "
                       "server URL, and a firewall",
                       f->host);
    if (number == ENETUNREACH || number == WINDOWS_NO_NETWORK)
        return pl_fail(
            PL_ERR_OFFLINE,
            "this machine has no network that leads to %s: check the network cable or Wi-Fi, and that the machine has an "
            "address and a gateway",
            f->host);
    if (number == EHOSTUNREACH || number == WINDOWS_NO_HOST)
        return pl_fail(PL_ERR_OFFLINE, "the network knows no way to %s: check the router's internet connection, then a firewall",
                       f->host);
    return pl_fail(PL_ERR_OFFLINE, "no way to %s (%s): check the network cable or Wi-Fi, then the firewall", f->host, f->said);
}

static pl_err fail_timeout(const failure *f)
{
    double name_time = 0;
    double connect_time = 0;
    long long ms = (long long)f->exchange->timeout_ms;

    (void)f->curl->easy_getinfo(f->end->easy, CURLINFO_NAMELOOKUP_TIME, &name_time);
    (void)f->curl->easy_getinfo(f->end->easy, CURLINFO_CONNECT_TIME, &connect_time);
    if (name_time <= 0 && !f->proxy.is_set)
        return pl_fail(PL_ERR_TIMEOUT, "the name of %s was not resolved within %lld ms: check the network's DNS", f->host, ms);
    if (connect_time <= 0 && failed_at_proxy(f))
        return fail_proxy(f, "does not answer in time: check its address, whether it is needed at all, and the network");
    if (connect_time <= 0)
        return pl_fail(PL_ERR_TIMEOUT,
                       "no connection to %s came about in time (%lld ms in all): check the line, and a firewall that drops "
                       "silently",
                       f->host, ms);
    return pl_fail(PL_ERR_TIMEOUT, "%s took the connection but did not answer within %lld ms: the server or the line is slow",
                   f->host, ms);
}

/* Numbers first; other TLS libraries have only words. */
static bool is_not_yet_valid(const failure *f, long verified)
{
    return verified == OPENSSL_NOT_YET_VALID || (verified & ~GNUTLS_INVALID) == GNUTLS_NOT_ACTIVATED ||
           strstr(f->said, "not yet");
}

static bool is_expired(const failure *f, long verified)
{
    return verified == OPENSSL_EXPIRED || (verified & ~GNUTLS_INVALID) == GNUTLS_EXPIRED || strstr(f->said, "expired");
}

static pl_err fail_clock(const failure *f, const char *wrong, const char *next)
{
    const char *shown = f->end->certificate;
    char now[PL_TIMESTAMP_SIZE];

    pl_timestamp_format(pl_clock_coarse_wall_ms() / 1000, now);
    return pl_fail(
        PL_ERR_TLS_CLOCK,
        "this machine believes it is %s, and by that the certificate of %s %s: set the date, the time and the time zone of "
        "this machine%s%s%s%s",
        now, f->host, wrong, next, shown[0] ? " (the certificate is " : "", shown, shown[0] ? ")" : "");
}

static pl_err fail_certificate(const failure *f)
{
    long verified = get_long(f, CURLINFO_SSL_VERIFYRESULT);
    const char *shown = f->end->certificate;

    if (is_not_yet_valid(f, verified))
        return fail_clock(f, "is not valid yet", "");
    if (is_expired(f, verified))
        return fail_clock(f, "has expired", "; if they are right, the server needs a new certificate");
    return pl_fail(
        PL_ERR_TLS,
        "the certificate of %s was not accepted (%.80s)%s%s: if that issuer is a firewall, a virus scanner or a sign-in page "
        "that opens TLS, exempt this host or sign in; else check the server URL's host name, and the CA certificates %s",
        f->host, f->said, shown[0] ? "; it is " : "", shown, f->exchange->ca_file ? f->exchange->ca_file : "of this system");
}

static pl_err fail_pin(const failure *f)
{
    const char *shown = f->end->certificate;

    return pl_fail(
        PL_ERR_TLS_PIN,
        "%s shows a key that is not one of those pinned in this program%s%s: something on the way opens TLS (exempt this host "
        "from it), or the vendor has changed the server's key (update this program)",
        f->host, shown[0] ? "; its certificate is " : "", shown);
}

/* Something listens there and it does not speak HTTP; or this libcurl was built without TLS. */
static pl_err fail_protocol(const failure *f)
{
    if (get_long(f, CURLINFO_PRIMARY_PORT) > 0)
        return pl_fail(PL_ERR_SERVER, "what answers at %s does not speak HTTP: check the port in the server URL", f->host);
    return pl_fail(PL_ERR_UNSUPPORTED, "this libcurl cannot do that: %s", f->said);
}

static pl_err fail_handshake_of_socks(const failure *f)
{
    long number = get_long(f, CURLINFO_PROXY_ERROR);

    if (number == CURLPX_USER_REJECTED || number == CURLPX_NO_AUTH)
        return fail_proxy(f, f->proxy.has_credentials ? "does not accept the name and password in its URL: correct them"
                                                      : "wants a name and password: put them into its URL");
    return fail_proxy(f, "does not make the connection (SOCKS): check that it speaks SOCKS and lets this host through");
}

static pl_err fail_transfer(const failure *f)
{
    long connect_status = get_long(f, CURLINFO_HTTP_CONNECTCODE);
    char wrong[96];

    if (connect_status == 407)
        return fail_proxy(f, pl_proxy_wants(&f->proxy));
    if (connect_status >= 300) {
        (void)snprintf(wrong, sizeof wrong, "does not let it through (HTTP %ld): ask whoever runs the proxy", connect_status);
        return fail_proxy(f, wrong);
    }
    if (connect_status == 0 && reached_proxy(f))
        return fail_proxy(f, "cut the connection: check that its address and port are those of a proxy, then the proxy's log");
    return pl_fail(PL_ERR_CUT, "the connection to %s was cut (%s): try again; if it stays so, check the line and a firewall",
                   f->host, f->said);
}

static pl_err fail_secure(const failure *f)
{
    if (f->end->code == CURLE_PEER_FAILED_VERIFICATION)
        return fail_certificate(f);
    if (f->end->code == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
        return fail_pin(f);
    if (f->end->code == CURLE_SSL_CACERT_BADFILE)
        return pl_fail(PL_ERR_TLS,
                       "the CA certificates %s cannot be read: check the file, or install the package ca-certificates",
                       f->exchange->ca_file ? f->exchange->ca_file : "of this system");
    return pl_fail(PL_ERR_TLS,
                   "no secure connection to %s (%s): check that the server URL's port speaks https, and a proxy that opens TLS",
                   f->host, f->said);
}

static pl_err fail_by_code(const failure *f)
{
    switch ((int)f->end->code) { /* libcurl has a hundred codes, and every version some more */
    case CURLE_OUT_OF_MEMORY:
        return pl_fail(PL_ERR_MEMORY, "libcurl is out of memory");
    case CURLE_URL_MALFORMAT:
        return pl_fail(PL_ERR_INVALID, "%s is no URL", f->exchange->url);
    case CURLE_COULDNT_RESOLVE_HOST:
        return pl_fail(PL_ERR_DNS, "the name in %s could not be resolved: check its spelling, the network, and its DNS setting",
                       f->host);
    case CURLE_COULDNT_RESOLVE_PROXY:
        return fail_proxy(f, "has an address that cannot be resolved or read: check its spelling, and the network's DNS");
    case CURLE_PROXY:
        return fail_handshake_of_socks(f);
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED:
        return fail_connect(f);
    case CURLE_OPERATION_TIMEDOUT:
        return fail_timeout(f);
    case CURLE_FILESIZE_EXCEEDED:
        return pl_fail(PL_ERR_TOO_LARGE, "%s answers with more than a license server ever sends: check the server URL", f->host);
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
        return fail_protocol(f);
    case CURLE_NOT_BUILT_IN:
    case CURLE_UNKNOWN_OPTION:
        return pl_fail(PL_ERR_UNSUPPORTED, "this libcurl lacks something that is needed (%s): install another one", f->said);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return fail_secure(f);
    default:
        return fail_transfer(f);
    }
}

pl_err pl_curl_failure(const pl_curl *curl, const pl_curl_end *end, const pl_exchange *exchange)
{
    failure f = {.curl = curl, .end = end, .exchange = exchange};

    f.said = end->message[0] ? end->message : curl->easy_strerror(end->code);
    pl_url_authority(exchange->url, f.host);
    pl_proxy_find(exchange, &f.proxy);
    if (is_proxy_unusable(&f))
        return fail_proxy(&f, "has a URL that libcurl cannot use: check its scheme and its spelling");
    if (strchr(f.said, '@')) /* whatever quotes a proxy's URL quotes the password too */
        f.said = curl->easy_strerror(end->code);
    return fail_by_code(&f);
}
