/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of events.
 */
#include "billing/effects.h"

#include <string.h>

static const effect_row_t table[] = {
    {"checkout.session.completed", look_checkout, act_checkout, false},
    {"checkout.session.async_payment_succeeded", look_checkout, act_checkout, false},
    {"checkout.session.async_payment_failed", look_checkout, act_checkout_failed, false},
    {"invoice.payment_succeeded", look_invoice, act_invoice_paid, false},
    {"invoice.paid", look_invoice, act_invoice_paid, false},
    {"invoice.payment_failed", NULL, act_invoice_failed, false},
    {"customer.subscription.created", NULL, act_subscription_begun, false},
    {"customer.subscription.updated", NULL, act_subscription, false},
    {"customer.subscription.deleted", NULL, act_subscription, false},
    {"customer.subscription.paused", NULL, act_subscription, false},
    {"customer.subscription.resumed", NULL, act_subscription, false},
    {"customer.subscription.trial_will_end", NULL, act_trial_ending, false},
    {"charge.refunded", look_charge, act_refunded, false},
    {"charge.dispute.created", look_dispute, act_dispute, false},
    {"charge.dispute.closed", look_dispute, act_dispute, false},
    {"customer.updated", NULL, act_customer, true},
    {"payment_method.attached", NULL, act_payment_method, true},
    {"setup_intent.succeeded", NULL, act_payment_method, true},
};

enum { ROWS = sizeof(table) / sizeof(table[0]) };

const effect_row_t *effects_at(size_t index)
{
    return index < ROWS ? &table[index] : NULL;
}

const effect_row_t *effects_find(const char *type)
{
    for (size_t i = 0; i < ROWS; i++)
        if (strcmp(table[i].type, type) == 0)
            return &table[i];
    return NULL;
}

pl_err effects_read_event(pl_arena *arena, pl_span body, stripe_event_t *event)
{
    const pl_json *json, *data = NULL;
    int64_t created_s;
    pl_err err;

    *event = (stripe_event_t){.id = NULL};
    if ((err = pl_json_parse(arena, body, INBOUND_BODY_MAX, &json)) ||
        (err = pl_json_want_text(json, "id", INBOUND_ID_MAX, &event->id)) ||
        (err = pl_json_want_text(json, "type", INBOUND_TYPE_MAX, &event->type)) ||
        (err = pl_json_want_int(json, "created", 0, INT64_C(253402300799), &created_s)) ||
        (err = pl_json_may_object(json, "data", &data)))
        return err;
    event->created_at_ms = created_s * 1000;
    if (data && (err = pl_json_may_object(data, "object", &event->object)))
        return err;
    if (!event->object || !*event->id || !*event->type)
        return pl_fail(PL_ERR_MALFORMED, "an event has an id, a type and an object");
    return PL_OK;
}

static pl_err fetch_charge(stripe_t *stripe, effect_t *effect)
{
    billing_facts_t *facts = &effect->facts;
    pl_err err = stripe_fetch_charge(stripe, effect->wanted.charge, &facts->charge);

    facts->has_charge = !err;
    if (err || !facts->charge.invoice)
        return err;
    err = stripe_fetch_invoice(stripe, facts->charge.invoice, &facts->invoice);
    facts->has_invoice = !err;
    return err;
}

void effects_fetch(stripe_t *stripe, effect_t *effect)
{
    billing_facts_t *facts = &effect->facts;

    if (effect->wanted.subscription) {
        facts->err = stripe_fetch_subscription(stripe, effect->wanted.subscription, &facts->subscription, NULL);
        facts->has_subscription = !facts->err;
    }
    if (!facts->err && effect->wanted.charge)
        facts->err = fetch_charge(stripe, effect);
}
