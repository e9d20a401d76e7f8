/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /api/v1/device/trial: a trial without a key.
 */
#include "api/device.h"

#include "licensing/trial.h"

static pl_err parse_trial(const api_t *api, const request_t *request, void **in)
{
    return device_parse(api, request, PL_ACT_TRIAL, in);
}

static pl_err act_trial(const api_t *api, tx_t *tx, const void *in, void **out)
{
    const device_in_t *device = in;
    trial_outcome_t *outcome = pl_arena_take(tx->arena, sizeof *outcome);

    (void)api;
    if (!outcome)
        return PL_ERR_MEMORY;
    *out = outcome;
    return licensing_trial(tx, device->keyring, &device->call, outcome);
}

static pl_err reply_trial(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    return device_reply(api, arena, in, &((const trial_outcome_t *)out)->outcome, reply);
}

const endpoint_t device_trial = {parse_trial, act_trial, reply_trial, NULL};
