/* SPDX-License-Identifier: Apache-2.0
 *
 * What of the outbox is sent now, and what becomes of it: the rules between the database and the wire.
 *
 * A mail is taken by a lease, sent outside of any transaction, and settled in another. Who dies between a server's word that it took the mail and that
 * transaction sends it again when the lease has run out, with the same Message-ID: twice perhaps, lost never.
 */
#ifndef MAIL_OUTBOX_H
#define MAIL_OUTBOX_H

#include "mail/carrier.h"
#include "mail/letter.h"

enum {
    MAIL_TRIED_HOURS = 48, /* after the first attempt it is given up, unless it ends earlier */
    MAIL_PER_HOUR = 5,     /* to one recipient, of one brand; the brand's own support address has no limit */
    MAIL_PER_DAY = 20
};

typedef struct {
    int64_t first_retry_ms; /* the first pause after a failure; it doubles, to four hours at most */
    int64_t lease_ms;       /* longer than an attempt can take */
} outbox_rules_t;

/*
 * The next mail that is due, and all that it is written of. What is not to be sent (it ended, or its recipient has had enough) is settled at once, and comes
 * with another state than MAIL_WAITING, or with a later due_at_ms: nothing is left to be done about it. PL_ERR_NOT_FOUND: nothing is due.
 */
pl_err outbox_take(store_t *store, const tx_t *about, const keyring_t *keyring, const outbox_rules_t *rules, letter_t *letter);
bool outbox_is_taken(const letter_t *letter, int64_t now_ms); /* to be sent */

typedef struct {
    const letter_t *letter;
    const carrier_result_t *result;
    int64_t tried_at_ms;
} outbox_outcome_t;

/* Gives the lease back of what was not sent. */
pl_err outbox_leave(store_t *store, const tx_t *about, const letter_t *letter);
/* Writes the attempt and what the mail has become, *became; where the lease was lost only that it was sent. */
pl_err outbox_settle(store_t *store, const tx_t *about, const outbox_rules_t *rules, const outbox_outcome_t *outcome,
                     mail_state *became);

#endif
