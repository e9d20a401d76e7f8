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
#include "platform/file.h"
#include "transport/reply.h"

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
enum { WINDOWS_CONNECTION_REFUSED = 10061 };

typedef struct {
    const pl_curl *curl;
    const pl_curl_end *end;
    const pl_exchange *exchange;
    const char *said; /* libcurl's words */
    char host[PL_AUTHORITY_SIZE];
} failure;

static long get_long(const failure *f, CURLINFO info)
{
    long value = 0;

    return f->curl->easy_getinfo(f->end->easy, info, &value) == CURLE_OK ? value : 0;
}

static bool has_environment(const char *name)
{
    pl_buf value;
    bool is_set;

    pl_buf_init(&value);
    is_set = !pl_environment(name, &value) && value.size > 0;
    pl_buf_reset(&value);
    return is_set;
}

/* The proxy of the environment is libcurl's own business; which connection failed shows in its words. */
static bool failed_at_proxy(const failure *f)
{
    size_t name_size = strcspn(f->host, ":");
    char name[PL_AUTHORITY_SIZE];

    if (f->exchange->proxy)
        return f->exchange->proxy[0] != '\0';
    if (!has_environment("http_proxy") && !has_environment("https_proxy") && !has_environment("HTTPS_PROXY") &&
        !has_environment("all_proxy") && !has_environment("ALL_PROXY"))
        return false;
    memcpy(name, f->host, name_size);
    name[name_size] = '\0';
    return !strstr(f->said, name);
}

static pl_err fail_connect(const failure *f)
{
    long number = get_long(f, CURLINFO_OS_ERRNO);

    if (failed_at_proxy(f))
        return pl_fail(PL_ERR_PROXY, "the proxy does not answer (%s): check its address, and whether it is needed", f->said);
    if (number == ECONNREFUSED || number == WINDOWS_CONNECTION_REFUSED)
        return pl_fail(PL_ERR_OFFLINE,
                       "%s refuses the connection: the machine is there, the server program is not; check the port in the "
                       "server URL, and a firewall",
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
    if (name_time <= 0)
        return pl_fail(PL_ERR_TIMEOUT, "the name of %s was not resolved within %lld ms: check the network's DNS", f->host, ms);
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

static pl_err fail_certificate(const failure *f)
{
    long verified = get_long(f, CURLINFO_SSL_VERIFYRESULT);
    char now[PL_TIMESTAMP_SIZE];

    pl_timestamp_format(pl_clock_coarse_wall_ms() / 1000, now);
    if (is_not_yet_valid(f, verified))
        return pl_fail(PL_ERR_TLS_CLOCK,
                       "this machine believes it is %s, and by that the certificate of %s is not valid yet: set the date, "
                       "the time and the time zone of this machine",
                       now, f->host);
    if (is_expired(f, verified))
        return pl_fail(PL_ERR_TLS_CLOCK,
                       "this machine believes it is %s, and by that the certificate of %s has expired: set the date and "
                       "time of this machine; if they are right, the server needs a new certificate",
                       now, f->host);
    return pl_fail(PL_ERR_TLS,
                   "the certificate of %s was not accepted (%s): check for a firewall or virus scanner that opens TLS, the host "
                   "name in the server URL, and the CA certificates %s",
                   f->host, f->said, f->exchange->ca_file ? f->exchange->ca_file : "of this system");
}

/* Something listens there and it does not speak HTTP; or this libcurl was built without TLS. */
static pl_err fail_protocol(const failure *f)
{
    if (get_long(f, CURLINFO_PRIMARY_PORT) > 0)
        return pl_fail(PL_ERR_SERVER, "what answers at %s does not speak HTTP: check the port in the server URL", f->host);
    return pl_fail(PL_ERR_UNSUPPORTED, "this libcurl cannot do that: %s", f->said);
}

static pl_err fail_transfer(const failure *f)
{
    long connect_status = get_long(f, CURLINFO_HTTP_CONNECTCODE);

    if (connect_status == 407)
        return pl_fail(PL_ERR_PROXY, "the proxy wants a name and password (HTTP 407): put them into the proxy's URL");
    if (connect_status >= 300)
        return pl_fail(PL_ERR_PROXY, "the proxy does not let %s through (HTTP %ld): ask whoever runs the proxy", f->host,
                       connect_status);
    return pl_fail(PL_ERR_CUT, "the connection to %s was cut (%s)", f->host, f->said);
}

static pl_err fail_secure(const failure *f)
{
    if (f->end->code == CURLE_PEER_FAILED_VERIFICATION)
        return fail_certificate(f);
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
    case CURLE_PROXY:
        return pl_fail(PL_ERR_PROXY, "the proxy cannot be used (%s): check its address", f->said);
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
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_USE_SSL_FAILED:
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
    return fail_by_code(&f);
}
