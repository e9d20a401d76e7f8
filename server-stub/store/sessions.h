/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions: devices that use a license at this moment. A seat is taken by one conditional INSERT, so that no two can take the last
 * one. Beats do not come here one by one: licensing/sessions.h has them in memory.
 */
#ifndef STORE_SESSIONS_H
#define STORE_SESSIONS_H

#include "crypto/crypto.h"
#include "license/session.h"
#include "store/store.h"

enum { SESSION_SEALED_SIZE = PL_SESSION_KEY_SIZE + PL_SEAL_OVERHEAD, SESSIONS_SHOWN_MAX = 500 /* to a vendor */ };

typedef struct {
    pl_uuid brand_id;
    pl_uuid license_id;
    pl_uuid activation_id;
    pl_uuid id;
    uint8_t sealed_key[SESSION_SEALED_SIZE]; /* see licensing/sealing.h */
    int64_t lease_ms;
    int64_t beat_ms;
    int64_t started_at_ms;
    int64_t lease_until_ms;
    int64_t beat_number;
    int64_t protected_until_ms;
    int64_t ended_at_ms;       /* 0: not ended; it lives while lease_until_ms is not past */
    pl_uuid ended_by;          /* the activation that took it over; nil: nobody did */
    const char *reason;        /* of the takeover; NULL: none */
    const char *device_name;   /* read only: of its activation; NULL: not told */
    const char *ended_by_name; /* read only: sessions_find alone */
} session_t;

/* The newest lease of one session, as known in memory. */
typedef struct {
    pl_uuid brand_id;
    pl_uuid license_id;
    pl_uuid activation_id;
    pl_uuid id;
    int64_t lease_until_ms;
    int64_t beat_number;
} session_lease_t;

typedef struct {
    int64_t count;
    int64_t live_after_ms; /* a lease that ended by then counts no more */
} session_limit_t;

/* Takes a seat for an activation, in place of any it had, if fewer than limit others live; *taken says whether. */
pl_err sessions_take(tx_t *tx, const session_t *session, const session_limit_t *limit, bool *taken);
/* Live or ended. PL_ERR_NOT_FOUND. */
pl_err sessions_find(tx_t *tx, pl_uuid brand_id, pl_uuid id, session_t *session);
pl_err sessions_find_own(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, pl_uuid activation_id, session_t *session);
/* Those of a license that live at tx->now_ms, the longest silent first; at most PL_SESSION_HOLDERS_MAX, or SESSIONS_SHOWN_MAX. */
pl_err sessions_list_shown(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, session_t **sessions, size_t *count);
pl_err sessions_list_live(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, session_t **sessions, size_t *count);
/* Ends it at tx->now_ms: ended_by and reason are written. PL_ERR_NOT_FOUND where it has ended or been started anew. */
pl_err sessions_end(tx_t *tx, const session_t *session);
/* Ends what an activation holds, if it holds anything: its seat was given back. */
pl_err sessions_end_of(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, pl_uuid activation_id);
/*
 * Never sets a lease back, nor prolongs one that had ended by live_after_ms. *was_live: the session had neither ended nor been started
 * anew elsewhere.
 */
pl_err sessions_touch(tx_t *tx, const session_lease_t *lease, int64_t live_after_ms, bool *was_live);
/* Whoever lived at last_alive_ms, when the validator stopped, gets a whole lease from tx->now_ms on. */
pl_err sessions_give_amnesty(tx_t *tx, int64_t last_alive_ms);

#endif
