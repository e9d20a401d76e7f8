/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /api/v1/device/validate: says what a license is worth on this device now. Reads only: the hot path.
 */
#include "api/device.h"

static pl_err parse_validate(const api_t *api, const request_t *request, void **in)
{
    return device_parse(api, request, PL_ACT_VALIDATE, in);
}

static pl_err act_validate(const api_t *api, tx_t *tx, const void *in, void **out)
{
    (void)api;
    return device_act(tx, in, out, licensing_validate);
}

const endpoint_t device_validate = {parse_validate, act_validate, device_reply, NULL};
