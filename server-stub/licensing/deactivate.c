/* SPDX-License-Identifier: Apache-2.0
 *
 * Deactivation: the device proves with its key that the seat is its own. Whatever the license is worth, a seat may be given back.
 */
#include "licensing/device.h"

#include "licensing/events.h"
#include "licensing/judge.h"
#include "licensing/offline.h"
#include "store/sessions.h"

#include <string.h>

static pl_err release(tx_t *tx, outcome_t *out)
{
    const audit_t entry = {.brand_id = out->activation.brand_id, .action = AUDIT_DEACTIVATED, .target = out->activation.id};
    pl_err err;

    if (out->activation.released_at_ms)
        return PL_OK; /* asked again */
    if (out->activation.offline_until_ms > tx->now_ms && (err = offline_count_release(tx, out)))
        return err;
    if ((err = activations_release(tx, &out->activation)) ||
        (err = sessions_end_of(tx, entry.brand_id, out->activation.license_id, entry.target)))
        return err;
    out->activation.released_at_ms = tx->now_ms;
    return events_append(tx, &entry, out->activation.license_id);
}

pl_err licensing_deactivate(tx_t *tx, const device_call_t *call, outcome_t *out)
{
    pl_err err;

    *out = (outcome_t){.verdict = PL_VERDICT_NONE};
    if ((err = judge_call(tx, call, out)) || !out->has_license)
        return err;
    err = activations_find(tx, call->brand_id, out->license.id, call->activation_id, &out->activation);
    if (err == PL_ERR_NOT_FOUND) {
        out->verdict = PL_VERDICT_NOT_ACTIVATED;
        out->reason = PL_REASON_NOT_ACTIVATED;
        return PL_OK;
    }
    if (err || (err = judge_proof(call, &out->activation)) || (err = release(tx, out)))
        return err;
    out->has_activation = true;
    out->verdict = PL_VERDICT_RELEASED;
    out->reason = PL_REASON_RELEASED;
    return PL_OK;
}
