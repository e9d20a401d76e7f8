/* SPDX-License-Identifier: Apache-2.0
 *
 * What an event of the provider does: one table, type by type, the same that docs/BILLING.md shows. First what is missing is looked for,
 * then it is asked for at the provider, with no transaction open, then the effects are written in one transaction with the mark that the
 * event is done.
 */
#ifndef BILLING_EFFECTS_H
#define BILLING_EFFECTS_H

#include "billing/stripe_calls.h"
#include "billing/terms.h"
#include "licensing/keys.h"
#include "store/inbound_events.h"

/* For whom. */
typedef struct {
    pl_uuid brand_id;
    pl_uuid product_id; /* which is bought; nil: not known */
    const keyring_t *keyring;
} billing_scope_t;

typedef struct {
    const char *id;
    const char *type;
    int64_t created_at_ms;
    const pl_json *object;
} stripe_event_t;

/* Ids to be asked for; NULL: not needed. */
typedef struct {
    const char *subscription;
    const char *charge; /* then its invoice too */
} billing_wanted_t;

/* What the provider said; err: why something is missing. */
typedef struct {
    bool has_subscription;
    bool has_charge;
    bool has_invoice;
    stripe_subscription_t subscription;
    stripe_charge_t charge;
    stripe_invoice_t invoice;
    pl_err err;
} billing_facts_t;

typedef struct {
    bool is_ignored;
    const char *outcome; /* a word for the inbox: "reactivated" */
    pl_uuid customer_id;
    bool is_cancellation_told; /* the customer, by mail; these two */
    bool is_reversal_told;
} billing_result_t;

typedef struct {
    billing_scope_t scope;
    stripe_event_t event;
    billing_wanted_t wanted;
    billing_facts_t facts;
    billing_result_t result;
} effect_t;

typedef struct {
    const char *type;
    pl_err (*look)(tx_t *tx, effect_t *effect); /* fills in wanted; NULL: nothing is ever needed */
    /* PL_ERR_NOT_FOUND: it is about what we do not know, yet; PL_ERR_INVALID: it lacks what it must have; PL_ERR_PAYMENTS_DOWN: not without the provider. */
    pl_err (*act)(tx_t *tx, effect_t *effect);
    bool is_note; /* nothing but the audit is written */
} effect_row_t;

const effect_row_t *effects_find(const char *type); /* NULL: of that type nothing is done */
const effect_row_t *effects_at(size_t index);       /* NULL at the end */
/* From the bytes that came; texts live in the arena. PL_ERR_MALFORMED. */
pl_err effects_read_event(pl_arena *arena, pl_span body, stripe_event_t *event);
/* Asks for what is wanted; failures are left in facts.err. */
void effects_fetch(stripe_t *stripe, effect_t *effect);

/* The rows' acts, each in the file of its subject. */
pl_err look_checkout(tx_t *tx, effect_t *effect);
pl_err act_checkout(tx_t *tx, effect_t *effect);
pl_err act_checkout_failed(tx_t *tx, effect_t *effect);
pl_err look_invoice(tx_t *tx, effect_t *effect);
pl_err act_invoice_paid(tx_t *tx, effect_t *effect);
pl_err act_invoice_failed(tx_t *tx, effect_t *effect);
pl_err act_subscription(tx_t *tx, effect_t *effect);
pl_err act_subscription_begun(tx_t *tx, effect_t *effect);
pl_err act_trial_ending(tx_t *tx, effect_t *effect);
pl_err look_charge(tx_t *tx, effect_t *effect);
pl_err act_refunded(tx_t *tx, effect_t *effect);
pl_err look_dispute(tx_t *tx, effect_t *effect);
pl_err act_dispute(tx_t *tx, effect_t *effect);
pl_err act_payment_method(tx_t *tx, effect_t *effect);
pl_err act_customer(tx_t *tx, effect_t *effect);

#endif
