/* SPDX-License-Identifier: Apache-2.0
 *
 * One question to the validator: build the request, make the exchange, and believe nothing of the reply but a signature over it, this
 * request and this nonce. What an answer then changes is apply.h's.
 */
#ifndef PL_CLIENT_ASK_H
#define PL_CLIENT_ASK_H

#include "client/client.h"
#include "wire/device_request.h"

typedef struct {
    pl_arena arena;
    pl_claims claims;
    pl_time asked;        /* when the question was written */
    pl_span token;        /* the answer as received */
    pl_span keyset_token; /* the keyset it was verified with, where a newer one came along; else empty */
} pl_answer;

/* What a question has besides what all have. */
typedef struct {
    const char *key;           /* NULL: none is needed */
    const char *license_id;    /* of usage, with activation_id and usage */
    const char *activation_id; /* NULL: the one held */
    const pl_usage_batch *usage;
    const char *channel; /* of a release check */
} pl_question;

pl_err pl_ask_about(pospal_client *client, pl_act act, const pl_question *about, pl_answer *answer);
/*
 * The same about a key alone. Mutex NOT held, is_asking taken. key is for activate and deactivate too. Unreachable errors where nothing was decided. The caller
 * resets answer->arena whatever is returned.
 */
pl_err pl_ask(pospal_client *client, pl_act act, const char *key, pl_answer *answer);

/* Waits for its turn and takes it: one question at a time. PL_ERR_CLOSED. Mutex held. */
pl_err pl_ask_begin(pospal_client *client);
/* Gives the turn back unused. Mutex held. */
void pl_ask_cancel(pospal_client *client);
/* Notes success or failure and lets the next one ask. Mutex held. */
void pl_ask_end(pospal_client *client, pl_err err);

#endif
