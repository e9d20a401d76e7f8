/* SPDX-License-Identifier: Apache-2.0
 *
 * The mail that payments bring about, ordered in the transaction of what it tells. Each is mailed once for its occasion, which is named by
 * the provider's ids: a duplicate of an event mails nothing.
 */
#ifndef BILLING_LETTERS_H
#define BILLING_LETTERS_H

#include "billing/purchase.h"
#include "licensing/mail.h"

typedef struct {
    mail_template template;
    const char *occasion;            /* "in_1": the purpose, with the template's name */
    const char *with_key;            /* the license key; NULL: it is not told */
    const stripe_invoice_t *invoice; /* NULL: none */
    int64_t ends_at_ms;              /* 0: not told */
} notice_t;

/* Nothing where the customer has no address (it was erased). *is_new as mail_order's; may be NULL. */
pl_err letter_order(tx_t *tx, const billing_scope_t *scope, const purchase_t *about, const notice_t *letter, bool *is_new);

#endif
