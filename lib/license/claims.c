/* SPDX-License-Identifier: Apache-2.0
 *
 * The order among documents, and how long an answer can hold. Which of them rules is decided in policy.c.
 */
#include "license/claims.h"

#include <string.h>

static int order(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

bool pl_claims_are_of_one_license(const pl_claims *a, const pl_claims *b)
{
    return a && b && a->license_id && b->license_id && strcmp(a->license_id, b->license_id) == 0;
}

int pl_claims_compare(const pl_claims *a, const pl_claims *b)
{
    int by_epoch = order(a->epoch, b->epoch);
    int by_sequence = order(a->sequence, b->sequence);

    if (by_epoch)
        return by_epoch;
    return by_sequence ? by_sequence : order(a->issued_at, b->issued_at);
}

static int64_t earlier(int64_t time, int64_t bound)
{
    return time == 0 || time > bound ? bound : time;
}

void pl_claims_bound_lease(pl_claims *claims)
{
    int64_t bound;

    if (claims->kind != PL_CLAIMS_ANSWER || claims->issued_at > INT64_MAX - PL_LEASE_SECONDS_MAX)
        return;
    bound = claims->issued_at + PL_LEASE_SECONDS_MAX;
    if (claims->verdict == PL_VERDICT_ACTIVE || claims->check_by != 0)
        claims->check_by = earlier(claims->check_by, bound);
    if (claims->grace_until != 0)
        claims->grace_until = earlier(claims->grace_until, bound);
}
