/* SPDX-License-Identifier: Apache-2.0
 *
 * The documents that the tests of the policy judge, and the moment at which they do.
 */
#ifndef TEST_UNIT_LEASE_H
#define TEST_UNIT_LEASE_H

#include "license/policy.h"

enum { T = 1800000000, DAY = 86400 };

static inline pl_claims lease(int64_t check_by, int64_t grace_until, int64_t expires_at)
{
    pl_claims claims = {.kind = PL_CLAIMS_ANSWER,
                        .license_id = "license-a",
                        .verdict = PL_VERDICT_ACTIVE,
                        .issued_at = T - DAY,
                        .epoch = 1,
                        .sequence = 1,
                        .check_by = check_by,
                        .grace_until = grace_until,
                        .expires_at = expires_at};

    return claims;
}

static inline pl_claims verdict(pl_verdict verdict_)
{
    pl_claims claims = lease(T + DAY, T + 2 * DAY, T + 30 * DAY);

    claims.verdict = verdict_;
    return claims;
}

static inline pl_held held(const pl_claims *claims)
{
    pl_held made = {.claims = claims, .source = PL_SOURCE_CACHE};

    return made;
}

#endif
