/* SPDX-License-Identifier: Apache-2.0
 *
 * Calling the application's transport and taking its reply; see transport_custom.h. Judging the reply is transport/retry.c's.
 */
#include "client/transport_custom.h"

#include <string.h>

#include "base/mem.h"
#include "client/client.h"
#include "transport/header.h"
#include "wire/device_reply.h"

typedef struct {
    pl_transport base;
    pospal_transport_fn call;
    void *context;
} custom_transport;

struct pospal_reply {
    pl_exchange_reply *reply;
};

static void take_header_line(pl_exchange_reply *reply, pl_span line)
{
    const char *colon = memchr(line.data, ':', line.size);
    size_t name_size = colon ? (size_t)(colon - line.data) : 0;

    if (colon)
        pl_header_take(reply, pl_span_of(line.data, name_size), pl_span_of(colon + 1, line.size - name_size - 1));
}

static void take_headers(pl_exchange_reply *reply, const char *headers)
{
    while (headers && *headers) {
        size_t size = strcspn(headers, "\r\n");

        take_header_line(reply, pl_span_of(headers, size));
        headers += size;
        headers += strspn(headers, "\r\n");
    }
}

pospal_result_t pospal_reply_set(pospal_reply *reply, int status, const char *headers, const void *body, size_t size)
{
    if (!reply || (!body && size > 0) || size > PL_REPLY_MAX)
        return pl_report(pl_fail(PL_ERR_INVALID, "a reply's body has at most %d bytes", PL_REPLY_MAX));
    reply->reply->status = status;
    take_headers(reply->reply, headers);
    pl_buf_clear(&reply->reply->body);
    if (size > 0)
        pl_buf_add(&reply->reply->body, body, size);
    return pl_report(reply->reply->body.err);
}

static pl_err exchange(pl_transport *transport, const pl_exchange *exchange, pl_exchange_reply *reply)
{
    custom_transport *custom = (custom_transport *)transport;
    pospal_reply out = {reply};
    pospal_exchange_t in = {
        .size = sizeof in,
        .url = exchange->url,
        .body = exchange->body.size ? exchange->body.data : NULL,
        .body_size = exchange->body.size,
        .user_agent = exchange->user_agent,
        .proxy = exchange->proxy,
        .ca_file = exchange->ca_file,
        .timeout_ms = exchange->timeout_ms,
        .pinned_keys = exchange->pinned_keys,
    };
    pospal_result_t result = custom->call(custom->context, &in, &out);

    if (result == POSPAL_ERROR_OUT_OF_MEMORY)
        return pl_fail(PL_ERR_MEMORY, "the application's transport is out of memory");
    if (result != POSPAL_OK || reply->status == 0)
        return pl_fail(PL_ERR_OFFLINE, "the application's transport reports %s", pospal_result_name(result));
    return PL_OK;
}

/* Its time-out bounds the call; there is nothing else to end it with. */
static void cancel(pl_transport *transport)
{
    (void)transport;
}

static void release(pl_transport *transport)
{
    pl_free(transport);
}

pl_transport *pl_transport_custom_new(pospal_transport_fn transport, void *context)
{
    custom_transport *fresh = pl_alloc(sizeof *fresh);

    if (!fresh)
        return NULL;
    fresh->base.exchange = exchange;
    fresh->base.cancel = cancel;
    fresh->base.free = release;
    fresh->call = transport;
    fresh->context = context;
    return &fresh->base;
}
