/* SPDX-License-Identifier: Apache-2.0
 *
 * What an import brings along beside customers, licenses and seats, in the tables that other aggregates own: each row once, and what is
 * here already stays as it is.
 */
#ifndef STORE_ARRIVALS_H
#define STORE_ARRIVALS_H

#include "store/mails.h"

/* By which the other system knew a customer. *is_set: false where it has a number, or another customer has that one. */
pl_err arrivals_number(tx_t *tx, pl_uuid brand_id, pl_uuid customer_id, int64_t number, bool *is_set);
/* When a license was last looked at, there; never sets a time back. validated_at_ms 0: never. */
pl_err arrivals_seen(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, int64_t seen_at_ms, int64_t validated_at_ms);
/* A mail that went out there, or did not: in its state, without content. created_at_ms and settled_at_ms are read. */
pl_err arrivals_mail(tx_t *tx, const mail_t *mail, bool *is_new);

typedef struct {
    pl_uuid brand_id;
    const char *provider;
    const char *event_id;
    const char *type;
    int64_t created_at_ms;
    int64_t settled_at_ms;
    pl_uuid customer_id; /* nil: not known */
} arrived_event_t;

/* An event of a provider that was dealt with there: when it comes again, it does nothing. */
pl_err arrivals_event(tx_t *tx, const arrived_event_t *event, bool *is_new);

#endif
