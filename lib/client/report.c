/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal_client_support_report: what a vendor's support needs to see, and nothing that must not leave the machine.
 */
#include "client/client.h"
#include "client/guard.h"
#include "client/records.h"
#include "client/view.h"

#include <inttypes.h>

#include "base/timestamp.h"
#include "transport/proxy.h"

/* Through the vault. */
typedef struct {
    pospal_client *client;
    pl_usage_counts *counts;
} usage_look;

static void add_time(pl_buf *out, const char *label, int64_t seconds)
{
    char text[PL_TIMESTAMP_SIZE] = "none";

    if (seconds != 0)
        pl_timestamp_format(seconds, text);
    pl_buf_add_format(out, "%-16s %s\n", label, text);
}

/* Which one and who set it; never its name and password. */
static void add_proxy(const pospal_client *client, pl_buf *out)
{
    const char *server = client->options.text[PL_OPTION_SERVER];
    const pl_exchange exchange = {.url = server ? server : "", .proxy = client->options.text[PL_OPTION_PROXY]};
    pl_proxy proxy;

    pl_proxy_find(&exchange, &proxy);
    if (!proxy.is_set)
        pl_buf_add_format(out, "proxy            %s\n", proxy.is_program ? "none, by choice of the program" : "none");
    else
        pl_buf_add_format(out, "proxy            %s, set by %s%s%s\n", proxy.authority,
                          proxy.is_program ? "the program" : "the environment's ", proxy.variable,
                          proxy.has_credentials ? ", with a password" : "");
}

static void add_program(const pospal_client *client, pl_buf *out)
{
    const char *const *text = (const char *const *)client->options.text;

    pl_buf_add_format(out, "library          %s on %s/%s\n", POSPAL_VERSION_STRING, pl_platform_name(), pl_machine_name());
    pl_buf_add_format(out, "environment      %s\n", client->environment[0] ? client->environment : "a machine of its own");
    pl_buf_add_format(out, "product          %s %s\n", text[PL_OPTION_PRODUCT],
                      text[PL_OPTION_VERSION] ? text[PL_OPTION_VERSION] : "");
    pl_buf_add_format(out, "server           %s\n", text[PL_OPTION_SERVER] ? text[PL_OPTION_SERVER] : "none");
    add_proxy(client, out);
    pl_buf_add_format(out, "pinned keys      %s\n", text[PL_OPTION_PINNED_KEYS] ? text[PL_OPTION_PINNED_KEYS] : "none");
}

static void add_storage(const pospal_client *client, pl_buf *out)
{
    pl_buf_add_format(out, "data directory   %s\n", client->directory[0] ? client->directory : "none: in memory only");
    pl_buf_add_format(out, "storage          %s%s%s\n", pl_err_code(client->storage), client->storage_detail[0] ? ": " : "",
                      client->storage_detail);
    if (client->vault_storage)
        pl_buf_add_format(out, "vault            %s: %s\n", pl_err_code(client->vault_storage), client->vault_detail);
    if (client->was_set_aside)
        pl_buf_add_text(out, "                 a stored state of another machine, or a damaged one, was set aside\n");
    if (client->holding->refused > 0)
        pl_buf_add_format(out, "not believed     %zu stored documents; the last: %s\n", client->holding->refused,
                          client->holding->refusal);
}

static void add_device(const pospal_client *client, pl_buf *out)
{
    int i;

    pl_buf_add_text(out, "hardware         ");
    for (i = 0; i < PL_COMPONENT_COUNT; i++)
        if (client->fingerprint.count[i] > 0)
            pl_buf_add_format(out, "%s ", pl_component_name((pl_component)i));
    pl_buf_add_format(out, "%s\n", client->fingerprint_err ? "- too little to tell this machine from others" : "");
}

static void add_document(const pl_holding *holding, size_t index, const pl_view *view, pl_buf *out)
{
    const pl_claims *claims = &holding->claims[index];
    const pl_held *held = &holding->held[index];

    pl_buf_add_format(out, "document         %s%s: license %s, %s, epoch %" PRId64 " sequence %" PRId64 "%s%s\n",
                      holding->names[index], held == view->decision.ruling ? " (rules)" : "",
                      claims->license_id ? claims->license_id : "-", pl_verdict_text(claims->verdict), claims->epoch,
                      claims->sequence, held->is_other_product ? ", other product" : "",
                      held->is_other_device ? ", other device" : "");
    add_time(out, "  issued", claims->issued_at);
    add_time(out, "  refresh", claims->refresh_at);
    add_time(out, "  check by", claims->check_by);
    add_time(out, "  grace until", claims->grace_until);
    add_time(out, "  trial begun", held->trial_begun_at);
    add_time(out, "  expires", pl_policy_ends_at(held));
}

static void add_license(pospal_client *client, const pl_view *view, pl_buf *out)
{
    const pl_holding *holding = client->holding;
    size_t i;

    pl_buf_add_format(out, "status           %s (%s, %s)\n", pl_status_text(view->decision.status),
                      pl_source_text(view->decision.source), pl_reason_text(view->decision.reason));
    add_time(out, "machine clock", view->now.wall_ms / 1000);
    add_time(out, "effective time", view->t);
    pl_buf_add_format(out, "clock is wrong   %s\n", view->clock_is_wrong ? "yes" : "no");
    if (client->mark.jump_ms > 0)
        pl_buf_add_format(out, "clock believed   though %" PRId64 " days ahead, after a day of uptime\n",
                          client->mark.jump_ms / (86400 * INT64_C(1000)));
    if (holding->trust.has_keyset)
        pl_buf_add_format(out, "keyset           epoch %" PRId64 " sequence %" PRId64 ", %zu keys, signed by root %zu\n",
                          holding->trust.keyset.epoch, holding->trust.keyset.sequence, holding->trust.keyset.count,
                          holding->trust.keyset.root_rank + 1);
    else
        pl_buf_add_text(out, "keyset           none\n");
    for (i = 0; i < holding->count; i++)
        add_document(holding, i, view, out);
    if (client->failures > 0)
        pl_buf_add_format(out, "last exchange    failed %d times in a row: %s: %s\n", client->failures,
                          pl_err_code(client->failure_err), client->failure);
    else
        pl_buf_add_format(out, "last exchange    %s\n", client->has_asked ? "succeeded" : "none in this process");
}

static void add_session(pospal_client *client, const pl_view *view, pl_buf *out)
{
    const pl_seat *seat = &client->seat;

    if (seat->handles == 0)
        return;
    pl_seat_reload(client);
    pl_buf_add_format(out, "session          %s, used %zu times in this process, kept alive by %s\n",
                      pl_seat_state_text(seat->record.state), seat->handles, seat->is_leader ? "it" : "another");
    if (seat->is_leader)
        pl_buf_add_format(out, "  lease          %" PRId64 " s left, %d beats failed in a row\n",
                          (seat->lease_until_ms - view->now.boot_ms) / 1000, seat->failures);
}

static pl_err count_usage(pl_vault *vault, const void *call)
{
    const usage_look *look = call;
    pl_err err = look->client->usage ? PL_OK : pl_usage_log_open(vault, &look->client->usage);

    return err ? err : pl_usage_log_count(look->client->usage, look->counts);
}

static void add_usage(pospal_client *client, pl_buf *out)
{
    pl_usage_counts counts = {0};
    const usage_look look = {client, &counts};

    if (!client->usage && !pl_vault_is_there(client->options.fs, client->directory))
        return;
    if (pl_records_act(client, count_usage, &look, PL_RECORDS_AT_ONCE))
        return;
    if (counts.waiting + counts.unreadable + counts.refused > 0)
        pl_buf_add_format(out, "usage            %" PRId64 " reports wait\n", counts.waiting);
    if (counts.unreadable > 0)
        pl_buf_add_format(out, "                 %" PRId64 " can't be opened and are set aside\n", counts.unreadable);
    if (counts.refused > 0)
        pl_buf_add_format(out, "                 %" PRId64 " were refused by the server and are tried again by the next start\n",
                          counts.refused);
}

pospal_result_t pospal_client_support_report(pospal_client *client, char **report)
{
    pl_view view;
    pl_buf out;
    pl_err err;

    if (!client || !report)
        return pl_report(pl_fail(PL_ERR_INVALID, "client or report is NULL"));
    if ((err = pl_guard(client)))
        return pl_report(err);
    *report = NULL;
    pl_buf_init(&out);
    pl_mutex_lock(client->mutex);
    if ((err = pl_view_update(client, &view)) == PL_OK) {
        add_program(client, &out);
        add_storage(client, &out);
        add_device(client, &out);
        add_license(client, &view, &out);
        add_session(client, &view, &out);
        add_usage(client, &out);
        *report = pl_buf_detach(&out);
        err = out.err;
    }
    pl_mutex_unlock(client->mutex);
    pl_buf_reset(&out);
    return pl_report(err);
}
