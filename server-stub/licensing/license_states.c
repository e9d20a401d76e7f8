/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of states.
 */
#include "licensing/license_states.h"

enum { REFUSED = 0 };

/* The state after a change. */
static const license_status table[][LICENSE_CHANGES] = {
    [LICENSE_ACTIVE] =
        {
            [LICENSE_SUSPEND] = LICENSE_SUSPENDED,
            [LICENSE_RESUME] = LICENSE_ACTIVE,
            [LICENSE_CANCEL] = LICENSE_CANCELLED,
            [LICENSE_REACTIVATE] = LICENSE_ACTIVE,
            [LICENSE_RENEW] = LICENSE_ACTIVE,
            [LICENSE_TRANSFER] = LICENSE_ACTIVE,
            [LICENSE_EDIT] = LICENSE_ACTIVE,
            [LICENSE_ANNOTATE] = LICENSE_ACTIVE,
        },
    [LICENSE_SUSPENDED] =
        {
            [LICENSE_SUSPEND] = LICENSE_SUSPENDED,
            [LICENSE_RESUME] = LICENSE_ACTIVE,
            [LICENSE_CANCEL] = LICENSE_CANCELLED,
            [LICENSE_REACTIVATE] = (license_status)REFUSED,
            [LICENSE_RENEW] = LICENSE_SUSPENDED,
            [LICENSE_TRANSFER] = LICENSE_SUSPENDED,
            [LICENSE_EDIT] = LICENSE_SUSPENDED,
            [LICENSE_ANNOTATE] = LICENSE_SUSPENDED,
        },
    [LICENSE_CANCELLED] =
        {
            [LICENSE_SUSPEND] = (license_status)REFUSED,
            [LICENSE_RESUME] = (license_status)REFUSED,
            [LICENSE_CANCEL] = LICENSE_CANCELLED,
            [LICENSE_REACTIVATE] = LICENSE_ACTIVE,
            [LICENSE_RENEW] = (license_status)REFUSED,
            [LICENSE_TRANSFER] = (license_status)REFUSED,
            [LICENSE_EDIT] = (license_status)REFUSED,
            [LICENSE_ANNOTATE] = LICENSE_CANCELLED,
        },
};

static bool has_come(int64_t at_ms, int64_t now_ms)
{
    return at_ms && at_ms <= now_ms;
}

license_status license_status_at(const license_t *license, int64_t now_ms)
{
    if (has_come(license->cancel_at_ms, now_ms))
        return LICENSE_CANCELLED;
    if (license->status == LICENSE_ACTIVE && has_come(license->suspend_at_ms, now_ms))
        return LICENSE_SUSPENDED;
    return license->status;
}

const char *license_state_text(license_status status)
{
    switch (status) {
    case LICENSE_ACTIVE:
        return "active";
    case LICENSE_SUSPENDED:
        return "suspended";
    case LICENSE_CANCELLED:
        break;
    }
    return "cancelled";
}

pl_reason license_reason_at(const license_t *license, int64_t now_ms)
{
    return license_status_at(license, now_ms) == license->status ? license->reason : PL_REASON_VENDOR;
}

pl_err license_state_after(const license_t *license, int64_t now_ms, license_change change, license_status *after)
{
    license_status status = license_status_at(license, now_ms);

    *after = table[status][change];
    if ((int)*after != REFUSED)
        return PL_OK;
    if (status == LICENSE_CANCELLED)
        return pl_fail(PL_ERR_STATE, "the license is cancelled; reactivate it first, or issue a new one");
    return pl_fail(PL_ERR_STATE, "the license is %s, so that is not possible; resume it", license_state_text(status));
}

int64_t license_stop_ms(const license_t *license)
{
    if (!license->suspend_at_ms || (license->cancel_at_ms && license->cancel_at_ms < license->suspend_at_ms))
        return license->cancel_at_ms;
    return license->suspend_at_ms;
}

void license_settle(license_t *license, int64_t now_ms, license_status status)
{
    if (status != LICENSE_ACTIVE || has_come(license->suspend_at_ms, now_ms))
        license->suspend_at_ms = 0;
    if (status == LICENSE_CANCELLED || has_come(license->cancel_at_ms, now_ms))
        license->cancel_at_ms = 0;
}
