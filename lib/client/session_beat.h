/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeping the seat alive: of all processes of the product on this machine one beats, and when it dies another goes on.
 */
#ifndef PL_CLIENT_SESSION_BEAT_H
#define PL_CLIENT_SESSION_BEAT_H

#include "client/client.h"

enum {
    PL_BEAT_RETRY_FIRST_MS = 2000, /* after a beat that failed; grows to the interval: one lost packet costs no seat */
    PL_BEAT_DEFAULT_MS = 30000     /* where the server has not said an interval */
};

/* The session's part of a round of the background: at most one beat, and what its reply asks for. Mutex NOT held. */
void pl_session_round(pospal_client *client);

/*
 * For the thread that beats, in whatever else it does; Mutex NOT held. How long an exchange may take, so that time is left for a beat within
 * the lease; 0: as long as any. Whether a beat is due.
 */
int64_t pl_session_spare_ms(pospal_client *client);
bool pl_session_is_due(pospal_client *client);

#endif
