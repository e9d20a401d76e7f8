/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking reports of usage.
 */
#include "licensing/usage.h"

#include "licensing/entitlement_text.h"
#include "licensing/judge.h"
#include "store/audit.h"
#include "store/usage.h"

#include <inttypes.h>
#include <string.h>

enum { MS = 1000 };

/* ---- whose reports they are ---- */

static pl_err find_license(tx_t *tx, const device_call_t *call, outcome_t *out)
{
    pl_err err = licenses_find(tx, call->brand_id, call->license_id, &out->license);

    if (err == PL_ERR_NOT_FOUND) {
        out->verdict = PL_VERDICT_UNKNOWN_KEY;
        out->reason = PL_REASON_UNKNOWN_KEY;
        return PL_OK;
    }
    if (err || (err = products_find(tx, call->brand_id, out->license.product_id, &out->product)))
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

static pl_err check_proof(const device_call_t *call, const activation_t *activation)
{
    uint8_t digest[PL_DIGEST_SIZE];
    pl_err err = pl_usage_batch_digest(call->request.usage, digest);

    return err ? err : judge_proof(call, activation, digest);
}

/* A seat given back answers for what it used, and is no seat. */
static pl_err find_device(tx_t *tx, const device_call_t *call, outcome_t *out, bool *found)
{
    pl_err err = activations_find(tx, call->brand_id, out->license.id, call->activation_id, &out->activation);

    *found = !err;
    if (!err)
        err = check_proof(call, &out->activation);
    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    out->has_activation = *found && !out->activation.released_at_ms;
    if (out->has_activation) {
        out->validated_before_ms = out->activation.validated_at_ms;
        out->is_sighting = tx->now_ms - out->activation.validated_at_ms >= SIGHTING_AFTER_MS;
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

    return metadata ? audit_append(tx, &entry) : PL_ERR_MEMORY;
}

/* What the device has no more can't come: it is passed over, and seen. A log that is new begins where the device begins. */
static pl_err begin(tx_t *tx, const pl_usage_batch *batch, usage_log_t *log)
{
    pl_err err = usage_log_find(tx, log);
    int64_t acked = log->acked, last;

    if (err == PL_ERR_NOT_FOUND) {
        log->acked = batch->from - 1;
        return PL_OK;
    }
    if (err || (err = usage_count_on(tx, log, &acked, &last)) || batch->from <= acked + 1)
        return err;
    log->acked = batch->from - 1;
    return note(tx, log, AUDIT_USAGE_MISSING,
                pl_arena_format(tx->arena, "{\"from\":%" PRId64 ",\"to\":%" PRId64 "}", acked + 1, log->acked));
}

static pl_err add_all(tx_t *tx, const pl_usage_batch *batch, usage_log_t *log)
{
    int64_t forks = log->forks;
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < batch->count; i++) {
        usage_added added;

        err = usage_add(tx, log, &batch->reports[i], &added);
        log->forks += !err && added == USAGE_FORKED;
    }
    if (err || log->forks == forks)
        return err;
    return note(tx, log, AUDIT_USAGE_FORKED,
                pl_arena_format(tx->arena, "{\"first\":%" PRId64 ",\"reports\":%" PRId64 "}", batch->reports[0].sequence,
                                log->forks - forks));
}

static pl_err take(tx_t *tx, const device_call_t *call, usage_outcome_t *out)
{
    usage_log_t log = {
        .brand_id = call->brand_id, .license_id = out->outcome.license.id, .activation_id = out->outcome.activation.id};
    const pl_usage_batch *batch = call->request.usage;
    int64_t acked, last;
    pl_err err;

    memcpy(log.log, batch->log, sizeof(log.log));
    if ((err = begin(tx, batch, &log)) || (err = add_all(tx, batch, &log)) || (err = usage_count_on(tx, &log, &acked, &last)))
        return err;
    log.acked = acked;
    if ((err = usage_log_put(tx, &log)))
        return err;
    out->claims.sequence = acked;
    out->claims.again = last > acked ? acked + 1 : 0;
    out->claims.is_forked = log.forks > 0;
    out->outcome.usage = &out->claims;
    return licensing_usage_balances(tx, &out->outcome.license, &out->outcome.product, &out->claims);
}

pl_err licensing_usage_balances(tx_t *tx, const license_t *license, const product_t *product, pl_usage_claims *claims)
{
    char name[PL_USAGE_ENTITLEMENT_SIZE];
    pl_usage_balance *balances;
    pl_entitlements set;
    pl_err err = usage_balances(tx, license->brand_id, license->id, &balances, &claims->balance_count);

    if (err || (err = entitlement_text_read(tx->arena, product->entitlements, license->entitlements, &set)))
        return err;
    claims->balances = balances;
    for (size_t i = 0; i < claims->balance_count; i++) {
        const pl_entitlement *allowance;

        pl_usage_entitlement(balances[i].meter, name);
        allowance = pl_entitlements_find(&set, name, PL_ENTITLEMENT_LIMIT, tx->now_ms / MS);
        if (allowance)
            balances[i].allowed = allowance->number > 0 ? allowance->number : 0;
    }
    return PL_OK;
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
