/* SPDX-License-Identifier: Apache-2.0
 *
 * The books: each invoice once, what was paid for it, given back of it, disputed. Told twice or in another order they say the same.
 */
#ifndef BILLING_BOOKS_H
#define BILLING_BOOKS_H

#include "billing/stripe_objects.h"
#include "store/payments.h"

typedef struct {
    pl_uuid brand_id;
    pl_uuid license_id; /* nil: not known, these two */
    pl_uuid customer_id;
    int64_t told_at_ms; /* the provider's time of what is booked */
} booking_t;

/* *is_news: it changed the books. *was_failing: this invoice had failed before. */
pl_err books_paid(tx_t *tx, const booking_t *booking, const stripe_invoice_t *invoice, bool *is_news, bool *was_failing);
/* One that was paid since is left as it is. */
pl_err books_failed(tx_t *tx, const booking_t *booking, const stripe_invoice_t *invoice, bool *is_news);
/* refunded: of the payment, in all. */
pl_err books_refunded(tx_t *tx, payment_t *payment, int64_t refunded, int64_t told_at_ms, bool *is_news);
/* status: Stripe's word for the dispute; none of an inquiry ("warning_..."), for which no money moved. */
pl_err books_disputed(tx_t *tx, payment_t *payment, const char *status, int64_t told_at_ms, bool *is_news);

#endif
