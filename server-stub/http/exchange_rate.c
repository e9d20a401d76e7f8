/* SPDX-License-Identifier: Apache-2.0
 *
 * Buckets of keys.
 */
#include "http/exchange_rate.h"

#include <stdio.h>
#include <strings.h>

#include "crypto/crypto.h"

static pl_err take(exchange_t *exchange, const uint8_t name[BUCKETS_NAME_SIZE])
{
    exchange->bucket = buckets_take(exchange->loop->engine->api_keys, name, exchange->started_us / 1000);
    if (exchange->bucket.is_taken)
        return PL_OK;
    exchange->retry_after_s = (int)exchange->bucket.reset_s;
    return pl_fail(PL_ERR_RATE_LIMITED, "a key may make %lld requests a minute", (long long)exchange->bucket.limit);
}

static bool is_rated(const exchange_t *exchange)
{
    return exchange->route->rate == RATE_KEY && exchange->loop->engine->api_keys;
}

static const char *find_api_key(const exchange_t *exchange, const exchange_head_t *head)
{
    static const char bearer[] = "Bearer ";
    const char *key = head->header(&exchange->request, "X-API-Key");

    if (!key && (key = head->header(&exchange->request, "Authorization")) && strncasecmp(key, bearer, sizeof bearer - 1) == 0)
        key += sizeof bearer - 1;
    return key;
}

pl_err exchange_rate_by_head(exchange_t *exchange, const exchange_head_t *head)
{
    uint8_t name[PL_DIGEST_SIZE];
    const char *key;

    if (!is_rated(exchange) || exchange->route->role == ROLE_PRODUCT || !(key = find_api_key(exchange, head)))
        return PL_OK;
    pl_digest(pl_span_text(key), name);
    return take(exchange, name);
}

pl_err exchange_rate_by_key(exchange_t *exchange)
{
    return is_rated(exchange) && exchange->rated.is_set ? take(exchange, exchange->rated.name) : PL_OK;
}

void exchange_rate_headers(exchange_t *exchange)
{
    static const char *const names[] = {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"};
    const int64_t values[] = {exchange->bucket.limit, exchange->bucket.remaining, exchange->bucket.reset_s};

    for (size_t i = 0; exchange->bucket.limit > 0 && i < sizeof values / sizeof *values; i++) {
        (void)snprintf(exchange->bucket_text[i], sizeof exchange->bucket_text[i], "%lld", (long long)values[i]);
        http_reply_add_header(&exchange->reply, names[i], exchange->bucket_text[i]);
    }
}
