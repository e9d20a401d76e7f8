/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding or making a customer at the provider.
 */
#include "billing/customers.h"

#include "billing/attention.h"

#include <string.h>

static pl_err create(const inbox_t *work, stripe_t *stripe, const customer_wish_t *wish, stripe_customer_t *made)
{
    char brand[PL_UUID_TEXT_SIZE], product[PL_UUID_TEXT_SIZE], license[PL_UUID_TEXT_SIZE];
    customer_order_t order = {.email = wish->email, .name = wish->name, .origin = {brand, product}};

    pl_uuid_format(work->scope.brand_id, brand);
    pl_uuid_format(wish->license->product_id, product);
    pl_uuid_format(wish->license->id, license);
    order.idempotency_key = pl_arena_format(work->about->arena, "pospal-customer-%s-%s", license, wish->known ? wish->known : "");
    return order.idempotency_key ? stripe_create_customer(stripe, &order, made) : PL_ERR_MEMORY;
}

typedef struct {
    const inbox_t *work;
    const customer_wish_t *wish;
    const char *id;
} remember_t;

static pl_err insert(tx_t *tx, const remember_t *remember)
{
    const license_t *license = remember->wish->license;
    const subscription_t row = {.brand_id = license->brand_id,
                                .id = store_new_id(tx),
                                .license_id = license->id,
                                .customer_id = license->customer_id,
                                .provider = "stripe",
                                .provider_customer = remember->id,
                                .state = SUBSCRIPTION_NONE,
                                .amount = -1};

    return subscriptions_insert(tx, &row);
}

static pl_err work_remember(void *context, tx_t *tx)
{
    const remember_t *remember = context;
    const license_t *license = remember->wish->license;
    const audit_t entry = {.brand_id = license->brand_id, .action = AUDIT_BILLING_CUSTOMER, .target = license->customer_id};
    const billing_word_t words[] = {{"customer", remember->id}};
    subscription_t row;
    license_t locked;
    pl_err err;

    if ((err = licenses_find(tx, license->brand_id, license->id, &locked)))
        return err;
    err = subscriptions_find_by_license(tx, license->brand_id, license->id, &row);
    if (!err && row.provider_customer && strcmp(row.provider_customer, remember->id) == 0)
        return PL_OK;
    if (!err) {
        row.provider_customer = remember->id;
        err = subscriptions_change(tx, &row);
    } else if (err == PL_ERR_NOT_FOUND) {
        err = insert(tx, remember);
    }
    return err ? err : billing_audit(tx, &entry, words, 1);
}

pl_err billing_ensure_customer(const inbox_t *work, stripe_t *stripe, const customer_wish_t *wish, const char **id)
{
    stripe_customer_t customer = {.id = NULL};
    remember_t remember = {work, wish, NULL};
    char brand[PL_UUID_TEXT_SIZE];
    pl_err err = wish->known ? stripe_fetch_customer(stripe, wish->known, &customer) : PL_ERR_NOT_FOUND;

    if (!err) {
        *id = wish->known;
        return PL_OK;
    }
    pl_uuid_format(work->scope.brand_id, brand);
    if (err == PL_ERR_NOT_FOUND)
        err = stripe_find_customer(stripe, wish->email, brand, &customer);
    if (err == PL_ERR_NOT_FOUND)
        err = create(work, stripe, wish, &customer);
    if (err)
        return err;
    *id = remember.id = customer.id;
    return store_write(work->store, work->about, work_remember, &remember);
}
