/* SPDX-License-Identifier: Apache-2.0
 *
 * A ledger in memory, by the rules of server-stub/licensing/usage.c.
 */
#include "chaos/fake_usage.h"

#include <stdio.h>
#include <string.h>

fake_seat *fake_usage_seat(fake_validator *v, const fake_call *call)
{
    for (size_t i = 0; i < FAKE_SEATS_MAX; i++) {
        fake_seat *seat = &v->seats[i];
        const char *license_id = seat->license_id ? seat->license_id : seat->gave_license_id;

        if (license_id == call->license->license_id && strcmp(seat->activation, call->request->activation_id) == 0)
            return seat;
    }
    return NULL;
}

static fake_meter *find_meter(fake_validator *v, const char *license_id, const char *name)
{
    for (size_t i = 0; i < FAKE_METERS_MAX; i++) {
        fake_meter *meter = &v->meters[i];

        if (!meter->license_id) {
            meter->license_id = license_id;
            (void)snprintf(meter->name, sizeof meter->name, "%s", name);
        }
        if (meter->license_id == license_id && strcmp(meter->name, name) == 0)
            return meter;
    }
    return NULL;
}

static fake_report *find(fake_validator *v, const uint8_t *log, int64_t sequence)
{
    for (size_t i = 0; i < v->report_count; i++)
        if (memcmp(v->reports[i].log, log, PL_USAGE_ID_SIZE) == 0 && v->reports[i].sequence == sequence)
            return &v->reports[i];
    return NULL;
}

static pl_err add(fake_validator *v, const fake_call *call, const pl_usage_report *report)
{
    const uint8_t *log = call->request->usage->log;
    fake_report *known = find(v, log, report->sequence);
    fake_meter *meter;

    if (known && memcmp(known->id, report->id, PL_USAGE_ID_SIZE) == 0) {
        v->repeats++;
        return PL_OK;
    }
    if (v->report_count == FAKE_REPORTS_MAX || !(meter = find_meter(v, call->license->license_id, report->meter)))
        return pl_fail(PL_ERR_OVERLOADED, "%d reports of %d meters are all that is kept here", (int)FAKE_REPORTS_MAX,
                       (int)FAKE_METERS_MAX);
    v->forks += known != NULL;
    known = &v->reports[v->report_count++];
    memcpy(known->log, log, PL_USAGE_ID_SIZE);
    memcpy(known->id, report->id, PL_USAGE_ID_SIZE);
    known->sequence = report->sequence;
    meter->used += report->amount;
    return PL_OK;
}

/* Up to which number a log's reports came, or can't come any more. NULL: there is no room. */
static int64_t *passed_of(fake_validator *v, const pl_usage_batch *batch)
{
    size_t i = 0;

    while (i < v->log_count && memcmp(v->logs[i].log, batch->log, PL_USAGE_ID_SIZE) != 0)
        i++;
    if (i == FAKE_LOGS_MAX)
        return NULL;
    if (i == v->log_count) {
        memcpy(v->logs[v->log_count++].log, batch->log, PL_USAGE_ID_SIZE);
        v->logs[i].passed = batch->from - 1;
    }
    return &v->logs[i].passed;
}

static int64_t count_on(fake_validator *v, const uint8_t *log, int64_t sequence)
{
    while (find(v, log, sequence + 1))
        sequence++;
    return sequence;
}

/* What is below the batch's from can't come any more. */
static int64_t settle(fake_validator *v, const pl_usage_batch *batch, int64_t *passed)
{
    int64_t sequence = count_on(v, batch->log, *passed);

    if (batch->from - 1 <= sequence)
        return sequence;
    *passed = batch->from - 1;
    return count_on(v, batch->log, *passed);
}

static int64_t allowance(const fake_validator *v, const char *meter)
{
    char name[PL_USAGE_ENTITLEMENT_SIZE];
    const pl_entitlement *limit;

    pl_usage_entitlement(meter, name);
    limit = pl_entitlements_find(fake_entitlements(), name, PL_ENTITLEMENT_LIMIT, fake_validator_now(v));
    return limit ? limit->number : v->allowed;
}

static void describe_balances(const fake_validator *v, const fake_license *license, fake_draft *draft)
{
    pl_usage_claims *taken = &draft->usage;

    taken->balances = draft->balances;
    for (size_t i = 0; i < FAKE_METERS_MAX; i++)
        if (v->meters[i].license_id == license->license_id)
            draft->balances[taken->balance_count++] =
                (pl_usage_balance){v->meters[i].name, v->meters[i].used, allowance(v, v->meters[i].name)};
}

pl_err fake_usage_take(fake_validator *v, const fake_call *call, fake_draft *draft)
{
    const pl_usage_batch *batch = call->request->usage;
    pl_usage_claims *taken = &draft->usage;
    int64_t *passed;
    pl_err err;

    if (!call->seat)
        return PL_OK;
    if (!fake_is_proven(call))
        return pl_fail(PL_ERR_UNAUTHORIZED, "the proof is not signed by the key of this activation's device");
    if (!(passed = passed_of(v, batch)))
        return pl_fail(PL_ERR_OVERLOADED, "%d logs are all that is kept here", (int)FAKE_LOGS_MAX);
    for (size_t i = 0; !v->usage_refusal && i < batch->count; i++)
        if ((err = add(v, call, &batch->reports[i])))
            return err;
    *taken = (pl_usage_claims){.sequence = settle(v, batch, passed), .is_forked = v->forks > 0};
    taken->refusal = v->usage_refusal;
    if (!taken->refusal && batch->reports[batch->count - 1].sequence > taken->sequence)
        taken->again = taken->sequence + 1;
    describe_balances(v, call->license, draft);
    draft->claims.usage = taken;
    return PL_OK;
}
