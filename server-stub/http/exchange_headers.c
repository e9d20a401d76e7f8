/* SPDX-License-Identifier: Apache-2.0
 *
 * Adding them.
 */
#include "http/exchange_headers.h"

#include <string.h>

#include "http/cors.h"
#include "http/exchange_facade.h"
#include "http/exchange_rate.h"

/* The health of a host that is bound to that API. */
static bool is_open_already(const http_reply_t *reply)
{
    for (size_t i = 0; i < reply->header_count; i++)
        if (strcmp(reply->headers[i].name, "Access-Control-Allow-Origin") == 0)
            return true;
    return false;
}

void exchange_add_headers(exchange_t *exchange)
{
    exchange_rate_headers(exchange);
    if (exchange_is_open(exchange))
        cors_add_open_headers(&exchange->reply);
    else if (!is_open_already(&exchange->reply))
        cors_add_headers(&exchange->reply, exchange->origin, NULL);
}

void exchange_reply_options(exchange_t *exchange)
{
    if (exchange_is_open(exchange)) {
        exchange->reply.status = 200;
        http_reply_add_header(&exchange->reply, "Content-Type", "application/json");
        http_reply_add_header(&exchange->reply, "Cache-Control", "no-cache, no-store, must-revalidate");
        cors_add_open_headers(&exchange->reply);
        return;
    }
    exchange->reply.status = 204;
    http_reply_add_header(&exchange->reply, "Allow", exchange->allow);
    http_reply_add_header(&exchange->reply, "X-Request-Id", exchange->id);
    cors_add_headers(&exchange->reply, exchange->origin, exchange->allow);
}
