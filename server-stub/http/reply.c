/* SPDX-License-Identifier: Apache-2.0
 *
 * Replies, and problem documents for what failed.
 */
#include "http/reply.h"

#include <stdio.h>

#include "wire/problem.h"

enum { RETRY_BUSY_S = 1, RETRY_BROKEN_S = 5, RETRY_RATE_S = 10 };

/* Errors that never travel mean that we misused something of our own. */
static pl_err presentable(pl_err err)
{
    return pl_err_http(err) == 0 ? PL_ERR_INTERNAL : err;
}

static int retry_after_s(const http_failure_t *failure, int status)
{
    if (failure->retry_after_s > 0)
        return failure->retry_after_s;
    if (failure->err == PL_ERR_OVERLOADED || failure->err == PL_ERR_BUSY)
        return RETRY_BUSY_S;
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
static void write_faults(const void *context, pl_json_writer *writer)
{
    const fault_t *fault = context;

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

void http_reply_problem(http_reply_t *reply, const http_failure_t *failure, pl_buf *body)
{
    pl_err err = presentable(failure->err);
    pl_problem problem = {err, failure->detail, failure->request_id, write_faults, failure->faults};
    int wait_s;

    reply->status = pl_err_http(err);
    /* What broke inside is for the log; a stranger learns the code and the request id. */
    if (reply->status >= 500 && err != PL_ERR_OVERLOADED)
        problem.detail = NULL;
    pl_buf_clear(body);
    pl_problem_write(&problem, body);
    reply->body = pl_buf_span(body);
    http_reply_add_header(reply, "Content-Type", "application/problem+json");
    http_reply_add_header(reply, "Cache-Control", "no-store");
    http_reply_add_header(reply, "X-Request-Id", failure->request_id);
    if (err == PL_ERR_METHOD)
        http_reply_add_header(reply, "Allow", failure->allow);
    wait_s = retry_after_s(failure, reply->status);
    if (wait_s > 0) {
        (void)snprintf(reply->retry_after, sizeof reply->retry_after, "%d", wait_s);
        http_reply_add_header(reply, "Retry-After", reply->retry_after);
    }
}
