/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking reports of usage. How many is in usage_intake.c, what is told of sums in usage_balances.c.
 */
#include "licensing/usage.h"

#include "licensing/events.h"
#include "licensing/judge.h"
#include "licensing/license_policy.h"
#include "licensing/silent_seat.h"
#include "licensing/usage_intake.h"

#include <inttypes.h>
#include <string.h>

static const int64_t DAY_MS = INT64_C(86400000);

/* ---- whose reports they are ---- */

static pl_err find_license(tx_t *tx, const device_call_t *call, outcome_t *out)
{
    pl_err err = licenses_find(tx, call->brand_id, call->license_id, &out->license);

    if (err == PL_ERR_NOT_FOUND) {
        out->verdict = PL_VERDICT_UNKNOWN_KEY;
        out->reason = PL_REASON_UNKNOWN_KEY;
        return PL_OK;
    }
    if (err || (err = license_policy_product(tx, &out->license, &out->product)))
        return err;
    out->has_product = true;
    if (strcmp(out->product.slug, call->request.product) != 0) {
        out->verdict = PL_VERDICT_WRONG_PRODUCT;
        out->reason = PL_REASON_OTHER_PRODUCT;
        return PL_OK;
    }
    out->has_license = true;
    out->verdict = judge_license(&out->license, &out->product.policy, tx->now_ms, &out->reason);
    return PL_OK;
}

/* A seat given back answers for what it used, and is no seat. */
static pl_err find_device(tx_t *tx, const device_call_t *call, outcome_t *out, bool *found)
{
    pl_err err = activations_find(tx, call->brand_id, out->license.id, call->activation_id, &out->activation);

    *found = !err;
    if (!err)
        err = judge_proof(call, &out->activation);
    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    out->has_activation = *found && !out->activation.released_at_ms;
    if (out->has_activation) {
        silent_seat_see(out, tx->now_ms);
    } else if (out->verdict == PL_VERDICT_ACTIVE) {
        out->verdict = PL_VERDICT_NOT_ACTIVATED;
        out->reason = PL_REASON_NOT_ACTIVATED;
    }
    return PL_OK;
}

/* ---- the ledger ---- */

static pl_err note(tx_t *tx, const usage_log_t *log, audit_action action, const char *metadata)
{
    const audit_t entry = {.brand_id = log->brand_id, .action = action, .target = log->activation_id, .metadata = metadata};

    return metadata ? events_append(tx, &entry, log->license_id) : PL_ERR_MEMORY;
}

/* What the device has no more can't come: it is passed over, and seen. A log that is new begins where the device begins. */
static pl_err begin(tx_t *tx, const usage_arrival_t *arrival, usage_log_t *log)
{
    const pl_usage_batch *batch = arrival->batch;
    int64_t acked = log->acked, last;
    pl_err err;

    if (arrival->is_new_log) {
        log->acked = batch->from - 1;
        return PL_OK;
    }
    if ((err = usage_count_on(tx, log, &acked, &last)) || batch->from <= acked + 1)
        return err;
    log->acked = batch->from - 1;
    return note(tx, log, AUDIT_USAGE_MISSING,
                pl_arena_format(tx->arena, "{\"from\":%" PRId64 ",\"to\":%" PRId64 "}", acked + 1, log->acked));
}

static pl_err add_all(tx_t *tx, const pl_usage_batch *batch, usage_log_t *log, int64_t *count)
{
    int64_t forks = log->forks;
    pl_err err = PL_OK;

    *count = 0;
    for (size_t i = 0; !err && i < batch->count; i++) {
        usage_added added = USAGE_REPEATED;

        err = usage_add(tx, log, &batch->reports[i], &added);
        log->forks += !err && added == USAGE_FORKED;
        *count += !err && added != USAGE_REPEATED;
    }
    if (err || log->forks == forks)
        return err;
    return note(tx, log, AUDIT_USAGE_FORKED,
                pl_arena_format(tx->arena, "{\"first\":%" PRId64 ",\"reports\":%" PRId64 "}", batch->reports[0].sequence,
                                log->forks - forks));
}

static pl_err store(tx_t *tx, const usage_arrival_t *arrival, usage_day_t *day, usage_log_t *log)
{
    int64_t added, last;
    pl_err err;

    if ((err = begin(tx, arrival, log)) || (err = add_all(tx, arrival->batch, log, &added)) ||
        (err = usage_count_on(tx, log, &log->acked, &last)) || (err = usage_log_put(tx, log)))
        return err;
    return usage_intake_count(tx, day, added, arrival->is_new_log);
}

/* How far the log has come, whether this batch was stored or not. */
static pl_err describe(tx_t *tx, const usage_log_t *log, pl_usage_claims *claims)
{
    int64_t acked, last;
    pl_err err = usage_count_on(tx, log, &acked, &last);

    claims->sequence = acked;
    claims->again = last > acked && !claims->refusal ? acked + 1 : 0;
    claims->is_forked = log->forks > 0;
    return err;
}

static int64_t mark_of(const activation_t *activation)
{
    if (!activation->released_at_ms)
        return USAGE_OF_LIVE;
    return activation->taken_at_ms ? USAGE_OF_TAKEN : USAGE_OF_RELEASED;
}

static pl_err refuse_or_store(tx_t *tx, const usage_arrival_t *arrival, usage_log_t *log, pl_usage_claims *claims)
{
    int64_t released_at_ms = arrival->out->outcome.activation.released_at_ms;
    usage_day_t day;
    pl_err err;

    if (released_at_ms && tx->now_ms - released_at_ms > USAGE_AFTER_RELEASE_DAYS * DAY_MS) {
        claims->refusal = PL_USAGE_CLOSED;
        return PL_OK;
    }
    if ((err = usage_intake_check(tx, arrival, &day, claims)) || claims->refusal)
        return err;
    return store(tx, arrival, &day, log);
}

static pl_err take(tx_t *tx, const device_call_t *call, usage_outcome_t *out)
{
    const activation_t *activation = &out->outcome.activation;
    usage_log_t log = {.brand_id = call->brand_id,
                       .license_id = out->outcome.license.id,
                       .activation_id = activation->id,
                       .released = mark_of(activation)};
    usage_arrival_t arrival = {out, call->request.usage, false};
    pl_err err;

    memcpy(log.log, arrival.batch->log, sizeof(log.log));
    err = usage_log_find(tx, &log);
    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    arrival.is_new_log = err == PL_ERR_NOT_FOUND;
    if ((err = refuse_or_store(tx, &arrival, &log, &out->claims)) || (err = describe(tx, &log, &out->claims)))
        return err;
    out->outcome.usage = &out->claims;
    return licensing_usage_balances(tx, &out->outcome.license, &out->outcome.product, arrival.batch, &out->claims);
}

pl_err licensing_usage(tx_t *tx, const device_call_t *call, usage_outcome_t *out)
{
    bool found;
    pl_err err;

    memset(out, 0, sizeof(*out));
    out->outcome.decided_at_ms = tx->now_ms;
    out->outcome.validated_before_ms = -1;
    if ((err = find_license(tx, call, &out->outcome)) || !out->outcome.has_license)
        return err;
    if ((err = find_device(tx, call, &out->outcome, &found)) || !found)
        return err;
    return take(tx, call, out);
}
