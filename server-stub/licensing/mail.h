/* SPDX-License-Identifier: Apache-2.0
 *
 * Mail as the use cases write it: which template, to whom, filled with what; in the transaction of what it tells of. It is sent later, by
 * mail/sender.h, and a mail that can't be sent undoes nothing. One purpose is mailed once, however often it is asked for.
 */
#ifndef LICENSING_MAIL_H
#define LICENSING_MAIL_H

#include "licensing/keys.h"
#include "store/mails.h"

/*
 * The names of the templates; the files are named like them. What each is filled with is in docs/OPERATING.md, "What a mail is filled with": a
 * value whose name ends in _at is Unix milliseconds as decimal text, amount is "2900 eur" in minor units, *_url begins with http. Brand's name,
 * support_email, website, recipient and customer_name are filled in when it is sent.
 */
typedef enum {
    MAIL_WELCOME,
    MAIL_PAYMENT_FAILED,
    MAIL_REACTIVATED,
    MAIL_RENEWAL_PROCESSED,
    MAIL_RENEWAL_REMINDER,
    MAIL_LICENSE_RECOVERY,
    MAIL_MACHINE_SWITCHED,
    MAIL_DEVICE_DISCONNECTED,
    MAIL_SUBSCRIPTION_CANCELLED,
    MAIL_CANCELLATION_REVERSED,
    MAIL_VERIFICATION_CODE,
    MAIL_REFUND_REQUESTED,
    MAIL_TRIAL_ENDING,
    MAIL_WEBHOOK_DISABLED,
    MAIL_PAYMENT_ATTENTION,
    MAIL_TEMPLATES
} mail_template;

enum { MAIL_VALUES_MAX = 12 };

/* {"license_key", "ABCD-..."}; value NULL: left out. */
typedef struct {
    const char *name;
    const char *value;
} mail_value_t;

typedef struct {
    pl_uuid brand_id;
    mail_template template;
    const char *purpose; /* "<checkout>"; the template's name is put before it. There is one mail of a purpose. */
    const char *recipient;
    const char *language; /* NULL: the customer's, or the brand's */
    pl_uuid customer_id;  /* nil: none, these two */
    pl_uuid license_id;
    int64_t not_before_ms; /* 0: at once */
    const mail_value_t *values;
    size_t count;
    int64_t expires_at_ms; /* of no use afterwards; 0: given up two days after the first attempt */
} mail_order_t;

const char *mail_template_text(mail_template name); /* "welcome" */
bool mail_template_parse(const char *text, mail_template *name);

/* Writes it into the outbox, its values sealed. *is_new, if not NULL: false where it was asked for before. PL_ERR_INVALID, _MEMORY. */
pl_err mail_order(tx_t *tx, const keyring_t *keyring, const mail_order_t *order, bool *is_new);
/*
 * Orders it once more, as another mail with an id of its own; one that waits is due at once instead, and *again is its own id. Audited.
 * PL_ERR_STATE: it is under way, or what it was filled with is wiped.
 */
pl_err mail_resend(tx_t *tx, const keyring_t *keyring, const mail_t *mail, pl_uuid *again);
/* What it is filled with, as a JSON object in the arena; "{}" once that is gone. */
pl_err mail_content(tx_t *tx, const keyring_t *keyring, const mail_t *mail, pl_span *json);

#endif
