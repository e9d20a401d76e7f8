/* SPDX-License-Identifier: Apache-2.0
 *
 * Counting reports and logs by day.
 */
#include "licensing/usage_intake.h"

#include "licensing/judge.h"
#include "store/audit.h"

enum { MS = 1000 };

static const int64_t DAY_MS = INT64_C(86400000);

static pl_err read_day(tx_t *tx, const usage_outcome_t *out, usage_day_t *day)
{
    const license_t *license = &out->outcome.license;
    pl_err err;

    day->all = (usage_intake_t){.brand_id = license->brand_id, .license_id = license->id, .day = tx->now_ms / DAY_MS};
    day->own = day->all;
    day->own.activation_id = out->outcome.activation.id;
    if ((err = usage_intake_find(tx, &day->own)))
        return err;
    return usage_intake_find(tx, &day->all);
}

static bool is_too_much(const usage_intake_t *intake, int64_t reports, int64_t logs, int64_t times)
{
    return intake->reports + reports > times * USAGE_REPORTS_PER_DAY || intake->logs + logs > times * USAGE_LOGS_PER_DAY;
}

static pl_err note_refusal(tx_t *tx, usage_day_t *day)
{
    const audit_t entry = {.brand_id = day->own.brand_id, .action = AUDIT_USAGE_REFUSED, .target = day->own.activation_id};
    pl_err err;

    if (day->own.is_refused)
        return PL_OK;
    day->own.is_refused = true;
    err = usage_intake_put(tx, &day->own);
    return err ? err : audit_append(tx, &entry);
}

pl_err usage_intake_check(tx_t *tx, const usage_arrival_t *arrival, usage_day_t *day, pl_usage_claims *claims)
{
    const outcome_t *outcome = &arrival->out->outcome;
    int64_t reports = (int64_t)arrival->batch->count, logs = arrival->is_new_log ? 1 : 0;
    pl_err err = read_day(tx, arrival->out, day);

    if (err || (!is_too_much(&day->own, reports, logs, 1) &&
                !is_too_much(&day->all, reports, logs, license_seats(&outcome->license, &outcome->product.policy))))
        return err;
    claims->refusal = PL_USAGE_LIMIT;
    claims->retry_at = (day->own.day + 1) * DAY_MS / MS;
    return note_refusal(tx, day);
}

static void count(usage_intake_t *intake, int64_t reports, bool is_new_log)
{
    intake->reports += reports;
    intake->logs += is_new_log ? 1 : 0;
}

pl_err usage_intake_count(tx_t *tx, usage_day_t *day, int64_t reports, bool is_new_log)
{
    pl_err err;

    if (reports == 0 && !is_new_log)
        return PL_OK;
    count(&day->own, reports, is_new_log);
    count(&day->all, reports, is_new_log);
    err = usage_intake_put(tx, &day->own);
    return err ? err : usage_intake_put(tx, &day->all);
}
