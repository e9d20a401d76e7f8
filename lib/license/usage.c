/* SPDX-License-Identifier: Apache-2.0
 *
 * The names of meters, and why reports are refused.
 */
#include "license/usage.h"

#include "license/entitlements.h"

#include <stdio.h>
#include <string.h>

bool pl_meter_is_valid(const char *meter)
{
    return pl_entitlement_name_is_valid(meter) && strlen(meter) <= PL_METER_MAX;
}

void pl_usage_entitlement(const char *meter, char name[PL_USAGE_ENTITLEMENT_SIZE])
{
    (void)snprintf(name, PL_USAGE_ENTITLEMENT_SIZE, "%s%s", PL_USAGE_ENTITLEMENT_PREFIX, meter);
}

const char *pl_usage_refusal_text(pl_usage_refusal refusal)
{
    switch (refusal) {
    case PL_USAGE_LIMIT:
        return "usage_limit";
    case PL_USAGE_CLOSED:
        return "usage_closed";
    case PL_USAGE_TAKEN:
        break;
    }
    return NULL;
}

pl_usage_refusal pl_usage_refusal_parse(const char *text)
{
    if (!text)
        return PL_USAGE_TAKEN;
    return strcmp(text, "usage_closed") == 0 ? PL_USAGE_CLOSED : PL_USAGE_LIMIT;
}
