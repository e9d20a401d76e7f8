/* SPDX-License-Identifier: Apache-2.0
 *
 * The term of a license.
 */
#include "licensing/license_term.h"

#include "licensing/event_json.h"
#include "licensing/events.h"
#include "licensing/trial.h"
#include "store/audit.h"

#include <string.h>

enum { MS = 1000 };

static const int64_t DAY_MS = INT64_C(86400000);

pl_err license_term_give(license_t *license, const product_policy_t *policy, int64_t now_ms)
{
    int64_t start_ms = license->starts_at_ms > now_ms ? license->starts_at_ms : now_ms;

    if (license->expires_at_ms)
        return PL_OK;
    switch (policy->basis) {
    case EXPIRY_CREATION:
        license->expires_at_ms = start_ms + policy->duration_days * DAY_MS;
        break;
    case EXPIRY_FIRST_ACTIVATION:
        license->duration_days = policy->duration_days;
        break;
    case EXPIRY_DATE:
        license->expires_at_ms = policy->expiry_date_ms;
        if (license->expires_at_ms <= start_ms)
            return pl_fail(PL_ERR_INVALID,
                           "the product's expiry_date is past already; give the license an end, or the product a later date");
        break;
    case EXPIRY_NONE:
        break;
    }
    if (license->renews && !license->expires_at_ms && !license->duration_days)
        return pl_fail(PL_ERR_INVALID, "a license that renews needs an end");
    return PL_OK;
}

pl_err license_term_begin(tx_t *tx, license_t *license)
{
    audit_t entry = {.brand_id = license->brand_id, .action = AUDIT_LICENSE_STARTED, .target = license->id};
    const license_t before = *license;
    pl_err err;

    if (!license->duration_days)
        return PL_OK;
    license->expires_at_ms = tx->now_ms + license->duration_days * DAY_MS;
    license->duration_days = 0;
    if ((err = event_license_change(tx->arena, &before, license, &entry)) || (err = licenses_change(tx, license)))
        return err;
    return events_append(tx, &entry, license->id);
}

int64_t license_term_end_ms(const license_t *license, const product_policy_t *policy)
{
    if (!license->expires_at_ms)
        return 0;
    return license->expires_at_ms + (license->renews ? policy->slack_s * MS : 0);
}

bool license_term_keeps(const license_t *license, const product_policy_t *policy)
{
    return policy->effect == EXPIRY_KEEPS && !(license->plan && strcmp(license->plan, TRIAL_PLAN) == 0);
}
