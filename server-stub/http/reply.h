/* SPDX-License-Identifier: Apache-2.0
 *
 * The reply to a request as HTTP sees it. The only place that turns an error into a status number.
 */
#ifndef POSPAL_HTTP_REPLY_H
#define POSPAL_HTTP_REPLY_H

#include "api/endpoint.h"
#include "base/buf.h"
#include "base/err.h"

enum { HTTP_REPLY_HEADERS_MAX = 20 };

typedef struct {
    const char *name;
    const char *value;
} http_header_t;

/* Header values are borrowed. */
typedef struct {
    int status;
    pl_span body;
    http_header_t headers[HTTP_REPLY_HEADERS_MAX];
    size_t header_count;
    char retry_after[12];
} http_reply_t;

/* value NULL: no such header. */
void http_reply_add_header(http_reply_t *reply, const char *name, const char *value);

typedef struct {
    pl_err err;
    const char *detail; /* NULL: none */
    const char *request_id;
    const char *allow; /* for PL_ERR_METHOD */
    int retry_after_s; /* 0: the status's usual one */
    const fault_t *faults;
    const char *path; /* says in which shape, see api/refusal.h; NULL: a problem document */
    bool is_facade;   /* the host is bound to POSPal's licensing API, whose shape a path has that is not there */
    int64_t now_ms;
} http_failure_t;

/* A problem document (RFC 9457), or what the clients of that path read in its place; written into body. */
void http_reply_problem(http_reply_t *reply, const http_failure_t *failure, pl_buf *body);

#endif
