/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeping the books.
 */
#include "billing/books.h"

#include "base/json.h"
#include "store/audit.h"

#include <string.h>

static pl_err note(tx_t *tx, const payment_t *payment, audit_action action)
{
    audit_t entry = {.brand_id = payment->brand_id, .action = action, .target = payment->license_id};
    pl_json_writer json;
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    pl_json_writer_init(&json, &text);
    pl_json_open(&json, NULL, '{');
    pl_json_put_text(&json, "invoice", payment->provider_invoice);
    pl_json_put_text(&json, "state", payment_state_text(payment->state));
    pl_json_put_int(&json, "amount", payment->amount);
    pl_json_put_int(&json, "refunded", payment->refunded);
    pl_json_put_text(&json, "currency", payment->currency);
    pl_json_close(&json);
    if (!(err = text.err) && !(entry.metadata = pl_arena_text(tx->arena, pl_buf_span(&text))))
        err = PL_ERR_MEMORY;
    pl_buf_reset(&text);
    return err ? err : audit_append(tx, &entry);
}

static pl_err change(tx_t *tx, const payment_t *payment, audit_action action)
{
    pl_err err = payments_change(tx, payment);

    return err ? err : note(tx, payment, action);
}

static payment_t payment_of(tx_t *tx, const booking_t *booking, const stripe_invoice_t *invoice, payment_state state)
{
    return (payment_t){
        .brand_id = booking->brand_id,
        .id = store_new_id(tx),
        .provider = "stripe",
        .provider_invoice = invoice->id,
        .provider_charge = invoice->charge,
        .provider_subscription = invoice->subscription,
        .license_id = booking->license_id,
        .customer_id = booking->customer_id,
        .state = state,
        .amount = invoice->amount,
        .currency = invoice->currency ? invoice->currency : "",
        .paid_at_ms = state == PAYMENT_PAID ? invoice->paid_at_ms ? invoice->paid_at_ms : booking->told_at_ms : 0,
        .told_at_ms = booking->told_at_ms,
    };
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Whose it is, and by which charge, may become known later. *is_news: something did. */
static void complete(payment_t *payment, const booking_t *booking, const stripe_invoice_t *invoice, bool *is_news)
{
    if (pl_uuid_is_nil(payment->license_id) && !pl_uuid_is_nil(booking->license_id)) {
        payment->license_id = booking->license_id;
        payment->customer_id = booking->customer_id;
        *is_news = true;
    }
    if (!payment->provider_subscription && invoice->subscription) {
        payment->provider_subscription = invoice->subscription;
        *is_news = true;
    }
    if (!payment->provider_charge && invoice->charge) {
        payment->provider_charge = invoice->charge;
        *is_news = true;
    }
    payment->told_at_ms = later(payment->told_at_ms, booking->told_at_ms);
}

pl_err books_paid(tx_t *tx, const booking_t *booking, const stripe_invoice_t *invoice, bool *is_news, bool *was_failing)
{
    payment_t fresh = payment_of(tx, booking, invoice, PAYMENT_PAID);
    payment_t payment;
    bool is_completed = false;
    pl_err err = payments_find(tx, booking->brand_id, invoice->id, &payment);

    *is_news = *was_failing = false;
    if (err == PL_ERR_NOT_FOUND) {
        *is_news = true;
        return (err = payments_insert(tx, &fresh)) ? err : note(tx, &fresh, AUDIT_PAYMENT_RECEIVED);
    }
    if (err)
        return err;
    complete(&payment, booking, invoice, &is_completed);
    if (payment.state != PAYMENT_FAILED)
        return is_completed ? payments_change(tx, &payment) : PL_OK;
    *is_news = *was_failing = true;
    payment.state = PAYMENT_PAID;
    payment.amount = fresh.amount;
    payment.paid_at_ms = fresh.paid_at_ms;
    return change(tx, &payment, AUDIT_PAYMENT_RECEIVED);
}

pl_err books_failed(tx_t *tx, const booking_t *booking, const stripe_invoice_t *invoice, bool *is_news)
{
    payment_t fresh = payment_of(tx, booking, invoice, PAYMENT_FAILED);
    payment_t payment;
    pl_err err = payments_find(tx, booking->brand_id, invoice->id, &payment);

    *is_news = false;
    if (err == PL_ERR_NOT_FOUND) {
        *is_news = true;
        return (err = payments_insert(tx, &fresh)) ? err : note(tx, &fresh, AUDIT_PAYMENT_FAILED);
    }
    if (err || payment.state != PAYMENT_FAILED || booking->told_at_ms <= payment.told_at_ms)
        return err;
    complete(&payment, booking, invoice, is_news);
    *is_news = true;
    payment.amount = fresh.amount;
    return change(tx, &payment, AUDIT_PAYMENT_FAILED);
}

/* What it is once no dispute is open. */
static payment_state settled(const payment_t *payment)
{
    return payment->refunded >= payment->amount && payment->amount > 0 ? PAYMENT_REFUNDED : PAYMENT_PAID;
}

pl_err books_refunded(tx_t *tx, payment_t *payment, int64_t refunded, int64_t told_at_ms, bool *is_news)
{
    *is_news = refunded > payment->refunded; /* it never becomes less */
    if (!*is_news)
        return PL_OK;
    payment->refunded = refunded;
    payment->told_at_ms = later(payment->told_at_ms, told_at_ms);
    if (payment->state == PAYMENT_PAID || payment->state == PAYMENT_REFUNDED)
        payment->state = settled(payment);
    return change(tx, payment, AUDIT_PAYMENT_REFUNDED);
}

static payment_state disputed(const payment_t *payment, const char *status)
{
    if (strcmp(status, "lost") == 0)
        return PAYMENT_LOST;
    if (strcmp(status, "won") == 0 || strcmp(status, "prevented") == 0)
        return settled(payment);
    return PAYMENT_DISPUTED;
}

pl_err books_disputed(tx_t *tx, payment_t *payment, const char *status, int64_t told_at_ms, bool *is_news)
{
    payment_state state = disputed(payment, status);
    bool is_open = state == PAYMENT_DISPUTED;

    /* of one second: that it was closed is the later news */
    *is_news = told_at_ms > payment->disputed_at_ms || (told_at_ms == payment->disputed_at_ms && !is_open);
    if (!*is_news)
        return PL_OK;
    payment->state = state;
    payment->disputed_at_ms = told_at_ms;
    payment->told_at_ms = later(payment->told_at_ms, told_at_ms);
    return change(tx, payment, is_open ? AUDIT_PAYMENT_DISPUTED : AUDIT_DISPUTE_CLOSED);
}
