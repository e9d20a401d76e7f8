/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /api/v1/device/activate: gives a device its seat. Repeating it gives the same seat again.
 */
#include "api/device.h"

static pl_err parse_activate(const api_t *api, const request_t *request, void **in)
{
    return device_parse(api, request, PL_ACT_ACTIVATE, in);
}

static pl_err act_activate(const api_t *api, tx_t *tx, const void *in, void **out)
{
    (void)api;
    return device_act(tx, in, out, licensing_activate);
}

const endpoint_t device_activate = {parse_activate, act_activate, device_reply, NULL};
