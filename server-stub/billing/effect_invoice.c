/* SPDX-License-Identifier: Apache-2.0
 *
 * invoice.*: money came, or did not.
 */
#include "billing/effects.h"

#include <string.h>

#include "billing/books.h"
#include "billing/letters.h"
#include "billing/origin.h"
#include "billing/purchase.h"
#include "billing/standing.h"
#include "billing/welcome.h"

static pl_err ignore(effect_t *effect, const char *why)
{
    effect->result.is_ignored = true;
    effect->result.outcome = why;
    return PL_OK;
}

static bool is_first(const stripe_invoice_t *invoice)
{
    return invoice->reason && strcmp(invoice->reason, "subscription_create") == 0;
}

/* What is paid for a subscription that is not known yet may be a purchase whose event is late or lost. */
pl_err look_invoice(tx_t *tx, effect_t *effect)
{
    stripe_invoice_t invoice;
    subscription_t row;
    pl_err err = stripe_read_invoice(effect->event.object, &invoice);

    if (err || !invoice.subscription)
        return err;
    err = subscriptions_find_by_provider(tx, effect->scope.brand_id, "stripe", invoice.subscription, &row);
    if (err != PL_ERR_NOT_FOUND)
        return err;
    effect->wanted.subscription = invoice.subscription;
    return PL_OK;
}

/* A purchase by its invoice. *is_so: false where it is another one's; then nothing was written. */
static pl_err take_purchase(tx_t *tx, effect_t *effect, const stripe_invoice_t *invoice, purchase_t *bought, bool *is_so)
{
    const stripe_subscription_t *told = &effect->facts.subscription;
    const purchase_order_t order = {
        .email = told->email ? told->email : invoice->email,
        .name = told->name ? told->name : invoice->name,
        .bought_at_ms = told->begun_at_ms,
        .told_at_ms = effect->event.created_at_ms,
        .subscription = *told,
    };
    pl_err err;

    if (!effect->facts.has_subscription)
        return effect->facts.err ? effect->facts.err : PL_ERR_PAYMENTS_DOWN;
    if ((err = origin_is_ours(tx, &effect->scope, told, is_so)) || !*is_so)
        return err;
    return purchase_settle(tx, &effect->scope, &order, bought);
}

static booking_t booking_of(const effect_t *effect, const purchase_t *paid)
{
    return (booking_t){effect->scope.brand_id, paid->row.license_id, paid->row.customer_id, effect->event.created_at_ms};
}

/* ---- paid ---- */

/* The row by the invoice, unless newer news is there. A subscription that ended stays ended: its last invoice may be paid later. */
static pl_err take_paid(tx_t *tx, const effect_t *effect, const stripe_invoice_t *invoice, subscription_t *row)
{
    news_age age = terms_age(row, effect->event.created_at_ms);

    if (age == NEWS_OLDER || row->state == SUBSCRIPTION_CANCELLED)
        return PL_OK;
    if (row->state != SUBSCRIPTION_TRIALING)
        row->state = SUBSCRIPTION_ACTIVE;
    row->failures = 0;
    if (invoice->customer)
        row->provider_customer = invoice->customer;
    if (invoice->period_end_ms > row->period_end_ms) {
        row->period_start_ms = invoice->period_start_ms;
        row->period_end_ms = invoice->period_end_ms;
    }
    if (!row->ends_with_period)
        row->next_billing_at_ms = row->period_end_ms;
    if (age == NEWS_SAME)
        row->compared_at_ms = 0;
    row->told_at_ms = effect->event.created_at_ms;
    return subscriptions_change(tx, row);
}

static pl_err write_paid(tx_t *tx, const effect_t *effect, const stripe_invoice_t *invoice, const purchase_t *paid,
                         bool is_reactivated)
{
    const notice_t letter = {
        .template = is_reactivated ? MAIL_REACTIVATED : MAIL_RENEWAL_PROCESSED, .occasion = invoice->id, .invoice = invoice};

    if (!is_reactivated && is_first(invoice)) /* its welcome was mailed with the purchase */
        return PL_OK;
    return letter_order(tx, &effect->scope, paid, &letter, NULL);
}

/* Books, subscription, license, mail, in this order: each needs what the one before it wrote. */
static pl_err settle_paid(tx_t *tx, effect_t *effect, const stripe_invoice_t *invoice, purchase_t *paid)
{
    const booking_t booking = booking_of(effect, paid);
    const standing_order_t standing = {effect->scope.keyring, paid->kind != PURCHASE_SAME};
    bool was_suspended = license_status_at(&paid->view.license, tx->now_ms) == LICENSE_SUSPENDED;
    bool is_known = paid->kind == PURCHASE_SAME;
    bool is_news, was_failing, changed;
    subscription_t current;
    pl_err err;

    if ((err = books_paid(tx, &booking, invoice, &is_news, &was_failing)) ||
        ((is_known || paid->row.is_beside) && (err = take_paid(tx, effect, invoice, &paid->row))) ||
        (err = standing_apply(tx, &standing, &paid->view.license, &current, &changed)))
        return err;
    effect->result.customer_id = paid->row.customer_id;
    effect->result.outcome = "booked";
    if (!pl_uuid_equal(current.id, paid->row.id)) { /* of one that is beside: booked for its customer, and no more */
        effect->result.outcome = "other subscription";
        return PL_OK;
    }
    if (!is_known) {
        effect->result.outcome = "paid";
        return welcome_order(tx, &effect->scope, paid, invoice);
    }
    if (license_status_at(&paid->view.license, tx->now_ms) != LICENSE_ACTIVE || !is_news)
        return PL_OK;
    was_failing = was_failing || (was_suspended && changed);
    effect->result.outcome = was_failing ? "reactivated" : "paid";
    return write_paid(tx, effect, invoice, paid, was_failing);
}

pl_err act_invoice_paid(tx_t *tx, effect_t *effect)
{
    stripe_invoice_t invoice;
    purchase_t paid;
    bool is_so = true;
    pl_err err = stripe_read_invoice(effect->event.object, &invoice);

    if (err)
        return err;
    if (!invoice.subscription)
        return ignore(effect, "no subscription");
    err = purchase_find(tx, &effect->scope, invoice.subscription, &paid);
    if (err == PL_ERR_NOT_FOUND)
        err = take_purchase(tx, effect, &invoice, &paid, &is_so);
    if (err || !is_so)
        return err ? err : ignore(effect, "not ours");
    return settle_paid(tx, effect, &invoice, &paid);
}

/* ---- failed ---- */

static pl_err take_failed(tx_t *tx, const effect_t *effect, const stripe_invoice_t *invoice, subscription_t *row)
{
    news_age age = terms_age(row, effect->event.created_at_ms);

    if (age == NEWS_OLDER || row->state == SUBSCRIPTION_CANCELLED)
        return PL_OK;
    row->state = SUBSCRIPTION_PAST_DUE;
    row->failures = invoice->attempts > row->failures ? invoice->attempts : row->failures + 1;
    row->told_at_ms = effect->event.created_at_ms;
    if (age == NEWS_SAME)
        row->compared_at_ms = 0;
    return subscriptions_change(tx, row);
}

static pl_err settle_failed(tx_t *tx, effect_t *effect, const stripe_invoice_t *invoice, purchase_t *failed)
{
    const booking_t booking = booking_of(effect, failed);
    const standing_order_t standing = {effect->scope.keyring, false};
    const notice_t letter = {.template = MAIL_PAYMENT_FAILED, .occasion = invoice->id, .invoice = invoice};
    subscription_t current;
    bool is_news, changed;
    pl_err err = books_failed(tx, &booking, invoice, &is_news);

    effect->result.customer_id = failed->row.customer_id;
    effect->result.outcome = "paid since";
    if (err || !is_news)
        return err;
    if ((err = take_failed(tx, effect, invoice, &failed->row)) ||
        (err = standing_apply(tx, &standing, &failed->view.license, &current, &changed)))
        return err;
    if (!pl_uuid_equal(current.id, failed->row.id)) {
        effect->result.outcome = "other subscription";
        return PL_OK;
    }
    effect->result.outcome = changed ? "suspended" : "failed";
    return failed->row.state == SUBSCRIPTION_PAST_DUE ? letter_order(tx, &effect->scope, failed, &letter, NULL) : PL_OK;
}

/* A subscription that is not known: nothing was bought by it yet, or another one took its place, or its purchase is still to come. */
static pl_err ignore_failed(tx_t *tx, effect_t *effect, const stripe_invoice_t *invoice)
{
    subscription_t row;
    pl_err err;

    if (is_first(invoice) || !invoice->customer)
        return ignore(effect, "not bought");
    err = subscriptions_find_by_provider_customer(tx, effect->scope.brand_id, "stripe", invoice->customer, &row);
    if (err == PL_ERR_NOT_FOUND)
        return pl_fail(err, "the subscription is not known");
    return err ? err : ignore(effect, "other subscription");
}

pl_err act_invoice_failed(tx_t *tx, effect_t *effect)
{
    stripe_invoice_t invoice;
    purchase_t failed;
    pl_err err = stripe_read_invoice(effect->event.object, &invoice);

    if (err)
        return err;
    if (!invoice.subscription)
        return ignore(effect, "no subscription");
    err = purchase_find(tx, &effect->scope, invoice.subscription, &failed);
    if (err == PL_ERR_NOT_FOUND)
        return ignore_failed(tx, effect, &invoice);
    return err ? err : settle_failed(tx, effect, &invoice, &failed);
}
