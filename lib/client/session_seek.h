/* SPDX-License-Identifier: Apache-2.0
 *
 * Getting a seat, for the verbs and for the background, and giving it back.
 */
#ifndef PL_CLIENT_SESSION_SEEK_H
#define PL_CLIENT_SESSION_SEEK_H

#include "client/session_ask.h"

typedef struct {
    bool is_takeover;
    const char *session_id; /* of a takeover; NULL: of the longest silent */
    const char *reason;
    bool is_background;
    bool is_lost; /* the server said that the session on record lives no longer */
    pl_uuid lost; /* which */
} pl_seek;

/*
 * Turn taken, mutex NOT held. PL_OK: told->state is HELD, also where another process of this machine holds the seat already, or TAKEN, or told->verdict
 * is another than ACTIVE. What follows is on record.
 */
pl_err pl_session_seek(pospal_client *client, const pl_seek *seek, pl_session_told *told);
/* Turn taken, mutex NOT held: this process needs the seat no longer. The machine's last one gives it back, if the server can be reached soon. */
void pl_session_leave(pospal_client *client);

#endif
