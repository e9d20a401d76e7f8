/* SPDX-License-Identifier: Apache-2.0
 *
 * One question to the validator: build the request, make the exchange, and believe nothing of the reply but a signature over it, this
 * request and this nonce. What an answer then changes is apply.h's.
 */
#ifndef PL_CLIENT_ASK_H
#define PL_CLIENT_ASK_H

#include "client/client.h"
#include "wire/device_request.h"

#ifndef POSPAL_VERSION_STRING
#define POSPAL_VERSION_STRING "unknown"
#endif
#define PL_USER_AGENT "libpospal-license/" POSPAL_VERSION_STRING

enum { PL_URL_SIZE = 640 };

typedef struct {
    pl_arena arena;
    pl_claims claims;
    pl_time asked;         /* when the question was written */
    bool is_carried;       /* by a person: it may have been signed long ago */
    bool is_refused;       /* not signed either: something calls the request wrong or too large */
    bool is_proof_refused; /* not signed, so that nothing was decided: the server may know another key of this device */
    pl_span token;         /* the answer as received */
    pl_span revocations;   /* a revocation list that came along, not verified; else empty */
    pl_span keyset_token;  /* the keyset it was verified with, where a newer one came along; else empty */
} pl_answer;

typedef struct {
    pl_act act;
    const char *key;           /* NULL: none is needed */
    const char *session_id;    /* of a takeover: whose; NULL: that of the longest silent */
    const char *reason;        /* of a takeover */
    const char *license_id;    /* of usage, with activation_id and usage */
    const char *activation_id; /* NULL: the one held */
    const pl_usage_batch *usage;
    const char *channel; /* of a release check */
    int64_t timeout_ms;  /* at most so long, where that is less than the client's; 0: as long as the client's */
} pl_question;

/*
 * Mutex NOT held, is_asking taken. Unreachable errors where nothing was decided. The caller resets answer->arena whatever is returned.
 */
pl_err pl_ask(pospal_client *client, const pl_question *asked, pl_answer *answer);

/* The server's address with a path of the device API. */
void pl_ask_url(const pospal_client *client, const char *path, char url[PL_URL_SIZE]);

/* Waits for its turn and takes it: one question at a time. PL_ERR_CLOSED. Mutex held. */
pl_err pl_ask_begin(pospal_client *client);
/* Gives the turn back unused. Mutex held. */
void pl_ask_cancel(pospal_client *client);
/* Notes success or failure and lets the next one ask. Mutex held. */
void pl_ask_end(pospal_client *client, pl_err err);

#endif
