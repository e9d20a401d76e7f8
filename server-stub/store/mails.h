/* SPDX-License-Identifier: Apache-2.0
 *
 * Mail that is to go out: an outbox, written in the transaction of what it tells of. Sending is mail/sender.h's; the log of it, and forgetting,
 * are in mail_log.c.
 */
#ifndef STORE_MAILS_H
#define STORE_MAILS_H

#include "store/store.h"

enum {
    MAIL_PURPOSE_MAX = 200,
    MAIL_TEMPLATE_MAX = 64,
    MAIL_CONTENT_MAX = 16 * 1024,
    MAIL_LANGUAGE_MAX = 16,
    MAILS_LOOK_MAX = 8,          /* of what is due, at once */
    MAILS_PAGE_MAX = 200,        /* of a list */
    MAIL_CONTENT_KEPT_DAYS = 30, /* after it was settled: what it was filled with, so that it can be sent again */
    MAIL_SWEEP = 500
};

/* Stored as numbers: append only. */
typedef enum {
    MAIL_WAITING = 1,
    MAIL_SENT = 2,      /* a server took it */
    MAIL_FAILED = 3,    /* given up */
    MAIL_SUPPRESSED = 4 /* not to be sent: too many to one address, or no way to send it */
} mail_state;

typedef struct {
    pl_uuid brand_id;
    pl_uuid id;
    const char *purpose; /* what there is one of */
    const char *template;
    const char *language; /* NULL: the customer's, or the brand's */
    pl_uuid customer_id;  /* nil: none, these two */
    pl_uuid license_id;
    const char *recipient;
    pl_span content; /* sealed; empty: it is of no more use */
    mail_state state;
    int64_t attempts;
    int64_t due_at_ms;
    int64_t held_until_ms;
    int64_t created_at_ms;
    int64_t settled_at_ms;   /* 0: not yet */
    const char *provider_id; /* NULL: none, these two */
    const char *error;
    int64_t expires_at_ms; /* 0: not decided */
} mail_t;

/* *is_new: false where there is one of that purpose, which stays as it is. */
pl_err mails_insert(tx_t *tx, const mail_t *mail, bool *is_new);

/* ---- sending ---- */

/* What is due, of brands that have set from whom their mail comes, and is held by nobody: the longest due first, at most MAILS_LOOK_MAX. */
pl_err mails_due(tx_t *tx, mail_t **list, size_t *count);
/*
 * Takes the lease of one that is due, counts the attempt, and says when it is given up (expires_at_ms, unless that was said before). Fills the
 * row in. PL_ERR_NOT_FOUND: another was first.
 */
pl_err mails_claim(tx_t *tx, mail_t *mail, int64_t until_ms, int64_t expires_at_ms);
/*
 * Writes state, due_at, settled_at, provider_id and error, and gives the lease back; wipes: also what it is filled with. PL_ERR_NOT_FOUND: the
 * lease (held_until_ms as it was read or taken) is lost; what is sent is so whoever has the lease.
 */
pl_err mails_settle(tx_t *tx, const mail_t *mail, bool wipes);

typedef struct {
    pl_uuid brand_id;
    pl_uuid mail_id;
    int64_t number; /* from 1 */
    int64_t tried_at_ms;
    int64_t duration_ms;
    mail_state state;   /* of the mail afterwards */
    const char *answer; /* of the server, or why there was none; NULL: none */
} mail_attempt_t;

pl_err mails_note_attempt(tx_t *tx, const mail_attempt_t *attempt);
/*
 * How many a server took for that address since, those under way included, and when the first of them was sent (0: none). Anybody may have a
 * code mailed to any address: against other mail than codes they are not counted.
 */
pl_err mails_sent_since(tx_t *tx, const mail_t *mail, int64_t since_ms, int64_t *count, int64_t *first_ms);
/* What the customer is called, and its language; both NULL where there is no such customer. */
pl_err mails_addressee(tx_t *tx, const mail_t *mail, const char **name, const char **language);

/* ---- the log ---- */

typedef struct {
    pl_uuid brand_id;
    const char *recipient; /* NULL: any; with it any state */
    int64_t state;         /* 0: any */
    pl_uuid before;        /* nil: from the newest */
    int64_t limit;
} mail_page_t;

pl_err mails_list(tx_t *tx, const mail_page_t *page, mail_t **list, size_t *count); /* the newest first */
pl_err mails_find(tx_t *tx, pl_uuid brand_id, pl_uuid id, mail_t *mail);            /* PL_ERR_NOT_FOUND */
pl_err mails_attempts(tx_t *tx, const mail_t *mail, mail_attempt_t **list, size_t *count);
/* One that waits is due at once. PL_ERR_NOT_FOUND: it does not wait, or is under way. */
pl_err mails_hurry(tx_t *tx, const mail_t *mail);

enum { MAILS_COUNTED_MAX = 10000 };

typedef struct {
    int64_t waiting; /* of all brands, due or not; MAILS_COUNTED_MAX at most are counted */
    int64_t lag_ms;  /* since the first of them that is due became so; 0: none is */
} mail_queue_t;

pl_err mails_measure(tx_t *tx, mail_queue_t *queue);
/* Gives up what waited beyond its use, and wipes what was settled MAIL_CONTENT_KEPT_DAYS ago; MAIL_SWEEP of each at a time. */
pl_err mails_sweep(tx_t *tx);

/* ---- between the two files ---- */

#define MAIL_COLUMNS                                                                                                    \
    "brand_id, id, purpose, template, language, customer_id, license_id, recipient, content, state, attempts, due_at, " \
    "held_until,"                                                                                                       \
    " created_at, settled_at, provider_id, error, expires_at"

pl_err mails_map(pl_db_statement *row, pl_arena *arena, void *item);

#endif
