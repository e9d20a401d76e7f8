/* SPDX-License-Identifier: Apache-2.0
 *
 * What a person must look at, since money came for which no rule gives what was bought: written into the audit, and mailed to the brand's
 * support_email, once for its occasion.
 */
#ifndef BILLING_ATTENTION_H
#define BILLING_ATTENTION_H

#include "billing/effects.h"
#include "store/audit.h"

typedef struct {
    const char *occasion;     /* "duplicate:sub_1" */
    const char *matter;       /* a sentence: what happened, and what to do */
    const char *email;        /* the customer's; NULL: not known, these two */
    const char *subscription; /* the provider's id of it, or of the event */
    pl_uuid license_id;       /* nil: none */
} attention_t;

/* Without a support_email it is in the audit alone. */
pl_err attention_order(tx_t *tx, const billing_scope_t *scope, const attention_t *attention);

/* A text by its name; NULL: left out. */
typedef struct {
    const char *name;
    const char *text;
} billing_word_t;

/* The entry with the words as its metadata: they are another system's, and are escaped. */
pl_err billing_audit(tx_t *tx, const audit_t *entry, const billing_word_t *words, size_t count);

#endif
