/* SPDX-License-Identifier: Apache-2.0
 *
 * The way to the server: one GET to /livez by the library's own transport, and what it tells of clock, network, TLS and proxy; then
 * whether what answers is a validator of the brand.
 */
#include "examination.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "moment.h"
#include "platform/clock.h"
#include "transport/proxy.h"
#include "transport/reply.h"
#include "transport/retry.h"
#include "wire/device_reply.h"

enum {
    URL_SIZE = 768,
    TIMEOUT_MS = 10000,
    CLOCK_FINE_S = 5 * 60,
    DAY_MS = 86400 * 1000,
    CLOCK_TOLERATED_S = 26 * 3600, /* as for nbf and iat: further off, documents are refused */
    CERTIFICATE_SOON_S = 14 * 86400
};

static int64_t now_s(void)
{
    pl_clock clock = pl_clock_system();

    return pl_clock_read(&clock).wall_ms / 1000;
}

static bool is_secure(const examination_t *e)
{
    return e->common->server && strncmp(e->common->server, "https://", 8) == 0;
}

/* ---- the exchange ---- */

static pl_err get(const examination_t *e, const char *path, pl_exchange_reply *reply)
{
    pl_transport *transport = pl_transport_curl_new();
    size_t length = strlen(e->common->server);
    char url[URL_SIZE];
    pl_exchange exchange = {.url = url,
                            .timeout_ms = e->common->timeout_ms ? e->common->timeout_ms : TIMEOUT_MS,
                            .proxy = e->common->proxy,
                            .ca_file = e->common->ca,
                            .user_agent = "pospal-license doctor",
                            .wants_certificate = is_secure(e)};
    pl_err err;

    while (length > 0 && e->common->server[length - 1] == '/')
        length--;
    if (!transport)
        return pl_fail(PL_ERR_MEMORY, "no memory for the transport");
    (void)snprintf(url, sizeof url, "%.*s%s", (int)length, e->common->server, path);
    err = transport->exchange(transport, &exchange, reply);
    transport->free(transport);
    return err;
}

static pl_err judge(const examination_t *e, const pl_exchange_reply *reply)
{
    pl_exchange exchange = {.url = e->common->server};

    pl_err_clear();
    return pl_reply_judge(&exchange, reply);
}

void examine_ask_server(examination_t *e)
{
    server_reply_t *server = &e->server;
    pl_exchange_reply reply;

    server->err = PL_ERR_NO_SERVER;
    if (!e->common->server)
        return;
    pl_exchange_reply_init(&reply);
    pl_err_clear();
    server->err = get(e, "/livez", &reply);
    server->asked_at = now_s();
    (void)snprintf(server->failure, sizeof server->failure, "%s", pl_err_detail());
    if (!server->err) {
        server->judged = judge(e, &reply);
        (void)snprintf(server->judgement, sizeof server->judgement, "%s", pl_err_detail());
        server->date_s = reply.date_s;
        server->certificate_ends_at = reply.certificate_ends_at;
    }
    pl_exchange_reply_reset(&reply);
}

/* ---- what it tells ---- */

void examine_clock(examination_t *e)
{
    static const char remedy[] = "set the date, the time and the time zone of this machine";
    int64_t difference = e->server.date_s ? e->server.asked_at - e->server.date_s : 0;
    static const char go_online[] =
        "go online with `pospal-license status --online`, import the answer to an activation request, or "
        "have the vendor issue the license file anew, and import that";
    char text[PL_TIMESTAMP_SIZE], effective[PL_TIMESTAMP_SIZE];
    severity_t severity = FINDING_OK;

    pl_timestamp_format(now_s(), text);
    pl_timestamp_format(e->effective_at, effective);
    if (e->jump_ms > 0 && e->effective_at > now_s() + CLOCK_FINE_S) {
        examination_add(e, "clock", FINDING_PROBLEM, go_online,
                        "this machine believes it is %s; its clock was %" PRId64
                        " days ahead for a day of uptime and was believed, "
                        "so the license is judged by %s",
                        text, e->jump_ms / DAY_MS, effective);
    } else if (e->server.err == PL_ERR_TLS_CLOCK) {
        examination_add(e, "clock", FINDING_PROBLEM, remedy,
                        "this machine believes it is %s, which the server's certificate denies", text);
    } else if (e->server.date_s) {
        if (llabs(difference) > CLOCK_FINE_S)
            severity = llabs(difference) > CLOCK_TOLERATED_S ? FINDING_PROBLEM : FINDING_WARNING;
        examination_add(e, "clock", severity, severity ? remedy : NULL,
                        "this machine believes it is %s, %" PRId64 " seconds %s the server", text, (int64_t)llabs(difference),
                        difference < 0 ? "behind" : "ahead of");
    } else if (pospal_license_clock_is_wrong(e->license)) {
        examination_add(e, "clock", FINDING_WARNING, remedy,
                        "this machine believes it is %s, which what is stored shows to be wrong; the license is judged by %s",
                        text, effective);
    } else {
        examination_add(e, "clock", FINDING_OK, NULL, "this machine believes it is %s; nothing stored denies it", text);
    }
}

static bool is_of_the_network(pl_err err)
{
    return err == PL_ERR_OFFLINE || err == PL_ERR_DNS || err == PL_ERR_TIMEOUT || err == PL_ERR_CUT ||
           err == PL_ERR_UNSUPPORTED || err == PL_ERR_INVALID || err == PL_ERR_MEMORY;
}

static bool is_of_tls(pl_err err)
{
    return err == PL_ERR_TLS || err == PL_ERR_TLS_CLOCK || err == PL_ERR_TLS_PIN;
}

void examine_network(examination_t *e)
{
    char host[PL_AUTHORITY_SIZE] = "";

    if (e->common->server)
        pl_url_authority(e->common->server, host);
    if (!e->common->server)
        examination_add(e, "network", FINDING_OK, NULL, "not tried: no --server was given");
    else if (is_of_the_network(e->server.err))
        examination_add_failure(e, "network", e->server.err, e->server.failure);
    else if (e->server.err == PL_ERR_PROXY)
        examination_add(e, "network", FINDING_WARNING, "see proxy", "%s was not tried directly", host);
    else
        examination_add(e, "network", FINDING_OK, NULL, "the name of %s is known and a connection was made", host);
}

void examine_tls(examination_t *e)
{
    int64_t ends_at = e->server.certificate_ends_at;
    char exact[PL_TIMESTAMP_SIZE], relative[MOMENT_SIZE];

    pl_timestamp_format(ends_at, exact);
    moment_text(ends_at, now_s(), relative);
    if (is_of_tls(e->server.err))
        examination_add_failure(e, "tls", e->server.err, e->server.failure);
    else if (!e->common->server || e->server.err)
        examination_add(e, "tls", FINDING_OK, NULL, "not tried");
    else if (!is_secure(e))
        examination_add(e, "tls", FINDING_OK, NULL,
                        "not used: the server URL begins with http://, as only this machine's own may");
    else if (!ends_at)
        examination_add(e, "tls", FINDING_OK, NULL, "the certificate is good and within its dates");
    else if (ends_at - now_s() < CERTIFICATE_SOON_S)
        examination_add(e, "tls", FINDING_WARNING, "the server's operator should renew it",
                        "the certificate is good, but ends at %s (%s)", exact, relative);
    else
        examination_add(e, "tls", FINDING_OK, NULL, "the certificate is good until %s (%s)", exact, relative);
}

void examine_proxy(examination_t *e)
{
    const pl_exchange exchange = {.url = e->common->server ? e->common->server : "https:", .proxy = e->common->proxy};
    pl_proxy proxy;

    pl_proxy_find(&exchange, &proxy);
    if (e->server.err == PL_ERR_PROXY)
        examination_add_failure(e, "proxy", e->server.err, e->server.failure);
    else if (!proxy.is_set)
        examination_add(e, "proxy", FINDING_OK, NULL, "none");
    else if (proxy.is_program)
        examination_add(e, "proxy", FINDING_OK, NULL, "%s", proxy.authority);
    else
        examination_add(e, "proxy", FINDING_OK, NULL, "%s, as the environment's %s says, unless no_proxy excepts the server",
                        proxy.authority, proxy.variable);
}

/* ---- whose server it is ---- */

/* The rest is no server of ours: one that does not speak HTTP, or says too much. */
static bool is_told_above(pl_err err)
{
    return is_of_the_network(err) || is_of_tls(err) || err == PL_ERR_PROXY;
}

/* Asks by one pinned root after the other: a server knows the brand by any of them. */
static pl_err ask_keyset(examination_t *e, size_t rank)
{
    char path[128];
    pl_exchange_reply reply;
    pl_device_reply said;
    pl_arena arena;
    pl_err err;

    pl_arena_init(&arena);
    pl_exchange_reply_init(&reply);
    pl_err_clear();
    (void)snprintf(path, sizeof path, "/api/v1/device/keyset?root=%s", e->roots.keys[rank].kid);
    if (!(err = get(e, path, &reply)) && !(err = judge(e, &reply)) &&
        !(err = pl_device_reply_read(&arena, pl_buf_span(&reply.body), &said)))
        err = pl_keyset_verify(&e->roots, said.keyset, &e->server_keyset);
    pl_exchange_reply_reset(&reply);
    pl_arena_reset(&arena);
    return err;
}

void examine_server(examination_t *e)
{
    const pl_keyset *keyset = &e->server_keyset;
    pl_err err = PL_ERR_KEY_UNKNOWN;

    if (!e->common->server) {
        examination_add(e, "server", FINDING_OK, NULL, "not tried: no --server was given; license files need none");
    } else if (e->server.err && is_told_above(e->server.err)) {
        examination_add(e, "server", FINDING_PROBLEM, "mend what is told above first", "not reached");
    } else if (e->server.err) {
        examination_add_failure(e, "server", e->server.err, e->server.failure);
    } else if (e->server.judged) {
        examination_add_failure(e, "server", e->server.judged, e->server.judgement);
    } else if (e->roots_err) {
        examination_add(e, "server", FINDING_WARNING, "see keys", "it answers; whose it is cannot be told without the root keys");
    } else {
        for (size_t rank = 0; err && rank < e->roots.count; rank++)
            err = ask_keyset(e, rank);
        if (err)
            examination_add_failure(e, "server", err, pl_err_detail());
        else
            examination_add(e, "server", FINDING_OK, NULL,
                            "it answers, and its keyset (epoch %" PRId64 ", sequence %" PRId64 ") verifies by %s", keyset->epoch,
                            keyset->sequence, keyset->root_rank == 0 ? "the root key in use" : "a reserve root key");
    }
}
