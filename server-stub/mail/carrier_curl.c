/* SPDX-License-Identifier: Apache-2.0
 *
 * Both ways by libcurl. Of a conversation by SMTP we look at the first letters of what is sent, to know how far it came, and at the answers; what is sent
 * (the password among it) is neither kept nor logged.
 */
#include "mail/carrier.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include "base/mem.h"
#include "crypto/crypto.h"
#include "mail/resend.h"
#include "platform/clock.h"
#include "platform/thread.h"

enum { ANSWER_READ_MAX = 64 * 1024, HEADER_MAX = 1024, CONNECTIONS_KEPT = 1 };

typedef enum { SCHEME_SMTP, SCHEME_SMTPS, SCHEME_HTTP, SCHEME_HTTPS, SCHEME_NONE } url_scheme;

static pl_once curl_once = PL_ONCE_INIT;

struct carrier {
    carrier_options_t options;
    url_scheme scheme;
    CURL *easy;
    carrier_result_t *result;
    pl_span unsent; /* of the message */
    smtp_stage stage;
    bool was_refused; /* the address that was to be connected to */
    bool has_reply;   /* to the command that was sent last */
    bool is_leaving;  /* QUIT was sent: what is said to that is of no interest */
    pl_buf reply;     /* of HTTP */
    char message[CURL_ERROR_SIZE];
};

static void start_curl(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* ---- the URL ---- */

static url_scheme scheme_of(const char *url, const char **rest)
{
    static const char *const names[] = {
        [SCHEME_SMTP] = "smtp://", [SCHEME_SMTPS] = "smtps://", [SCHEME_HTTP] = "http://", [SCHEME_HTTPS] = "https://"};
    url_scheme scheme = SCHEME_SMTP;

    while (scheme < SCHEME_NONE && strncasecmp(url, names[scheme], strlen(names[scheme])) != 0)
        scheme++;
    *rest = scheme < SCHEME_NONE ? url + strlen(names[scheme]) : url;
    return scheme;
}

pl_err carrier_check(const carrier_options_t *options)
{
    const char *rest;
    url_scheme scheme = scheme_of(options->url, &rest);

    if (scheme == SCHEME_NONE || !*rest)
        return pl_fail(PL_ERR_INVALID, "mail_url is smtps://host:465, smtp://host:587 or https://api.resend.com");
    for (const unsigned char *c = (const unsigned char *)rest; *c; c++)
        if (*c <= ' ' || *c >= 0x7f || strchr("@?#\\", *c))
            return pl_fail(PL_ERR_INVALID,
                           "mail_url holds a host and a port; user and password are mail_user and mail_secret_file");
    if (scheme == SCHEME_HTTP && !options->allows_plain)
        return pl_fail(PL_ERR_INVALID,
                       "mail_url is http://; https:// is needed (to this machine alone: mail_plain_loopback = 1)");
    if (scheme >= SCHEME_HTTP && !options->secret)
        return pl_fail(PL_ERR_INVALID, "mail_secret_file is missing: the file with the API's key");
    if (scheme <= SCHEME_SMTPS && !options->user != !options->secret)
        return pl_fail(PL_ERR_INVALID, "mail_user and mail_secret_file go together; %s is missing",
                       options->user ? "mail_secret_file" : "mail_user");
    return PL_OK;
}

/* ---- what libcurl asks us ---- */

static bool is_loopback(const struct curl_sockaddr *to)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    const uint8_t *bytes = ((const struct sockaddr_in6 *)(const void *)&to->addr)->sin6_addr.s6_addr;

    if (to->family == AF_INET)
        return ((const uint8_t *)&((const struct sockaddr_in *)(const void *)&to->addr)->sin_addr)[0] == 127;
    if (to->family != AF_INET6)
        return false;
    return IN6_IS_ADDR_LOOPBACK((const struct in6_addr *)(const void *)bytes) ||
           (memcmp(bytes, mapped, 12) == 0 && bytes[12] == 127);
}

/* Where TLS may be missing the address must be of this machine. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
    carrier_t *carrier = context;
    bool may_be_plain = carrier->scheme == SCHEME_HTTP || (carrier->scheme == SCHEME_SMTP && carrier->options.allows_plain);

    (void)purpose;
    carrier->was_refused = may_be_plain && !is_loopback(to);
    return carrier->was_refused ? CURL_SOCKET_BAD : socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static void copy_printable(char *to, size_t room, const char *from, size_t size)
{
    size_t count = 0;

    while (size && (from[size - 1] == '\r' || from[size - 1] == '\n'))
        size--;
    for (size_t i = 0; i < size && count + 1 < room; i++)
        to[count++] = from[i] >= ' ' && from[i] < 0x7f ? from[i] : '?';
    to[count] = '\0';
}

static int watch(CURL *easy, curl_infotype kind, char *data, size_t size, void *context)
{
    carrier_t *carrier = context;

    (void)easy;
    if (carrier->scheme > SCHEME_SMTPS)
        return 0;
    if (kind == CURLINFO_HEADER_OUT) {
        carrier->stage = smtp_stage_after(carrier->stage, data, size);
        carrier->is_leaving = size >= 4 && strncasecmp(data, "QUIT", 4) == 0;
        carrier->has_reply &= carrier->is_leaving;
    } else if (kind == CURLINFO_DATA_OUT) {
        carrier->has_reply = false;
    } else if (kind == CURLINFO_HEADER_IN && !carrier->is_leaving) {
        carrier->has_reply = true;
        copy_printable(carrier->result->answer, sizeof carrier->result->answer, data, size);
    }
    return 0;
}

static size_t take_reply(char *data, size_t size, size_t count, void *context)
{
    carrier_t *carrier = context;

    pl_buf_add(&carrier->reply, data, size * count);
    return carrier->reply.err ? 0 : size * count;
}

static size_t give_message(char *room, size_t size, size_t count, void *context)
{
    carrier_t *carrier = context;
    size_t bytes = carrier->unsent.size < size * count ? carrier->unsent.size : size * count;

    memcpy(room, carrier->unsent.data, bytes);
    carrier->unsent = pl_span_of(carrier->unsent.data + bytes, carrier->unsent.size - bytes);
    return bytes;
}

static int look_whether_to_go_on(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const carrier_t *carrier = context;

    (void)a;
    (void)b;
    (void)c;
    (void)d;
    return carrier->options.is_ending && atomic_load(carrier->options.is_ending);
}

/* ---- settings of both ---- */

static bool set_limits(const carrier_t *carrier)
{
    CURL *easy = carrier->easy;
    const char *ca_file = carrier->options.ca_file;

    return curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)carrier->options.timeout_ms) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK && curl_easy_setopt(easy, CURLOPT_NETRC, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT) == CURLE_OK &&
           (!ca_file || curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file) == CURLE_OK);
}

static bool set_callbacks(carrier_t *carrier)
{
    CURL *easy = carrier->easy;

    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, (void *)carrier) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, watch) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_DEBUGDATA, (void *)carrier) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_reply) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, (void *)carrier) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, look_whether_to_go_on) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XFERINFODATA, (void *)carrier) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, carrier->message) == CURLE_OK;
}

static bool add_line(struct curl_slist **list, const char *format, const char *value)
{
    char line[HEADER_MAX];
    struct curl_slist *longer;

    if ((size_t)snprintf(line, sizeof line, format, value) >= sizeof line)
        return false;
    longer = curl_slist_append(*list, line);
    pl_wipe(line, sizeof line);
    if (longer)
        *list = longer;
    return longer != NULL;
}

static CURLcode perform(carrier_t *carrier, bool is_ready)
{
    if (is_ready)
        return curl_easy_perform(carrier->easy);
    (void)snprintf(carrier->message, sizeof carrier->message, "the exchange could not be prepared");
    return CURLE_OUT_OF_MEMORY;
}

/* Why there was no answer. */
static void tell_failure(carrier_t *carrier, CURLcode code)
{
    const char *why = carrier->was_refused  ? "the server is not on this machine, and TLS is not asked for (mail_plain_loopback)"
                      : carrier->message[0] ? carrier->message
                                            : curl_easy_strerror(code);

    copy_printable(carrier->result->answer, sizeof carrier->result->answer, why, strlen(why));
}

/* ---- SMTP ---- */

static bool set_smtp(carrier_t *carrier, const message_t *message, const struct curl_slist *recipients)
{
    CURL *easy = carrier->easy;
    const carrier_options_t *options = &carrier->options;
    long tls = carrier->scheme == SCHEME_SMTP && options->allows_plain ? (long)CURLUSESSL_TRY : (long)CURLUSESSL_ALL;

    return curl_easy_setopt(easy, CURLOPT_URL, options->url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USE_SSL, tls) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAIL_FROM, message->from.address) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_message) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_READDATA, (void *)carrier) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)carrier->unsent.size) == CURLE_OK &&
           (!options->user || (curl_easy_setopt(easy, CURLOPT_USERNAME, options->user) == CURLE_OK &&
                               curl_easy_setopt(easy, CURLOPT_PASSWORD, options->secret) == CURLE_OK));
}

static void conclude_smtp(carrier_t *carrier, CURLcode code)
{
    long status = 0;

    (void)curl_easy_getinfo(carrier->easy, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK) {
        carrier->result->status = (int)status;
        carrier->result->outcome = CARRIED;
        return;
    }
    /* the last answer counts where it is the answer to what was sent last; a positive one was followed by silence */
    if (carrier->has_reply && status >= 400)
        carrier->result->status = (int)status;
    else
        tell_failure(carrier, code);
    carrier->result->outcome = smtp_verdict(carrier->stage, carrier->result->status);
}

static void send_smtp(carrier_t *carrier, const message_t *message)
{
    struct curl_slist *recipients = NULL;
    pl_buf bytes;
    bool is_ready;

    pl_buf_init(&bytes);
    message_write(message, &bytes);
    carrier->unsent = pl_buf_span(&bytes);
    is_ready = !bytes.err && add_line(&recipients, "<%s>", message->to.address) && set_limits(carrier) &&
               set_callbacks(carrier) && set_smtp(carrier, message, recipients);
    conclude_smtp(carrier, perform(carrier, is_ready));
    curl_slist_free_all(recipients);
    pl_buf_reset(&bytes);
}

/* ---- HTTP ---- */

static bool set_http(const carrier_t *carrier, const char *url, const pl_buf *body, const struct curl_slist *headers)
{
    CURL *easy = carrier->easy;

    return curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)body->size) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body->data) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERAGENT, "pospal-validator") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers) == CURLE_OK;
}

static bool add_headers(const carrier_t *carrier, const message_t *message, struct curl_slist **headers)
{
    char id[PL_UUID_TEXT_SIZE];

    pl_uuid_format(message->id, id);
    return add_line(headers, "Authorization: Bearer %s", carrier->options.secret) &&
           add_line(headers, "Idempotency-Key: %s", id) && add_line(headers, "Content-Type: %s", "application/json") &&
           add_line(headers, "Expect:%s", "");
}

static void conclude_http(carrier_t *carrier, CURLcode code)
{
    carrier_result_t *result = carrier->result;
    char said[CARRIER_ANSWER_MAX - 32];
    long status = 0;
    pl_arena arena;

    (void)curl_easy_getinfo(carrier->easy, CURLINFO_RESPONSE_CODE, &status);
    if (!status) {
        tell_failure(carrier, code);
        result->outcome = DOWN;
        return;
    }
    pl_arena_init(&arena);
    result->status = (int)status;
    result->outcome = http_verdict((int)status);
    resend_read(&arena, pl_buf_span(&carrier->reply), "id", result->provider_id, sizeof result->provider_id);
    resend_read(&arena, pl_buf_span(&carrier->reply), "message", said, sizeof said);
    (void)snprintf(result->answer, sizeof result->answer, "%ld %s", status, result->outcome == CARRIED ? "accepted" : said);
    pl_arena_reset(&arena);
}

static void send_http(carrier_t *carrier, const message_t *message)
{
    struct curl_slist *headers = NULL;
    size_t length = strlen(carrier->options.url);
    bool has_slash = carrier->options.url[length - 1] == '/';
    pl_buf body, url;
    bool is_ready;

    pl_buf_init(&body);
    pl_buf_init(&url);
    pl_buf_add_format(&url, "%s%semails", carrier->options.url, has_slash ? "" : "/");
    is_ready = !resend_write(message, &body) && !url.err && add_headers(carrier, message, &headers) && set_limits(carrier) &&
               set_callbacks(carrier) && set_http(carrier, url.data, &body, headers);
    conclude_http(carrier, perform(carrier, is_ready));
    curl_slist_free_all(headers);
    pl_buf_reset(&url);
    pl_buf_reset(&body);
}

/* ---- one mail ---- */

void carrier_send(carrier_t *carrier, const message_t *message, carrier_result_t *result)
{
    int64_t began_us = pl_clock_monotonic_us();

    *result = (carrier_result_t){.outcome = DOWN};
    carrier->result = result;
    carrier->stage = STAGE_GREETING;
    carrier->was_refused = carrier->has_reply = carrier->is_leaving = false;
    carrier->message[0] = '\0';
    pl_buf_init(&carrier->reply);
    carrier->reply.limit = ANSWER_READ_MAX;
    curl_easy_reset(carrier->easy); /* which keeps the connection */
    if (carrier->scheme <= SCHEME_SMTPS)
        send_smtp(carrier, message);
    else
        send_http(carrier, message);
    result->duration_ms = (pl_clock_monotonic_us() - began_us) / 1000;
    pl_buf_reset(&carrier->reply);
}

void carrier_free(carrier_t *carrier)
{
    if (!carrier)
        return;
    curl_easy_cleanup(carrier->easy);
    pl_free(carrier);
}

carrier_t *carrier_new(const carrier_options_t *options)
{
    carrier_t *carrier = pl_alloc(sizeof *carrier);
    const char *rest;

    if (!carrier)
        return NULL;
    pl_once_run(&curl_once, start_curl);
    carrier->options = *options;
    carrier->scheme = scheme_of(options->url, &rest);
    carrier->easy = curl_easy_init();
    if (carrier->easy)
        return carrier;
    pl_free(carrier);
    return NULL;
}
