/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal_session_*: a seat among those that may live at once. The rules are in session_seek.c and session_beat.c.
 */
#include "client/session.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "client/client.h"
#include "client/guard.h"
#include "client/online.h"
#include "client/session_seek.h"
#include "client/view.h"
#include "client/worker.h"
#include "platform/clock.h"

/* ---- the object ---- */

pospal_session *pl_session_new(pospal_client *client, uint64_t process_id)
{
    pospal_session *session = pl_alloc(sizeof *session);

    if (session && !(session->mutex = pl_mutex_new())) {
        pl_free(session);
        return NULL;
    }
    if (session) {
        atomic_init(&session->references, 1);
        atomic_init(&session->state, POSPAL_SESSION_NONE);
        session->process_id = process_id;
        session->client = client;
        session->clock = client->options.clock;
        session->clock_context = client->options.clock_context;
    }
    return session;
}

void pl_session_keep(pospal_session *session)
{
    atomic_fetch_add(&session->references, 1);
}

void pl_session_drop(pospal_session *session)
{
    if (!session || atomic_fetch_sub(&session->references, 1) > 1)
        return;
    pl_mutex_free(session->mutex);
    pl_free(session);
}

typedef struct {
    int64_t wall_ms, up_ms;
} moment;

/*
 * The cheap clock stands still while the machine sleeps, and the other one may be set: the lease is over by either, and told anew within a
 * second where that was wrong.
 */
static moment read_time(const pospal_session *session)
{
    pospal_time_t now = {0};

    if (!session->clock)
        return (moment){.wall_ms = pl_clock_coarse_wall_ms(), .up_ms = pl_clock_coarse_up_ms()};
    session->clock(session->clock_context, &now);
    return (moment){.wall_ms = now.boot_ms, .up_ms = now.boot_ms};
}

void pl_session_tell(pospal_session *session, pospal_session_state_t state, int64_t left_ms, const pospal_holder_t *evictor)
{
    moment now = read_time(session);

    pl_mutex_lock(session->mutex);
    atomic_store(&session->until_ms, now.up_ms + left_ms);
    atomic_store(&session->until_wall_ms, now.wall_ms + left_ms);
    atomic_store(&session->state, (int)state);
    if (evictor)
        session->evictor = *evictor;
    pl_mutex_unlock(session->mutex);
}

void pl_session_orphan(pospal_session *session)
{
    pl_mutex_lock(session->mutex);
    session->client = NULL;
    atomic_store(&session->state, POSPAL_SESSION_NONE);
    pl_mutex_unlock(session->mutex);
}

static bool is_lapsed(const pospal_session *session)
{
    moment now = read_time(session);

    return now.up_ms >= atomic_load_explicit(&session->until_ms, memory_order_relaxed) ||
           now.wall_ms >= atomic_load_explicit(&session->until_wall_ms, memory_order_relaxed);
}

pospal_session_state_t pospal_session_state(const pospal_session *session)
{
    int state = session ? atomic_load_explicit(&session->state, memory_order_acquire) : POSPAL_SESSION_NONE;

    return state == POSPAL_SESSION_HELD && is_lapsed(session) ? POSPAL_SESSION_UNCONFIRMED : (pospal_session_state_t)state;
}

/* ---- the caller's room ---- */

static pl_err check_room(const pospal_holder_t *holder)
{
    if (!holder || holder->size >= PL_FIRST_HOLDER)
        return PL_OK;
    return pl_fail(PL_ERR_INVALID, "the holder's size is %zu; set it to sizeof(pospal_holder_t)", holder->size);
}

pospal_result_t pospal_session_evictor(const pospal_session *session, pospal_holder_t *holder)
{
    bool is_evicted;
    pl_err err;

    if (!holder || (err = check_room(holder)))
        return pl_report(holder ? err : pl_fail(PL_ERR_INVALID, "holder is NULL"));
    if (!session || session->process_id != pl_process_id())
        return pl_report(pl_fail(PL_ERR_NOT_FOUND, "there is no session"));
    pl_mutex_lock(session->mutex);
    is_evicted = atomic_load(&session->state) == POSPAL_SESSION_EVICTED;
    if (is_evicted)
        pl_give(holder, holder->size, &session->evictor, sizeof session->evictor);
    pl_mutex_unlock(session->mutex);
    return pl_report(is_evicted ? PL_OK : pl_fail(PL_ERR_NOT_FOUND, "nobody took the seat over"));
}

/* ---- getting a seat ---- */

/* Mutex held. */
static pl_err take_handle(pospal_client *client, pospal_session **session)
{
    pl_seat *seat = &client->seat;

    if (!seat->session && !(seat->session = pl_session_new(client, client->process_id)))
        return pl_fail(PL_ERR_MEMORY, "no memory for the session");
    pl_session_keep(seat->session);
    seat->handles++;
    *session = seat->session;
    return PL_OK;
}

static pl_err tell_taken(const pl_session_told *told)
{
    char when[PL_TIMESTAMP_SIZE];

    if (told->retry_at == 0)
        return pl_fail(PL_ERR_SESSION_TAKEN, "the seat longest silent is that of \"%s\"", told->holders->device_name);
    pl_timestamp_format(told->retry_at, when);
    return pl_fail(PL_ERR_SESSION_TAKEN, "the seat cannot be taken over before %s", when);
}

/* Whether the program may go on without word from the server: not where it has to do something first. */
static bool goes_on(pospal_client *client, pl_err err)
{
    pospal_result_t result = pl_report(err);
    pl_view view;
    bool is_usable;

    if (result == POSPAL_ERROR_INVALID_ARGUMENT || result == POSPAL_ERROR_OUT_OF_MEMORY || result == POSPAL_ERROR_CLOSED ||
        result == POSPAL_ERROR_NO_LICENSE_KEY || result == POSPAL_ERROR_NO_FINGERPRINT)
        return false;
    pl_mutex_lock(client->mutex);
    is_usable =
        !pl_view_update(client, &view) && (view.decision.status == PL_STATUS_ACTIVE || view.decision.status == PL_STATUS_GRACE);
    pl_mutex_unlock(client->mutex);
    return is_usable;
}

static pl_err judge(pospal_client *client, const pl_seek *seek, pl_err err, const pl_session_told *told)
{
    if (err && !seek->is_takeover && goes_on(client, err))
        return PL_OK;
    if (err)
        return err;
    if (told->verdict != PL_VERDICT_ACTIVE)
        return pl_fail(PL_ERR_DENIED, "the server answered %s (%s)", pl_verdict_text(told->verdict),
                       pl_reason_text(told->reason));
    return told->state == PL_SESSION_TAKEN ? tell_taken(told) : PL_OK;
}

/* Turn taken. The result's detail must outlive what follows. */
static pl_err get_seat(pospal_client *client, const pl_seek *seek, pl_session_told *told, pospal_session **session)
{
    bool has_others;
    pl_err err;

    pl_seat_join(client);
    err = pl_session_seek(client, seek, told);
    pl_report(err = judge(client, seek, err, told));
    pl_mutex_lock(client->mutex);
    if (!err)
        pl_report(err = take_handle(client, session));
    has_others = client->seat.handles > 0;
    pl_mutex_unlock(client->mutex);
    if (err && !has_others)
        pl_session_leave(client);
    return err;
}

static pospal_result_t seek_for(pospal_client *client, const pl_seek *seek, pospal_session **session, pospal_holder_t *holder)
{
    pospal_holder_t own = {.size = sizeof own};
    const pospal_holder_t none = {0};
    pl_session_told told = {.holders = holder ? holder : &own, .room = 1};
    pl_err err;

    if (holder)
        pl_give(holder, holder->size, &none, sizeof none);
    if ((err = pl_online_require(client)))
        return pl_report(err);
    pl_mutex_lock(client->seat.turn);
    err = get_seat(client, seek, &told, session);
    pl_mutex_unlock(client->seat.turn);
    if (!err)
        pl_worker_need(client);
    (void)pl_view_finish(client, NULL);
    return pl_report_again(err);
}

pospal_result_t pospal_session_start(pospal_client *client, pospal_session **session, pospal_holder_t *holder)
{
    pl_seek seek = {.is_takeover = false};
    pl_err err;

    if (session)
        *session = NULL;
    if (!client || !session)
        return pl_report(pl_fail(PL_ERR_INVALID, "client or session is NULL"));
    if ((err = pl_guard(client)) || (err = check_room(holder)))
        return pl_report(err);
    return seek_for(client, &seek, session, holder);
}

static pl_err check_takeover(const char *session_id, const char *reason)
{
    pl_uuid id;

    if (!reason || !reason[0] || strlen(reason) > PL_SESSION_REASON_MAX || !pl_text_is_clean(reason))
        return pl_fail(PL_ERR_INVALID, "a takeover needs a reason: 1 to %d bytes of text in one line", PL_SESSION_REASON_MAX);
    if (session_id && pl_uuid_parse(pl_span_text(session_id), &id))
        return pl_fail(PL_ERR_INVALID, "session_id is none");
    return PL_OK;
}

pospal_result_t pospal_session_take_over(pospal_client *client, const char *session_id, const char *reason,
                                         pospal_session **session, pospal_holder_t *holder)
{
    pl_seek seek = {.is_takeover = true, .session_id = session_id, .reason = reason};
    pl_err err;

    if (session)
        *session = NULL;
    if (!client || !session)
        return pl_report(pl_fail(PL_ERR_INVALID, "client or session is NULL"));
    if ((err = pl_guard(client)) || (err = check_takeover(session_id, reason)) || (err = check_room(holder)))
        return pl_report(err);
    return seek_for(client, &seek, session, holder);
}

/* ---- the rest ---- */

pospal_result_t pospal_session_holders(pospal_client *client, pospal_holder_t *holders, size_t room, size_t *count)
{
    pl_question asked = {.act = PL_ACT_SESSION_LIST};
    pl_session_told told = {.holders = holders, .room = holders ? room : 0};
    pl_err err;

    if (!client || !count || (room > 0 && !holders))
        return pl_report(pl_fail(PL_ERR_INVALID, "client, count or holders is NULL"));
    *count = 0;
    if ((err = pl_guard(client)) || (room > 0 && (err = check_room(holders))))
        return pl_report(err);
    err = pl_session_ask(client, &asked, &told);
    if (!err && told.state != PL_SESSION_LISTED)
        err = pl_fail(PL_ERR_DENIED, "the server answered %s (%s)", pl_verdict_text(told.verdict), pl_reason_text(told.reason));
    *count = told.count;
    pl_report(err);
    (void)pl_view_finish(client, NULL);
    return pl_report_again(err);
}

/* The program needs the seat no longer as far as this handle goes. */
static void give_back(pospal_client *client)
{
    bool is_last;
    pl_view view;

    pl_mutex_lock(client->seat.turn);
    pl_mutex_lock(client->mutex);
    is_last = --client->seat.handles == 0;
    pl_mutex_unlock(client->mutex);
    if (is_last)
        pl_session_leave(client);
    pl_mutex_lock(client->mutex);
    if (!pl_view_update(client, &view))
        (void)pl_view_publish_session(client, &view);
    pl_mutex_unlock(client->mutex);
    pl_mutex_unlock(client->seat.turn);
}

void pospal_session_end(pospal_session *session)
{
    pospal_client *client;

    if (!session || session->process_id != pl_process_id())
        return; /* in a forked child it is the parent's */
    pl_mutex_lock(session->mutex);
    client = session->client;
    pl_mutex_unlock(session->mutex);
    if (client)
        give_back(client);
    pl_session_drop(session);
}
