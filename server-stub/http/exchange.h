/* SPDX-License-Identifier: Apache-2.0
 *
 * One request from its head to its reply: found in the table, read within its limits, parsed, acted on, answered. Knows the rules of
 * HTTP and the kinds of our routes; the library that moves the bytes is known in server.c only.
 */
#ifndef POSPAL_HTTP_EXCHANGE_H
#define POSPAL_HTTP_EXCHANGE_H

#include "http/loop.h"
#include "http/reply.h"
#include "http/traceparent.h"

/* The head of a request. Texts are NULL where the header is absent; all outlive the exchange. */
typedef struct {
    const char *method;
    const char *path;
    const char *request_id;
    const char *content_type;
    const char *content_length;
    const char *transfer_encoding;
    const char *traceparent;   /* "" where there are several */
    const char *forwarded_for; /* the last header of that name */
    bool has_two_lengths;      /* Content-Length is there more than once */
    const char *(*query)(const request_t *request, const char *name);
    void (*each_query)(const request_t *request, void (*see)(void *context, const char *name), void *context);
    const char *(*header)(const request_t *request, const char *name);
    void *connection;
    uint8_t address[LIMITER_ADDRESS_MAX]; /* IPv4 mapped into IPv6 */
} exchange_head_t;

struct exchange {
    exchange_t *next; /* in the loop's lists */
    loop_t *loop;
    write_job_t write; /* of KIND_WRITE */
    slow_job_t slow;   /* of KIND_SLOW */
    pl_arena arena;
    request_t request;
    char id[REQUEST_ID_SIZE];
    trace_t trace;
    uint8_t address[LIMITER_ADDRESS_MAX];
    char address_text[48]; /* only for what is audited */
    const char *method;
    const route_t *route; /* NULL where none fitted */
    char allow[ROUTER_ALLOW_SIZE];
    pl_buf body;
    size_t received;
    int64_t started_us;
    int64_t now_ms; /* the trusted time, for act */
    void *in;
    void *out;
    pl_err err; /* PL_OK: there is something to reply */
    const char *detail;
    faults_t faults;
    int retry_after_s;
    limiter_wait_t wait; /* as the head came */
    rated_t rated;       /* filled in by parse */
    bucket_t bucket;     /* of its key; limit 0: none was looked at */
    char bucket_text[3][24];
    const char *origin; /* that may read the reply; NULL: none */
    bool is_run;
    bool is_replied; /* reply was run */
    bool is_waiting;
    const char *brand;
    const char *refusal; /* as reply_t has it */
    bool is_refusal;
    pl_buf reply_body;
    http_reply_t reply;
};

/* NULL when memory is exhausted. */
exchange_t *exchange_open(loop_t *loop, const exchange_head_t *head);
/* The head alone decided: the reply may go out at once, whatever body is still coming. */
bool exchange_is_decided(const exchange_t *exchange);
/* False: cut the connection; the sender is beyond reason. */
bool exchange_add_body(exchange_t *exchange, const char *data, size_t size);
/* Parses and acts, once. is_waiting afterwards: the writer or a worker has it and will give it to loop_finish. */
void exchange_run(exchange_t *exchange);
/* Encodes and signs; what it points to lives until the exchange is closed. */
const http_reply_t *exchange_reply(exchange_t *exchange);
/* Logs it and takes back the memory, for the loop's next requests. */
void exchange_close(exchange_t *exchange);
void exchange_free(exchange_t *exchange);

#endif
