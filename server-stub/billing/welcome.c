/* SPDX-License-Identifier: Apache-2.0
 *
 * Welcoming.
 */
#include "billing/welcome.h"

#include "billing/attention.h"
#include "billing/standing.h"

static pl_err tell_of_stop(tx_t *tx, const billing_scope_t *scope, const purchase_t *bought)
{
    const attention_t attention = {
        .occasion = pl_arena_format(tx->arena, "stopped:%s", bought->row.provider_subscription),
        .matter =
            "A customer bought a subscription for a license that you have stopped. It was paid, and the license stays stopped:"
            " let it go on, or give the money back and end the subscription.",
        .email = bought->view.customer.email,
        .subscription = bought->row.provider_subscription,
        .license_id = bought->view.license.id,
    };

    return attention_order(tx, scope, &attention);
}

pl_err welcome_order(tx_t *tx, const billing_scope_t *scope, const purchase_t *bought, const stripe_invoice_t *invoice)
{
    const notice_t letter = {
        .template = MAIL_WELCOME, .occasion = bought->row.provider_subscription, .with_key = bought->key, .invoice = invoice};

    if (bought->kind == PURCHASE_DUPLICATE || bought->row.is_beside)
        return PL_OK;
    if (!standing_is_ours(&bought->view.license, tx->now_ms))
        return tell_of_stop(tx, scope, bought);
    /* also where news of a payment that failed since was faster: else nobody would ever tell the key */
    return letter_order(tx, scope, bought, &letter, NULL);
}
