/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /openapi.json: the contract of this server, for client generators and people. GET /docs and the files below it: the contract in a
 * browser, by Swagger UI (third_party/swagger-ui), from this server alone.
 */
#include "api/builtin.h"

#include <string.h>

#include "api/operator.h"

static const char page_path[] = "/docs";
/* Scripts and styles are files of ours and nothing else: none inline, no eval, no other origin; styles bring small pictures as data. */
static const char page_policy[] = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
                                  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

typedef struct {
    const builtin_t *file; /* NULL: the page was asked for as /docs/, where its relative addresses lead elsewhere */
    bool is_known;         /* to the caller's cache */
} ask_t;

static const builtin_t *find(const char *path)
{
    for (size_t i = 0; i < builtins_count; i++)
        if (strcmp(builtins[i].path, path) == 0)
            return &builtins[i];
    return NULL;
}

/* If-None-Match: a star or a list. Our tags are hex digits in quotes, so one is found as a whole or not at all. */
static bool is_listed(const char *list, const char *etag)
{
    return list && (strcmp(list, "*") == 0 || strstr(list, etag));
}

static pl_err parse_openapi(const api_t *api, const request_t *request, void **in)
{
    ask_t *ask = pl_arena_take(request->arena, sizeof *ask);

    (void)api;
    if (!ask)
        return PL_ERR_MEMORY;
    ask->file = find(request->route->path);
    if (!ask->file)
        return pl_fail(PL_ERR_INTERNAL, "%s was not built in", request->route->path);
    ask->is_known = is_listed(request->header(request, "If-None-Match"), ask->file->etag);
    *in = ask;
    return PL_OK;
}

static pl_err parse_docs(const api_t *api, const request_t *request, void **in)
{
    if (!api->shows_docs)
        return pl_fail(PL_ERR_NOT_FOUND, "there is nothing at this path");
    if (strcmp(request->path, request->route->path) == 0)
        return parse_openapi(api, request, in);
    if (strcmp(request->route->path, page_path) != 0)
        return pl_fail(PL_ERR_NOT_FOUND, "there is nothing at this path");
    *in = pl_arena_take(request->arena, sizeof(ask_t));
    return *in ? PL_OK : PL_ERR_MEMORY;
}

static void add_header(reply_t *reply, const char *name, const char *value)
{
    size_t i = 0;

    while (i < REPLY_HEADERS_MAX && reply->headers[i].name)
        i++;
    if (!value || i == REPLY_HEADERS_MAX)
        return;
    reply->headers[i].name = name;
    reply->headers[i].value = value;
}

static void reply_file(const builtin_t *file, reply_t *reply)
{
    reply->media_type = file->media_type;
    reply->constant = pl_span_of((const char *)file->bytes, file->size);
    add_header(reply, "X-Content-Type-Options", "nosniff");
    add_header(reply, "Content-Encoding", file->encoding);
    if (strcmp(file->path, page_path) == 0)
        add_header(reply, "Content-Security-Policy", page_policy);
}

static pl_err reply_builtin(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    const ask_t *ask = in;

    (void)api;
    (void)arena;
    (void)out;
    reply->cache_control = "public, max-age=3600";
    if (ask->file)
        add_header(reply, "ETag", ask->file->etag);
    else
        add_header(reply, "Location", "../docs");
    if (ask->file && !ask->is_known) {
        reply_file(ask->file, reply);
        return PL_OK;
    }
    reply->status = ask->file ? 304 : 308;
    reply->media_type = NULL;
    return PL_OK;
}

const endpoint_t operator_openapi = {parse_openapi, NULL, reply_builtin, NULL};
const endpoint_t operator_docs = {parse_docs, NULL, reply_builtin, NULL};
