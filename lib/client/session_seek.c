/* SPDX-License-Identifier: Apache-2.0
 *
 * Getting a seat and giving it back; see session_seek.h.
 */
#include "client/session_seek.h"

#include "client/online.h"
#include "client/session_lease.h"
#include "client/session_seat.h"
#include "crypto/crypto.h"

enum { LOST_PAUSE_MS = 5000 };

/* Mutex held. Another process of this machine, or this one, keeps a seat alive: it is ours too. */
static bool is_shared(pospal_client *client, const pl_seek *seek)
{
    pl_seat *seat = &client->seat;
    bool was_leader = seat->is_leader;

    if (seek->is_takeover && seat->record.state != PL_SEAT_HELD)
        return false;
    if (pl_seat_lead(client) && !was_leader) {
        pl_seat_reload(client);
        return false; /* what is on record is of a process that died: start anew, a device gets its own seat back */
    }
    pl_seat_reload(client);
    if (seat->record.state != PL_SEAT_HELD || (seek->is_lost && pl_uuid_equal(seek->lost, seat->record.session_id)))
        return false;
    if (!seat->is_leader)
        pl_lease_look(client);
    return pl_clock_read(&client->clock).boot_ms < seat->lease_until_ms;
}

/* Mutex held. */
static void adopt(pospal_client *client, const pl_session_told *told)
{
    pl_seat *seat = &client->seat;

    (void)pl_seat_lead(client);
    seat->record = told->record;
    seat->lease_until_ms = told->asked.boot_ms + told->record.lease_s * 1000;
    seat->next_ms = told->asked.boot_ms + told->record.beat_ms;
    seat->number = 0;
    seat->failures = 0;
    pl_seat_save(client);
    pl_lease_tell(client);
}

/* Mutex held. A seat that is still alive stays what it is; one that is not is wanted. */
static void note_failure(pospal_client *client, const pl_seek *seek)
{
    int64_t boot_ms = pl_clock_read(&client->clock).boot_ms;
    pl_seat *seat = &client->seat;

    if (seek->is_takeover || (seek->is_lost && !pl_uuid_equal(seek->lost, seat->record.session_id)))
        return;
    if (seek->is_background && seat->record.state == PL_SEAT_TAKEN)
        return;
    /* that it is unknown may be a proxy's word: while its lease runs it is beaten for again */
    if (seek->is_lost && seat->record.state == PL_SEAT_HELD && boot_ms < seat->lease_until_ms) {
        seat->next_ms = boot_ms + LOST_PAUSE_MS;
        return;
    }
    pl_wipe(seat->record.key, sizeof seat->record.key);
    seat->record.session_id = (pl_uuid){{0}};
    seat->record.state = PL_SEAT_WANTED;
    pl_seat_save(client);
}

/* Mutex held. Who was evicted stays so for the handles he has: the reason why is worth more than that all are taken. */
static void note_taken(pospal_client *client, const pl_seek *seek)
{
    pl_seat *seat = &client->seat;

    if (seek->is_takeover || seat->handles == 0 || seat->record.state == PL_SEAT_EVICTED)
        return;
    seat->record.session_id = (pl_uuid){{0}};
    pl_seat_set_state(client, PL_SEAT_TAKEN);
}

static void settle(pospal_client *client, const pl_seek *seek, pl_err err, const pl_session_told *told)
{
    if (err == PL_ERR_CLOSED)
        return; /* cut short: nothing was learned of the seat, which others may still use */
    if (err)
        note_failure(client, seek);
    else if (told->state == PL_SESSION_HELD)
        adopt(client, told);
    else if (told->state == PL_SESSION_TAKEN)
        note_taken(client, seek);
}

static pl_err ask(pospal_client *client, const pl_seek *seek, pl_session_told *told)
{
    pl_question asked = {.act = seek->is_takeover ? PL_ACT_SESSION_TAKEOVER : PL_ACT_SESSION_START,
                         .session_id = seek->session_id,
                         .reason = seek->reason};
    pl_err err = pl_session_ask(client, &asked, told);

    if (!err && told->verdict == PL_VERDICT_ACTIVE && told->state != PL_SESSION_HELD && told->state != PL_SESSION_TAKEN)
        return pl_fail(PL_ERR_UNSIGNED, "the answer does not say what became of the session");
    return err;
}

pl_err pl_session_seek(pospal_client *client, const pl_seek *seek, pl_session_told *told)
{
    pl_file_lock *lock = pl_seat_lock_asking(client);
    pl_err err = PL_OK;
    bool is_ours;

    pl_mutex_lock(client->mutex);
    is_ours = is_shared(client, seek);
    pl_mutex_unlock(client->mutex);
    if (is_ours) {
        told->verdict = PL_VERDICT_ACTIVE;
        told->state = PL_SESSION_HELD;
    } else {
        err = ask(client, seek, told);
        pl_mutex_lock(client->mutex);
        settle(client, seek, err, told);
        pl_mutex_unlock(client->mutex);
    }
    pl_wipe(told->record.key, sizeof told->record.key);
    pl_file_lock_release(lock);
    return err;
}

/* ---- giving it back ---- */

static void end_at_server(pospal_client *client, pl_uuid session_id)
{
    char id[PL_UUID_TEXT_SIZE];
    pl_question asked = {.act = PL_ACT_SESSION_END, .session_id = id, .timeout_ms = PL_END_TIMEOUT_MS};
    pl_session_told told = {0};
    pl_err err;

    pl_uuid_format(session_id, id);
    err = pl_session_ask(client, &asked, &told);
    if (err)
        pl_log_write(&client->log, PL_LOG_INFO, "the seat lapses by itself: %s", pl_err_detail());
}

void pl_session_leave(pospal_client *client)
{
    pl_seat *seat = &client->seat;
    pl_file_lock *last = NULL;
    bool is_last = pl_seat_part(client, &last);
    pl_uuid session_id;
    bool is_held;

    pl_mutex_lock(client->mutex);
    pl_seat_reload(client);
    is_held = seat->record.state == PL_SEAT_HELD;
    session_id = seat->record.session_id;
    if (!is_last || !is_held)
        pl_seat_stop_leading(client);
    pl_mutex_unlock(client->mutex);
    if (is_last && is_held)
        end_at_server(client, session_id);
    pl_mutex_lock(client->mutex);
    pl_seat_stop_leading(client);
    if (is_last && seat->record.state != PL_SEAT_NONE) {
        pl_wipe(&seat->record, sizeof seat->record);
        pl_seat_save(client);
    }
    pl_mutex_unlock(client->mutex);
    pl_file_lock_release(last);
}
