/* SPDX-License-Identifier: Apache-2.0
 *
 * The seat's record and locks; see session_seat.h.
 */
#include "client/session_seat.h"

#include <stdio.h>
#include <string.h>

#include "client/client.h"
#include "client/polling.h"
#include "client/records.h"
#include "client/session.h"
#include "client/session_lease.h"
#include "crypto/crypto.h"

enum { PATH_SIZE = 1024 };

static const char record_item[] = "session";
static const char leader_name[] = "session.leader";
static const char users_name[] = "session.users";
static const char asking_name[] = "session.asking";

pl_err pl_seat_init(pl_seat *seat)
{
    return (seat->turn = pl_mutex_new()) ? PL_OK : pl_fail(PL_ERR_MEMORY, "no memory for the session's mutex");
}

void pl_seat_reset(pl_seat *seat)
{
    pl_file_lock_release(seat->leader);
    pl_file_lock_release(seat->users);
    if (seat->session)
        pl_session_orphan(seat->session);
    pl_session_drop(seat->session);
    pl_mutex_free(seat->turn);
    pl_wipe(seat, sizeof *seat);
}

/* ---- locks ---- */

/* A process that shares no directory with others has nobody to agree with. */
static bool is_alone(const pospal_client *client)
{
    return !client->directory[0] || client->shelf.is_read_only;
}

static void make_path(const pospal_client *client, const char *name, char path[PATH_SIZE])
{
    snprintf(path, PATH_SIZE, "%s/%s", client->directory, name);
}

typedef pl_err (*lock_fn)(const char *path, int64_t timeout_ms, pl_file_lock **lock);

/* Waits as long as an exchange may take, for that is what others hold it for; a close ends the wait. Mutex NOT held. */
static pl_err wait_for(pospal_client *client, const char *name, lock_fn take, pl_file_lock **lock)
{
    pl_polling polling = pl_polling_begin(client->options.timeout_ms);
    bool is_last_try = false;
    char path[PATH_SIZE];
    pl_err err;

    make_path(client, name, path);
    while ((err = take(path, 0, lock)) == PL_ERR_BUSY && !is_last_try) {
        pl_mutex_lock(client->mutex);
        is_last_try = !pl_polling_wait(client, &polling, "the session");
        pl_mutex_unlock(client->mutex);
    }
    return err;
}

void pl_seat_join(pospal_client *client)
{
    pl_file_lock *users = NULL;

    if (is_alone(client) || client->seat.users)
        return;
    if (wait_for(client, users_name, pl_file_lock_share, &users))
        pl_log_write(&client->log, PL_LOG_WARN, "the session is used without its lock: %s", pl_err_detail());
    pl_mutex_lock(client->mutex);
    client->seat.users = users;
    pl_mutex_unlock(client->mutex);
}

bool pl_seat_part(pospal_client *client, pl_file_lock **last)
{
    pl_file_lock *users;
    char path[PATH_SIZE];

    *last = NULL;
    pl_mutex_lock(client->mutex);
    users = client->seat.users;
    client->seat.users = NULL;
    pl_mutex_unlock(client->mutex);
    if (is_alone(client))
        return true;
    pl_file_lock_release(users);
    make_path(client, users_name, path);
    return pl_file_lock_take(path, 0, last) != PL_ERR_BUSY;
}

pl_file_lock *pl_seat_lock_asking(pospal_client *client)
{
    pl_file_lock *lock = NULL;

    if (is_alone(client))
        return NULL;
    if (wait_for(client, asking_name, pl_file_lock_take, &lock))
        pl_log_write(&client->log, PL_LOG_INFO, "a seat is asked for without the lock: %s", pl_err_detail());
    return lock;
}

/*
 * Whoever kept the seat alive until now did so within its lease, and told of it. Where he could not, the record is believed until the first
 * beat had its time.
 */
static void take_charge(pospal_client *client)
{
    pl_seat *seat = &client->seat;

    seat->lease_until_ms = pl_clock_read(&client->clock).boot_ms + client->options.timeout_ms;
    pl_lease_look(client);
    seat->next_ms = 0;
    seat->number = 0;
    seat->failures = 0;
}

bool pl_seat_lead(pospal_client *client)
{
    pl_seat *seat = &client->seat;
    char path[PATH_SIZE];

    if (seat->is_leader)
        return true;
    make_path(client, leader_name, path);
    /* where locks can't be had every process beats for itself: more beats, and the same seat */
    if (!is_alone(client) && pl_file_lock_take(path, 0, &seat->leader) == PL_ERR_BUSY)
        return false;
    seat->is_leader = true;
    seat->is_read = false;
    take_charge(client);
    return true;
}

void pl_seat_stop_leading(pospal_client *client)
{
    pl_file_lock_release(client->seat.leader);
    client->seat.leader = NULL;
    client->seat.is_leader = false;
}

/* ---- the record ---- */

static pl_err read_record(pospal_client *client, pl_session_record *record)
{
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    err = pl_records_get(client, record_item, &text, PL_RECORDS_AT_ONCE);
    if (!err)
        err = pl_session_record_read(pl_buf_span(&text), record);
    pl_buf_reset(&text);
    return err;
}

/* What is known here and was not written yet is newer than what is stored. */
static bool is_current(pospal_client *client)
{
    pl_seat *seat = &client->seat;
    uint64_t notice = seat->notice;

    if (seat->is_owed)
        pl_seat_save(client);
    (void)pl_shelf_notice(&client->shelf, &notice);
    if (seat->is_owed || (seat->is_read && seat->notice == notice))
        return true;
    seat->notice = notice;
    return false;
}

void pl_seat_reload(pospal_client *client)
{
    pl_seat *seat = &client->seat;
    pl_uuid before = seat->record.session_id;
    pl_err err;

    if (is_current(client))
        return;
    err = read_record(client, &seat->record);
    seat->is_read = err != PL_ERR_BUSY;
    /* whoever keeps the seat alive writes it anew; the others keep what they know until then */
    if (err && err != PL_ERR_BUSY && seat->is_leader && seat->record.state != PL_SEAT_NONE)
        pl_seat_save(client);
    else if (!err && seat->is_leader && !pl_uuid_equal(before, seat->record.session_id))
        take_charge(client); /* another process got it anew */
}

void pl_seat_save(pospal_client *client)
{
    pl_seat *seat = &client->seat;
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    pl_session_record_write(&seat->record, &text);
    if ((err = text.err) == PL_OK)
        err = pl_records_put(client, record_item, pl_buf_span(&text), PL_RECORDS_AT_ONCE);
    pl_buf_reset(&text);
    seat->is_owed = err == PL_ERR_BUSY || err == PL_ERR_MEMORY; /* for the next round */
    pl_shelf_announce(&client->shelf);
    (void)pl_shelf_notice(&client->shelf, &seat->notice);
    seat->is_read = true;
}

void pl_seat_set_state(pospal_client *client, pl_seat_state state)
{
    if (client->seat.record.state == state)
        return;
    client->seat.record.state = state;
    pl_seat_save(client);
}

/* ---- what it comes to ---- */

pospal_session_state_t pl_seat_worth(const pospal_client *client, int64_t boot_ms, bool is_usable)
{
    const pl_seat *seat = &client->seat;

    if (seat->handles == 0)
        return POSPAL_SESSION_NONE;
    switch (seat->record.state) {
    case PL_SEAT_TAKEN:
        return POSPAL_SESSION_TAKEN;
    case PL_SEAT_EVICTED:
        return POSPAL_SESSION_EVICTED;
    case PL_SEAT_HELD:
        if (is_usable && boot_ms < seat->lease_until_ms)
            return POSPAL_SESSION_HELD;
        break;
    case PL_SEAT_WANTED:
    case PL_SEAT_NONE:
        break;
    }
    return is_usable ? POSPAL_SESSION_UNCONFIRMED : POSPAL_SESSION_DENIED;
}

bool pl_seat_publish(pospal_client *client, int64_t boot_ms, bool is_usable)
{
    pl_seat *seat = &client->seat;
    pospal_session_state_t state = pl_seat_worth(client, boot_ms, is_usable);
    pospal_holder_t evictor = {.size = sizeof evictor, .since = seat->record.evicted_at};
    bool is_news = state != seat->notified;

    if (!seat->session)
        return false;
    snprintf(evictor.device_name, sizeof evictor.device_name, "%s", seat->record.evicted_by);
    snprintf(evictor.reason, sizeof evictor.reason, "%s", seat->record.reason);
    pl_session_tell(seat->session, state, seat->lease_until_ms - boot_ms, state == POSPAL_SESSION_EVICTED ? &evictor : NULL);
    seat->notified = state;
    return is_news;
}
