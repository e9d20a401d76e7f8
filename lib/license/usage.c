/* SPDX-License-Identifier: Apache-2.0
 *
 * The names of meters.
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
