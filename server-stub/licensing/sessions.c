/* SPDX-License-Identifier: Apache-2.0
 *
 * Live sessions in memory. The mutex is held for look-ups and changes only: neither a MAC nor a statement is made under it.
 */
#include "licensing/sessions.h"

#include "base/mem.h"
#include "licensing/sealing.h"
#include "licensing/session_map.h"
#include "platform/thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MS = 1000, SWEEP_EVERY_MS = 60 * 1000, FORGET_AFTER_MS = 10 * 60 * 1000, ENDS_KEPT = 1024 };

struct sessions {
    pl_mutex *mutex;
    bool is_shared;
    session_map_t map;
    /*
     * No beat is judged at an earlier time than the newest at which a seat was given: a loop that read its clock, then slept, must not
     * prolong a lease that the writer has counted as over.
     */
    int64_t floor_ms;
    int64_t swept_ms;
    uint64_t
        ends; /* how many were ended; the ids of the last ones are in ended, so that no older view of the database revives one */
    pl_uuid ended[ENDS_KEPT];
};

sessions_t *sessions_new(void)
{
    sessions_t *sessions = pl_alloc(sizeof(*sessions));

    if (sessions && !(sessions->mutex = pl_mutex_new())) {
        pl_free(sessions);
        return NULL;
    }
    return sessions;
}

void sessions_free(sessions_t *sessions)
{
    if (!sessions)
        return;
    session_map_reset(&sessions->map);
    pl_mutex_free(sessions->mutex);
    pl_free(sessions);
}

void sessions_share(sessions_t *sessions)
{
    sessions->is_shared = true;
}

bool sessions_are_shared(const sessions_t *sessions)
{
    return sessions->is_shared;
}

int64_t sessions_given_after(const sessions_t *sessions, int64_t now_ms)
{
    return now_ms - (sessions->is_shared ? SESSIONS_GIVEN_AFTER_MS : 0);
}

static int64_t prolonged_after(const sessions_t *sessions, int64_t now_ms)
{
    return sessions->is_shared ? now_ms - SESSIONS_PROLONGED_UNTIL_MS : INT64_MIN;
}

/* ---- keys ---- */

static sealed_place_t place_of(const session_t *session)
{
    return (sealed_place_t){SEALED_SESSION_KEY, session->brand_id, pl_span_of(session->id.bytes, sizeof(session->id.bytes))};
}

pl_err session_key_seal(const keyring_t *keyring, session_t *session, const uint8_t key[PL_SESSION_KEY_SIZE])
{
    const sealed_place_t place = place_of(session);

    return seal_at(keyring_sealing_key(keyring), &place, pl_span_of(key, PL_SESSION_KEY_SIZE), session->sealed_key);
}

int64_t session_beat_ms(int64_t beat_ms)
{
    uint32_t random;
    int64_t part = beat_ms * SESSION_JITTER_PERCENT / 100;

    pl_random(&random, sizeof(random));
    beat_ms -= part > 0 ? (int64_t)(random % (uint32_t)part) : 0;
    return beat_ms < PL_SESSION_BEAT_MS_MIN ? PL_SESSION_BEAT_MS_MIN : beat_ms;
}

/* ---- beats ---- */

static bool find_key(sessions_t *sessions, const pl_beat *beat, beat_outcome_t *outcome)
{
    const session_entry_t *entry;

    pl_mutex_lock(sessions->mutex);
    if ((entry = session_map_find(&sessions->map, beat->brand_id, beat->session_id)))
        memcpy(outcome->key, entry->key, PL_SESSION_KEY_SIZE);
    outcome->ends = sessions->ends;
    pl_mutex_unlock(sessions->mutex);
    return entry != NULL;
}

static void tell_end(const session_entry_t *entry, beat_outcome_t *outcome)
{
    outcome->reply.state = entry->by ? PL_SESSION_EVICTED : PL_SESSION_ENDED;
    if (!entry->by)
        return;
    outcome->reply.at = entry->ended_at_ms / MS;
    (void)snprintf(outcome->by, sizeof(outcome->by), "%s", entry->by);
    (void)snprintf(outcome->reason, sizeof(outcome->reason), "%s", entry->reason ? entry->reason : "");
    outcome->reply.by = outcome->by[0] ? outcome->by : NULL;
    outcome->reply.reason = outcome->reason[0] ? outcome->reason : NULL;
}

/* Mutex held. */
static void judge_beat(sessions_t *sessions, session_entry_t *entry, const pl_beat *beat, int64_t now_ms, beat_outcome_t *outcome)
{
    if (now_ms < sessions->floor_ms)
        now_ms = sessions->floor_ms;
    if (entry->ended_at_ms) {
        tell_end(entry, outcome);
        return;
    }
    if (entry->lease.lease_until_ms <= now_ms || beat->number <= entry->lease.beat_number) {
        outcome->reply.state = PL_SESSION_LAPSED;
        return;
    }
    entry->lease.beat_number = beat->number;
    if (entry->lease.lease_until_ms < now_ms + entry->lease_ms)
        entry->lease.lease_until_ms = now_ms + entry->lease_ms;
    session_map_mark(&sessions->map, entry);
    outcome->reply.state = PL_SESSION_HELD;
    outcome->reply.lease_s = entry->lease_ms / MS;
    outcome->reply.beat_ms = entry->beat_ms;
}

/*
 * Mutex held. A lease that is over by what this validator knows may have been prolonged by another: NULL, and the database is asked once.
 */
static session_entry_t *judge_known(sessions_t *sessions, session_entry_t *entry, const pl_beat *beat, int64_t now_ms,
                                    beat_outcome_t *outcome)
{
    if (sessions->is_shared && !entry->is_recalled && !entry->ended_at_ms && entry->lease.lease_until_ms <= now_ms) {
        session_map_remove(&sessions->map, entry);
        return NULL;
    }
    judge_beat(sessions, entry, beat, now_ms, outcome);
    if (outcome->reply.state == PL_SESSION_HELD)
        entry->is_recalled = false;
    return entry;
}

bool sessions_beat(sessions_t *sessions, const pl_beat *beat, int64_t now_ms, beat_outcome_t *outcome)
{
    session_entry_t *entry;

    memset(outcome, 0, sizeof(*outcome));
    if (!find_key(sessions, beat, outcome))
        return false;
    if (!pl_beat_check(beat, outcome->key)) {
        outcome->err = pl_fail(PL_ERR_UNAUTHORIZED, "the heartbeat is not authenticated by the session's key");
        return true;
    }
    pl_mutex_lock(sessions->mutex);
    if ((entry = session_map_find(&sessions->map, beat->brand_id, beat->session_id)))
        entry = judge_known(sessions, entry, beat, now_ms, outcome);
    pl_mutex_unlock(sessions->mutex);
    if (outcome->reply.state == PL_SESSION_HELD)
        outcome->reply.beat_ms = session_beat_ms(outcome->reply.beat_ms);
    return entry != NULL;
}

/* ---- what is known of a session ---- */

/* Mutex held. An entry that is there stays: it knows the newest beat. */
static void put(sessions_t *sessions, const session_t *session, const uint8_t key[PL_SESSION_KEY_SIZE], bool is_recalled)
{
    const session_lease_t lease = {session->brand_id, session->license_id,     session->activation_id,
                                   session->id,       session->lease_until_ms, session->beat_number};
    session_entry_t *entry = session_map_find(&sessions->map, session->brand_id, session->id);

    if (entry || !(entry = session_map_add(&sessions->map, &lease)))
        return;
    entry->is_recalled = is_recalled;
    memcpy(entry->key, key, sizeof(entry->key));
    entry->lease_ms = (uint32_t)session->lease_ms;
    entry->beat_ms = (uint32_t)session->beat_ms;
    entry->ended_at_ms = session->ended_at_ms;
    if (session->ended_at_ms && !pl_uuid_is_nil(session->ended_by)) {
        entry->by = pl_copy_text(session->ended_by_name ? session->ended_by_name : "");
        entry->reason = session->reason ? pl_copy_text(session->reason) : NULL;
    }
}

/* Mutex held. Whether it was ended after so many were; after very many more that is not known, and counts as yes. */
static bool was_ended_since(const sessions_t *sessions, uint64_t ends, pl_uuid id)
{
    if (sessions->ends - ends > ENDS_KEPT)
        return true;
    for (; ends < sessions->ends; ends++)
        if (pl_uuid_equal(sessions->ended[ends % ENDS_KEPT], id))
            return true;
    return false;
}

static pl_err put_unless_ended(sessions_t *sessions, const session_t *session, const uint8_t key[PL_SESSION_KEY_SIZE],
                               uint64_t ends)
{
    bool is_stale;

    pl_mutex_lock(sessions->mutex);
    is_stale = !session->ended_at_ms && was_ended_since(sessions, ends, session->id);
    if (!is_stale)
        put(sessions, session, key, true);
    pl_mutex_unlock(sessions->mutex);
    return is_stale ? pl_fail(PL_ERR_OVERLOADED, "the session was ended while it was read; ask again") : PL_OK;
}

pl_err sessions_recall(sessions_t *sessions, const keyring_t *keyring, tx_t *tx, const pl_beat *beat, uint64_t ends)
{
    session_t session;
    uint8_t key[PL_SESSION_KEY_SIZE];
    sealed_place_t place;
    pl_err err;

    if (sessions_count(sessions) >= SESSIONS_MAX)
        return pl_fail(PL_ERR_OVERLOADED, "more sessions live than this server keeps");
    if ((err = sessions_find(tx, beat->brand_id, beat->session_id, &session)))
        return err == PL_ERR_NOT_FOUND ? pl_fail(err, "no session has that id") : err;
    place = place_of(&session);
    if ((err = unseal_at(keyring_sealing_key(keyring), &place, pl_span_of(session.sealed_key, sizeof(session.sealed_key)), key)))
        return err;
    err = put_unless_ended(sessions, &session, key, ends);
    pl_wipe(key, sizeof(key));
    return err;
}

void sessions_started(sessions_t *sessions, const session_t *session, const uint8_t key[PL_SESSION_KEY_SIZE])
{
    pl_mutex_lock(sessions->mutex);
    if (sessions->map.count < SESSIONS_MAX)
        put(sessions, session, key, false);
    pl_mutex_unlock(sessions->mutex);
}

void sessions_ended(sessions_t *sessions, pl_uuid brand_id, pl_uuid id)
{
    session_entry_t *entry;

    pl_mutex_lock(sessions->mutex);
    sessions->ended[sessions->ends++ % ENDS_KEPT] = id;
    if ((entry = session_map_find(&sessions->map, brand_id, id)))
        session_map_remove(&sessions->map, entry);
    pl_mutex_unlock(sessions->mutex);
}

size_t sessions_count(sessions_t *sessions)
{
    size_t count;

    pl_mutex_lock(sessions->mutex);
    count = sessions->map.count;
    pl_mutex_unlock(sessions->mutex);
    return count;
}

/* ---- into the database ---- */

typedef struct {
    session_lease_t *items;
    size_t count;
} lease_list;

static int compare_leases(const void *a, const void *b)
{
    return memcmp(a, b, offsetof(session_lease_t, lease_until_ms));
}

/* Those the database does not know yet, of one license; NULL: all, and they are noted as being written. */
static pl_err take_leases(sessions_t *sessions, tx_t *tx, const pl_uuid *license_id, lease_list *list)
{
    session_lease_t *items = NULL;
    size_t room;

    *list = (lease_list){NULL, 0};
    pl_mutex_lock(sessions->mutex);
    room = license_id ? session_map_count_dirty(&sessions->map, license_id) : sessions->map.dirty_count;
    if (room && (items = pl_arena_take(tx->arena, room * sizeof(*items))))
        for (session_entry_t *entry = sessions->map.dirty; entry; entry = entry->older)
            if (!license_id || pl_uuid_equal(entry->lease.license_id, *license_id)) {
                items[list->count++] = entry->lease;
                if (!license_id)
                    entry->flushing_until_ms = entry->lease.lease_until_ms;
            }
    pl_mutex_unlock(sessions->mutex);
    if (list->count > 1) /* two that write the same rows at once wait for each other only if both go the same way */
        qsort(items, list->count, sizeof(*items), compare_leases);
    list->items = items;
    return room && !items ? PL_ERR_MEMORY : PL_OK;
}

/*
 * forgets: one that is not live in the database any more leaves memory, since another process knows better, and its next beat reads what.
 * Before a seat is given nothing is forgotten: that transaction may be undone, and with it what ended the session.
 */
static pl_err write_leases(sessions_t *sessions, tx_t *tx, const lease_list *list, bool forgets)
{
    bool was_live = true;
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < list->count; i++)
        if (!(err = sessions_touch(tx, &list->items[i], prolonged_after(sessions, tx->now_ms), &was_live)) && !was_live &&
            forgets)
            sessions_ended(sessions, list->items[i].brand_id, list->items[i].id);
    return err;
}

pl_err sessions_settle(sessions_t *sessions, tx_t *tx, pl_uuid license_id)
{
    lease_list list;
    pl_err err;

    pl_mutex_lock(sessions->mutex);
    if (sessions->floor_ms < tx->now_ms)
        sessions->floor_ms = tx->now_ms;
    pl_mutex_unlock(sessions->mutex);
    err = take_leases(sessions, tx, &license_id, &list);
    return err ? err : write_leases(sessions, tx, &list, false);
}

pl_err sessions_flush(sessions_t *sessions, tx_t *tx)
{
    lease_list list;
    pl_err err = take_leases(sessions, tx, NULL, &list);

    return err ? err : write_leases(sessions, tx, &list, true);
}

/* What will not beat again need not be kept: a late beat reads it. */
static bool is_over(const session_entry_t *entry, int64_t now_ms)
{
    return entry->lease.lease_until_ms + FORGET_AFTER_MS < now_ms;
}

void sessions_flushed(sessions_t *sessions, int64_t now_ms)
{
    session_entry_t *older;

    pl_mutex_lock(sessions->mutex);
    for (session_entry_t *entry = sessions->map.dirty; entry; entry = older) {
        older = entry->older;
        if (entry->lease.lease_until_ms == entry->flushing_until_ms)
            session_map_unmark(&sessions->map, entry);
    }
    if (now_ms - sessions->swept_ms >= SWEEP_EVERY_MS) {
        session_map_sweep(&sessions->map, is_over, now_ms);
        sessions->swept_ms = now_ms;
    }
    pl_mutex_unlock(sessions->mutex);
}

bool sessions_is_clean(sessions_t *sessions)
{
    bool is_clean;

    pl_mutex_lock(sessions->mutex);
    is_clean = sessions->map.dirty == NULL;
    pl_mutex_unlock(sessions->mutex);
    return is_clean;
}
