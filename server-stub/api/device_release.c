/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /api/v1/device/release-check: which release of the program there is, and whether the license allows it.
 */
#include "api/device.h"

#include "licensing/release.h"

static pl_err parse_release(const api_t *api, const request_t *request, void **in)
{
    return device_parse(api, request, PL_ACT_RELEASE_CHECK, in);
}

static pl_err act_release(const api_t *api, tx_t *tx, const void *in, void **out)
{
    const device_in_t *device = in;
    release_outcome_t *outcome = pl_arena_take(tx->arena, sizeof *outcome);

    (void)api;
    if (!outcome)
        return PL_ERR_MEMORY;
    *out = outcome;
    return licensing_release_check(tx, &device->call, outcome);
}

static pl_err reply_release(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    return device_reply(api, arena, in, &((const release_outcome_t *)out)->outcome, reply);
}

const endpoint_t device_release_check = {parse_release, act_release, reply_release, NULL};
