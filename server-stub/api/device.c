/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a device's call and replying to it. Which rules apply is decided in licensing/.
 */
#include "api/device.h"

#include "licensing/answer.h"

pl_err device_parse(const api_t *api, const request_t *request, pl_act act, void **in)
{
    device_in_t *device = pl_arena_take(request->arena, sizeof *device);

    if (!device || !(device->keyring = keys_pin(api->keys, request->arena)))
        return PL_ERR_MEMORY;
    *in = device;
    return licensing_read_call(request->arena, device->keyring, act, request->body, &device->call);
}

pl_err device_act(tx_t *tx, const void *in, void **out, pl_err (*verb)(tx_t *tx, const device_call_t *call, outcome_t *out))
{
    const device_in_t *device = in;
    outcome_t *outcome = pl_arena_take(tx->arena, sizeof *outcome);

    if (!outcome)
        return PL_ERR_MEMORY;
    *out = outcome;
    return verb(tx, &device->call, outcome);
}

pl_err device_reply(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    const device_in_t *device = in;
    const outcome_t *outcome = out;
    char *brand = pl_arena_take(arena, PL_UUID_TEXT_SIZE);

    if (!brand)
        return PL_ERR_MEMORY;
    pl_uuid_format(device->call.brand_id, brand);
    reply->brand = brand;
    reply->is_refusal = outcome->verdict == PL_VERDICT_UNKNOWN_KEY || outcome->reason == PL_REASON_NO_TRIAL ||
                        (outcome->usage && outcome->usage->refusal);
    if (reply->is_refusal && reply->is_tired)
        return pl_fail(PL_ERR_RATE_LIMITED, "too many refused requests from this address");
    sightings_note(api->sightings, outcome);
    tally_note(api->tally, outcome->verdict, outcome->reason);
    return answer_sign(arena, device->keyring, &device->call, outcome, reply->body);
}
