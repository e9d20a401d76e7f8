/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /metrics: for Prometheus. It tells how a vendor's business goes, so it is told to this machine, or to whoever has the token; to
 * others there is nothing at this path.
 */
#include "api/operator.h"

#include <strings.h>

#include "crypto/crypto.h"

static bool has_token(const api_t *api, const request_t *request)
{
    static const char bearer[] = "Bearer ";
    const char *sent = request->header(request, "Authorization");
    uint8_t wanted[PL_DIGEST_SIZE];
    uint8_t given[PL_DIGEST_SIZE];

    if (!sent || strncasecmp(sent, bearer, sizeof bearer - 1) != 0)
        return false;
    pl_digest(pl_span_text(api->metrics_token), wanted);
    pl_digest(pl_span_text(sent + sizeof bearer - 1), given);
    return pl_equal(wanted, given, sizeof wanted);
}

static pl_err parse_metrics(const api_t *api, const request_t *request, void **in)
{
    (void)in;
    if (api->metrics_token ? has_token(api, request) : request->is_local)
        return PL_OK;
    return pl_fail(PL_ERR_NOT_FOUND, "there is nothing at this path");
}

static pl_err reply_metrics(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    (void)arena;
    (void)in;
    (void)out;
    reply->media_type = "text/plain; version=0.0.4; charset=utf-8";
    reply->cache_control = "no-store";
    api->write_metrics(api->context, reply->body);
    return PL_OK;
}

const endpoint_t operator_metrics = {parse_metrics, NULL, reply_metrics, NULL};
