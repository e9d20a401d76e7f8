/* SPDX-License-Identifier: Apache-2.0
 *
 * The requests that we make of Stripe. Failures are stripe.h's. What creates something has a key by which Stripe knows it again, made of
 * our own ids: asked twice, it is made once.
 */
#ifndef BILLING_STRIPE_CALLS_H
#define BILLING_STRIPE_CALLS_H

#include "billing/stripe.h"
#include "billing/stripe_objects.h"

typedef struct {
    const char *price;
    const char *customer; /* NULL: Stripe makes one of the e-mail address */
    const char *email;
    const char *name; /* NULL: none, these three */
    const char *phone;
    const char *company;
    const char *success_url;
    const char *cancel_url;
    stripe_origin_t origin;
    const char *idempotency_key;
} checkout_order_t;

pl_err stripe_create_checkout(stripe_t *stripe, const checkout_order_t *order, stripe_checkout_t *checkout);

typedef struct {
    const char *email;
    const char *name; /* NULL: none */
    stripe_origin_t origin;
    const char *idempotency_key;
} customer_order_t;

pl_err stripe_create_customer(stripe_t *stripe, const customer_order_t *order, stripe_customer_t *customer);
/* The newest of that address, which Stripe compares as it is written, that was made for the brand (its id). PL_ERR_NOT_FOUND. */
pl_err stripe_find_customer(stripe_t *stripe, const char *email, const char *brand, stripe_customer_t *customer);
pl_err stripe_create_portal(stripe_t *stripe, const char *customer, const char *return_url, const char *idempotency_key,
                            const char **url);
/* All that was paid for the invoice; asked again, the same refund. *refund: its id. PL_ERR_STATE: nothing was paid, or Stripe cannot tell by what. */
pl_err stripe_refund_invoice(stripe_t *stripe, const char *invoice, const char *idempotency_key, const char **refund,
                             int64_t *amount);

pl_err stripe_fetch_customer(stripe_t *stripe, const char *id, stripe_customer_t *customer);
/* As it is, with ids in place of what belongs to it. */
pl_err stripe_fetch_plain_subscription(stripe_t *stripe, const char *id, const pl_json **json);
/* With its customer and its newest invoice. *json, if not NULL: as it came. */
pl_err stripe_fetch_subscription(stripe_t *stripe, const char *id, stripe_subscription_t *subscription, const pl_json **json);
pl_err stripe_fetch_invoice(stripe_t *stripe, const char *id, stripe_invoice_t *invoice);
pl_err stripe_fetch_charge(stripe_t *stripe, const char *id, stripe_charge_t *charge);
pl_err stripe_fetch_price(stripe_t *stripe, const char *id, stripe_price_t *price);

enum { STRIPE_PAGE = 100 };

/* A page of a list, as it came: the array, and whether there is more after its last one. after: an id; NULL: from the start. */
typedef struct {
    const pl_json *items;
    bool has_more;
    const char *last; /* the id to go on after */
} stripe_page_t;

/* The newest first; those that ended too. begun_after_s: made since; 0: all. */
pl_err stripe_list_subscriptions(stripe_t *stripe, int64_t begun_after_s, const char *after, stripe_page_t *page);
/* The newest first, of the last 30 days: those that no endpoint took. */
pl_err stripe_list_undelivered_events(stripe_t *stripe, const char *after, stripe_page_t *page);

#endif
