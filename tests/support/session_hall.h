/* SPDX-License-Identifier: Apache-2.0
 *
 * The validator's sessions without its server: the verbs in their transactions, beats, the flush of a second, a restart.
 */
#ifndef TESTS_SUPPORT_SESSION_HALL_H
#define TESTS_SUPPORT_SESSION_HALL_H

#include "licensing/session.h"
#include "support/validator.h"

typedef struct {
    validator *v;
    sessions_t *sessions;
} session_hall;

/* A session as its device knows it. */
typedef struct {
    pl_uuid brand_id;
    pl_uuid id;
    uint8_t key[PL_SESSION_KEY_SIZE];
    int64_t number; /* of the last beat */
} held_session;

/* Sells a license of a product with so many seats and sessions from now on, by v->product. */
const char *session_sell(validator *v, int64_t seats, int64_t sessions, takeover_rule takeover);
/* Activates a till of that number. */
till session_till(validator *v, const char *key, int number);

void session_hall_open(session_hall *hall, validator *v);
void session_hall_close(session_hall *hall);
/* What memory knew is gone but for what was flushed; as a new server does, amnesty is given. */
void session_hall_restart(session_hall *hall);
/* One transaction, and what follows its commit. out's texts live in the validator's arena. */
pl_err session_call(session_hall *hall, const till *t, pl_act act, session_outcome_t *out);
/* Starts and must get a seat. */
held_session session_hold(session_hall *hall, const till *t);
/* The key that was sealed to the till. */
held_session session_unseal(const till *t, const session_outcome_t *out);
/* The next beat, as the route judges it: from memory, else from the database. */
pl_err session_beat(session_hall *hall, held_session *held, beat_outcome_t *outcome);
/* The state of the next beat's reply, where it must be authenticated. */
pl_session_state session_beat_state(session_hall *hall, held_session *held);
pl_err session_flush(session_hall *hall);

#endif
