/* SPDX-License-Identifier: Apache-2.0
 *
 * Validation: reads only. That the device was seen is noted in memory afterwards (sightings.h).
 */
#include "licensing/device.h"

#include "licensing/judge.h"
#include "licensing/silent_seat.h"

pl_err licensing_validate(tx_t *tx, const device_call_t *call, outcome_t *out)
{
    seat_t seat;
    pl_err err;

    *out = (outcome_t){.verdict = PL_VERDICT_NONE};
    if ((err = judge_call(tx, call, out)) || out->verdict != PL_VERDICT_ACTIVE)
        return err;
    if ((err = judge_seat(tx, call, out, &seat)))
        return err;
    if (!seat.found) {
        out->verdict = PL_VERDICT_NOT_ACTIVATED;
        out->reason = PL_REASON_NOT_ACTIVATED;
        return PL_OK;
    }
    out->has_activation = true;
    out->activation = seat.activation;
    if (!pl_uuid_is_nil(call->instance_id) && !pl_uuid_equal(call->instance_id, seat.activation.instance_id))
        out->other_instance = call->instance_id;
    silent_seat_see(out, tx->now_ms);
    return PL_OK;
}
