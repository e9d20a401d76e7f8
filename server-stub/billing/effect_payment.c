/* SPDX-License-Identifier: Apache-2.0
 *
 * charge.*: money goes back, or is taken back.
 */
#include "billing/effects.h"

#include <string.h>

#include "billing/attention.h"
#include "billing/books.h"
#include "billing/purchase.h"
#include "billing/standing.h"

/* What an event says of the payment that it is about. */
typedef struct {
    const char *charge;
    const char *intent;
    const char *invoice;
} payment_clue_t;

static pl_err find(tx_t *tx, const effect_t *effect, const payment_clue_t *clue, payment_t *payment)
{
    pl_uuid brand_id = effect->scope.brand_id;
    pl_err err = PL_ERR_NOT_FOUND;

    if (clue->invoice)
        err = payments_find(tx, brand_id, clue->invoice, payment);
    if (err == PL_ERR_NOT_FOUND && clue->charge)
        err = payments_find_by_charge(tx, brand_id, clue->charge, payment);
    if (err == PL_ERR_NOT_FOUND && clue->intent)
        err = payments_find_by_charge(tx, brand_id, clue->intent, payment);
    return err;
}

static pl_err look(tx_t *tx, effect_t *effect, const payment_clue_t *clue)
{
    payment_t payment;
    pl_err err = find(tx, effect, clue, &payment);

    if (err != PL_ERR_NOT_FOUND)
        return err;
    effect->wanted.charge = clue->charge;
    return PL_OK;
}

/* An invoice whose own event is late or lost: it was paid, for it has a charge. */
static pl_err book_late(tx_t *tx, effect_t *effect, payment_t *payment)
{
    const stripe_invoice_t *invoice = &effect->facts.invoice;
    booking_t booking = {.brand_id = effect->scope.brand_id, .told_at_ms = effect->event.created_at_ms};
    bool is_news, was_failing;
    purchase_t paid;
    pl_err err = purchase_find(tx, &effect->scope, invoice->subscription, &paid);

    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    if (!err) {
        booking.license_id = paid.row.license_id;
        booking.customer_id = paid.row.customer_id;
    }
    if (err || (err = books_paid(tx, &booking, invoice, &is_news, &was_failing)))
        return err;
    return payments_find(tx, booking.brand_id, invoice->id, payment);
}

/* *is_ours: false where the charge is for something else; then there is nothing to do. */
static pl_err take(tx_t *tx, effect_t *effect, const payment_clue_t *clue, payment_t *payment, bool *is_ours)
{
    pl_err err = find(tx, effect, clue, payment);

    *is_ours = true;
    if (err != PL_ERR_NOT_FOUND)
        return err;
    if (effect->facts.has_invoice && effect->facts.invoice.subscription) {
        err = book_late(tx, effect, payment);
        return err == PL_ERR_NOT_FOUND ? pl_fail(err, "the subscription is not known") : err;
    }
    if (effect->facts.err && effect->facts.err != PL_ERR_NOT_FOUND)
        return effect->facts.err;
    *is_ours = false;
    effect->result.is_ignored = true;
    effect->result.outcome = "no subscription";
    return PL_OK;
}

/* The license as the books now say. */
static pl_err follow(tx_t *tx, effect_t *effect, const payment_t *payment)
{
    const standing_order_t standing = {effect->scope.keyring, false};
    license_view_t view;
    subscription_t current;
    bool changed;
    pl_err err;

    effect->result.customer_id = payment->customer_id;
    if (pl_uuid_is_nil(payment->license_id))
        return PL_OK;
    if ((err = admin_license_find(tx, payment->brand_id, payment->license_id, &view)))
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    return standing_apply(tx, &standing, &view.license, &current, &changed);
}

static payment_clue_t clue_of_charge(const stripe_charge_t *charge)
{
    return (payment_clue_t){charge->id, charge->intent, charge->invoice};
}

static payment_clue_t clue_of_dispute(const stripe_dispute_t *dispute)
{
    return (payment_clue_t){dispute->charge, dispute->intent, NULL};
}

pl_err look_charge(tx_t *tx, effect_t *effect)
{
    stripe_charge_t charge;
    payment_clue_t clue;
    pl_err err = stripe_read_charge(effect->event.object, &charge);

    clue = clue_of_charge(&charge);
    return err ? err : look(tx, effect, &clue);
}

pl_err act_refunded(tx_t *tx, effect_t *effect)
{
    stripe_charge_t charge;
    payment_clue_t clue;
    payment_t payment;
    bool is_ours, is_news;
    pl_err err = stripe_read_charge(effect->event.object, &charge);

    clue = clue_of_charge(&charge);
    if (err || (err = take(tx, effect, &clue, &payment, &is_ours)) || !is_ours)
        return err;
    if ((err = books_refunded(tx, &payment, charge.refunded, effect->event.created_at_ms, &is_news)))
        return err;
    effect->result.outcome = !is_news ? "older" : payment.state == PAYMENT_REFUNDED ? "refunded" : "refunded in part";
    return follow(tx, effect, &payment);
}

pl_err look_dispute(tx_t *tx, effect_t *effect)
{
    stripe_dispute_t dispute;
    payment_clue_t clue;
    pl_err err = stripe_read_dispute(effect->event.object, &dispute);

    clue = clue_of_dispute(&dispute);
    return err ? err : look(tx, effect, &clue);
}

/* A question of the bank's before a dispute: no money moved, and the license goes on; a person must answer it. */
static pl_err take_inquiry(tx_t *tx, effect_t *effect, const stripe_dispute_t *dispute, const payment_t *payment)
{
    const attention_t attention = {
        .occasion = pl_arena_format(tx->arena, "inquiry:%s", dispute->id),
        .matter = "The bank of a customer asks about a payment. Answer it at the payment provider, so that it does not become a "
                  "dispute.",
        .subscription = payment->provider_subscription,
        .license_id = payment->license_id,
    };

    effect->result.customer_id = payment->customer_id;
    effect->result.outcome = "inquiry";
    return attention_order(tx, &effect->scope, &attention);
}

pl_err act_dispute(tx_t *tx, effect_t *effect)
{
    stripe_dispute_t dispute;
    payment_clue_t clue;
    payment_t payment;
    bool is_ours, is_news;
    pl_err err = stripe_read_dispute(effect->event.object, &dispute);

    clue = clue_of_dispute(&dispute);
    if (err || (err = take(tx, effect, &clue, &payment, &is_ours)) || !is_ours)
        return err;
    if (!dispute.status)
        return pl_fail(PL_ERR_INVALID, "a dispute has a status");
    if (strncmp(dispute.status, "warning_", 8) == 0)
        return take_inquiry(tx, effect, &dispute, &payment);
    if ((err = books_disputed(tx, &payment, dispute.status, effect->event.created_at_ms, &is_news)))
        return err;
    effect->result.outcome = is_news ? payment_state_text(payment.state) : "older";
    return follow(tx, effect, &payment);
}
