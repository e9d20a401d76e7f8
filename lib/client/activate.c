/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal_client_activate: a license key becomes a lease on this device.
 */
#include "client/client.h"
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

pospal_result_t pospal_client_activate(pospal_client *client, const char *key, pospal_license **license)
{
    char chosen[PL_LICENSE_KEY_MAX + 1] = "";
    pl_outcome outcome = {PL_VERDICT_NONE, PL_REASON_NONE};
    pl_err err, err_view;

    if (license)
        *license = NULL;
    if (!client)
        return pl_report(pl_fail(PL_ERR_INVALID, "client is NULL"));
    err = choose_key(client, key, chosen);
    if (!err)
        err = pl_online_ask(client, PL_ACT_ACTIVATE, chosen, &outcome);
    pl_wipe(chosen, sizeof chosen);
    if (!err && outcome.verdict != PL_VERDICT_ACTIVE)
        err = pl_fail(PL_ERR_DENIED, "the server answered %s (%s)", pl_verdict_text(outcome.verdict),
                      pl_reason_text(outcome.reason));
    pl_report(err);
    err_view = pl_view_finish(client, license);
    return err ? pl_report_again(err) : pl_report(err_view);
}
