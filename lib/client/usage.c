/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal_usage_add and pospal_usage_balance: recording, and what is known. Sending is in usage_send.c.
 */
#include <stdio.h>
#include <string.h>

#include "client/client.h"
#include "client/guard.h"
#include "client/records.h"
#include "client/usage_send.h"
#include "client/view.h"
#include "client/worker.h"

typedef struct {
    pospal_client *client;
    pl_usage_entry entry;
    const char *license_id;
    pl_usage_sum *sum;
} usage_call;

static pl_err open_log(pl_vault *vault, pospal_client *client)
{
    return client->usage ? PL_OK : pl_usage_log_open(vault, &client->usage);
}

static pl_err act_add(pl_vault *vault, const void *call)
{
    const usage_call *c = call;
    pl_usage_entry entry = c->entry;
    pl_err err = open_log(vault, c->client);

    entry.holder = pl_usage_holder_of(c->client);
    return err ? err : pl_usage_log_add(c->client->usage, &entry);
}

static pl_err act_sum(pl_vault *vault, const void *call)
{
    const usage_call *c = call;
    pl_err err = open_log(vault, c->client);

    return err ? err : pl_usage_log_sum(c->client->usage, c->entry.meter, c->license_id, c->sum);
}

static pl_err check_entry(const pl_usage_entry *entry)
{
    size_t size = entry->idempotency ? strlen(entry->idempotency) : 1;

    if (!pl_meter_is_valid(entry->meter))
        return pl_fail(PL_ERR_INVALID, "a meter's name has 1 to %d of the characters A-Z a-z 0-9 . _ -", (int)PL_METER_MAX);
    if (entry->amount < 1 || entry->amount > PL_USAGE_AMOUNT_MAX)
        return pl_fail(PL_ERR_INVALID, "the amount must be 1 to 10^12");
    if (size == 0 || size > PL_USAGE_IDEMPOTENCY_MAX)
        return pl_fail(PL_ERR_INVALID, "an idempotency text has 1 to %d bytes", (int)PL_USAGE_IDEMPOTENCY_MAX);
    return PL_OK;
}

/* Mutex held. The background is given a while in which more may come. */
static void plan_sending(pospal_client *client)
{
    if (client->usage_after_ms == 0)
        client->usage_after_ms = pl_clock_read(&client->clock).boot_ms + PL_USAGE_GATHER_MS;
}

pospal_result_t pospal_usage_add(pospal_client *client, const char *meter, int64_t amount, const char *idempotency)
{
    usage_call call = {.client = client, .entry = {.meter = meter, .amount = amount, .idempotency = idempotency}};
    pl_err err;

    if ((err = pl_guard(client)))
        return pl_report(err);
    if ((err = check_entry(&call.entry)))
        return pl_report(err);
    pl_worker_need(client);
    pl_mutex_lock(client->mutex);
    call.entry.at = pl_timeline_effective(&client->mark, pl_clock_read(&client->clock));
    if (call.entry.at < 1)
        call.entry.at = 1;
    err = client->is_closing ? pl_fail(PL_ERR_CLOSED, "the client is being closed")
                             : pl_records_act(client, act_add, &call, PL_RECORDS_WAIT);
    if (!err)
        plan_sending(client);
    pl_mutex_unlock(client->mutex);
    return pl_report(err);
}

/* Mutex held. What the lease says now goes before what the server said with a report. */
static pl_err find_allowance(pospal_client *client, const char *meter, int64_t *allowed)
{
    char name[PL_USAGE_ENTITLEMENT_SIZE];
    const pl_entitlement *item;
    pl_view view;
    pl_err err = pl_view_update(client, &view);

    if (err || !view.decision.ruling || view.decision.ruling->claims->entitlements.count == 0)
        return err;
    pl_usage_entitlement(meter, name);
    item = pl_entitlements_find(&view.decision.ruling->claims->entitlements, name, PL_ENTITLEMENT_LIMIT, view.t);
    *allowed = item ? (item->number > 0 ? item->number : 0) : PL_USAGE_UNLIMITED;
    return PL_OK;
}

static int64_t sum_of(int64_t a, int64_t b)
{
    return a > INT64_MAX - b ? INT64_MAX : a + b;
}

pospal_result_t pospal_usage_balance(pospal_client *client, const char *meter, pospal_usage_t *usage)
{
    pl_usage_sum sum = {0, PL_USAGE_UNLIMITED, 0};
    usage_call call = {.client = client, .entry = {.meter = meter, .amount = 1}, .sum = &sum};
    char license_id[PL_CLAIMS_ID_MAX + 1];
    pospal_usage_t told;
    const char *held;
    pl_err err;

    if (!client || !usage || usage->size < PL_FIRST_USAGE)
        return pl_report(pl_fail(PL_ERR_INVALID, "client or usage is NULL, or usage->size is not set"));
    if ((err = pl_guard(client)) || (err = check_entry(&call.entry)))
        return pl_report(err);
    pl_mutex_lock(client->mutex);
    if ((held = pl_usage_holder_of(client).license_id)) {
        (void)snprintf(license_id, sizeof license_id, "%s", held); /* who waits may see another one held */
        call.license_id = license_id;
    }
    err = pl_records_act(client, act_sum, &call, PL_RECORDS_WAIT);
    if (!err)
        err = find_allowance(client, meter, &sum.allowed);
    pl_mutex_unlock(client->mutex);
    if (err)
        return pl_report(err);
    told = (pospal_usage_t){.used = sum.used, .allowed = sum.allowed, .pending = sum.pending};
    if (sum.allowed >= 0 && sum_of(sum.used, sum.pending) > sum.allowed)
        told.overdraft = sum_of(sum.used, sum.pending) - sum.allowed;
    pl_give(usage, usage->size, &told, sizeof told);
    return pl_report(PL_OK);
}
