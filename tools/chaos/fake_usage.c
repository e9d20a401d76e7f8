/* SPDX-License-Identifier: Apache-2.0
 *
 * A ledger in memory, by the rules of server-stub/licensing/usage.c.
 */
#include "chaos/fake_usage.h"

#include <string.h>

#include "chaos/fake_document.h"
#include "token/proof.h"

static fake_seat *find_seat(fake_validator *v, const pl_device_request *request)
{
    for (size_t i = 0; i < FAKE_SEATS_MAX; i++)
        if (v->seats[i].license_id && strcmp(v->seats[i].activation, request->activation_id) == 0)
            return &v->seats[i];
    return NULL;
}

static bool is_proven(const fake_seat *seat, const pl_device_request *request)
{
    uint8_t digest[PL_DIGEST_SIZE];
    pl_proof expected = {.act = "usage", .activation_id = request->activation_id, .digest = digest};

    memcpy(expected.nonce, request->nonce, sizeof expected.nonce);
    return !pl_usage_batch_digest(request->usage, digest) &&
           !pl_proof_verify(pl_span_text(request->proof), seat->device_key, &expected);
}

static fake_report *find(fake_validator *v, const uint8_t *log, int64_t sequence)
{
    for (size_t i = 0; i < v->report_count; i++)
        if (memcmp(v->reports[i].log, log, PL_USAGE_ID_SIZE) == 0 && v->reports[i].sequence == sequence)
            return &v->reports[i];
    return NULL;
}

static void add(fake_validator *v, const uint8_t *log, const pl_usage_report *report)
{
    fake_report *known = find(v, log, report->sequence);

    if (known && memcmp(known->id, report->id, PL_USAGE_ID_SIZE) == 0) {
        v->repeats++;
        return;
    }
    v->forks += known != NULL;
    fake_must(v->report_count < FAKE_REPORTS_MAX, "there is room for the report");
    known = &v->reports[v->report_count++];
    memcpy(known->log, log, PL_USAGE_ID_SIZE);
    memcpy(known->id, report->id, PL_USAGE_ID_SIZE);
    known->sequence = report->sequence;
    v->used += report->amount;
}

pl_verdict fake_usage_take(fake_validator *v, const pl_device_request *request, pl_claims *claims)
{
    static pl_usage_balance balance;
    static pl_usage_claims taken;
    const pl_usage_batch *batch = request->usage;
    const fake_seat *seat = find_seat(v, request);
    int64_t last = batch->reports[batch->count - 1].sequence;

    if (!seat || !is_proven(seat, request))
        return PL_VERDICT_NOT_ACTIVATED;
    for (size_t i = 0; i < batch->count; i++)
        add(v, batch->log, &batch->reports[i]);
    taken = (pl_usage_claims){.sequence = batch->from - 1, .is_forked = v->forks > 0, .balances = &balance, .balance_count = 1};
    while (find(v, batch->log, taken.sequence + 1))
        taken.sequence++;
    if (last > taken.sequence)
        taken.again = taken.sequence + 1;
    balance = (pl_usage_balance){"hours", v->used, v->allowed};
    claims->usage = &taken;
    return PL_VERDICT_ACTIVE;
}

fake_license *fake_trial_find(fake_validator *v, const pl_device_request *request, pl_claims *claims)
{
    static pl_trial_claims trial;
    uint8_t key[PL_DEVICE_PUBLIC_SIZE], secret[PL_DEVICE_SECRET_SIZE];

    claims->verdict = PL_VERDICT_NOT_ACTIVATED;
    claims->reason = PL_REASON_NO_TRIAL;
    if (!v->has_trials)
        return NULL;
    memcpy(key, request->device_key, sizeof key);
    if (v->seals_to_another)
        pl_device_key_new(key, secret);
    fake_must(!pl_device_seal(key, pl_span_text(v->licenses[0].key), trial.sealed_key), "the key is sealed");
    trial.sealed_size = strlen(v->licenses[0].key) + PL_DEVICE_SEAL_OVERHEAD;
    claims->trial = &trial;
    return &v->licenses[0];
}
