/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal_client_start_trial: a license without a key that anybody typed.
 */
#include "client/client.h"
#include "client/guard.h"
#include "client/online.h"
#include "client/view.h"

#include <string.h>

/* What is only overdue, unpaid or without a seat today is bought all the same. */
static bool may_come_back(pl_status status)
{
    return status == PL_STATUS_ACTIVE || status == PL_STATUS_GRACE || status == PL_STATUS_STALE ||
           status == PL_STATUS_SUSPENDED || status == PL_STATUS_NO_SEAT;
}

static bool is_trial(const pl_claims *claims)
{
    return claims->trial_seconds != 0 || (claims->plan && strcmp(claims->plan, "trial") == 0);
}

/* A trial must not take the place of what was bought. */
static pl_err check_held(pospal_client *client)
{
    const pl_claims *claims;
    pl_view view;
    pl_err err;

    pl_mutex_lock(client->mutex);
    err = pl_view_update(client, &view);
    claims = !err && view.decision.ruling ? view.decision.ruling->claims : NULL;
    if (claims && may_come_back(view.decision.status) && !is_trial(claims))
        err = pl_fail(PL_ERR_STATE, "a license is held already, and a trial would take its place");
    pl_mutex_unlock(client->mutex);
    return err;
}

pospal_result_t pospal_client_start_trial(pospal_client *client, pospal_license **license)
{
    pl_outcome outcome = {PL_VERDICT_NONE, PL_REASON_NONE};
    pl_err err, err_view;

    if (license)
        *license = NULL;
    if ((err = pl_guard(client)))
        return pl_report(err);
    err = check_held(client);
    if (!err)
        err = pl_online_ask(client, PL_ACT_TRIAL, NULL, &outcome);
    if (!err && outcome.reason == PL_REASON_NO_TRIAL)
        err = pl_fail(PL_ERR_NOT_FOUND, "the vendor offers no trial of this product");
    else if (!err && outcome.verdict != PL_VERDICT_ACTIVE)
        err = pl_fail(PL_ERR_DENIED, "the server answered %s (%s)", pl_verdict_text(outcome.verdict),
                      pl_reason_text(outcome.reason));
    pl_report(err);
    err_view = pl_view_finish(client, license);
    return err ? pl_report_again(err) : pl_report(err_view);
}
