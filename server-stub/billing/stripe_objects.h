/* SPDX-License-Identifier: Apache-2.0
 *
 * What we need of Stripe's objects, whichever version of its API wrote them: where a member moved, both places are looked at. Texts live in
 * the JSON's tree. A member that is not there is NULL, 0 or -1; only an id is asked for.
 */
#ifndef BILLING_STRIPE_OBJECTS_H
#define BILLING_STRIPE_OBJECTS_H

#include "base/json.h"

enum { STRIPE_TEXT_MAX = 5000 };

/* Whose an object is, by the metadata that our checkouts write. */
typedef struct {
    const char *brand; /* its id; NULL: it was not made by us, these two */
    const char *product;
} stripe_origin_t;

typedef struct {
    const char *id;
    const char *customer;
    const char *email; /* of the customer, where that is expanded; these two */
    const char *name;
    const char *status; /* "active" */
    const char *price;
    const char *currency;
    const char *invoice; /* the newest */
    bool is_paid;        /* the newest invoice is there and is paid */
    bool ends_with_period;
    int64_t begun_at_ms;
    int64_t period_start_ms;
    int64_t period_end_ms;
    int64_t trial_end_ms;
    int64_t amount; /* of a period; -1 */
    stripe_origin_t origin;
} stripe_subscription_t;

typedef struct {
    const char *id;
    const char *customer;
    const char *email;
    const char *name;
    const char *subscription; /* NULL: it is for something else */
    const char *charge;       /* or the payment intent */
    const char *currency;
    const char *reason; /* "subscription_cycle" */
    const char *url;    /* where the customer sees and pays it */
    bool is_paid;
    int64_t amount; /* paid, or due */
    int64_t attempts;
    int64_t paid_at_ms;
    int64_t next_attempt_ms;
    int64_t period_start_ms; /* of the subscription, by the invoice's lines */
    int64_t period_end_ms;
} stripe_invoice_t;

typedef struct {
    const char *id;
    const char *customer;
    const char *subscription;
    const char *email;
    const char *name;
    const char *phone;
    const char *mode;           /* "subscription" */
    const char *payment_status; /* "paid", "unpaid", "no_payment_required" */
    const char *currency;
    const char *url;
    int64_t amount; /* -1 */
    stripe_origin_t origin;
} stripe_checkout_t;

typedef struct {
    const char *id;
    const char *customer;
    const char *invoice; /* NULL in newer versions */
    const char *intent;
    const char *currency;
    int64_t amount;
    int64_t refunded;
} stripe_charge_t;

typedef struct {
    const char *id;
    const char *charge;
    const char *intent;
    const char *status; /* "won", "lost", ... */
} stripe_dispute_t;

typedef struct {
    const char *id;
    const char *email;
    const char *name;
    stripe_origin_t origin;
    bool is_deleted;
} stripe_customer_t;

typedef struct {
    const char *id;
    const char *currency;
    int64_t amount; /* minor units; -1: it has tiers, or a fraction of one */
    bool is_active;
} stripe_price_t;

/* PL_ERR_MALFORMED: it has no id, or a member is of another type. */
pl_err stripe_read_subscription(const pl_json *json, stripe_subscription_t *subscription);
pl_err stripe_read_invoice(const pl_json *json, stripe_invoice_t *invoice);
pl_err stripe_read_checkout(const pl_json *json, stripe_checkout_t *checkout);
pl_err stripe_read_charge(const pl_json *json, stripe_charge_t *charge);
pl_err stripe_read_dispute(const pl_json *json, stripe_dispute_t *dispute);
pl_err stripe_read_customer(const pl_json *json, stripe_customer_t *customer);
pl_err stripe_read_price(const pl_json *json, stripe_price_t *price);
/* The id of what a member refers to, whether it is the id or the whole object; NULL: none. */
const char *stripe_reference(const pl_json *json, const char *name);

#endif
