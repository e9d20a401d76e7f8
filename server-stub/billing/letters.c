/* SPDX-License-Identifier: Apache-2.0
 *
 * Ordering mail about payments.
 */
#include "billing/letters.h"

#include <inttypes.h>

static const char *time_text(tx_t *tx, int64_t time_ms)
{
    return time_ms ? pl_arena_format(tx->arena, "%" PRId64, time_ms) : NULL;
}

static const char *amount_text(tx_t *tx, int64_t amount, const char *currency)
{
    return amount >= 0 && currency ? pl_arena_format(tx->arena, "%" PRId64 " %s", amount, currency) : NULL;
}

pl_err letter_order(tx_t *tx, const billing_scope_t *scope, const purchase_t *about, const notice_t *letter, bool *is_new)
{
    const customer_t *customer = &about->view.customer;
    const subscription_t *row = &about->row;
    const stripe_invoice_t *invoice = letter->invoice;
    const mail_value_t values[] = {
        {"customer_email", customer->email},
        {"product_name", about->view.product.name},
        {"license_key", letter->with_key},
        {"amount", invoice ? amount_text(tx, invoice->amount, invoice->currency) : amount_text(tx, row->amount, row->currency)},
        {"invoice_url", invoice ? invoice->url : NULL},
        {"next_attempt_at", invoice ? time_text(tx, invoice->next_attempt_ms) : NULL},
        {"next_billing_at", time_text(tx, row->next_billing_at_ms)},
        {"renews_at", time_text(tx, row->next_billing_at_ms)},
        {"ends_at", time_text(tx, letter->ends_at_ms)},
        {"happened_at", time_text(tx, tx->now_ms)},
    };
    const mail_order_t order = {
        .brand_id = scope->brand_id,
        .template = letter->template,
        .purpose = letter->occasion,
        .recipient = customer->email,
        .customer_id = customer->id,
        .license_id = about->view.license.id,
        .values = values,
        .count = sizeof(values) / sizeof(values[0]),
    };

    if (is_new)
        *is_new = false;
    if (!customer->email || !customers_email_is_valid(customer->email))
        return PL_OK;
    return letter->occasion ? mail_order(tx, scope->keyring, &order, is_new) : PL_ERR_MEMORY;
}
