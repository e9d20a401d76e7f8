/* SPDX-License-Identifier: Apache-2.0
 *
 * Live sessions in memory: their keys, and the leases that beats prolong. A beat touches nothing else; what beats changed is written
 * once a second by the writer. The database decides who gets a seat (store/sessions.h); before it does, sessions_settle tells it the
 * leases of that license. A session that is not here (after a restart, or another validator's) is read from the database at its next
 * beat.
 *
 * Several validators on one database: each knows the beats that came to it, and the database knows them a second later. So a seat whose
 * lease ended is given away four seconds after that, and a flush prolongs a lease up to two seconds after its end, not later: a beat in
 * the last moment and the seat's next holder exclude each other. A session that another validator ended is held here until the flush
 * after its next beat. Where the flush itself is late, by a database that stands still, two may hold one seat, for a lease at most.
 */
#ifndef LICENSING_SESSIONS_H
#define LICENSING_SESSIONS_H

#include "license/claims.h"
#include "licensing/keys.h"
#include "store/sessions.h"
#include "wire/beat.h"

typedef struct sessions sessions_t;

enum {
    SESSIONS_MAX = 2000000,
    SESSION_JITTER_PERCENT = 20, /* of the interval: beats come that much earlier at most */
    SESSIONS_GIVEN_AFTER_MS = 4000,
    SESSIONS_PROLONGED_UNTIL_MS = 2000,
    SESSIONS_ALONE_AFTER_MS = 150 * 1000 /* every validator writes the time once a minute */
};

/* What became of a beat. */
typedef struct {
    uint64_t ends; /* where the session is not in memory: for sessions_recall */
    pl_err err;    /* PL_ERR_UNAUTHORIZED: not authenticated by the session's key */
    uint8_t key[PL_SESSION_KEY_SIZE];
    pl_beat_reply reply;
    char by[PL_DEVICE_NAME_MAX + 1]; /* where reply's texts lie */
    char reason[PL_SESSION_REASON_MAX + 1];
} beat_outcome_t;

sessions_t *sessions_new(void);           /* NULL when memory is exhausted */
void sessions_free(sessions_t *sessions); /* wipes; accepts NULL */

/* From now on other validators give seats of the same licenses. Before the first beat. */
void sessions_share(sessions_t *sessions);
bool sessions_are_shared(const sessions_t *sessions);
/* Seats whose lease ended by then may be given to others. */
int64_t sessions_given_after(const sessions_t *sessions, int64_t now_ms);

/* Any thread, no database. False: the session is not in memory, see sessions_recall. */
bool sessions_beat(sessions_t *sessions, const pl_beat *beat, int64_t now_ms, beat_outcome_t *outcome);
/*
 * Reads a session from the database into memory. ends: what sessions_beat said before the transaction began, so that one that was ended
 * meanwhile is not brought back as live. PL_ERR_NOT_FOUND; PL_ERR_OVERLOADED when there are too many, or for just that: ask again.
 */
pl_err sessions_recall(sessions_t *sessions, const keyring_t *keyring, tx_t *tx, const pl_beat *beat, uint64_t ends);

/* After the commit: it was started. Memory that is exhausted is no failure: the next beat reads it. */
void sessions_started(sessions_t *sessions, const session_t *session, const uint8_t key[PL_SESSION_KEY_SIZE]);
/* After the commit: it was ended or replaced; its next beat reads from the database what became of it. */
void sessions_ended(sessions_t *sessions, pl_uuid brand_id, pl_uuid id);

/* Inside the transaction that gives a seat of that license, before it does: writes the leases known here. May be run again. */
pl_err sessions_settle(sessions_t *sessions, tx_t *tx, pl_uuid license_id);
/* Writes what beats changed; after the commit sessions_flushed is called, and without it the same is written again. */
pl_err sessions_flush(sessions_t *sessions, tx_t *tx);
void sessions_flushed(sessions_t *sessions, int64_t now_ms);
bool sessions_is_clean(sessions_t *sessions); /* nothing to flush */
size_t sessions_count(sessions_t *sessions);

/* A new key and what its holder and the database get of it. */
pl_err session_key_seal(const keyring_t *keyring, session_t *session, const uint8_t key[PL_SESSION_KEY_SIZE]);
/* Milliseconds until the next beat of a session that is told every beat_ms: earlier by a random part, never later. */
int64_t session_beat_ms(int64_t beat_ms);

#endif
