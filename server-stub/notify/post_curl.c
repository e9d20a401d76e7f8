/* SPDX-License-Identifier: Apache-2.0
 *
 * Posting by libcurl.
 */
#include "notify/post.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include "base/mem.h"
#include "platform/clock.h"
#include "platform/thread.h"

enum { ANSWER_READ_MAX = 64 * 1024, HEADER_MAX = 1024, CONNECTIONS_KEPT = 4 };

static pl_once curl_once = PL_ONCE_INIT;

struct poster {
    post_options_t options;
    CURL *easy;
    bool is_http; /* the message under way */
    bool is_refused;
    size_t answer_size;
    size_t answer_read;
    post_result_t *result;
    char message[CURL_ERROR_SIZE];
};

static void start_curl(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* ---- what libcurl asks us ---- */

static bool read_address(const struct curl_sockaddr *from, uint8_t address[ADDRESS_SIZE])
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    if (from->family == AF_INET) {
        const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)(const void *)&from->addr;

        memcpy(address, mapped, sizeof mapped);
        memcpy(address + sizeof mapped, &ipv4->sin_addr, 4);
        return true;
    }
    if (from->family != AF_INET6)
        return false;
    memcpy(address, &((const struct sockaddr_in6 *)(const void *)&from->addr)->sin6_addr, ADDRESS_SIZE);
    return true;
}

/* The only way to a connection: an address that is checked here is the address that is connected to. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
    poster_t *poster = context;
    uint8_t address[ADDRESS_SIZE];
    bool is_fine = read_address(to, address);

    (void)purpose;
    if (is_fine && !address_is_listed(poster->options.allowed, address))
        is_fine = !poster->is_http && address_is_public(address);
    if (!is_fine) {
        poster->is_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t take_answer(char *data, size_t size, size_t count, void *context)
{
    poster_t *poster = context;
    size_t bytes = size * count;

    for (size_t i = 0; i < bytes && poster->answer_size < POST_ANSWER_MAX; i++)
        poster->result->answer[poster->answer_size++] = data[i] >= ' ' && data[i] < 0x7f ? data[i] : '?';
    poster->answer_read += bytes;
    return poster->answer_read <= ANSWER_READ_MAX ? bytes : 0;
}

static int look_whether_to_go_on(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const poster_t *poster = context;

    (void)a;
    (void)b;
    (void)c;
    (void)d;
    return poster->options.is_ending && atomic_load(poster->options.is_ending);
}

/* ---- one message ---- */

static bool add_header(struct curl_slist **headers, const char *name, const char *value)
{
    char line[HEADER_MAX];
    struct curl_slist *longer;

    if ((size_t)snprintf(line, sizeof line, "%s:%s%s", name, *value ? " " : "", value) >= sizeof line)
        return false;
    longer = curl_slist_append(*headers, line);
    if (longer)
        *headers = longer;
    return longer != NULL;
}

static struct curl_slist *make_headers(const post_message_t *message)
{
    struct curl_slist *headers = NULL;
    char timestamp[24];

    (void)snprintf(timestamp, sizeof timestamp, "%" PRId64, message->timestamp_s);
    if (add_header(&headers, "Content-Type", "application/json") && add_header(&headers, "webhook-id", message->id) &&
        add_header(&headers, "webhook-timestamp", timestamp) && add_header(&headers, "webhook-signature", message->signature) &&
        (!message->traceparent || add_header(&headers, "traceparent", message->traceparent)) &&
        add_header(&headers, "Expect", ""))
        return headers;
    curl_slist_free_all(headers);
    return NULL;
}

static bool set_limits(const poster_t *poster)
{
    CURL *easy = poster->easy;

    return curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)poster->options.timeout_ms) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK && curl_easy_setopt(easy, CURLOPT_NETRC, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT) == CURLE_OK &&
           (!poster->options.ca_file || curl_easy_setopt(easy, CURLOPT_CAINFO, poster->options.ca_file) == CURLE_OK);
}

static bool set_callbacks(poster_t *poster)
{
    CURL *easy = poster->easy;

    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, (void *)poster) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, (void *)poster) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, look_whether_to_go_on) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XFERINFODATA, (void *)poster) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, poster->message) == CURLE_OK;
}

/* The URL is http or https, which was checked, and nothing changes it: no redirect is followed. */
static bool set_message(const poster_t *poster, const post_message_t *message, const struct curl_slist *headers)
{
    CURL *easy = poster->easy;

    return curl_easy_setopt(easy, CURLOPT_URL, message->url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)message->body.size) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDS, message->body.data) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERAGENT, "pospal-validator") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers) == CURLE_OK;
}

static void conclude(poster_t *poster, CURLcode code)
{
    post_result_t *result = poster->result;
    long status = 0;

    (void)curl_easy_getinfo(poster->easy, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && status)) { /* the latter: a long answer is not read to its end */
        result->status = (int)status;
        return;
    }
    (void)snprintf(result->error, sizeof result->error, "%s",
                   poster->is_refused   ? "the host's address is not public, and the operator does not allow it"
                   : poster->message[0] ? poster->message
                                        : curl_easy_strerror(code));
}

void poster_send(poster_t *poster, const post_message_t *message, post_result_t *result)
{
    struct curl_slist *headers = make_headers(message);
    int64_t began_us = pl_clock_monotonic_us();
    const char *fault;

    *result = (post_result_t){.status = 0};
    poster->result = result;
    poster->answer_size = poster->answer_read = 0;
    poster->is_refused = false;
    poster->is_http = strncasecmp(message->url, "http://", 7) == 0;
    poster->message[0] = '\0';
    curl_easy_reset(poster->easy); /* which keeps connections */
    if (!address_url_is_fine(poster->options.allowed, message->url, &fault))
        (void)snprintf(result->error, sizeof result->error, "%s", fault);
    else if (headers && set_limits(poster) && set_callbacks(poster) && set_message(poster, message, headers))
        conclude(poster, curl_easy_perform(poster->easy));
    else
        (void)snprintf(result->error, sizeof result->error, "the request could not be prepared");
    result->duration_ms = (pl_clock_monotonic_us() - began_us) / 1000;
    curl_slist_free_all(headers);
}

void poster_free(poster_t *poster)
{
    if (!poster)
        return;
    curl_easy_cleanup(poster->easy);
    pl_free(poster);
}

poster_t *poster_new(const post_options_t *options)
{
    poster_t *poster = pl_alloc(sizeof *poster);

    if (!poster)
        return NULL;
    pl_once_run(&curl_once, start_curl);
    poster->options = *options;
    poster->easy = curl_easy_init();
    if (poster->easy)
        return poster;
    pl_free(poster);
    return NULL;
}
