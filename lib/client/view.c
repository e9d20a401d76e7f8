/* SPDX-License-Identifier: Apache-2.0
 *
 * The view of the license; see view.h. The rules themselves are in license/policy.c and license/timeline.c.
 */
#include "client/view.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "client/callback.h"
#include "client/close.h"
#include "client/identity.h"
#include "client/trial_begin.h"
#include "platform/clock.h"
#include "state/mark.h"

static pl_judge make_judge(const pospal_client *client)
{
    pl_judge judge = {&client->roots, client->options.text[PL_OPTION_PRODUCT], &client->fingerprint, &client->log};

    return judge;
}

/* What is held is looked at each time: a clock that could not be doubted when a document came may be known to be wrong now. */
static void raise_high(pospal_client *client, const pl_holding *holding, pl_time now)
{
    size_t i;

    for (i = 0; i < holding->count; i++)
        if (!holding->held[i].is_other_product)
            pl_timeline_raise(&client->mark, now, holding->claims[i].issued_at);
}

/* Nothing is read where no trial is held. What can't be read now is tried again next time. */
static void recall_trial(pospal_client *client, pl_holding *fresh)
{
    size_t i;

    for (i = 0; i < fresh->count; i++)
        if (fresh->claims[i].trial_seconds != 0 && !fresh->held[i].is_other_product &&
            pl_trial_begin_recall(client, &fresh->held[i].trial_begun_at))
            fresh->is_incomplete = true;
}

pl_err pl_view_reload(pospal_client *client)
{
    pl_judge judge = make_judge(client);
    pl_time now = pl_clock_read(&client->clock);
    uint64_t notice = client->notice;
    bool is_noticed = pl_shelf_notice(&client->shelf, &notice) == PL_OK;
    pl_holding *fresh;
    pl_err err;
    size_t i;

    if ((err = pl_holding_load(&client->shelf, &judge, client->holding, &fresh)))
        return err;
    for (i = 0; i < fresh->count; i++) {
        const pl_claims *claims = &fresh->claims[i];

        if (claims->token_id && strcmp(claims->token_id, client->online_token) == 0)
            fresh->held[i].source = PL_SOURCE_ONLINE;
    }
    recall_trial(client, fresh);
    raise_high(client, fresh, now);
    pl_holding_drop(client->holding);
    client->holding = fresh;
    client->notice =
        fresh->is_incomplete || !is_noticed ? ~notice : notice; /* what could not be read now is tried again next time */
    return PL_OK;
}

/* An extension lies in the vault, which is opened only where one may matter. */
static void recall_extension(pospal_client *client, const pl_decision *decision)
{
    pl_holding *holding = client->holding;
    size_t i;

    if (decision->status != PL_STATUS_STALE || !decision->can_extend)
        return;
    for (i = 0; i < holding->count; i++)
        if (&holding->held[i] == decision->ruling)
            holding->held[i].emergency_until = pl_identity_extension(client, holding->claims[i].token_id);
}

static pl_decision decide(pospal_client *client, int64_t t)
{
    pl_decision decision = pl_policy_decide(client->holding->held, client->holding->count, t);

    recall_extension(client, &decision);
    return pl_policy_decide(client->holding->held, client->holding->count, t);
}

static void publish(pospal_client *client, pl_time now)
{
    /* a clock of the application's is asked for both; ours has cheaper ones for the hot path */
    pl_hot_time time = {pl_timeline_high_ms(&client->mark, now), client->options.clock ? now.boot_ms : pl_clock_coarse_up_ms(),
                        client->mark.error_ms};

    pl_hot_publish(&client->hot, client->holding->held, client->holding->count, time);
}

/* Another process may have had an answer that put H right, in either direction. */
static void adopt_mark(pospal_client *client)
{
    pl_time_mark mark;

    if (client->holding && client->directory[0] &&
        !pl_mark_load(&client->shelf.disk, client->mark_key, &mark, &client->extension))
        client->mark = mark;
}

/* The copy in the vault, where the file is lost: as soon as no other process is at the vault. */
static void recall_mark(pospal_client *client)
{
    pl_time now = pl_clock_read(&client->clock);
    pl_time_mark mark;
    pl_err err = pl_identity_load_mark(client, &mark);

    client->is_mark_owed = err == PL_ERR_BUSY || err == PL_ERR_MEMORY;
    if (!err && pl_timeline_high_ms(&mark, now) > pl_timeline_high_ms(&client->mark, now))
        client->mark = mark;
}

pl_err pl_view_update(pospal_client *client, pl_view *view)
{
    uint64_t notice = client->notice;
    pl_err err = PL_OK;

    if (client->is_mark_owed)
        recall_mark(client);
    /* where files can't be read for a moment, what is held stays; the first reading asks for the notice itself */
    if (client->holding)
        (void)pl_shelf_notice(&client->shelf, &notice);
    if (!client->holding || client->notice != notice) {
        adopt_mark(client);
        err = pl_view_reload(client);
    }
    if (!client->holding)
        return err;
    view->now = pl_clock_read(&client->clock);
    pl_timeline_observe(&client->mark, view->now);
    raise_high(client, client->holding, view->now);
    view->t = pl_timeline_effective(&client->mark, view->now);
    view->clock_is_wrong = pl_timeline_clock_is_wrong(&client->mark, view->now);
    view->decision = decide(client, view->t);
    if (view->decision.status != PL_STATUS_NONE)
        client->server_reason = PL_REASON_NONE; /* it was about another key, and says nothing of what is held */
    publish(client, view->now);
    pl_view_store_mark(client, view->now, PL_MARK_INTERVAL_MS);
    return err;
}

pl_err pl_view_snapshot(pospal_client *client, const pl_view *view, pospal_license **license)
{
    pospal_license *fresh = pl_alloc(sizeof *fresh);

    if (!fresh)
        return pl_fail(PL_ERR_MEMORY, "no memory for the license");
    fresh->holding = pl_holding_keep(client->holding);
    fresh->decision = view->decision;
    fresh->at = view->t;
    fresh->clock_is_wrong = view->clock_is_wrong;
    if (fresh->decision.status == PL_STATUS_NONE && client->server_reason != PL_REASON_NONE)
        fresh->decision.reason = client->server_reason;
    *license = fresh;
    return PL_OK;
}

/* Who takes an extension writes it into the file at once: another process may have. */
static void adopt_extension(pospal_client *client)
{
    pl_time_mark mark;

    (void)pl_mark_load(&client->shelf.disk, client->mark_key, &mark, &client->extension);
}

void pl_view_store_mark(pospal_client *client, pl_time now, int64_t min_age_ms)
{
    int64_t age_ms = now.boot_ms - client->mark_stored.boot_ms;
    bool is_same_boot = now.boot_id == client->mark_stored.boot_id;

    if (client->mark.high_ms == 0 || client->is_mark_owed || client->shelf.is_read_only || !client->directory[0])
        return;
    if (is_same_boot && age_ms >= 0 && age_ms < min_age_ms)
        return;
    client->mark_stored = now;
    adopt_extension(client);
    if (pl_mark_store(&client->shelf.disk, client->mark_key, &client->mark, &client->extension))
        pl_log_write(&client->log, PL_LOG_WARN, "the time mark could not be written: %s", pl_err_detail());
    if (client->vault)
        pl_identity_store_mark(client);
}

static bool is_usable(const pl_view *view)
{
    return view->decision.status == PL_STATUS_ACTIVE || view->decision.status == PL_STATUS_GRACE;
}

bool pl_view_publish_session(pospal_client *client, const pl_view *view)
{
    return pl_seat_publish(client, view->now.boot_ms, is_usable(view));
}

/* Mutex held. A change of the status that is taken back before it was told is none; one of the session is always told. */
static void note_news(pospal_client *client, const pl_view *view)
{
    pl_status status = view->decision.status;
    bool is_session = pl_view_publish_session(client, view) || client->is_session_news;

    if (!client->options.changed || (!is_session && status == (client->news ? client->news->decision.status : client->notified)))
        return;
    pospal_license_free(client->news);
    client->news = NULL;
    client->is_session_news = is_session;
    if (is_session || status != client->notified)
        (void)pl_view_snapshot(client, view, &client->news); /* without memory the next look finds it again */
}

/*
 * Mutex held, and free during the callback. One thread tells at a time, so that changes arrive in the order in which they happened; what
 * others find meanwhile, the callback's own calls among them, it tells when the callback has returned. True: the client was closed in the
 * callback, and is to be ended by this thread.
 */
static bool tell_news(pospal_client *client)
{
    pl_report_note before;
    pl_callback callback;

    if (client->is_telling || !client->news)
        return false;
    client->is_telling = true;
    pl_report_keep(&before);
    pl_callback_enter(&callback, client);
    while (client->news && !client->is_closing) {
        pospal_license *news = client->news;

        client->news = NULL;
        client->is_session_news = false;
        client->notified = news->decision.status;
        pl_mutex_unlock(client->mutex);
        client->options.changed(client->options.changed_context, client, news);
        pospal_license_free(news);
        pl_mutex_lock(client->mutex);
    }
    client->is_telling = false;
    pl_report_recall(&before);
    return pl_callback_leave(&callback);
}

pl_err pl_view_finish(pospal_client *client, pospal_license **license)
{
    pl_view view = {0};
    bool must_end;
    pl_err err;

    pl_mutex_lock(client->mutex);
    if (!(err = pl_view_update(client, &view))) {
        note_news(client, &view);
        err = license ? pl_view_snapshot(client, &view, license) : PL_OK;
    }
    must_end = tell_news(client);
    pl_mutex_unlock(client->mutex);
    if (must_end)
        pl_client_end(client);
    return err;
}
