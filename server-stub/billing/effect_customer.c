/* SPDX-License-Identifier: Apache-2.0
 *
 * customer.updated, payment_method.attached, setup_intent.succeeded: what is written down of a customer of the provider's.
 */
#include "billing/effects.h"

#include "billing/attention.h"
#include "licensing/admin_customers.h"

#include <string.h>

/* By its id at the provider. *found: false where it is none of ours. */
static pl_err find(tx_t *tx, effect_t *effect, const char *provider_customer, customer_t *customer, bool *found)
{
    subscription_t row;
    pl_err err = provider_customer
                     ? subscriptions_find_by_provider_customer(tx, effect->scope.brand_id, "stripe", provider_customer, &row)
                     : PL_ERR_NOT_FOUND;

    if (!err)
        err = customers_find(tx, effect->scope.brand_id, row.customer_id, customer);
    *found = !err;
    if (!err)
        effect->result.customer_id = customer->id;
    else if (err == PL_ERR_NOT_FOUND)
        effect->result.outcome = "not known";
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

static pl_err note(tx_t *tx, effect_t *effect, audit_action action)
{
    const audit_t entry = {
        .brand_id = effect->scope.brand_id,
        .action = action,
        .target = effect->result.customer_id,
    };
    const billing_word_t words[] = {{"event", effect->event.type}};

    effect->result.outcome = "noted";
    return billing_audit(tx, &entry, words, 1);
}

pl_err act_payment_method(tx_t *tx, effect_t *effect)
{
    customer_t customer;
    bool found;
    pl_err err = find(tx, effect, stripe_reference(effect->event.object, "customer"), &customer, &found);

    return err || !found ? err : note(tx, effect, AUDIT_PAYMENT_METHOD);
}

/* The name only: the address is what the customer signs in with, and changes where that is proven to be hers. */
static pl_err rename_customer(tx_t *tx, const customer_t *before, const char *name)
{
    customer_t customer = *before;

    if (!name || strlen(name) > CUSTOMER_NAME_MAX || (before->name && strcmp(before->name, name) == 0) ||
        !customers_email_is_valid(before->email)) /* its personal data were erased */
        return PL_OK;
    customer.name = name;
    return admin_customer_change(tx, before, &customer);
}

pl_err act_customer(tx_t *tx, effect_t *effect)
{
    stripe_customer_t told;
    customer_t customer;
    bool found;
    pl_err err = stripe_read_customer(effect->event.object, &told);

    if (err || (err = find(tx, effect, told.id, &customer, &found)) || !found)
        return err;
    if ((err = rename_customer(tx, &customer, told.name)))
        return err == PL_ERR_INVALID ? PL_OK : err;
    return note(tx, effect, AUDIT_BILLING_CUSTOMER);
}
