/* SPDX-License-Identifier: Apache-2.0
 *
 * One request, but for its act, which is in exchange_act.c. Everything here runs on the event loop's thread.
 */
#include "http/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/crypto.h"
#include "http/cors.h"
#include "http/exchange_act.h"
#include "http/exchange_facade.h"
#include "http/exchange_headers.h"
#include "http/exchange_rate.h"
#include "http/forwarded.h"
#include "platform/clock.h"

enum {
    SPARE_MAX = 64,           /* exchanges kept for the next requests of a loop */
    SPARE_BUFFER_MAX = 16384, /* larger buffers and blocks of the arena are not kept */
    IGNORED_BODY_MAX = 1 << 20
};

/* ---- opening ---- */

static exchange_t *take_spare(loop_t *loop)
{
    exchange_t *exchange = loop->spare;

    if (exchange) {
        loop->spare = exchange->next;
        loop->spare_count--;
        return exchange;
    }
    exchange = pl_alloc(sizeof *exchange);
    if (!exchange)
        return NULL;
    pl_arena_init(&exchange->arena);
    pl_buf_init(&exchange->body);
    pl_buf_init(&exchange->reply_body);
    return exchange;
}

static pl_err check_length(const exchange_head_t *head, const route_t *route)
{
    char *end;
    unsigned long long length;

    if (head->has_two_lengths)
        return pl_fail(PL_ERR_MALFORMED, "Content-Length is there more than once");
    if (!head->content_length)
        return PL_OK;
    /* Two ways to say where the body ends are one too many: proxies may read the other one. */
    if (head->transfer_encoding)
        return pl_fail(PL_ERR_MALFORMED, "Content-Length and Transfer-Encoding exclude each other");
    length = strtoull(head->content_length, &end, 10);
    if (*end || length > route->body_max)
        return pl_fail(PL_ERR_TOO_LARGE, "the body may have %zu bytes", route->body_max);
    return PL_OK;
}

static pl_err check_type(const exchange_head_t *head, const route_t *route)
{
    static const char json[] = "application/json";
    const char *type = head->content_type;

    /* What programs of another system call their JSON was never looked at there: a page that is left says text/plain. */
    if (route->body_max == 0 || !type || route->role == ROLE_FACADE)
        return PL_OK;
    /* Parameters may follow; strchr finds the end of the text too. */
    if (strncasecmp(type, json, sizeof json - 1) == 0 && strchr("; \t", type[sizeof json - 1]))
        return PL_OK;
    return pl_fail(PL_ERR_MEDIA_TYPE, "the body must be application/json");
}

static pl_err check_rate(exchange_t *exchange)
{
    if (exchange->route->rate == RATE_NONE)
        return PL_OK;
    exchange->wait = limiter_wait(&exchange->loop->limiter, exchange->address, exchange->started_us / 1000);
    exchange->retry_after_s = exchange->wait.all_s;
    return exchange->wait.all_s == 0 ? PL_OK : pl_fail(PL_ERR_RATE_LIMITED, "a flood of refused requests from this address");
}

static pl_err examine(exchange_t *exchange, const exchange_head_t *head)
{
    pl_err err;

    if ((err = router_find(&exchange->loop->engine->routes, head->method, head->path, &exchange->route, exchange->allow)) ||
        (err = check_length(head, exchange->route)) || (err = check_type(head, exchange->route)) ||
        (err = check_rate(exchange)) || (err = exchange_rate_by_head(exchange, head)))
        return err;
    return PL_OK;
}

static void take_address(exchange_t *exchange, const exchange_head_t *head)
{
    const engine_t *engine = exchange->loop->engine;

    memcpy(exchange->address, head->address, sizeof exchange->address);
    if (engine->has_proxy && head->forwarded_for && memcmp(head->address, engine->proxy, sizeof engine->proxy) == 0)
        forwarded_apply(head->forwarded_for, exchange->address);
}

exchange_t *exchange_open(loop_t *loop, const exchange_head_t *head)
{
    exchange_t *exchange = take_spare(loop);
    pl_err err;

    if (!exchange)
        return NULL;
    loop->open++;
    exchange->loop = loop;
    take_address(exchange, head);
    exchange->method = head->method;
    exchange->started_us = pl_clock_monotonic_us();
    if (head->request_id && request_id_is_valid(head->request_id))
        memcpy(exchange->id, head->request_id, strlen(head->request_id) + 1);
    else
        request_ids_next(&loop->ids, exchange->id);
    (void)traceparent_read(head->traceparent, &exchange->trace);
    exchange->request.arena = &exchange->arena;
    exchange->request.id = exchange->id;
    exchange->request.path = head->path;
    exchange->request.is_local = limiter_is_loopback(head->address) && !head->forwarded_for;
    exchange->request.faults = &exchange->faults;
    exchange->request.rated = &exchange->rated;
    exchange->request.query = head->query;
    exchange->request.each_query = head->each_query;
    exchange->request.header = head->header;
    exchange->request.connection = head->connection;
    if (loop->engine->cors_origins)
        exchange->origin = cors_find(loop->engine->cors_origins, head->header(&exchange->request, "Origin"));
    err = examine(exchange, head);
    exchange->request.route = exchange->route;
    if (err)
        exchange_fail(exchange, err);
    return exchange;
}

bool exchange_is_decided(const exchange_t *exchange)
{
    return exchange->err != PL_OK;
}

bool exchange_add_body(exchange_t *exchange, const char *data, size_t size)
{
    const loop_t *loop = exchange->loop;

    exchange->received += size;
    if (exchange->received > IGNORED_BODY_MAX ||
        pl_clock_monotonic_us() - exchange->started_us > loop->engine->body_timeout_ms * 1000)
        return false;
    if (exchange->err)
        return true;
    if (exchange->received > exchange->route->body_max)
        exchange_fail(exchange, pl_fail(PL_ERR_TOO_LARGE, "the body may have %zu bytes", exchange->route->body_max));
    else
        pl_buf_add(&exchange->body, data, size);
    return true;
}

/* ---- running ---- */

static pl_err parse(exchange_t *exchange)
{
    const endpoint_t *endpoint = exchange->route->endpoint;
    pl_err err;

    if (exchange->body.err)
        return exchange->body.err;
    exchange->request.body = pl_buf_span(&exchange->body);
    if (endpoint->parse && (err = endpoint->parse(exchange->loop->engine->api, &exchange->request, &exchange->in)))
        return err;
    return exchange_rate_by_key(exchange);
}

void exchange_run(exchange_t *exchange)
{
    pl_err err;

    if (exchange->is_run || exchange->err)
        return;
    exchange->is_run = true;
    if ((err = parse(exchange)) || (err = exchange_act(exchange)))
        exchange_fail(exchange, err);
}

/* ---- replying ---- */

/* What a guesser learns from: that the key or the brand is unknown, that the proof is wrong, that the request is. */
static bool is_telling(int status)
{
    return status == 400 || status == 401 || status == 404;
}

/*
 * Who was refused too often is not told any more why. Only refusals are replaced: whoever shares the address and is in order is
 * served.
 */
static void be_terse(exchange_t *exchange)
{
    int status = pl_err_http(exchange->err);

    if (exchange->route && exchange->route->rate == RATE_KEY)
        exchange->is_refusal = exchange->err == PL_ERR_UNAUTHORIZED || exchange->err == PL_ERR_UNKNOWN_KEY;
    else
        exchange->is_refusal |= status > 0 && status < 500 && exchange->err != PL_ERR_RATE_LIMITED;
    if (exchange->wait.refused_s == 0 || !is_telling(status) || !exchange->is_refusal)
        return;
    exchange_fail(exchange, pl_fail(PL_ERR_RATE_LIMITED, "too many refused requests from this address"));
    exchange->retry_after_s = exchange->wait.refused_s;
}

static void reply_problem(exchange_t *exchange)
{
    http_failure_t failure;

    be_terse(exchange);
    failure = (http_failure_t){exchange->err,
                               exchange->detail,
                               exchange->id,
                               exchange->allow,
                               exchange->retry_after_s,
                               exchange->faults.first,
                               exchange->request.path,
                               exchange_is_at_facade(exchange),
                               exchange_now_ms(exchange)};
    http_reply_problem(&exchange->reply, &failure, &exchange->reply_body);
}

static pl_err reply_result(exchange_t *exchange)
{
    reply_t made = {
        .status = 200, .media_type = "application/json", .is_tired = exchange->wait.refused_s > 0, .body = &exchange->reply_body};
    const endpoint_t *endpoint = exchange->route->endpoint;
    pl_err err;

    exchange->is_replied = true;
    err = endpoint->reply(exchange->loop->engine->api, &exchange->arena, exchange->in, exchange->out, &made);

    exchange->refusal = made.refusal;
    exchange->is_refusal = made.is_refusal;
    if (err == PL_ERR_RATE_LIMITED)
        exchange->retry_after_s = exchange->wait.refused_s;
    if (err || (err = exchange->reply_body.err))
        return err;
    exchange->reply.status = made.status;
    exchange->reply.body = made.constant.size > 0 ? made.constant : pl_buf_span(&exchange->reply_body);
    http_reply_add_header(&exchange->reply, "Content-Type", made.media_type);
    http_reply_add_header(&exchange->reply, "Cache-Control", made.cache_control);
    http_reply_add_header(&exchange->reply, "X-Request-Id", exchange->id);
    for (size_t i = 0; i < REPLY_HEADERS_MAX; i++)
        http_reply_add_header(&exchange->reply, made.headers[i].name, made.headers[i].name ? made.headers[i].value : NULL);
    exchange->brand = made.brand;
    return PL_OK;
}

static void make_reply(exchange_t *exchange)
{
    pl_err err;

    if (!exchange->err && (err = reply_result(exchange)))
        exchange_fail(exchange, err);
    if (exchange->err)
        reply_problem(exchange);
    exchange_add_headers(exchange);
    if (exchange->is_refusal && exchange->route && exchange->route->rate != RATE_NONE)
        limiter_charge(&exchange->loop->limiter, exchange->address, exchange->started_us / 1000);
}

/* Counted before it is sent: whoever has the reply finds it in the metrics. */
const http_reply_t *exchange_reply(exchange_t *exchange)
{
    if (strcmp(exchange->method, "OPTIONS") == 0 && (exchange->err == PL_ERR_METHOD || exchange_is_open(exchange)))
        exchange_reply_options(exchange);
    else
        make_reply(exchange);
    if (exchange->loop->counts)
        request_counts_note(exchange->loop->counts, exchange->route,
                            &(request_outcome_t){exchange->reply.status,
                                                 exchange->err ? pl_err_code(exchange->err) : exchange->refusal,
                                                 pl_clock_monotonic_us() - exchange->started_us});
    return &exchange->reply;
}

/* ---- closing ---- */

static void log_exchange(exchange_t *exchange)
{
    journal_request_t line = {
        .id = exchange->id,
        .method = exchange->method,
        .route = exchange->route ? exchange->route->path : "-",
        .brand = exchange->brand,
        .code = exchange->err ? pl_err_code(exchange->err) : NULL,
        .detail = exchange->err ? exchange->detail : NULL,
        .status = exchange->reply.status,
        .duration_us = pl_clock_monotonic_us() - exchange->started_us,
        .trace_id = exchange->trace.id[0] ? exchange->trace.id : NULL,
    };

    journal_add_request(exchange->loop->engine->journal, &line, &exchange->loop->lines);
}

void exchange_free(exchange_t *exchange)
{
    pl_arena_reset(&exchange->arena);
    pl_buf_reset(&exchange->body);
    pl_buf_reset(&exchange->reply_body);
    pl_free(exchange);
}

/* Bodies hold license keys: what is kept for the next request is wiped. */
static void recycle_buffer(pl_buf *buf)
{
    if (buf->err || buf->capacity > SPARE_BUFFER_MAX) {
        pl_buf_reset(buf);
        return;
    }
    if (buf->size > 0)
        pl_wipe(buf->data, buf->size);
    pl_buf_clear(buf);
}

/* What was committed is told to memory (which session ended) though its caller is gone and nobody hears the reply. */
static void settle(exchange_t *exchange)
{
    if (exchange->is_run && !exchange->is_waiting && !exchange->is_replied && !exchange->err)
        (void)reply_result(exchange);
}

void exchange_close(exchange_t *exchange)
{
    loop_t *loop = exchange->loop;
    pl_arena arena;
    pl_buf body;
    pl_buf reply_body;

    settle(exchange);
    log_exchange(exchange);
    loop->open--;
    if (loop->spare_count >= SPARE_MAX) {
        exchange_free(exchange);
        return;
    }
    pl_arena_recycle(&exchange->arena, SPARE_BUFFER_MAX);
    recycle_buffer(&exchange->body);
    recycle_buffer(&exchange->reply_body);
    arena = exchange->arena;
    body = exchange->body;
    reply_body = exchange->reply_body;
    memset(exchange, 0, sizeof *exchange);
    exchange->arena = arena;
    exchange->body = body;
    exchange->reply_body = reply_body;
    exchange->next = loop->spare;
    loop->spare = exchange;
    loop->spare_count++;
}
