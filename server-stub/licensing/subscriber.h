/* SPDX-License-Identifier: Apache-2.0
 *
 * A customer of one product as programs written for POSPal's licensing API know it: an e-mail address and an unlock token, which is the
 * license key; the license, the subscription that pays for it, and when it was last looked at. Addresses are compared without regard to
 * case.
 */
#ifndef LICENSING_SUBSCRIBER_H
#define LICENSING_SUBSCRIBER_H

#include "licensing/admin_licenses.h"
#include "store/facades.h"
#include "store/license_seen.h"
#include "store/subscriptions.h"

typedef struct {
    license_t license;
    product_t product;
    customer_t customer;
    int64_t number; /* by which programs know the customer: an earlier system's, or one made of its id; 1 to 2^53 - 1 */
    bool has_subscription;
    subscription_t subscription;
    license_seen_t seen; /* before this request */
    bool is_active;
    bool is_period_over; /* it was paid for until now, and not since */
    const char *status;  /* "active", "inactive", "cancelled", "expired" */
} subscriber_t;

typedef struct {
    const facade_t *facade;
    const keyring_t *keyring;
    const char *email;
    const char *token;
} subscriber_question_t;

/*
 * PL_ERR_NOT_FOUND, whatever it is that does not fit. In a transaction that writes, the license is then this transaction's alone (store/licenses.h).
 */
pl_err subscriber_find(tx_t *tx, const subscriber_question_t *question, subscriber_t *subscriber);
/* By the address alone: of several licenses of the product an active one, else the newest. For what is mailed to that address, and no more. */
pl_err subscriber_find_by_email(tx_t *tx, const facade_t *facade, const char *email, subscriber_t *subscriber);
/* By the checkout that it was paid with; only what is the customer's of that address. */
pl_err subscriber_find_by_checkout(tx_t *tx, const facade_t *facade, const char *checkout, const char *email,
                                   subscriber_t *subscriber);
/* Notes that it was looked at now. */
pl_err subscriber_see(tx_t *tx, const subscriber_t *subscriber, bool is_validated);
/* The end of the period that is paid for, by the subscription, failing that by the license; 0: none is known. */
int64_t subscriber_period_end_ms(const subscriber_t *subscriber);

#endif
