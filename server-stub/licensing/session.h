/* SPDX-License-Identifier: Apache-2.0
 *
 * The verbs of a device's session: start, takeover, end, list. Each judges the license as a validation does, so that its answer is
 * one too; what becomes of the session rides along. start, takeover and end are proven with the device key. After the commit
 * session_settled tells memory (licensing/sessions.h).
 */
#ifndef LICENSING_SESSION_H
#define LICENSING_SESSION_H

#include "licensing/device.h"
#include "licensing/sessions.h"

/* What the verbs need beside the transaction. */
typedef struct {
    sessions_t *sessions;
    const keyring_t *keyring;
} session_room_t;

typedef struct {
    outcome_t outcome; /* outcome.session points to claims where there is something to say */
    pl_session_claims claims;
    bool has_started;
    session_t started;
    uint8_t key[PL_SESSION_KEY_SIZE];
    char id_text[PL_UUID_TEXT_SIZE];
    pl_uuid ended[2]; /* ids that are no longer live: the device's own before, the one taken over; nil: none */
} session_outcome_t;

/* Writes. A device that holds a seat gets it again, under a new id and key. PL_ERR_UNAUTHORIZED when the proof is not the device's. */
pl_err licensing_session_start(const session_room_t *room, tx_t *tx, const device_call_t *call, session_outcome_t *out);
/* Writes. Where a seat is free nobody loses one. */
pl_err licensing_session_takeover(const session_room_t *room, tx_t *tx, const device_call_t *call, session_outcome_t *out);
/* Writes. */
pl_err licensing_session_end(const session_room_t *room, tx_t *tx, const device_call_t *call, session_outcome_t *out);
/* Reads only: whoever has the license key may know who uses it. As of a second ago. */
pl_err licensing_session_list(tx_t *tx, const device_call_t *call, session_outcome_t *out);
/* After the commit, once. */
void session_settled(sessions_t *sessions, const device_call_t *call, session_outcome_t *out);

/*
 * At the start of a server: who lived when it stopped gets a whole lease, since nobody could beat meanwhile. Where others served
 * meanwhile, as the time in the database shows, it does nothing. Writes.
 */
pl_err licensing_session_amnesty(const sessions_t *sessions, tx_t *tx);

#endif
