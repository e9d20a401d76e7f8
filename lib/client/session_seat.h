/* SPDX-License-Identifier: Apache-2.0
 *
 * This device's seat as one process sees it: the record that all processes share, and the two locks that say who of them keeps the seat
 * alive and who uses it. Getting a seat is session_seek.h's, beats are session_beat.h's.
 */
#ifndef PL_CLIENT_SESSION_SEAT_H
#define PL_CLIENT_SESSION_SEAT_H

#include <pospal/license.h>

#include "client/session_record.h"
#include "platform/file.h"
#include "platform/thread.h"

typedef struct {
    pl_mutex *turn;          /* one start, takeover or end at a time; taken before the client's mutex, which guards the rest */
    pospal_session *session; /* NULL until the first start */
    size_t handles;          /* that the program has not ended */
    pl_session_record record;
    bool is_read;           /* the record, from the vault */
    bool is_owed;           /* to the vault, at which another process was */
    uint64_t notice;        /* of the shelf when it was read */
    pl_file_lock *users;    /* shared by all processes that use the session; NULL: not taken, or there is nothing to lock */
    pl_file_lock *leader;   /* of the one that beats */
    bool is_leader;         /* also where there is nothing to lock */
    int64_t lease_until_ms; /* boot clock; what the server said to this process, or to the one that told: session_lease.h */
    int64_t next_ms;        /* boot clock: when the leader beats or asks next */
    int64_t number;         /* of the last beat */
    int failures;           /* in a row */
    int64_t rebound_ms;     /* boot clock: when the server was told of our device key last; 0: never */
    pospal_session_state_t notified;
} pl_seat;

pl_err pl_seat_init(pl_seat *seat);
/* At the close: gives the locks back and leaves the seat to lapse, or to another process. Mutex NOT held. */
void pl_seat_reset(pl_seat *seat);

/* Takes a place among the users; waits while the last one gives the seat back. Turn taken, mutex NOT held. */
void pl_seat_join(pospal_client *client);
/* Leaves them. Whether no other process uses the session; *last then keeps them out until released, NULL: nothing to lock. */
bool pl_seat_part(pospal_client *client, pl_file_lock **last);
/* The lock between processes around asking for a seat; NULL: goes without. Turn taken, mutex NOT held. */
pl_file_lock *pl_seat_lock_asking(pospal_client *client);

/* The rest with the mutex held. */

/* Whether this process keeps the seat alive; takes that on where nobody does. */
bool pl_seat_lead(pospal_client *client);
void pl_seat_stop_leading(pospal_client *client);
/* Reads the record where other processes changed it. A record that is lost stays what it was. */
void pl_seat_reload(pospal_client *client);
/* Writes the record and tells the others. Storage that refuses is noted by the vault: it holds in this process. */
void pl_seat_save(pospal_client *client);
/* Writes another state, where it is another. */
void pl_seat_set_state(pospal_client *client, pl_seat_state state);
/* What it comes to for the program. */
pospal_session_state_t pl_seat_worth(const pospal_client *client, int64_t boot_ms, bool is_usable);
/* Tells the handles. Whether the state is another than the one told last. */
bool pl_seat_publish(pospal_client *client, int64_t boot_ms, bool is_usable);

#endif
