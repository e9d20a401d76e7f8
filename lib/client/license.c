/* SPDX-License-Identifier: Apache-2.0
 *
 * The getters of a license snapshot. Each accepts NULL and then answers as for a license that is worth nothing.
 */
#include "client/client.h"

#include "base/mem.h"

static const pl_claims *claims_of(const pospal_license *license)
{
    return license && license->decision.ruling ? license->decision.ruling->claims : NULL;
}

static const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

void pospal_license_free(pospal_license *license)
{
    if (!license)
        return;
    pl_holding_drop(license->holding);
    pl_free(license);
}

pospal_status_t pospal_license_status(const pospal_license *license)
{
    return license ? (pospal_status_t)license->decision.status : POSPAL_STATUS_NONE;
}

int pospal_license_is_usable(const pospal_license *license)
{
    pospal_status_t status = pospal_license_status(license);

    return status == POSPAL_STATUS_ACTIVE || status == POSPAL_STATUS_GRACE;
}

pospal_source_t pospal_license_source(const pospal_license *license)
{
    return license ? (pospal_source_t)license->decision.source : POSPAL_SOURCE_NONE;
}

pospal_reason_t pospal_license_reason(const pospal_license *license)
{
    return license ? (pospal_reason_t)license->decision.reason : POSPAL_REASON_NONE;
}

const char *pospal_license_id(const pospal_license *license)
{
    const pl_claims *claims = claims_of(license);

    return claims ? text_or_empty(claims->license_id) : "";
}

const char *pospal_license_plan(const pospal_license *license)
{
    const pl_claims *claims = claims_of(license);

    return claims ? text_or_empty(claims->plan) : "";
}

const char *pospal_license_customer(const pospal_license *license)
{
    const pl_claims *claims = claims_of(license);

    return claims ? text_or_empty(claims->customer) : "";
}

const char *pospal_license_device_name(const pospal_license *license)
{
    const pl_claims *claims = claims_of(license);

    return claims ? text_or_empty(claims->device_name) : "";
}

const char *pospal_license_activation_id(const pospal_license *license)
{
    const pl_claims *claims = claims_of(license);

    return claims ? text_or_empty(claims->activation_id) : "";
}

static const pl_entitlements *granted(const pospal_license *license)
{
    static const pl_entitlements none = {0};

    return pospal_license_is_usable(license) ? &claims_of(license)->entitlements : &none;
}

int pospal_license_has_feature(const pospal_license *license, const char *name)
{
    const pl_entitlement *item =
        name ? pl_entitlements_find(granted(license), name, PL_ENTITLEMENT_FEATURE, license ? license->at : 0) : NULL;

    return item && item->is_on;
}

int64_t pospal_license_limit(const pospal_license *license, const char *name, int64_t otherwise)
{
    const pl_entitlement *item =
        name ? pl_entitlements_find(granted(license), name, PL_ENTITLEMENT_LIMIT, license ? license->at : 0) : NULL;

    return item ? item->number : otherwise;
}

/* The index-th feature that is on; counts them where index is beyond. */
static const char *nth_feature(const pospal_license *license, size_t index, size_t *count)
{
    const pl_entitlements *set = granted(license);
    size_t i;

    *count = 0;
    for (i = 0; i < set->count; i++) {
        const pl_entitlement *item = &set->items[i];

        if (item->kind != PL_ENTITLEMENT_FEATURE || !item->is_on || (item->ends_at != 0 && license->at >= item->ends_at))
            continue;
        if ((*count)++ == index)
            return item->name;
    }
    return NULL;
}

size_t pospal_license_feature_count(const pospal_license *license)
{
    size_t count;

    (void)nth_feature(license, SIZE_MAX, &count);
    return count;
}

const char *pospal_license_feature(const pospal_license *license, size_t index)
{
    size_t count;

    return nth_feature(license, index, &count);
}

int64_t pospal_license_expires_at(const pospal_license *license)
{
    const pl_claims *claims = claims_of(license);

    return claims ? claims->expires_at : 0;
}

int64_t pospal_license_refresh_at(const pospal_license *license)
{
    const pl_claims *claims = claims_of(license);

    return claims ? claims->refresh_at : 0;
}

int64_t pospal_license_check_by(const pospal_license *license)
{
    const pl_claims *claims = claims_of(license);

    return claims ? claims->check_by : 0;
}

int64_t pospal_license_grace_until(const pospal_license *license)
{
    const pl_claims *claims = claims_of(license);

    return claims ? claims->grace_until : 0;
}

int64_t pospal_license_holds_until(const pospal_license *license)
{
    return license ? license->decision.holds_until : 0;
}

int64_t pospal_license_issued_at(const pospal_license *license)
{
    const pl_claims *claims = claims_of(license);

    return claims ? claims->issued_at : 0;
}

int pospal_license_clock_is_wrong(const pospal_license *license)
{
    return license && license->clock_is_wrong;
}

int pospal_license_can_extend(const pospal_license *license)
{
    return license && license->decision.can_extend;
}
