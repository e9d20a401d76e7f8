/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /openapi.json: the contract of this server, for client generators and people.
 */
#include "api/openapi.h"
#include "api/operator.h"

static pl_err reply_openapi(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    (void)api;
    (void)arena;
    (void)in;
    (void)out;
    reply->cache_control = "public, max-age=3600";
    pl_buf_add(reply->body, openapi_document, openapi_document_size);
    return PL_OK;
}

const endpoint_t operator_openapi = {NULL, NULL, reply_openapi, NULL};
