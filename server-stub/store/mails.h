/* SPDX-License-Identifier: Apache-2.0
 *
 * Mail that is to go out: an outbox, written in the transaction of what it tells of. Sending is mail/sender.h's.
 */
#ifndef STORE_MAILS_H
#define STORE_MAILS_H

#include "store/store.h"

enum { MAIL_PURPOSE_MAX = 200, MAIL_TEMPLATE_MAX = 64, MAIL_CONTENT_MAX = 16 * 1024, MAIL_LANGUAGE_MAX = 16 };

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
} mail_t;

/* *is_new: false where there is one of that purpose, which stays as it is. */
pl_err mails_insert(tx_t *tx, const mail_t *mail, bool *is_new);

#endif
