/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking up what a license allows. Reading entitlements from JSON is in token/claims_json.h.
 */
#include "license/entitlements.h"

#include <string.h>

static bool is_name_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool pl_entitlement_name_is_valid(const char *name)
{
    size_t size = 0;

    if (!name)
        return false;
    while (size <= PL_ENTITLEMENT_NAME_MAX && is_name_character(name[size]))
        size++;
    return size > 0 && size <= PL_ENTITLEMENT_NAME_MAX && name[size] == '\0';
}

bool pl_entitlement_has_ended(const pl_entitlement *item, int64_t at)
{
    return item->ends_at != 0 && at >= item->ends_at;
}

const pl_entitlement *pl_entitlements_find(const pl_entitlements *set, const char *name, pl_entitlement_kind kind, int64_t at)
{
    for (size_t i = 0; set && name && i < set->count; i++) {
        const pl_entitlement *item = &set->items[i];

        if (strcmp(item->name, name) == 0)
            return item->kind == kind && !pl_entitlement_has_ended(item, at) ? item : NULL;
    }
    return NULL;
}
