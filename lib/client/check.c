/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal_client_check and pospal_client_status: what is the license worth now?
 */
#include "client/client.h"
#include "client/guard.h"
#include "client/online.h"
#include "client/usage_send.h"
#include "client/view.h"
#include "client/worker.h"
#include "platform/clock.h"

static bool is_usable(pl_status status)
{
    return status == PL_STATUS_ACTIVE || status == PL_STATUS_GRACE;
}

/* Whether AUTO must ask before it answers. */
static bool must_ask(pospal_client *client)
{
    pl_view view;
    bool must;

    pl_mutex_lock(client->mutex);
    must = !pl_view_update(client, &view) && !is_usable(view.decision.status) && !pl_online_is_quiet(client, view.now);
    pl_mutex_unlock(client->mutex);
    return must;
}

/* What is held answers where the server does not; why it was not asked or did not answer is kept for pospal_error_detail. */
static void ask_if_needed(pospal_client *client)
{
    pl_outcome outcome;
    pl_view view;
    pl_err err;

    if (must_ask(client) && (err = pl_online_renew(client, true, &outcome)) != PL_ERR_STATE) {
        pl_report(err);
        return;
    }
    pl_mutex_lock(client->mutex);
    if (client->failure_err && !pl_view_update(client, &view) && !is_usable(view.decision.status))
        pl_report(pl_fail(client->failure_err, "%s", client->failure));
    pl_mutex_unlock(client->mutex);
}

/* A document that this account may not read is not "not activated". */
static pl_err check_readable(pospal_client *client)
{
    pl_view view;
    pl_err err = PL_OK;

    pl_mutex_lock(client->mutex);
    if (!pl_view_update(client, &view) && view.decision.status == PL_STATUS_NONE && client->holding->is_unread)
        err = pl_fail(PL_ERR_IO, "what is stored can't be read: %s", client->holding->refusal);
    pl_mutex_unlock(client->mutex);
    return err;
}

/* Usage that cannot be told now is told later: whether it was says nothing of the license. */
static pl_err ask_now(pospal_client *client)
{
    pl_outcome outcome;
    pl_err err = pl_online_renew(client, false, &outcome);

    if (!err)
        (void)pl_usage_send(client);
    return err;
}

pospal_result_t pospal_client_check(pospal_client *client, pospal_check_mode_t mode, pospal_license **license)
{
    pl_err err = PL_OK;
    pl_err err_view;

    if (license)
        *license = NULL;
    if ((err = pl_guard(client)))
        return pl_report(err);
    if (mode != POSPAL_CHECK_AUTO && mode != POSPAL_CHECK_LOCAL && mode != POSPAL_CHECK_ONLINE)
        return pl_report(pl_fail(PL_ERR_INVALID, "check mode %d is none of the enum", (int)mode));
    if (mode == POSPAL_CHECK_AUTO || client->options.changed)
        pl_worker_need(client);
    if (mode == POSPAL_CHECK_ONLINE)
        err = ask_now(client);
    else if (mode == POSPAL_CHECK_AUTO)
        ask_if_needed(client);
    if (!err)
        err = check_readable(client);
    pl_report(err);
    err_view = pl_view_finish(client, license);
    return err ? pl_report_again(err) : pl_report(err_view);
}

pospal_status_t pospal_client_status(const pospal_client *client)
{
    pl_time now;

    if (!client)
        return POSPAL_STATUS_NONE;
    if (!atomic_load_explicit(&client->is_watched, memory_order_relaxed))
        pl_worker_need(
            (pospal_client *)client); /* the first call only: const to the caller is the license, not our bookkeeping */
    if (!client->options.clock)
        return (pospal_status_t)pl_hot_status(&client->hot, pl_clock_coarse_wall_ms(), pl_clock_coarse_up_ms());
    now = pl_clock_read(&client->clock);
    return (pospal_status_t)pl_hot_status(&client->hot, now.wall_ms, now.boot_ms);
}
