/* SPDX-License-Identifier: Apache-2.0
 *
 * What a reply's status and type say: our server, its failure, or something on the way that answered in its place.
 */
#include "transport/reply.h"

#include <string.h>

#include "transport/authority.h"
#include "transport/proxy.h"
#include "transport/retry.h"
#include "wire/device_reply.h"
#include "wire/problem.h"

void pl_exchange_reply_init(pl_exchange_reply *reply)
{
    memset(reply, 0, sizeof *reply);
    pl_buf_init(&reply->body);
    reply->body.limit = PL_REPLY_MAX;
    reply->retry_after_s = -1;
}

void pl_exchange_reply_reset(pl_exchange_reply *reply)
{
    pl_buf_reset(&reply->body);
    pl_exchange_reply_init(reply);
}

static bool is_html(const pl_exchange_reply *reply)
{
    return strcmp(reply->content_type, "text/html") == 0 || strcmp(reply->content_type, "application/xhtml+xml") == 0;
}

static bool is_object(const pl_exchange_reply *reply)
{
    size_t i = 0;

    while (i < reply->body.size && strchr(" \t\r\n", reply->body.data[i]) && reply->body.data[i])
        i++;
    return i < reply->body.size && reply->body.data[i] == '{';
}

static pl_err judge_success(const char *host, const pl_exchange_reply *reply)
{
    if (is_html(reply))
        return pl_fail(PL_ERR_CAPTIVE_PORTAL,
                       "a web page answered in place of %s: open a browser on this machine and sign in to the network (guest "
                       "Wi-Fi), or check the "
                       "server URL",
                       host);
    if (!is_object(reply))
        return pl_fail(PL_ERR_CAPTIVE_PORTAL,
                       "what answered in place of %s sent %zu bytes of %s instead of JSON: check the server URL and the "
                       "network's sign-in page",
                       host, reply->body.size, reply->content_type[0] ? reply->content_type : "unknown type");
    return PL_OK;
}

static pl_err judge_redirect(const char *host, const pl_exchange_reply *reply)
{
    if (!reply->location[0])
        return pl_fail(PL_ERR_REDIRECTED, "%s redirects to another path (HTTP %d): correct the server URL", host, reply->status);
    return pl_fail(PL_ERR_REDIRECTED,
                   "%s redirects to %s (HTTP %d): if that is the vendor's, correct the server URL; if not, it is this "
                   "network's sign-in page",
                   host, reply->location, reply->status);
}

/* The server's own words where it sent a problem document. It is not signed: shown, never believed. */
static pl_err judge_failure(pl_err err, const char *host, const pl_exchange_reply *reply)
{
    const char *said = NULL;
    pl_arena arena;
    pl_err code;

    pl_arena_init(&arena);
    code = pl_problem_read(&arena, pl_buf_span(&reply->body), &said);
    if (reply->status == 404 && !is_html(reply))
        pl_fail(err, "%s has no license server under this path (HTTP 404%s%s): check the path in the server URL", host,
                said ? ": " : "", said ? said : "");
    else if (code != PL_ERR_SERVER || said)
        pl_fail(err, "%s answers HTTP %d, %s%s%s", host, reply->status, pl_err_code(code), said ? ": " : "", said ? said : "");
    else if (is_html(reply))
        pl_fail(err, "%s answers HTTP %d with a web page: check the server URL, and for a filter or firewall that blocks it",
                host, reply->status);
    else
        pl_fail(err, "%s answers HTTP %d: check the server URL and the server's log", host, reply->status);
    pl_arena_reset(&arena);
    return err;
}

static pl_err judge_proxy(const pl_exchange *exchange, const char *host)
{
    pl_proxy proxy;

    pl_proxy_find(exchange, &proxy);
    return pl_fail(PL_ERR_PROXY, "the proxy%s%s on the way to %s %s", proxy.authority[0] ? " " : "", proxy.authority, host,
                   pl_proxy_wants(&proxy));
}

pl_err pl_reply_judge(const pl_exchange *exchange, const pl_exchange_reply *reply)
{
    char host[PL_AUTHORITY_SIZE];

    pl_url_authority(exchange->url, host);
    if (reply->status == 200)
        return judge_success(host, reply);
    if (reply->status >= 300 && reply->status < 400)
        return judge_redirect(host, reply);
    if (reply->status == 407)
        return judge_proxy(exchange, host);
    if (reply->status == 511)
        return pl_fail(PL_ERR_CAPTIVE_PORTAL,
                       "this network wants you to sign in before it lets %s through (HTTP 511): open a browser", host);
    return judge_failure(reply->status == 429 ? PL_ERR_RATE_LIMITED : PL_ERR_SERVER, host, reply);
}
