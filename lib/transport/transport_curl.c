/* SPDX-License-Identifier: Apache-2.0
 *
 * The default transport: one libcurl handle for one exchange, nothing shared between them, nothing left open between them. A check
 * every few minutes finds a kept connection closed by the server anyway, and a forked child would speak into its parent's. What a
 * failure means is said in curl_failure.c; where libcurl comes from, in curl_linked.c and curl_loaded.c.
 */
#include "transport/transport.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "platform/clock.h"
#include "platform/thread.h"
#include "transport/curl_request.h"
#include "transport/header.h"
#include "wire/device_reply.h"

enum { HEADERS_MAX = 64 * 1024, POLL_MAX_MS = 1000, LOOK_MAX_MS = 3000, LOOK_MIN_MS = 100 };

typedef struct running {
    struct running *next;
    CURLM *multi;
} running;

typedef struct {
    pl_transport base;
    pl_mutex *mutex; /* guards the rest */
    running *running;
    bool is_closed;
} curl_transport;

/* One exchange. */
typedef struct {
    pl_curl_request request;
    pl_exchange_reply *reply;
    size_t header_bytes;
    bool has_headers; /* all of them, up to the blank line */
    char message[CURL_ERROR_SIZE];
    char certificate[PL_CERTIFICATE_TEXT_SIZE]; /* of the one that was not accepted; "": unknown */
    running run;
} call;

static pl_curl curl;
static pl_once curl_once = PL_ONCE_INIT;

/*
 * curl_global_init is safe from any thread since 7.84 only. Ours runs once; that an application which starts libcurl itself does so
 * before its threads is libcurl's own rule. It counts, so the application's cleanup leaves ours alone; we never undo it.
 */
static pl_err start_curl(void)
{
    pl_err err = pl_curl_fill(&curl);

    if (!err && curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        err = pl_fail(PL_ERR_UNSUPPORTED, "libcurl cannot start");
    return err;
}

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
    call *c = context;

    pl_buf_add(&c->reply->body, data, size * count);
    return c->reply->body.err ? 0 : size * count;
}

/* Those of an interim reply (1xx) are not the reply's. */
static void forget_headers(pl_exchange_reply *reply)
{
    reply->content_type[0] = '\0';
    reply->location[0] = '\0';
    reply->retry_after_s = -1;
    reply->retry_at_s = 0;
    reply->date_s = 0;
}

static size_t take_header(char *data, size_t size, size_t count, void *context)
{
    call *c = context;
    pl_span line = pl_span_of(data, size * count);
    const char *colon = memchr(line.data, ':', line.size);
    size_t name_size = colon ? (size_t)(colon - line.data) : 0;

    c->header_bytes += line.size;
    if (c->header_bytes > HEADERS_MAX)
        return 0;
    if (line.size > 5 && memcmp(line.data, "HTTP/", 5) == 0)
        forget_headers(c->reply);
    c->has_headers = line.size <= 2 && (line.data[0] == '\r' || line.data[0] == '\n');
    if (name_size > 0)
        pl_header_take(c->reply, pl_span_of(line.data, name_size), pl_span_of(colon + 1, line.size - name_size - 1));
    return line.size;
}

static void set_reply(call *c)
{
    CURL *easy = c->request.easy;

    pl_curl_request_note(&c->request, curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body));
    pl_curl_request_note(&c->request, curl.easy_setopt(easy, CURLOPT_WRITEDATA, (void *)c));
    pl_curl_request_note(&c->request, curl.easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header));
    pl_curl_request_note(&c->request, curl.easy_setopt(easy, CURLOPT_HEADERDATA, (void *)c));
    pl_curl_request_note(&c->request, curl.easy_setopt(easy, CURLOPT_ERRORBUFFER, c->message));
}

/* False when the transport was cancelled before. */
static bool enter(curl_transport *transport, running *run)
{
    bool is_open;

    pl_mutex_lock(transport->mutex);
    is_open = !transport->is_closed;
    if (is_open) {
        run->next = transport->running;
        transport->running = run;
    }
    pl_mutex_unlock(transport->mutex);
    return is_open;
}

static void leave(curl_transport *transport, const running *run)
{
    running **at = &transport->running;

    pl_mutex_lock(transport->mutex);
    while (*at != run)
        at = &(*at)->next;
    *at = run->next;
    pl_mutex_unlock(transport->mutex);
}

static bool is_closed(curl_transport *transport)
{
    bool closed;

    pl_mutex_lock(transport->mutex);
    closed = transport->is_closed;
    pl_mutex_unlock(transport->mutex);
    return closed;
}

/* A wake-up between the question and the poll is not lost: libcurl keeps it for the next poll. */
static pl_err drive(curl_transport *transport, CURLM *multi, CURLcode *code)
{
    const CURLMsg *message;
    int active = 1;
    int left;

    while (active > 0) {
        if (curl.multi_perform(multi, &active) != CURLM_OK)
            return pl_fail(PL_ERR_MEMORY, "libcurl is out of memory");
        if (active > 0 && is_closed(transport))
            return pl_fail(PL_ERR_CLOSED, "the client was closed during the exchange");
        if (active > 0 && curl.multi_poll(multi, NULL, 0, POLL_MAX_MS, NULL) != CURLM_OK)
            return pl_fail(PL_ERR_MEMORY, "libcurl is out of memory");
    }
    while ((message = curl.multi_info_read(multi, &left)))
        if (message->msg == CURLMSG_DONE)
            *code = message->data.result;
    return PL_OK;
}

static pl_err run(curl_transport *transport, call *c, CURL *easy, CURLcode *code)
{
    pl_err err = PL_ERR_MEMORY;

    if (!enter(transport, &c->run))
        return pl_fail(PL_ERR_CLOSED, "the client is closing");
    if (curl.multi_add_handle(c->run.multi, easy) == CURLM_OK) {
        err = drive(transport, c->run.multi, code);
        curl.multi_remove_handle(c->run.multi, easy);
    }
    leave(transport, &c->run);
    return err;
}

/* In the time that is left of the exchange. Where it fails nothing is told, which is no worse than before. */
static void look_at_certificate(curl_transport *transport, call *c, int64_t began_us)
{
    int64_t left = c->request.exchange->timeout_ms - (pl_clock_monotonic_us() - began_us) / 1000;
    pl_curl_request look = {.curl = &curl, .exchange = c->request.exchange};
    CURLcode code = CURLE_GOT_NOTHING;

    if (left < LOOK_MIN_MS || (look.easy = curl.easy_init()) == NULL)
        return;
    pl_curl_request_prepare_look(&look, left < LOOK_MAX_MS ? left : LOOK_MAX_MS);
    if (look.refused == CURLE_OK && !run(transport, c, look.easy, &code) && code == CURLE_OK)
        pl_curl_certificate_text(&curl, look.easy, c->certificate);
    curl.easy_cleanup(look.easy);
}

static pl_err conclude(const call *c, CURLcode code)
{
    pl_curl_end end = {c->request.easy, code, c->message, c->certificate};
    long status = 0;

    if (code == CURLE_WRITE_ERROR && c->reply->body.err == PL_ERR_MEMORY)
        return PL_ERR_MEMORY;
    if (code == CURLE_WRITE_ERROR) /* our own refusal: body or header beyond its limit */
        end.code = CURLE_FILESIZE_EXCEEDED;
    if (code == CURLE_OK && !c->has_headers) /* libcurl takes a reply that ends within its headers for one without a body */
        end.code = CURLE_PARTIAL_FILE;
    if (end.code != CURLE_OK)
        return pl_curl_failure(&curl, &end, c->request.exchange);
    (void)curl.easy_getinfo(c->request.easy, CURLINFO_RESPONSE_CODE, &status);
    c->reply->status = (int)status;
    if (c->request.exchange->wants_certificate)
        c->reply->certificate_ends_at = pl_curl_certificate_end(&curl, c->request.easy);
    return PL_OK;
}

static pl_err perform(curl_transport *transport, call *c)
{
    int64_t began_us = pl_clock_monotonic_us();
    CURLcode code = CURLE_GOT_NOTHING;
    pl_err err;

    pl_curl_request_prepare(&c->request);
    set_reply(c);
    if (c->request.refused != CURLE_OK)
        return conclude(c, c->request.refused);
    if ((err = run(transport, c, c->request.easy, &code)))
        return err;
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
        look_at_certificate(transport, c, began_us);
    return conclude(c, code);
}

static bool is_http(const char *url)
{
    return strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
}

static pl_err exchange_once(pl_transport *base, const pl_exchange *exchange, pl_exchange_reply *reply)
{
    curl_transport *transport = (curl_transport *)base;
    call c = {.request = {.curl = &curl, .exchange = exchange}, .reply = reply};
    pl_pipe_guard guard;
    pl_err err;

    if (!is_http(exchange->url))
        return pl_fail(PL_ERR_INVALID, "%s is no URL with http:// or https://", exchange->url);
    if ((err = pl_once_try(&curl_once, start_curl)))
        return err;
    err = PL_ERR_MEMORY;
    pl_pipe_guard_enter(&guard); /* also for the goodbye that TLS sends at the end */
    c.request.easy = curl.easy_init();
    c.run.multi = curl.multi_init();
    if (c.request.easy && c.run.multi)
        err = perform(transport, &c);
    if (c.request.easy)
        curl.easy_cleanup(c.request.easy);
    if (c.run.multi)
        curl.multi_cleanup(c.run.multi);
    curl.slist_free_all(c.request.headers);
    pl_pipe_guard_leave(&guard);
    return err;
}

static void cancel(pl_transport *base)
{
    curl_transport *transport = (curl_transport *)base;
    const running *at;

    pl_mutex_lock(transport->mutex);
    transport->is_closed = true;
    for (at = transport->running; at; at = at->next)
        curl.multi_wakeup(at->multi);
    pl_mutex_unlock(transport->mutex);
}

static void release(pl_transport *base)
{
    curl_transport *transport = (curl_transport *)base;

    if (!transport)
        return;
    pl_mutex_free(transport->mutex);
    pl_free(transport);
}

const char *pl_transport_curl_version(void)
{
    return pl_once_try(&curl_once, start_curl) ? NULL : curl.version();
}

pl_transport *pl_transport_curl_new(void)
{
    curl_transport *transport = pl_alloc(sizeof *transport);

    if (!transport || !(transport->mutex = pl_mutex_new())) {
        pl_free(transport);
        return NULL;
    }
    transport->base.exchange = exchange_once;
    transport->base.cancel = cancel;
    transport->base.free = release;
    return &transport->base;
}
