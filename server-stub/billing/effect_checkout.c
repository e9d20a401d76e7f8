/* SPDX-License-Identifier: Apache-2.0
 *
 * checkout.session.*: somebody bought.
 */
#include "billing/effects.h"

#include <string.h>

#include "billing/attention.h"
#include "billing/origin.h"
#include "billing/purchase.h"
#include "billing/standing.h"
#include "billing/welcome.h"

static bool is(const char *text, const char *word)
{
    return text && strcmp(text, word) == 0;
}

/* A checkout for something else than a subscription, or another brand's on the same account. */
static bool is_foreign(const effect_t *effect, const stripe_checkout_t *checkout)
{
    char brand[PL_UUID_TEXT_SIZE];

    pl_uuid_format(effect->scope.brand_id, brand);
    return !is(checkout->mode, "subscription") || (checkout->origin.brand && !is(checkout->origin.brand, brand));
}

static pl_err read(const effect_t *effect, stripe_checkout_t *checkout)
{
    pl_err err = stripe_read_checkout(effect->event.object, checkout);

    if (err || is_foreign(effect, checkout))
        return err;
    if (!checkout->email || !checkout->subscription)
        return pl_fail(PL_ERR_INVALID, "a checkout needs the customer's e-mail address and its subscription");
    return PL_OK;
}

pl_err look_checkout(tx_t *tx, effect_t *effect)
{
    stripe_checkout_t checkout;
    pl_err err = read(effect, &checkout);

    (void)tx;
    if (!err && !is_foreign(effect, &checkout))
        effect->wanted.subscription = checkout.subscription;
    return err;
}

/* A product named by our own checkout is the one that was bought, wherever its event came to. */
static void choose_product(effect_t *effect, const stripe_origin_t *origin)
{
    pl_uuid id;

    if (origin->product && !pl_uuid_parse(pl_span_text(origin->product), &id))
        effect->scope.product_id = id;
}

/*
 * What our own checkout made says so. One that was not made by us (a payment link) is ours if its subscription has our price, and waits for the
 * provider to say that.
 */
static pl_err belongs(tx_t *tx, effect_t *effect, const stripe_checkout_t *checkout, bool *is_ours)
{
    *is_ours = !is_foreign(effect, checkout);
    if (!*is_ours)
        return PL_OK;
    if (checkout->origin.brand) {
        choose_product(effect, &checkout->origin);
        return PL_OK;
    }
    if (!effect->facts.has_subscription)
        return effect->facts.err ? effect->facts.err : PL_ERR_PAYMENTS_DOWN;
    return origin_is_ours(tx, &effect->scope, &effect->facts.subscription, is_ours);
}

static pl_err ignore(effect_t *effect)
{
    effect->result.is_ignored = true;
    effect->result.outcome = "not ours";
    return PL_OK;
}

static pl_err note(tx_t *tx, const effect_t *effect, const stripe_checkout_t *checkout, audit_action action)
{
    const audit_t entry = {.brand_id = effect->scope.brand_id, .action = action};
    const billing_word_t words[] = {{"subscription", checkout->subscription}};

    return billing_audit(tx, &entry, words, 1);
}

static const char *outcome_of(const purchase_t *bought)
{
    static const char *const words[] = {
        [PURCHASE_NEW] = "new license",
        [PURCHASE_RETURNED] = "returned",
        [PURCHASE_SAME] = "known",
        [PURCHASE_DUPLICATE] = "duplicate",
    };

    return words[bought->kind];
}

static pl_err take(tx_t *tx, effect_t *effect, const stripe_checkout_t *checkout)
{
    purchase_order_t order = {
        .email = checkout->email,
        .name = checkout->name,
        .checkout = checkout->origin.brand ? checkout->id : NULL,
        .bought_at_ms = effect->event.created_at_ms,
        .told_at_ms = effect->event.created_at_ms,
        .subscription = {.id = checkout->subscription,
                         .customer = checkout->customer,
                         .currency = checkout->currency,
                         .amount = checkout->amount},
    };
    purchase_t bought;
    subscription_t current;
    bool changed;
    pl_err err;

    if (effect->facts.has_subscription)
        order.subscription = effect->facts.subscription;
    if ((err = purchase_settle(tx, &effect->scope, &order, &bought)))
        return err;
    effect->result.customer_id = bought.row.customer_id;
    effect->result.outcome = outcome_of(&bought);
    if ((err = standing_apply(tx, &(standing_order_t){effect->scope.keyring, true}, &bought.view.license, &current, &changed)))
        return err;
    return welcome_order(tx, &effect->scope, &bought, NULL);
}

/* Paid for by a way that takes days: nothing is activated, the money's own event comes. */
pl_err act_checkout(tx_t *tx, effect_t *effect)
{
    stripe_checkout_t checkout;
    bool is_ours;
    pl_err err = read(effect, &checkout);

    if (err || (err = belongs(tx, effect, &checkout, &is_ours)))
        return err;
    if (!is_ours)
        return ignore(effect);
    if (!is(checkout.payment_status, "unpaid"))
        return take(tx, effect, &checkout);
    effect->result.outcome = "payment pending";
    return note(tx, effect, &checkout, AUDIT_PAYMENT_PENDING);
}

pl_err act_checkout_failed(tx_t *tx, effect_t *effect)
{
    stripe_checkout_t checkout;
    bool is_ours;
    pl_err err = read(effect, &checkout);

    if (err || (err = belongs(tx, effect, &checkout, &is_ours)))
        return err;
    if (!is_ours)
        return ignore(effect);
    effect->result.outcome = "payment failed";
    return note(tx, effect, &checkout, AUDIT_PAYMENT_FAILED);
}
