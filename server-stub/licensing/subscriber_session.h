/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions of programs without the library: told by a text of the program's own, on the machine that it names. They are rows of the one
 * session table, and count against the same limit as those of devices with the library. Beats prove nothing, so nothing is won by one but
 * the lease.
 *
 * A machine gets its seat back at once, under any text. Whoever else holds one is told of as a conflict, or kicked by a takeover. The license
 * is this transaction's (subscriber_find), so of two who start at once one wins.
 */
#ifndef LICENSING_SUBSCRIBER_SESSION_H
#define LICENSING_SUBSCRIBER_SESSION_H

#include "licensing/sessions.h"
#include "licensing/subscriber_machine.h"
#include "store/client_sessions.h"

enum { SESSION_TEXT_MAX = 200, SESSION_ENDED_MAX = 2 };

typedef struct {
    sessions_t *sessions;
    const char *session; /* the program's text */
    machine_t machine;
} session_order_t;

typedef enum {
    SESSION_STARTED,
    SESSION_CONFLICT,   /* another machine holds the seat: conflict */
    SESSION_OF_ANOTHER, /* the text names a live session of another license */
} session_result;

typedef struct {
    session_result result;
    client_session_t conflict;        /* id nil: nothing is known of it */
    pl_uuid ended[SESSION_ENDED_MAX]; /* for sessions_ended after the commit; nil: none */
} session_report_t;

/* The id of a text: UUIDv8 (RFC 9562) of its hash under the brand, so that whoever has nothing but the text finds the session. */
pl_uuid session_text_id(pl_uuid brand_id, const char *text);

pl_err subscriber_session_start(tx_t *tx, const subscriber_t *subscriber, const session_order_t *order, session_report_t *report);
/* Ends those of others. SESSION_CONFLICT where the product's policy allows no takeover. */
pl_err subscriber_session_takeover(tx_t *tx, const subscriber_t *subscriber, const session_order_t *order,
                                   session_report_t *report);

/* Whose session that is. license_id nil: any license's. PL_ERR_NOT_FOUND: none lives under that text. */
pl_err client_session_beat(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, const char *text);
/* *ended: the session that was ended now. PL_ERR_NOT_FOUND: none lived. */
pl_err client_session_end(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, const char *text, session_t *ended);

#endif
