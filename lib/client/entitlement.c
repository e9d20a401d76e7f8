/* SPDX-License-Identifier: Apache-2.0
 *
 * What a license snapshot grants: features, limits and texts, by name and one after the other.
 */
#include "client/client.h"
#include "client/guard.h"

#include <string.h>

static const pl_entitlements *granted(const pospal_license *license)
{
    static const pl_entitlements none = {0};

    return pospal_license_is_usable(license) ? &license->decision.ruling->claims->entitlements : &none;
}

static const pl_entitlement *find(const pospal_license *license, const char *name, pl_entitlement_kind kind)
{
    return name ? pl_entitlements_find(granted(license), name, kind, license ? license->at : 0) : NULL;
}

int pospal_license_has_feature(const pospal_license *license, const char *name)
{
    const pl_entitlement *item = find(license, name, PL_ENTITLEMENT_FEATURE);

    return item && item->is_on;
}

int64_t pospal_license_limit(const pospal_license *license, const char *name, int64_t otherwise)
{
    const pl_entitlement *item = find(license, name, PL_ENTITLEMENT_LIMIT);

    return item ? item->number : otherwise;
}

const char *pospal_license_text(const pospal_license *license, const char *name, const char *otherwise)
{
    const pl_entitlement *item = find(license, name, PL_ENTITLEMENT_TEXT);

    return item ? item->text : otherwise;
}

/* NULL beyond the last. Those whose own end is past are not counted. */
static const pl_entitlement *nth(const pospal_license *license, size_t index)
{
    const pl_entitlements *set = granted(license);

    for (size_t i = 0; i < set->count; i++)
        if (!pl_entitlement_has_ended(&set->items[i], license->at) && index-- == 0)
            return &set->items[i];
    return NULL;
}

static pospal_entitlement_kind_t kind_of(const pl_entitlement *item)
{
    switch (item->kind) {
    case PL_ENTITLEMENT_LIMIT:
        return POSPAL_ENTITLEMENT_LIMIT;
    case PL_ENTITLEMENT_TEXT:
        return POSPAL_ENTITLEMENT_TEXT;
    case PL_ENTITLEMENT_FEATURE:
        break;
    }
    return POSPAL_ENTITLEMENT_FEATURE;
}

int pospal_license_entitlement(const pospal_license *license, size_t index, pospal_entitlement_t *entitlement)
{
    const pl_entitlement *item = nth(license, index);
    pospal_entitlement_t told = {0};

    if (!item || !entitlement || entitlement->size < PL_FIRST_ENTITLEMENT)
        return 0;
    told.name = item->name;
    told.kind = kind_of(item);
    told.is_on = item->kind == PL_ENTITLEMENT_FEATURE && item->is_on;
    told.number = item->kind == PL_ENTITLEMENT_LIMIT ? item->number : 0;
    told.text = item->kind == PL_ENTITLEMENT_TEXT ? item->text : NULL;
    told.ends_at = item->ends_at;
    pl_give(entitlement, entitlement->size, &told, sizeof told);
    return 1;
}
