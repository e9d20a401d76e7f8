/* SPDX-License-Identifier: Apache-2.0
 *
 * Asking and applying as one step, for the verbs and the background: one question at a time per client.
 */
#ifndef PL_CLIENT_ONLINE_H
#define PL_CLIENT_ONLINE_H

#include "client/ask.h"

typedef struct {
    pl_verdict verdict;
    pl_reason reason;
} pl_outcome;

/* Mutex NOT held. Asks, applies a decided answer, notes a failure. Unreachable errors, _NO_SERVER, _NO_FINGERPRINT, _MEMORY, _CLOSED. */
pl_err pl_online_ask(pospal_client *client, pl_act act, const char *key, pl_outcome *outcome);
/*
 * Mutex NOT held. Validates the activation held, or activates with the stored key where there is none or the server no longer knows it.
 * PL_ERR_NO_KEY where there is nothing to ask with, or this device gave its seat back; with is_patient PL_ERR_STATE where the server was
 * asked in the last 60 s, perhaps by a thread that had to be waited for.
 */
pl_err pl_online_renew(pospal_client *client, bool is_patient, pl_outcome *outcome);
/* Mutex held: whether asking may help now: a server, and nobody asked in the last 60 s. */
bool pl_online_is_quiet(const pospal_client *client, pl_time now);

/* PL_ERR_NO_SERVER where none is set. */
pl_err pl_online_require(const pospal_client *client);
/* Mutex held, the turn taken, and pl_apply_lock taken before: applies an answer. asked_notice: see pl_apply_answer. */
pl_err pl_online_take(pospal_client *client, const pl_question *asked, pl_answer *answer, uint64_t asked_notice);

#endif
