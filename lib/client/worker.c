/* SPDX-License-Identifier: Apache-2.0
 *
 * The background thread; see worker.h.
 */
#include "client/worker.h"

#include "client/callback.h"
#include "client/close.h"
#include "client/guard.h"
#include "client/online.h"
#include "client/place.h"
#include "client/records.h"
#include "client/session_beat.h"
#include "client/usage_send.h"
#include "client/view.h"
#include "crypto/crypto.h"

static int64_t jitter_ms(void)
{
    uint32_t random;

    pl_random(&random, sizeof random);
    return (int64_t)(random % PL_REFRESH_JITTER_MS);
}

static int64_t pause_after(int failures)
{
    int64_t pause_ms = PL_QUIET_AFTER_ASK_MS;

    while (failures-- > 1 && pause_ms < PL_REFRESH_PAUSE_MAX_MS)
        pause_ms *= 2;
    return (pause_ms < PL_REFRESH_PAUSE_MAX_MS ? pause_ms : PL_REFRESH_PAUSE_MAX_MS) + jitter_ms();
}

static bool is_stale(const pospal_client *client, const pl_view *view)
{
    const pl_held *ruling = view->decision.ruling;

    return client->options.text[PL_OPTION_SERVER] && ruling && ruling->claims->refresh_at != 0 &&
           view->t >= ruling->claims->refresh_at;
}

/* The first time a refresh is seen to be due, a random moment within the jitter is chosen for it. */
static bool is_due(pospal_client *client, const pl_view *view)
{
    if (client->is_asking || !is_stale(client, view))
        return false;
    if (client->refresh_after_ms == 0)
        client->refresh_after_ms = view->now.boot_ms + jitter_ms();
    return view->now.boot_ms >= client->refresh_after_ms;
}

/* After a failure, and after an answer that changed nothing (the server does not know the key), it is asked again later and later. */
static void choose_pause(pospal_client *client, pl_err err)
{
    pl_view view;

    client->refresh_after_ms = 0;
    if (err)
        client->refresh_after_ms = pl_clock_read(&client->clock).boot_ms + pause_after(client->failures);
    else if (!pl_view_update(client, &view) && is_stale(client, &view))
        client->refresh_after_ms = view.now.boot_ms + PL_REFRESH_PAUSE_MAX_MS + jitter_ms();
}

static void refresh(pospal_client *client)
{
    pl_outcome outcome;
    pl_err err = pl_online_renew(client, false, &outcome);

    pl_mutex_lock(client->mutex);
    choose_pause(client, err);
    if (!err && client->usage_after_ms == 0)
        client->usage_after_ms = 1; /* the line is good, and an earlier run may have left something */
    pl_mutex_unlock(client->mutex);
    (void)pl_view_finish(client, NULL);
}

/* Usage has pauses of its own: what is told of it says nothing of whether the license can be asked for. */
static void send_usage(pospal_client *client)
{
    pl_err err = pl_usage_send(client);

    pl_mutex_lock(client->mutex);
    if (err)
        client->usage_after_ms = pl_clock_read(&client->clock).boot_ms + pause_after(++client->usage_failures);
    else
        client->usage_failures = 0;
    pl_mutex_unlock(client->mutex);
}

/* Mutex held, once. What was used before a seat was given back is told by whoever runs next: there is no refresh that would think of it. */
static void look_for_usage(pospal_client *client)
{
    if (client->is_usage_known)
        return;
    client->is_usage_known = true;
    if (client->usage_after_ms == 0 && !pl_holding_activation(client->holding) &&
        pl_vault_is_there(client->options.fs, client->directory))
        client->usage_after_ms = 1;
}

/* A seat's beat does not wait for what else the background does. */
static void beat(pospal_client *client)
{
    pl_session_round(client);
    (void)pl_view_finish(client, NULL);
}

void pl_worker_round(pospal_client *client)
{
    bool is_refresh, is_usage;
    pl_view view;

    beat(client);
    pl_mutex_lock(client->mutex);
    pl_place_settle(client);
    pl_records_settle(client);
    is_refresh = !client->is_closing && !pl_view_update(client, &view) && is_due(client, &view);
    pl_mutex_unlock(client->mutex);
    if (is_refresh) {
        refresh(client);
        beat(client);
    }
    pl_mutex_lock(client->mutex);
    look_for_usage(client);
    is_usage = !client->is_closing && !client->is_asking && client->options.text[PL_OPTION_SERVER] &&
               client->usage_after_ms != 0 && pl_clock_read(&client->clock).boot_ms >= client->usage_after_ms;
    pl_mutex_unlock(client->mutex);
    if (is_usage)
        send_usage(client);
}

static void run(void *context)
{
    pospal_client *client = context;
    bool is_closing = false;
    pl_callback all;

    pl_callback_enter(&all, client);
    while (!is_closing) {
        pl_worker_round(client);
        pl_mutex_lock(client->mutex);
        if (!client->is_closing)
            (void)pl_cond_wait(client->changed, client->mutex, PL_WATCH_INTERVAL_MS);
        is_closing = client->is_closing;
        pl_mutex_unlock(client->mutex);
    }
    if (pl_callback_leave(&all)) /* closed in a callback on this thread */
        pl_client_end(client);
}

void pl_worker_need(pospal_client *client)
{
    bool has_work = client->options.text[PL_OPTION_SERVER] || client->directory[0] || client->options.changed;
    pl_err err = PL_OK;

    /* whoever comes first starts it; the hot path is among the callers, so the others take no mutex */
    if (atomic_exchange(&client->is_watched, true) || !has_work || pl_guard(client))
        return; /* in a forked child neither */
    pl_mutex_lock(client->mutex);
    if (!client->worker)
        err = pl_thread_start(run, client, &client->worker);
    pl_mutex_unlock(client->mutex);
    if (err) {
        pl_log_write(&client->log, PL_LOG_WARN, "the background thread could not be started: %s", pl_err_detail());
        atomic_store(&client->is_watched, false);
    }
}

void pl_worker_stop(pospal_client *client)
{
    pl_thread_join(client->worker);
    client->worker = NULL;
}
