/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal_client_forget: everything stored for the product on this machine is removed.
 */
#include "client/apply.h"
#include "client/client.h"
#include "client/guard.h"
#include "client/records.h"
#include "client/trial_begin.h"
#include "client/view.h"

#include <string.h>

/* Documents, and vaults of other machines that were set aside as vault.db.TIME.bad. */
static bool is_ours_but_the_mark(const char *name)
{
    static const char vault[] = "vault.db.";
    const char *time = name + sizeof vault - 1;

    if (strncmp(name, vault, sizeof vault - 1) == 0)
        return time[0] != '\0' && strspn(time, "0123456789") == strlen(time);
    return pl_document_is_ours(name);
}

static bool is_ours(const char *name)
{
    return is_ours_but_the_mark(name) || strcmp(name, "mark") == 0;
}

static pl_err clear_usage(pl_vault *vault, const void *call)
{
    pospal_client *client = *(pospal_client *const *)call;
    pl_err err = client->usage ? PL_OK : pl_usage_log_open(vault, &client->usage);

    return err ? err : pl_usage_log_clear(client->usage);
}

static pl_err clear_vault(pospal_client *client)
{
    pl_err err;

    if (pl_vault_is_there(client->options.fs, client->directory) || client->usage)
        (void)pl_records_act(client, clear_usage, &client, PL_RECORDS_WAIT);
    client->usage_after_ms = 0;
    if ((err = pl_records_clear(client)))
        return err;
    if (pl_vault_is_durable(client->vault) || !pl_vault_is_there(client->options.fs, client->directory))
        return PL_OK;
    return pl_fail(client->vault_storage ? client->vault_storage : PL_ERR_IO, "the stored license key could not be removed: %s",
                   client->vault_detail);
}

/* Whoever had an offline trial had it: that it began stays, and with it what is known of the time. */
static void forget_time(pospal_client *client, bool has_trial)
{
    if (has_trial)
        pl_trial_begin_restore(client);
    else
        memset(&client->mark, 0, sizeof client->mark);
    memset(&client->extension, 0, sizeof client->extension);
}

/* Mutex, turn and lock held. The first error is reported, with its detail. */
static pl_err forget(pospal_client *client)
{
    bool has_trial = pl_trial_begin_is_known(client);
    pl_err err = pl_shelf_clear(&client->shelf, has_trial ? is_ours_but_the_mark : is_ours);
    pl_err err_view;

    pl_report(err);
    if (!err)
        pl_report(err = clear_vault(client));
    else
        (void)clear_vault(client);
    forget_time(client, has_trial);
    client->server_reason = PL_REASON_NONE;
    client->online_token[0] = '\0';
    pl_shelf_announce(&client->shelf);
    /* what the disk refused to remove does not count in this process */
    if ((err_view = pl_view_reload(client)) && !err)
        pl_report(err = err_view);
    return err;
}

/* Mutex NOT held. */
static pl_err take_turn(pospal_client *client)
{
    pl_err err;

    pl_mutex_lock(client->mutex);
    err = pl_ask_begin(client);
    pl_mutex_unlock(client->mutex);
    return err;
}

static pl_err forget_in_turn(pospal_client *client)
{
    pl_file_lock *lock = pl_apply_lock(client);
    pl_err err;

    pl_mutex_lock(client->mutex);
    err = forget(client);
    pl_ask_cancel(client);
    pl_mutex_unlock(client->mutex);
    pl_file_lock_release(lock);
    return err;
}

pospal_result_t pospal_client_forget(pospal_client *client)
{
    pl_err err;

    if ((err = pl_guard(client)))
        return pl_report(err);
    if ((err = take_turn(client)))
        pl_report(err);
    else
        err = forget_in_turn(client);
    (void)pl_view_finish(client, NULL);
    return pl_report_again(err);
}
