/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal_client_activate: a license key becomes a lease on this device.
 */
#include "client/client.h"
#include "client/guard.h"
#include "client/identity.h"
#include "client/online.h"
#include "client/view.h"
#include "crypto/crypto.h"

static pl_err choose_key(pospal_client *client, const char *given, char key[PL_LICENSE_KEY_MAX + 1])
{
    pl_err err;

    pl_mutex_lock(client->mutex);
    err = pl_identity_choose_key(client, given, key);
    pl_mutex_unlock(client->mutex);
    return err;
}

/* Who typed another shop's key must not take it for the end of his own license. */
static pl_err tell_denial(pospal_client *client, const pl_outcome *outcome)
{
    const char *verdict = pl_verdict_text(outcome->verdict), *reason = pl_reason_text(outcome->reason);
    pl_status status = PL_STATUS_NONE;
    pl_view view;

    pl_mutex_lock(client->mutex);
    if (!pl_view_update(client, &view))
        status = view.decision.status;
    pl_mutex_unlock(client->mutex);
    if (status == PL_STATUS_ACTIVE || status == PL_STATUS_GRACE)
        return pl_fail(PL_ERR_DENIED, "the server answered %s (%s) to this license key; the license that is held goes on: %s",
                       verdict, reason, pl_status_text(status));
    return pl_fail(PL_ERR_DENIED, "the server answered %s (%s)", verdict, reason);
}

pospal_result_t pospal_client_activate(pospal_client *client, const char *key, pospal_license **license)
{
    char chosen[PL_LICENSE_KEY_MAX + 1] = "";
    pl_outcome outcome = {PL_VERDICT_NONE, PL_REASON_NONE};
    pl_err err, err_view;

    if (license)
        *license = NULL;
    if ((err = pl_guard(client)))
        return pl_report(err);
    err = choose_key(client, key, chosen);
    if (!err)
        err = pl_online_ask(client, PL_ACT_ACTIVATE, chosen, &outcome);
    pl_wipe(chosen, sizeof chosen);
    if (!err && outcome.verdict != PL_VERDICT_ACTIVE)
        err = tell_denial(client, &outcome);
    pl_report(err);
    err_view = pl_view_finish(client, license);
    return err ? pl_report_again(err) : pl_report(err_view);
}
