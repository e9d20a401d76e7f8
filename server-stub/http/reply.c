/* SPDX-License-Identifier: Apache-2.0
 *
 * Replies, and problem documents for what failed.
 */
#include "http/reply.h"

#include <stdio.h>

#include "api/refusal.h"
#include "wire/problem.h"

enum { RETRY_BUSY_S = 1, RETRY_BROKEN_S = 5, RETRY_OFFLINE_S = 30 /* as those programs know it */, RETRY_RATE_S = 10 };

/* Errors that never travel mean that we misused something of our own. */
static pl_err presentable(pl_err err)
{
    return pl_err_http(err) == 0 ? PL_ERR_INTERNAL : err;
}

static int retry_after_s(const http_failure_t *failure, const refusal_shape_t *shape, int status)
{
    if (shape->is_open && status == 503)
        return RETRY_OFFLINE_S;
    if (failure->err == PL_ERR_OVERLOADED || failure->err == PL_ERR_BUSY)
        return RETRY_BUSY_S;
    if (failure->retry_after_s > 0)
        return failure->retry_after_s;
    if (status == 429)
        return RETRY_RATE_S;
    return status == 503 ? RETRY_BROKEN_S : 0;
}

void http_reply_add_header(http_reply_t *reply, const char *name, const char *value)
{
    if (!value || reply->header_count == HTTP_REPLY_HEADERS_MAX)
        return;
    reply->headers[reply->header_count].name = name;
    reply->headers[reply->header_count++].value = value;
}

/* The members at fault, as an extension of the problem document. */
static void write_faults(const fault_t *fault, pl_json_writer *writer)
{
    if (!fault)
        return;
    pl_json_open(writer, "errors", '[');
    for (; fault; fault = fault->next) {
        pl_json_open(writer, NULL, '{');
        pl_json_put_text(writer, "member", fault->member);
        pl_json_put_text(writer, "detail", fault->detail);
        pl_json_close(writer);
    }
    pl_json_close(writer);
}

static void extend_problem(const void *context, pl_json_writer *writer)
{
    const refusal_t *refusal = context;

    write_faults(refusal->faults, writer);
    if (refusal->shape->extend)
        refusal->shape->extend(refusal, writer);
}

static void write_body(const refusal_t *refusal, pl_buf *body)
{
    const pl_problem problem = {refusal->err, refusal->detail, refusal->request_id, extend_problem, refusal};
    pl_json_writer writer;

    pl_buf_clear(body);
    if (!refusal->shape->replace) {
        pl_problem_write(&problem, body);
        return;
    }
    pl_json_writer_init(&writer, body);
    pl_json_open(&writer, NULL, '{');
    refusal->shape->replace(refusal, &writer);
    pl_json_close(&writer);
}

static const refusal_shape_t *shape_of(const http_failure_t *failure)
{
    const refusal_shape_t *shape = refusal_shape_of(failure->path);
    bool is_facade = failure->is_facade && failure->err == PL_ERR_NOT_FOUND && !shape->replace && !shape->extend;

    return is_facade ? refusal_shape_pospal() : shape;
}

void http_reply_problem(http_reply_t *reply, const http_failure_t *failure, pl_buf *body)
{
    pl_err err = presentable(failure->err);
    refusal_t refusal = {err, pl_err_http(err),  failure->detail, failure->request_id, NULL,
                         0,   shape_of(failure), failure->path,   failure->now_ms};
    int wait_s = retry_after_s(failure, refusal.shape, refusal.status);

    if (err == PL_ERR_INVALID) /* whoever is refused for another reason has no right to these */
        refusal.faults = failure->faults;
    reply->status = refusal.status;
    refusal.retry_after_s = wait_s;
    /* What broke inside is for the log; a stranger learns the code and the request id. */
    if (reply->status >= 500 && err != PL_ERR_OVERLOADED)
        refusal.detail = NULL;
    write_body(&refusal, body);
    reply->body = pl_buf_span(body);
    http_reply_add_header(reply, "Content-Type", refusal.shape->replace ? "application/json" : "application/problem+json");
    http_reply_add_header(reply, "Cache-Control", refusal.shape->is_open ? "no-cache, no-store, must-revalidate" : "no-store");
    http_reply_add_header(reply, "X-Request-Id", failure->request_id);
    if (err == PL_ERR_METHOD)
        http_reply_add_header(reply, "Allow", failure->allow);
    if (err == PL_ERR_UNAUTHORIZED)
        http_reply_add_header(reply, "WWW-Authenticate", refusal.shape->challenge);
    if (wait_s > 0) {
        (void)snprintf(reply->retry_after, sizeof reply->retry_after, "%d", wait_s);
        http_reply_add_header(reply, "Retry-After", reply->retry_after);
    }
}
