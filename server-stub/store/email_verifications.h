/* SPDX-License-Identifier: Apache-2.0
 *
 * Codes that were mailed, so that an e-mail address can be shown to be its owner's. The rules are licensing/email_verification.h's.
 */
#ifndef STORE_EMAIL_VERIFICATIONS_H
#define STORE_EMAIL_VERIFICATIONS_H

#include "crypto/crypto.h"
#include "store/store.h"

typedef struct {
    pl_uuid brand_id;
    pl_uuid id;
    const char *email; /* folded */
    const char *context;
    uint8_t code_hash[PL_DIGEST_SIZE];
    int64_t attempts;
    const char *address; /* NULL: not known */
    int64_t created_at_ms;
    int64_t expires_at_ms;
    int64_t confirmed_at_ms; /* 0: not, these two */
    int64_t used_at_ms;
} email_verification_t;

/* Also forgets those that are older than a day. */
pl_err email_verifications_insert(tx_t *tx, const email_verification_t *verification);
/* By brand and id. PL_ERR_NOT_FOUND. */
pl_err email_verifications_find(tx_t *tx, pl_uuid brand_id, pl_uuid id, email_verification_t *verification);
/* Writes attempts, confirmed_at and used_at, if attempts and used_at are still those of before. PL_ERR_NOT_FOUND: somebody was first. */
pl_err email_verifications_change(tx_t *tx, const email_verification_t *before, const email_verification_t *after);
/* How many began since then, and when the newest did (0: none). */
pl_err email_verifications_count_to(tx_t *tx, const email_verification_t *like, int64_t since_ms, int64_t *count,
                                    int64_t *newest_ms);
pl_err email_verifications_count_from(tx_t *tx, const email_verification_t *like, int64_t since_ms, int64_t *count);

#endif
