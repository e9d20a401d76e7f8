/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal_client_deactivate: the seat goes back to the vendor, proven with the device key.
 */
#include "client/client.h"
#include "client/guard.h"
#include "client/identity.h"
#include "client/online.h"
#include "client/usage_send.h"
#include "client/view.h"
#include "crypto/crypto.h"

pospal_result_t pospal_client_deactivate(pospal_client *client)
{
    char key[PL_LICENSE_KEY_MAX + 1] = "";
    pl_outcome outcome = {PL_VERDICT_NONE, PL_REASON_NONE};
    pl_err err;

    if ((err = pl_guard(client)))
        return pl_report(err);
    pl_mutex_lock(client->mutex);
    err = pl_identity_license_key(client, key);
    pl_mutex_unlock(client->mutex);
    if (!err) {
        (void)pl_usage_send(client); /* what can't be told now stays this activation's, and is told later */
        err = pl_online_ask(client, PL_ACT_DEACTIVATE, key, &outcome);
    }
    pl_wipe(key, sizeof key);
    if (err == PL_ERR_NO_KEY)
        err = pl_fail(PL_ERR_NOT_FOUND, "this device holds no activation");
    else if (!err && outcome.verdict != PL_VERDICT_RELEASED)
        err = pl_fail(PL_ERR_DENIED, "the server answered %s (%s)", pl_verdict_text(outcome.verdict),
                      pl_reason_text(outcome.reason));
    pl_report(err);
    (void)pl_view_finish(client, NULL);
    return pl_report_again(err);
}
