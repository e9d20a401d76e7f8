/* SPDX-License-Identifier: Apache-2.0
 *
 * The object behind a pospal_session: one per client, counted, since a device holds one seat however many ask for it. It outlives its
 * client, so that a handle may be ended after the close. What is decided about the seat is in session_seat.h.
 */
#ifndef PL_CLIENT_SESSION_H
#define PL_CLIENT_SESSION_H

#include <pospal/license.h>
#include <stdatomic.h>

#include "platform/thread.h"

struct pospal_session {
    atomic_int references; /* of handles and of the client */
    atomic_int state;      /* pospal_session_state_t, read without a lock */
    /* what it holds to where it is HELD: nobody may be there to say that it is over; written before the state */
    atomic_int_least64_t until_ms, until_wall_ms;
    pospal_clock_fn clock; /* the application's; NULL: the system's */
    void *clock_context;
    uint64_t process_id;
    pl_mutex *mutex;
    /* guarded */
    pospal_client *client; /* NULL: closed */
    pospal_holder_t evictor;
};

/* With one reference, the client's. NULL when memory is exhausted. */
pospal_session *pl_session_new(pospal_client *client, uint64_t process_id);
void pl_session_keep(pospal_session *session);
void pl_session_drop(pospal_session *session); /* accepts NULL */
/* What is true from now on, HELD for so long at most; evictor NULL: nobody evicted it. */
void pl_session_tell(pospal_session *session, pospal_session_state_t state, int64_t left_ms, const pospal_holder_t *evictor);
/* The client is gone: every handle says NONE from now on. */
void pl_session_orphan(pospal_session *session);

#endif
