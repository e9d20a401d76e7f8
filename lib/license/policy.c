/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of policy.h as code: the table is there. Where documents come from is the client's matter, what time it is timeline.h's.
 */
#include "license/policy.h"

#include <limits.h>

#include "license/timeline.h"

/* Where in the table a document falls. Those that say nothing come first; the others may rule. */
typedef enum {
    SAYS_NOTHING_YET,
    SAYS_NOTHING,
    SAYS_OTHER_PRODUCT,
    SAYS_OTHER_DEVICE,
    SAYS_REVOKED,
    SAYS_DENIED,
    SAYS_GRANTED
} saying;

int64_t pl_policy_starts_at(const pl_claims *claims)
{
    int64_t start = claims->issued_at > claims->not_before ? claims->issued_at : claims->not_before;

    return start > PL_TIME_TOLERANCE_S ? start - PL_TIME_TOLERANCE_S : 0;
}

int64_t pl_policy_ends_at(const pl_held *held)
{
    const pl_claims *claims = held->claims;
    int64_t end = held->trial_begun_at + claims->trial_seconds;

    if (claims->trial_seconds == 0 || held->trial_begun_at == 0)
        return claims->expires_at;
    return claims->expires_at != 0 && claims->expires_at < end ? claims->expires_at : end;
}

static bool is_trial(const pl_held *held)
{
    return held->claims->trial_seconds != 0;
}

/* Once it is over there is nothing to begin. */
static bool is_trial_not_begun(const pl_held *held, int64_t t)
{
    const pl_claims *claims = held->claims;

    return is_trial(held) && held->trial_begun_at == 0 && (claims->expires_at == 0 || t < claims->expires_at);
}

/* Where a clock that was set back is before the trial's begin; 0: never. */
static int64_t trial_runs_from(const pl_held *held)
{
    return is_trial(held) && held->trial_begun_at > PL_TIME_TOLERANCE_S ? held->trial_begun_at - PL_TIME_TOLERANCE_S : 0;
}

/* A list dated in the future counts when its time comes, as documents do. */
static int64_t revoked_from(const pl_held *held)
{
    return held->revoked_at > PL_TIME_TOLERANCE_S ? held->revoked_at - PL_TIME_TOLERANCE_S : held->revoked_at;
}

static saying says(const pl_held *held, int64_t t)
{
    const pl_claims *claims = held->claims;

    if (pl_policy_starts_at(claims) > 0 && t < pl_policy_starts_at(claims))
        return SAYS_NOTHING_YET;
    if (pl_verdict_status(claims->verdict) == PL_STATUS_NONE)
        return SAYS_NOTHING;
    if (held->is_other_product)
        return SAYS_OTHER_PRODUCT;
    if (held->is_other_device)
        return SAYS_OTHER_DEVICE;
    if (held->revoked_at != 0 && t >= revoked_from(held))
        return SAYS_REVOKED;
    if (is_trial_not_begun(held, t) || t < trial_runs_from(held) ||
        (claims->verdict == PL_VERDICT_NO_SEAT && t >= claims->check_by))
        return SAYS_NOTHING;
    return pl_verdict_is_denial(claims->verdict) ? SAYS_DENIED : SAYS_GRANTED;
}

/* The reason that the validator named, or what the verdict says by itself. */
static pl_reason reason_of(const pl_claims *claims)
{
    static const pl_reason REASONS[PL_VERDICT_COUNT] = {
        [PL_VERDICT_NONE] = PL_REASON_NOT_ACTIVATED,
        [PL_VERDICT_ACTIVE] = PL_REASON_IN_ORDER,
        [PL_VERDICT_SUSPENDED] = PL_REASON_VENDOR,
        [PL_VERDICT_REVOKED] = PL_REASON_VENDOR,
        [PL_VERDICT_EXPIRED] = PL_REASON_LICENSE_ENDED,
        [PL_VERDICT_NO_SEAT] = PL_REASON_SEATS_TAKEN,
        [PL_VERDICT_UNKNOWN_KEY] = PL_REASON_UNKNOWN_KEY,
        [PL_VERDICT_NOT_ACTIVATED] = PL_REASON_NOT_ACTIVATED,
        [PL_VERDICT_WRONG_PRODUCT] = PL_REASON_OTHER_PRODUCT,
        [PL_VERDICT_WRONG_DEVICE] = PL_REASON_OTHER_DEVICE,
        [PL_VERDICT_RELEASED] = PL_REASON_RELEASED,
    };

    if (claims->reason != PL_REASON_NONE)
        return claims->reason;
    return (unsigned)claims->verdict < PL_VERDICT_COUNT ? REASONS[claims->verdict] : PL_REASON_NOT_ACTIVATED;
}

static pl_decision nothing(pl_reason reason, int64_t holds_until)
{
    pl_decision decision = {PL_STATUS_NONE, PL_SOURCE_NONE, reason, NULL, holds_until, false};

    return decision;
}

/* The earlier of two boundaries; 0 is never. */
static int64_t sooner(int64_t a, int64_t b)
{
    if (a == 0 || b == 0)
        return a + b;
    return a < b ? a : b;
}

/* An extension holds for its own length only: one taken under a clock that was ahead has not begun yet when the clock is set right. */
static int64_t extension_begins(const pl_held *held)
{
    return held->emergency_until - held->claims->emergency_seconds;
}

static pl_decision judge_grant(const pl_held *held, int64_t t)
{
    const pl_claims *claims = held->claims;
    int64_t ends_at = pl_policy_ends_at(held);
    pl_decision decision = {PL_STATUS_STALE, held->source, PL_REASON_CHECK_OVERDUE, held, ends_at, false};

    if (ends_at != 0 && t >= ends_at) {
        decision.status = PL_STATUS_EXPIRED;
        decision.reason = PL_REASON_LICENSE_ENDED;
        decision.holds_until = 0;
    } else if (claims->check_by == 0 || t < claims->check_by) {
        decision.status = PL_STATUS_ACTIVE;
        decision.reason = PL_REASON_IN_ORDER;
        decision.holds_until = sooner(claims->check_by, ends_at);
    } else if (t < claims->grace_until) {
        decision.status = PL_STATUS_GRACE;
        decision.holds_until = sooner(claims->grace_until, ends_at);
    } else if (t >= extension_begins(held) && t < held->emergency_until) {
        decision.status = PL_STATUS_GRACE;
        decision.source = PL_SOURCE_EMERGENCY;
        decision.reason = PL_REASON_EMERGENCY;
        decision.holds_until = sooner(held->emergency_until, ends_at);
    } else {
        decision.can_extend = claims->emergency_seconds > 0 && held->emergency_until == 0;
        if (t < held->emergency_until)
            decision.holds_until = sooner(extension_begins(held), ends_at);
    }
    return decision;
}

static pl_decision judge_denial(const pl_held *held)
{
    bool ends = held->claims->verdict == PL_VERDICT_NO_SEAT;
    pl_decision decision = {pl_verdict_status(held->claims->verdict), held->source, reason_of(held->claims), held,
                            ends ? held->claims->check_by : 0,        false};

    return decision;
}

void pl_policy_revoke(pl_held *held, const pl_revocations *list)
{
    const pl_claims *claims = held->claims;
    bool is_named;

    held->revoked_at = 0;
    if (!list)
        return;
    is_named = pl_revoked_names_have(&list->licenses, claims->license_id) ||
               pl_revoked_names_have(&list->devices, claims->activation_id);
    if (pl_revoked_names_have(&list->keys, claims->signed_by) || (is_named && claims->issued_at <= list->issued_at))
        held->revoked_at = list->issued_at;
}

/* When time alone ends the silence of a trial; 0: never. */
static int64_t silent_until(const pl_held *held, int64_t t)
{
    if (is_trial_not_begun(held, t))
        return held->claims->expires_at;
    return t < trial_runs_from(held) ? trial_runs_from(held) : 0;
}

pl_decision pl_policy_judge(const pl_held *held, int64_t t)
{
    pl_decision wrong = {PL_STATUS_WRONG_PRODUCT, held->source, PL_REASON_OTHER_PRODUCT, held, 0, false};

    switch (says(held, t)) {
    case SAYS_GRANTED:
        return judge_grant(held, t);
    case SAYS_DENIED:
        return judge_denial(held);
    case SAYS_REVOKED:
        wrong.status = PL_STATUS_REVOKED;
        wrong.reason = PL_REASON_VENDOR;
        return wrong;
    case SAYS_OTHER_DEVICE:
        wrong.status = PL_STATUS_WRONG_DEVICE;
        wrong.reason = PL_REASON_OTHER_DEVICE;
        return wrong;
    case SAYS_OTHER_PRODUCT:
        return wrong;
    case SAYS_NOTHING:
        return nothing(is_trial(held) ? PL_REASON_NOT_ACTIVATED : reason_of(held->claims), silent_until(held, t));
    case SAYS_NOTHING_YET:
        break;
    }
    return nothing(PL_REASON_NOT_ACTIVATED, pl_policy_starts_at(held->claims));
}

static bool is_newer(const pl_claims *a, const pl_claims *b)
{
    int order = pl_claims_compare(a, b);

    if (order == 0)
        order = (int)pl_verdict_is_denial(a->verdict) - (int)pl_verdict_is_denial(b->verdict);
    if (order == 0)
        order = (int)(a->kind == PL_CLAIMS_ANSWER) - (int)(b->kind == PL_CLAIMS_ANSWER);
    return order > 0;
}

/* A lease and a license file of one version of the license say the same of it: neither takes the other's place, the better answers. */
static bool are_grants_of_one_version(const pl_claims *a, const pl_claims *b)
{
    return a->epoch == b->epoch && a->sequence == b->sequence && !pl_verdict_is_denial(a->verdict) &&
           !pl_verdict_is_denial(b->verdict) && a->kind != b->kind;
}

/* May rule, but a newer one of the same license rules in its place; of two that are equal in all, the first. */
static bool is_overruled(const pl_held *held, size_t count, size_t index, int64_t t)
{
    const pl_claims *claims = held[index].claims;

    for (size_t i = 0; i < count; i++) {
        const pl_claims *other = held[i].claims;

        if (i == index || says(&held[i], t) < SAYS_DENIED || !pl_claims_are_of_one_license(claims, other) ||
            are_grants_of_one_version(claims, other))
            continue;
        if (is_newer(other, claims) || (i < index && !is_newer(claims, other)))
            return true;
    }
    return false;
}

static int rank(pl_status status)
{
    static const pl_status ORDER[PL_STATUS_COUNT] = {
        PL_STATUS_NONE,      PL_STATUS_WRONG_PRODUCT, PL_STATUS_WRONG_DEVICE, PL_STATUS_REVOKED, PL_STATUS_EXPIRED,
        PL_STATUS_SUSPENDED, PL_STATUS_NO_SEAT,       PL_STATUS_STALE,        PL_STATUS_GRACE,   PL_STATUS_ACTIVE,
    };
    int at = PL_STATUS_COUNT - 1;

    while (at > 0 && ORDER[at] != status)
        at--;
    return at;
}

static int64_t lasting(const pl_decision *decision)
{
    return decision->holds_until == 0 ? INT64_MAX : decision->holds_until;
}

static bool is_better(const pl_decision *a, const pl_decision *b)
{
    int by_rank = rank(a->status) - rank(b->status);

    if (by_rank == 0 && a->status == PL_STATUS_NONE)
        return a->reason != b->reason && b->reason == PL_REASON_NOT_ACTIVATED;
    if (by_rank == 0 && a->can_extend != b->can_extend)
        return a->can_extend;
    return by_rank > 0 || (by_rank == 0 && lasting(a) > lasting(b));
}

/* When a document that does not answer now may begin to, or cease to hide one that could; 0: never. */
static int64_t turns_at(const pl_held *held, int64_t t)
{
    saying now = says(held, t);

    if (now == SAYS_NOTHING_YET)
        return pl_policy_starts_at(held->claims);
    if (held->revoked_at != 0 && now > SAYS_REVOKED)
        return revoked_from(held);
    if (now == SAYS_NOTHING)
        return silent_until(held, t);
    return now == SAYS_DENIED && held->claims->verdict == PL_VERDICT_NO_SEAT ? held->claims->check_by : 0;
}

/* Betters the best by the documents that are offline trials, or by the others. */
static void decide_among(bool are_trials, const pl_held *held, size_t count, int64_t t, pl_decision *best)
{
    for (size_t i = 0; i < count; i++) {
        bool may_rule = says(&held[i], t) >= SAYS_DENIED;
        pl_decision decision;

        if (is_trial(&held[i]) != are_trials || (may_rule && is_overruled(held, count, i, t)))
            continue;
        decision = pl_policy_judge(&held[i], t);
        if (is_better(&decision, best))
            *best = decision;
    }
}

/* What was bought is not replaced by a trial, also where it is denied. A seat that is taken elsewhere is none of this machine's. */
static bool leaves_room_for_trial(pl_status status)
{
    return status == PL_STATUS_NONE || status == PL_STATUS_WRONG_PRODUCT || status == PL_STATUS_WRONG_DEVICE ||
           status == PL_STATUS_NO_SEAT;
}

pl_decision pl_policy_decide(const pl_held *held, size_t count, int64_t t)
{
    pl_decision best = nothing(PL_REASON_NOT_ACTIVATED, 0);

    decide_among(false, held, count, t, &best);
    if (leaves_room_for_trial(best.status))
        decide_among(true, held, count, t, &best);
    for (size_t i = 0; i < count; i++)
        best.holds_until = sooner(best.holds_until, turns_at(&held[i], t));
    return best;
}

pl_cache_times pl_policy_cache_times(bool is_active, int64_t age_s)
{
    int64_t cache_s = 900;

    if (!is_active)
        cache_s = 300;
    else if (age_s >= 0 && age_s < 3600)
        cache_s = 3600;
    else if (age_s >= 3600 && age_s < 86400)
        cache_s = 1800;

    pl_cache_times times = {cache_s / 5 * 4, cache_s};

    return times;
}
