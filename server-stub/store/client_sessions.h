/* SPDX-License-Identifier: Apache-2.0
 *
 * The session table for programs without the library, whose beats name a session and prove nothing: their leases are written at once.
 * What is common to all sessions is store/sessions.h.
 */
#ifndef STORE_CLIENT_SESSIONS_H
#define STORE_CLIENT_SESSIONS_H

#include "store/activations.h"
#include "store/sessions.h"

/* A live session with what is known of its machine. */
typedef struct {
    pl_uuid id;
    pl_uuid activation_id;
    int64_t lease_ms;
    int64_t lease_until_ms;
    int64_t protected_until_ms;
    seat_kind kind;
    const char *identifier;  /* NULL: a device */
    const char *device;      /* what the program told of it, a JSON object; NULL: nothing */
    const char *device_name; /* NULL: none */
} client_session_t;

/* Those of a license that live at tx->now_ms, those of released seats too; the longest silent first. */
pl_err client_sessions_list(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, client_session_t **sessions, size_t *count);
/* A beat at tx->now_ms. PL_ERR_NOT_FOUND: no session of that id lives. license_id nil: whosever it is. */
pl_err client_sessions_beat(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, pl_uuid id);
/* Forgets a session, so that another seat's may have its id. */
pl_err client_sessions_drop(tx_t *tx, const session_t *session);

#endif
