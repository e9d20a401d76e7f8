/* SPDX-License-Identifier: Apache-2.0
 *
 * Showing that an e-mail address is one's own: a code of six digits is mailed to it, and whoever knows the code gets a token, which is good
 * for a purchase: its reply may be lost, so that it may be asked for again while the token lives. Codes come from the system's generator and are stored as a MAC under a secret of the server; tokens are made anew from
 * the row each time, so that asking twice gives the same.
 */
#ifndef LICENSING_EMAIL_VERIFICATION_H
#define LICENSING_EMAIL_VERIFICATION_H

#include "licensing/keys.h"
#include "store/email_verifications.h"

enum {
    VERIFICATION_LIFE_S = 900,
    VERIFICATION_COOLDOWN_S = 60,
    VERIFICATIONS_PER_HOUR_MAX = 5, /* to an address of mail, and from an address of the network */
    VERIFICATIONS_PER_DAY_MAX = 15, /* to an address of mail */
    VERIFICATION_ATTEMPTS_MAX = 5,
    VERIFICATION_TOKEN_LIFE_S = 1800, /* from the confirmation on */
    VERIFICATION_TOKEN_TEXT_SIZE = 49,
    VERIFICATION_CONTEXT_MAX = 64
};

typedef struct {
    pl_uuid brand_id;
    const char *email;
    const char *context; /* what for: "subscription_signup" */
} verification_order_t;

/* Mails a code. *wait_s: 0, or how long to wait before asking again: then nothing was mailed. Writes. */
pl_err email_verification_start(tx_t *tx, const keyring_t *keyring, const verification_order_t *order, pl_uuid *id,
                                int64_t *wait_s);

typedef enum {
    VERIFICATION_CONFIRMED,
    VERIFICATION_UNKNOWN, /* no such id for that address */
    VERIFICATION_WRONG_CODE,
    VERIFICATION_EXPIRED,
    VERIFICATION_USED,
    VERIFICATION_TOO_OFTEN
} verification_result;

typedef struct {
    pl_uuid brand_id;
    pl_uuid id;
    const char *email;
    const char *code;
} verification_answer_t;

typedef struct {
    verification_result result;
    int64_t attempts_left;
    int64_t expires_in_s; /* of the token */
    char token[VERIFICATION_TOKEN_TEXT_SIZE];
} verification_outcome_t;

/* Writes, also where the code is wrong: attempts are counted. */
pl_err email_verification_confirm(tx_t *tx, const keyring_t *keyring, const verification_answer_t *answer,
                                  verification_outcome_t *outcome);

/* Whether a token is good for that address now: PL_ERR_UNAUTHORIZED. Reads only. */
pl_err email_verification_check(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, const char *email, const char *token);
/* The same, and from now on its code is used. Writes. */
pl_err email_verification_use(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, const char *email, const char *token);

#endif
