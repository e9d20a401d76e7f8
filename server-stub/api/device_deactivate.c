/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /api/v1/device/deactivate: takes a seat back from the device that proves that it holds it.
 */
#include "api/device.h"

static pl_err parse_deactivate(const api_t *api, const request_t *request, void **in)
{
    return device_parse(api, request, PL_ACT_DEACTIVATE, in);
}

static pl_err act_deactivate(const api_t *api, tx_t *tx, const void *in, void **out)
{
    (void)api;
    return device_act(tx, in, out, licensing_deactivate);
}

const endpoint_t device_deactivate = {parse_deactivate, act_deactivate, device_reply, NULL};
