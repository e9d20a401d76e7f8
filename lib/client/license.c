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
