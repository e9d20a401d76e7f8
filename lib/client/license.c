/* SPDX-License-Identifier: Apache-2.0
 *
 * The getters of a license snapshot. Each accepts NULL and then answers as for a license that is worth nothing. What it grants is in
 * entitlement.c.
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

const char *pospal_license_field(const pospal_license *license, pospal_field_t which)
{
    const pl_claims *claims = claims_of(license);

    if (!claims)
        return "";
    switch (which) {
    case POSPAL_FIELD_LICENSE_ID:
        return text_or_empty(claims->license_id);
    case POSPAL_FIELD_PLAN:
        return text_or_empty(claims->plan);
    case POSPAL_FIELD_CUSTOMER:
        return text_or_empty(claims->customer);
    case POSPAL_FIELD_DEVICE_NAME:
        return text_or_empty(claims->device_name);
    case POSPAL_FIELD_ACTIVATION_ID:
        return text_or_empty(claims->activation_id);
    }
    return ""; /* a program built with a newer header */
}

int64_t pospal_license_time(const pospal_license *license, pospal_moment_t which)
{
    const pl_claims *claims = claims_of(license);

    if (license && which == POSPAL_MOMENT_HOLDS_UNTIL)
        return license->decision.holds_until;
    if (!claims)
        return 0;
    switch (which) {
    case POSPAL_MOMENT_EXPIRES_AT:
        return pl_policy_ends_at(license->decision.ruling);
    case POSPAL_MOMENT_REFRESH_AT:
        return claims->refresh_at;
    case POSPAL_MOMENT_CHECK_BY:
        return claims->check_by;
    case POSPAL_MOMENT_GRACE_UNTIL:
        return claims->grace_until;
    case POSPAL_MOMENT_ISSUED_AT:
        return claims->issued_at;
    case POSPAL_MOMENT_HOLDS_UNTIL: /* needs no document: above */
        break;
    }
    return 0; /* a program built with a newer header */
}

int pospal_license_clock_is_wrong(const pospal_license *license)
{
    return license && license->clock_is_wrong;
}

int pospal_license_can_extend(const pospal_license *license)
{
    return license && license->decision.can_extend;
}
