/* SPDX-License-Identifier: Apache-2.0
 *
 * CORS.
 */
#include "http/cors.h"

#include <string.h>

static pl_span take_word(const char **rest)
{
    pl_span word;

    *rest += strspn(*rest, " ");
    word = pl_span_of(*rest, strcspn(*rest, " "));
    *rest += word.size;
    return word;
}

static bool is_origin(pl_span word)
{
    static const char *const schemes[] = {"https://", "http://"};

    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t size = strlen(schemes[i]);

        if (word.size > size && memcmp(word.data, schemes[i], size) == 0)
            return !memchr(word.data + size, '/', word.size - size) && !memchr(word.data, '*', word.size);
    }
    return false;
}

bool cors_list_is_valid(const char *list)
{
    for (pl_span word = take_word(&list); word.size; word = take_word(&list))
        if (!is_origin(word))
            return false;
    return true;
}

const char *cors_find(const char *list, const char *origin)
{
    if (!list || !origin)
        return NULL;
    for (pl_span word = take_word(&list); word.size; word = take_word(&list))
        if (pl_span_is(word, origin))
            return origin;
    return NULL;
}

void cors_add_headers(http_reply_t *reply, const char *origin, const char *allow)
{
    if (!origin)
        return;
    http_reply_add_header(reply, "Access-Control-Allow-Origin", origin);
    http_reply_add_header(reply, "Vary", "Origin");
    if (!allow) {
        http_reply_add_header(reply, "Access-Control-Expose-Headers",
                              "ETag, Link, Location, Retry-After, X-Request-Id, Idempotency-Replayed, RateLimit-Limit, "
                              "RateLimit-Remaining, RateLimit-Reset");
        return;
    }
    http_reply_add_header(reply, "Access-Control-Allow-Methods", allow);
    http_reply_add_header(reply, "Access-Control-Allow-Headers",
                          "Authorization, Content-Type, X-API-Key, X-License-Key, Idempotency-Key, If-Match, X-Request-Id, "
                          "traceparent, tracestate");
    http_reply_add_header(reply, "Access-Control-Max-Age", "600");
}

void cors_add_open_headers(http_reply_t *reply)
{
    http_reply_add_header(reply, "Access-Control-Allow-Origin", "*");
    http_reply_add_header(reply, "Access-Control-Allow-Methods", "GET, POST, OPTIONS");
    http_reply_add_header(reply, "Access-Control-Allow-Headers", "Content-Type, Authorization");
    http_reply_add_header(reply, "Pragma", "no-cache");
    http_reply_add_header(reply, "Expires", "0");
}
