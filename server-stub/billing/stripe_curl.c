/* SPDX-License-Identifier: Apache-2.0
 *
 * Asking the payment provider by libcurl. Redirects are not followed: the key would go where they lead.
 */
#include "billing/stripe_exchange.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "crypto/crypto.h"
#include "platform/thread.h"

enum { HEADER_LINE_MAX = 512, RETRY_AFTER_MAX_S = 3600 };

static pl_once curl_once = PL_ONCE_INIT;

struct stripe_line {
    const stripe_curl_options_t *options;
    CURL *easy;
    stripe_reply_t *reply;
    char message[CURL_ERROR_SIZE];
};

static void start_curl(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* ---- what libcurl asks us ---- */

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
    stripe_line_t *line = context;

    pl_buf_add(&line->reply->body, data, size * count);
    return line->reply->body.err ? 0 : size * count;
}

static bool header_is(const char *text, const char *name, const char **value)
{
    size_t size = strlen(name);

    if (strncasecmp(text, name, size) != 0 || text[size] != ':')
        return false;
    *value = text + size + 1 + strspn(text + size + 1, " \t");
    return true;
}

static void read_header(stripe_reply_t *reply, const char *text)
{
    const char *value;

    if (header_is(text, "Stripe-Should-Retry", &value))
        reply->should_retry = strncmp(value, "true", 4) == 0 ? 1 : strncmp(value, "false", 5) == 0 ? 0 : -1;
    else if (header_is(text, "Retry-After", &value) && *value >= '0' && *value <= '9')
        reply->retry_after_s = strtol(value, NULL, 10) < RETRY_AFTER_MAX_S ? strtol(value, NULL, 10) : RETRY_AFTER_MAX_S;
    else if (header_is(text, "Request-Id", &value))
        (void)snprintf(reply->request_id, sizeof reply->request_id, "%.*s", (int)strcspn(value, " \r\n\""), value);
}

static size_t take_header(char *data, size_t size, size_t count, void *context)
{
    stripe_line_t *line = context;
    size_t bytes = size * count;
    char text[HEADER_LINE_MAX];

    if (bytes < sizeof text) {
        memcpy(text, data, bytes);
        text[bytes] = '\0';
        read_header(line->reply, text);
    }
    return bytes;
}

static int look_whether_to_go_on(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const stripe_line_t *line = context;

    (void)a;
    (void)b;
    (void)c;
    (void)d;
    return line->options->is_ending && atomic_load(line->options->is_ending);
}

/* ---- one exchange ---- */

static bool add_header(struct curl_slist **headers, const char *name, const char *value)
{
    char line[HEADER_LINE_MAX];
    struct curl_slist *longer;
    bool fits = (size_t)snprintf(line, sizeof line, "%s: %s", name, value) < sizeof line;

    longer = fits ? curl_slist_append(*headers, line) : NULL;
    pl_wipe(line, sizeof line);
    if (longer)
        *headers = longer;
    return longer != NULL;
}

static struct curl_slist *make_headers(const stripe_request_t *request)
{
    struct curl_slist *headers = NULL;

    if (add_header(&headers, "Stripe-Version", request->version) && add_header(&headers, "Accept", "application/json") &&
        (!request->idempotency_key || add_header(&headers, "Idempotency-Key", request->idempotency_key)))
        return headers;
    curl_slist_free_all(headers);
    return NULL;
}

static bool set_limits(const stripe_line_t *line)
{
    CURL *easy = line->easy;
    const char *ca_file = line->options->ca_file;

    return curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)STRIPE_CONNECT_MS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)line->options->timeout_ms) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NETRC, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           (!ca_file || curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file) == CURLE_OK);
}

static bool set_callbacks(stripe_line_t *line)
{
    CURL *easy = line->easy;

    return curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, (void *)line) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, (void *)line) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, look_whether_to_go_on) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XFERINFODATA, (void *)line) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, line->message) == CURLE_OK;
}

/* The key is HTTP's user name, with an empty password: libcurl then keeps it from proxies and from other hosts. */
static bool set_request(const stripe_line_t *line, const stripe_request_t *request, const struct curl_slist *headers)
{
    CURL *easy = line->easy;

    return curl_easy_setopt(easy, CURLOPT_URL, request->url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERAGENT, "pospal-validator") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERNAME, request->secret) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PASSWORD, "") == CURLE_OK &&
           (!request->form || (curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
                               curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(request->form)) == CURLE_OK &&
                               curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->form) == CURLE_OK));
}

static void conclude(stripe_line_t *line, CURLcode code)
{
    long status = 0;

    (void)curl_easy_getinfo(line->easy, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK) {
        line->reply->status = (int)status;
        return;
    }
    (void)snprintf(line->reply->error, sizeof line->reply->error, "%s",
                   line->reply->body.err ? "the reply is too large"
                   : line->message[0]    ? line->message
                                         : curl_easy_strerror(code));
}

static void exchange(stripe_line_t *line, const stripe_request_t *request, stripe_reply_t *reply)
{
    struct curl_slist *headers = make_headers(request);

    line->reply = reply;
    line->message[0] = '\0';
    curl_easy_reset(line->easy); /* which keeps the connection */
    if (headers && set_limits(line) && set_callbacks(line) && set_request(line, request, headers))
        conclude(line, curl_easy_perform(line->easy));
    else
        (void)snprintf(reply->error, sizeof reply->error, "the request could not be prepared");
    curl_easy_reset(line->easy); /* nothing keeps the key longer than it is needed */
    curl_slist_free_all(headers);
}

static void close_line(stripe_line_t *line)
{
    if (!line)
        return;
    curl_easy_cleanup(line->easy);
    pl_free(line);
}

static stripe_line_t *open_line(void *context)
{
    stripe_line_t *line = pl_alloc(sizeof *line);

    if (!line)
        return NULL;
    pl_once_run(&curl_once, start_curl);
    line->options = context;
    line->easy = curl_easy_init();
    if (line->easy)
        return line;
    pl_free(line);
    return NULL;
}

stripe_transport_t stripe_curl_transport(const stripe_curl_options_t *options)
{
    return (stripe_transport_t){(void *)(uintptr_t)options, open_line, exchange, close_line};
}
