/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /api/v1/device/usage: takes what a device used.
 */
#include "api/device.h"

#include "licensing/usage.h"

static pl_err parse_usage(const api_t *api, const request_t *request, void **in)
{
    return device_parse(api, request, PL_ACT_USAGE, in);
}

static pl_err act_usage(const api_t *api, tx_t *tx, const void *in, void **out)
{
    const device_in_t *device = in;
    usage_outcome_t *outcome = pl_arena_take(tx->arena, sizeof *outcome);

    (void)api;
    if (!outcome)
        return PL_ERR_MEMORY;
    *out = outcome;
    return licensing_usage(tx, &device->call, outcome);
}

static pl_err reply_usage(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    return device_reply(api, arena, in, &((const usage_outcome_t *)out)->outcome, reply);
}

const endpoint_t device_usage = {parse_usage, act_usage, reply_usage, NULL};
