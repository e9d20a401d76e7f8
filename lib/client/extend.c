/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal_client_extend: the emergency extension, signed in advance, taken once per lease.
 */
#include "client/apply.h"
#include "client/client.h"
#include "client/guard.h"
#include "client/identity.h"
#include "client/view.h"

#include <stdio.h>

/* Mutex and lock held: nobody else takes one at the same time. */
static pl_err take(pospal_client *client)
{
    char token_id[PL_CLAIMS_ID_MAX + 1];
    const pl_claims *claims;
    pl_view view;
    pl_err err;

    if ((err = pl_view_update(client, &view)))
        return err;
    if (!view.decision.can_extend)
        return pl_fail(PL_ERR_NO_EXTENSION, "the status is %s", pl_status_text(view.decision.status));
    claims = view.decision.ruling->claims;
    if (!claims->token_id)
        return pl_fail(PL_ERR_NO_EXTENSION, "the document held has no id to note the extension under");
    snprintf(token_id, sizeof token_id, "%s", claims->token_id); /* what is held may change while the vault is waited for */
    return pl_identity_take_extension(client, token_id, view.t + claims->emergency_seconds);
}

pospal_result_t pospal_client_extend(pospal_client *client, pospal_license **license)
{
    pl_err err, err_view;
    pl_file_lock *lock;

    if (license)
        *license = NULL;
    if ((err = pl_guard(client)))
        return pl_report(err);
    lock = pl_apply_lock(client);
    pl_mutex_lock(client->mutex);
    err = take(client);
    if (!err)
        pl_shelf_announce(&client->shelf);
    pl_mutex_unlock(client->mutex);
    pl_file_lock_release(lock);
    pl_report(err);
    err_view = pl_view_finish(client, license);
    return err ? pl_report_again(err) : pl_report(err_view);
}
