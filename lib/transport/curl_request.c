/* SPDX-License-Identifier: Apache-2.0
 *
 * Setting the options of an exchange; see curl_request.h.
 */
#include "transport/curl_request.h"

#include "platform/thread.h"
#include "transport/proxy.h"
#include "wire/device_reply.h"

enum { CONNECT_MIN_MS = 3000 };

/*
 * Options by their numbers, which libcurl never changes: the libcurl we run with may be newer or older than the header we were compiled
 * with, and PROTOCOLS (up to 7.84) is marked deprecated in headers that have PROTOCOLS_STR.
 */
enum { OPTION_PROTOCOLS = 181, OPTION_PROTOCOLS_STR = 10318, OPTION_QUICK_EXIT = 322, PROTOCOL_HTTP = 1, PROTOCOL_HTTPS = 2 };

void pl_curl_request_note(pl_curl_request *request, CURLcode code)
{
    if (request->refused == CURLE_OK)
        request->refused = code;
}

void pl_curl_request_set_long(pl_curl_request *request, int option, long value)
{
    pl_curl_request_note(request, request->curl->easy_setopt(request->easy, (CURLoption)option, value));
}

static void set_text(pl_curl_request *request, int option, const char *value)
{
    pl_curl_request_note(request, request->curl->easy_setopt(request->easy, (CURLoption)option, value));
}

static void add_header(pl_curl_request *request, const char *line)
{
    struct curl_slist *longer = request->curl->slist_append(request->headers, line);

    if (longer)
        request->headers = longer;
    else
        pl_curl_request_note(request, CURLE_OUT_OF_MEMORY);
}

static void set_protocols(pl_curl_request *request)
{
    if (request->curl->easy_setopt(request->easy, (CURLoption)OPTION_PROTOCOLS_STR, "http,https") != CURLE_OK)
        pl_curl_request_set_long(request, OPTION_PROTOCOLS, PROTOCOL_HTTP | PROTOCOL_HTTPS);
}

/* A third of the time for connecting, so that a retry has time left; but never less than a slow line needs. */
static void set_times(pl_curl_request *request, int64_t timeout_ms)
{
    int64_t total = timeout_ms > 0 ? timeout_ms : 1;
    int64_t connect = total / 3 > CONNECT_MIN_MS ? total / 3 : CONNECT_MIN_MS;

    pl_curl_request_set_long(request, CURLOPT_TIMEOUT_MS, (long)total);
    pl_curl_request_set_long(request, CURLOPT_CONNECTTIMEOUT_MS, (long)(connect < total ? connect : total));
    pl_curl_request_set_long(request, CURLOPT_NOSIGNAL, 1);
    /* From 7.87 on: a resolver that hangs is left behind at the time-out, not waited for. Older ones refuse it, and do wait. */
    (void)request->curl->easy_setopt(request->easy, (CURLoption)OPTION_QUICK_EXIT, 1L);
}

static int prepare_socket(void *context, curl_socket_t socket, curlsocktype purpose)
{
    (void)context;
    (void)purpose;
    pl_socket_keep((intptr_t)socket);
    return CURL_SOCKOPT_OK;
}

static void set_way(pl_curl_request *request, int64_t timeout_ms)
{
    const pl_exchange *exchange = request->exchange;

    set_text(request, CURLOPT_URL, exchange->url);
    set_protocols(request);
    set_times(request, timeout_ms);
    pl_curl_request_set_long(request, CURLOPT_FOLLOWLOCATION, 0);
    pl_curl_request_set_long(request, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    pl_curl_request_set_long(request, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    pl_curl_request_set_long(request, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1);
    if (exchange->proxy) {
        set_text(request, CURLOPT_PROXY, exchange->proxy);
        set_text(request, CURLOPT_NOPROXY, ""); /* what the program says is not for the environment to change */
    } else if (pl_proxy_is_bypassed(exchange)) {
        set_text(request, CURLOPT_NOPROXY, "*");
    }
    pl_curl_request_note(request, request->curl->easy_setopt(request->easy, CURLOPT_SOCKOPTFUNCTION, prepare_socket));
}

/*
 * The file instead of the system's certificates, not beside them: hence no directory. TLS libraries without one refuse that option. A
 * TLS library that cannot pin refuses the whole exchange.
 */
static void set_trust(pl_curl_request *request)
{
    const pl_exchange *exchange = request->exchange;

    if (exchange->wants_certificate) /* a TLS library that can't tell refuses it */
        (void)request->curl->easy_setopt(request->easy, CURLOPT_CERTINFO, 1L);
    if (exchange->pinned_keys)
        set_text(request, CURLOPT_PINNEDPUBLICKEY, exchange->pinned_keys);
    if (!exchange->ca_file)
        return;
    set_text(request, CURLOPT_CAINFO, exchange->ca_file);
    (void)request->curl->easy_setopt(request->easy, CURLOPT_CAPATH, (char *)NULL);
    (void)request->curl->easy_setopt(request->easy, CURLOPT_PROXY_CAINFO, exchange->ca_file);
}

static void set_body(pl_curl_request *request)
{
    const pl_exchange *exchange = request->exchange;

    set_text(request, CURLOPT_USERAGENT, exchange->user_agent);
    add_header(request, "Accept: application/json");
    if (exchange->body.size > 0) {
        add_header(request, "Content-Type: application/json");
        add_header(request, "Expect:"); /* no pause for a "100 Continue" */
        pl_curl_request_set_long(request, CURLOPT_POST, 1);
        pl_curl_request_set_long(request, CURLOPT_POSTFIELDSIZE, (long)exchange->body.size);
        set_text(request, CURLOPT_POSTFIELDS, exchange->body.data);
    }
    pl_curl_request_note(request, request->curl->easy_setopt(request->easy, CURLOPT_HTTPHEADER, request->headers));
    pl_curl_request_set_long(request, CURLOPT_MAXFILESIZE, PL_REPLY_MAX);
}

void pl_curl_request_prepare(pl_curl_request *request)
{
    set_way(request, request->exchange->timeout_ms);
    set_trust(request);
    set_body(request);
}

void pl_curl_request_prepare_look(pl_curl_request *request, int64_t timeout_ms)
{
    set_way(request, timeout_ms);
    pl_curl_request_set_long(request, CURLOPT_CONNECT_ONLY, 1);
    pl_curl_request_set_long(request, CURLOPT_SSL_VERIFYPEER, 0);
    pl_curl_request_set_long(request, CURLOPT_SSL_VERIFYHOST, 0);
    pl_curl_request_set_long(request, CURLOPT_CERTINFO, 1);
}
