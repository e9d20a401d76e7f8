/* SPDX-License-Identifier: Apache-2.0
 *
 * Customers: known by e-mail address, compared without regard to case, one row per brand and address.
 */
#ifndef STORE_CUSTOMERS_H
#define STORE_CUSTOMERS_H

#include "store/store.h"

enum { CUSTOMER_EMAIL_MAX = 254, CUSTOMER_NAME_MAX = 256 };

typedef struct {
    pl_uuid id;
    pl_uuid brand_id;
    const char *email; /* as the customer wrote it */
    const char *name;  /* NULL: none */
} customer_t;

/* The form name@domain, without spaces and control characters; whether mail arrives is for the mail to find out. */
bool customers_email_is_valid(const char *email);
/* Folds ASCII letters to lower case; the rest of an address is compared as it is. */
char *customers_fold_email(pl_arena *arena, const char *email);
/* Inserts, or finds the one of that address and writes its id into customer (a name that is new here is kept). */
pl_err customers_ensure(tx_t *tx, customer_t *customer);
/* By id, a page: after an id (nil: from the start), at most limit. */
pl_err customers_page(tx_t *tx, const customer_t *after, int64_t limit, customer_t **customers, size_t *count);
pl_err customers_find(tx_t *tx, pl_uuid brand_id, pl_uuid id, customer_t *customer); /* PL_ERR_NOT_FOUND */
pl_err customers_find_by_email(tx_t *tx, pl_uuid brand_id, const char *email, customer_t *customer);

#endif
