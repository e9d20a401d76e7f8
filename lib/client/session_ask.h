/* SPDX-License-Identifier: Apache-2.0
 *
 * Asking the validator for a session: start, takeover, end, list. The answer is one to a validation too, and is applied as such.
 */
#ifndef PL_CLIENT_SESSION_ASK_H
#define PL_CLIENT_SESSION_ASK_H

#include "client/ask.h"

enum { PL_END_TIMEOUT_MS = 3000 /* giving a seat back does not hold a closing program up for longer */ };

/* What the answer said, by value. */
typedef struct {
    pl_verdict verdict;
    pl_reason reason;
    bool is_proof_refused;    /* by something unsigned */
    pl_session_state state;   /* NONE: nothing of sessions */
    pl_session_record record; /* HELD */
    pl_time asked;
    int64_t retry_at;         /* TAKEN */
    pospal_holder_t *holders; /* in: room for so many, their stride told by the first one's size; NULL: none */
    size_t room;
    size_t count; /* out: how many there are */
} pl_session_told;

/*
 * Mutex NOT held. Activates first where this device holds no activation, or one that another key of this device was made for. PL_ERR_NO_KEY,
 * and the unreachable errors; told->verdict where something was decided.
 */
pl_err pl_session_ask(pospal_client *client, pl_question *asked, pl_session_told *told);

#endif
