/* SPDX-License-Identifier: Apache-2.0
 *
 * checkout.session.*: somebody bought.
 */
#include "billing/effects.h"

#include <string.h>

#include "billing/letters.h"
#include "billing/purchase.h"
#include "billing/standing.h"
#include "store/audit.h"

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

static pl_err ignore(effect_t *effect)
{
    effect->result.is_ignored = true;
    effect->result.outcome = "not ours";
    return PL_OK;
}

/* Bought, and paid for by a way that takes days: nothing is activated, the money's own event comes. */
static pl_err note_pending(tx_t *tx, effect_t *effect, const stripe_checkout_t *checkout)
{
    const audit_t entry = {
        .brand_id = effect->scope.brand_id,
        .action = AUDIT_PAYMENT_PENDING,
        .metadata = pl_arena_format(tx->arena, "{\"subscription\":\"%s\"}", checkout->subscription),
    };

    effect->result.outcome = "payment pending";
    return entry.metadata ? audit_append(tx, &entry) : PL_ERR_MEMORY;
}

static pl_err welcome(tx_t *tx, const effect_t *effect, const purchase_t *bought)
{
    const notice_t letter = {.template = MAIL_WELCOME, .occasion = bought->row.provider_subscription, .with_key = bought->key};

    return bought->kind == PURCHASE_DUPLICATE || bought->kind == PURCHASE_OTHER
               ? PL_OK
               : letter_order(tx, &effect->scope, bought, &letter, NULL);
}

static const char *outcome_of(const purchase_t *bought)
{
    static const char *const words[] = {
        [PURCHASE_NEW] = "new license",     [PURCHASE_RETURNED] = "returned",        [PURCHASE_SAME] = "known",
        [PURCHASE_DUPLICATE] = "duplicate", [PURCHASE_OTHER] = "older subscription",
    };

    return words[bought->kind];
}

static pl_err take(tx_t *tx, effect_t *effect, const stripe_checkout_t *checkout)
{
    purchase_order_t order = {
        .email = checkout->email,
        .name = checkout->name,
        .checkout = checkout->id,
        .bought_at_ms = effect->event.created_at_ms,
        .told_at_ms = effect->event.created_at_ms,
        .is_checkout = true,
        .subscription = {.id = checkout->subscription,
                         .customer = checkout->customer,
                         .currency = checkout->currency,
                         .amount = checkout->amount},
    };
    purchase_t bought;
    standing_order_t standing = {effect->scope.keyring, &bought.row, true};
    bool changed;
    pl_err err;

    choose_product(effect, &checkout->origin);
    if (effect->facts.has_subscription)
        order.subscription = effect->facts.subscription;
    if ((err = purchase_settle(tx, &effect->scope, &order, &bought)))
        return err;
    effect->result.customer_id = bought.row.customer_id;
    effect->result.outcome = outcome_of(&bought);
    if ((err = standing_apply(tx, &standing, &bought.view.license, &changed)) ||
        (err = terms_apply(tx, &bought.view.license, &bought.row)))
        return err;
    return welcome(tx, effect, &bought);
}

pl_err act_checkout(tx_t *tx, effect_t *effect)
{
    stripe_checkout_t checkout;
    pl_err err = read(effect, &checkout);

    if (err)
        return err;
    if (is_foreign(effect, &checkout))
        return ignore(effect);
    if (is(checkout.payment_status, "unpaid"))
        return note_pending(tx, effect, &checkout);
    return take(tx, effect, &checkout);
}

pl_err act_checkout_failed(tx_t *tx, effect_t *effect)
{
    stripe_checkout_t checkout;
    audit_t entry = {.brand_id = effect->scope.brand_id, .action = AUDIT_PAYMENT_FAILED};
    pl_err err = read(effect, &checkout);

    if (err)
        return err;
    if (is_foreign(effect, &checkout))
        return ignore(effect);
    effect->result.outcome = "payment failed";
    entry.metadata = pl_arena_format(tx->arena, "{\"subscription\":\"%s\"}", checkout.subscription);
    return entry.metadata ? audit_append(tx, &entry) : PL_ERR_MEMORY;
}
