/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding or issuing what a subscription pays for.
 */
#include "billing/purchase.h"

#include "billing/attention.h"
#include "billing/standing.h"
#include "licensing/provision.h"
#include "store/brands.h"

static const int64_t DAY_MS = INT64_C(24) * 3600 * 1000;

static pl_err note(tx_t *tx, const purchase_t *bought, audit_action action, const char *was)
{
    const subscription_t *row = &bought->row;
    const audit_t entry = {.brand_id = row->brand_id, .action = action, .target = row->license_id};
    const billing_word_t words[] = {{"subscription", row->provider_subscription}, {"was", was}};

    return billing_audit(tx, &entry, words, sizeof(words) / sizeof(words[0]));
}

/* What the provider could not tell now is provisional, and compared with it soon. */
static void take_terms(tx_t *tx, const purchase_order_t *order, subscription_t *row)
{
    terms_take(row, &order->subscription);
    row->begun_at_ms = order->subscription.begun_at_ms ? order->subscription.begun_at_ms : order->bought_at_ms;
    row->told_at_ms = order->told_at_ms;
    row->compared_at_ms = 0;
    row->failures = 0;
    if (!order->subscription.status || row->state == SUBSCRIPTION_INCOMPLETE)
        row->state = SUBSCRIPTION_ACTIVE; /* it was paid for */
    if (order->checkout)
        row->provider_checkout = order->checkout;
    if (order->subscription.period_end_ms > tx->now_ms)
        return;
    row->period_start_ms = tx->now_ms;
    row->period_end_ms = tx->now_ms + TERMS_PROVISIONAL_DAYS * DAY_MS;
    row->next_billing_at_ms = row->ends_with_period ? 0 : row->period_end_ms;
}

static subscription_t fresh_row(tx_t *tx, const license_t *license)
{
    return (subscription_t){.brand_id = license->brand_id,
                            .id = store_new_id(tx),
                            .license_id = license->id,
                            .customer_id = license->customer_id,
                            .provider = "stripe",
                            .state = SUBSCRIPTION_ACTIVE,
                            .amount = -1,
                            .version = 1};
}

static pl_err provision_one(tx_t *tx, const billing_scope_t *scope, const purchase_order_t *order, purchase_t *out)
{
    char product[PL_UUID_TEXT_SIZE];
    const char *const products[] = {product};
    provision_t wanted = {
        .terms = {.brand_id = scope->brand_id, .email = order->email, .name = order->name, .renews = true},
        .products = products,
        .count = 1,
    };
    subscription_t row = {.period_end_ms = 0};
    provisioned_t made;
    pl_err err;

    if (pl_uuid_is_nil(scope->product_id))
        return pl_fail(PL_ERR_STATE, "it is not known which product was bought; bind the address that events go to");
    pl_uuid_format(scope->product_id, product);
    take_terms(tx, order, &row);
    wanted.terms.expires_at_ms = row.period_end_ms;
    wanted.terms.renews = !row.ends_with_period;
    if ((err = provision(tx, scope->keyring, &wanted, &made)))
        return err == PL_ERR_NOT_FOUND ? pl_fail(PL_ERR_STATE, "the product %s that was bought is not there", product) : err;
    out->kind = PURCHASE_NEW;
    out->view = made.licenses[0];
    out->key = made.key;
    out->row = fresh_row(tx, &out->view.license);
    take_terms(tx, order, &out->row);
    if ((err = subscriptions_insert(tx, &out->row)))
        return err;
    return note(tx, out, AUDIT_SUBSCRIPTION_BEGUN, NULL);
}

/* One that was paid for by a subscription, or is to be. */
static pl_err is_joinable(tx_t *tx, const license_t *license, bool *joinable)
{
    subscription_t row;
    pl_err err = subscriptions_find_by_license(tx, license->brand_id, license->id, &row);

    *joinable = license->renews || (!err && row.provider_subscription);
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

/* She gets what she paid for; that she had been stopped is for a person to know. */
static pl_err tell_of_stopped(tx_t *tx, const billing_scope_t *scope, const purchase_order_t *order, pl_uuid license_id)
{
    const attention_t attention = {
        .occasion = pl_arena_format(tx->arena, "beside-stopped:%s", order->subscription.id),
        .matter = "A customer with a license that you have stopped bought a subscription, and got a second license for it. Stop "
                  "that one"
                  " too and give the money back if she should have none.",
        .email = order->email,
        .subscription = order->subscription.id,
        .license_id = license_id,
    };

    return attention_order(tx, scope, &attention);
}

/* The customer's license of the product that may be joined: the first that is not cancelled, else the newest. *found: false where there is none. */
static pl_err find_license(tx_t *tx, const billing_scope_t *scope, const purchase_order_t *order, license_view_t *view,
                           bool *found)
{
    const license_filter_t filter = {.brand_id = scope->brand_id, .email = order->email, .limit = LICENSE_PAGE_MAX};
    const license_view_t *stopped = NULL;
    license_list_t list;
    bool joinable;
    pl_err err = admin_license_list(tx, &filter, &list);

    *found = false;
    for (size_t i = 0; !err && i < list.count && !(*found && view->status != LICENSE_CANCELLED); i++) {
        const license_view_t *one = &list.items[i];

        if (!pl_uuid_is_nil(scope->product_id) && !pl_uuid_equal(one->license.product_id, scope->product_id))
            continue;
        if ((err = is_joinable(tx, &one->license, &joinable)))
            return err;
        if (joinable && (!*found || one->status != LICENSE_CANCELLED)) {
            *view = *one;
            *found = true;
        } else if (!joinable && one->status == LICENSE_SUSPENDED) {
            stopped = one;
        }
    }
    if (!err && !*found && stopped)
        err = tell_of_stopped(tx, scope, order, stopped->license.id);
    return err || !*found ? err : admin_license_find(tx, scope->brand_id, view->license.id, view); /* which locks it */
}

static pl_err tell_of_duplicate(tx_t *tx, const billing_scope_t *scope, const purchase_t *bought)
{
    const attention_t attention = {
        .occasion = pl_arena_format(tx->arena, "duplicate:%s", bought->row.provider_subscription),
        .matter = "A customer bought a second subscription while the first is paid for. The license goes on by the first one: "
                  "end the second"
                  " and give its money back.",
        .email = bought->view.customer.email,
        .subscription = bought->row.provider_subscription,
        .license_id = bought->view.license.id,
    };

    return attention_order(tx, scope, &attention);
}

/* A new row: beside the one that serves, or in its place. */
static pl_err begin(tx_t *tx, const billing_scope_t *scope, const purchase_order_t *order, purchase_t *out)
{
    const char *was = out->row.provider_subscription;
    bool is_beside = out->kind == PURCHASE_DUPLICATE;
    pl_err err;

    out->row = fresh_row(tx, &out->view.license);
    take_terms(tx, order, &out->row);
    out->row.is_beside = is_beside;
    if ((err = subscriptions_insert(tx, &out->row)) ||
        (err = note(tx, out, is_beside ? AUDIT_PAYMENT_DUPLICATE : AUDIT_SUBSCRIPTION_BEGUN, was)))
        return err;
    return is_beside ? tell_of_duplicate(tx, scope, out) : PL_OK;
}

/* A license that had another subscription, or none. */
static pl_err join(tx_t *tx, const billing_scope_t *scope, const purchase_order_t *order, purchase_t *out)
{
    bool serves;
    pl_err err = subscriptions_find_by_license(tx, out->view.license.brand_id, out->view.license.id, &out->row);

    out->kind = PURCHASE_RETURNED;
    if (err == PL_ERR_NOT_FOUND)
        return begin(tx, scope, order, out);
    if (err)
        return err;
    if (!out->row.provider_subscription) {
        take_terms(tx, order, &out->row);
        if ((err = subscriptions_change(tx, &out->row)))
            return err;
        return note(tx, out, AUDIT_SUBSCRIPTION_BEGUN, NULL);
    }
    if ((err = standing_serves(tx, &out->row, &serves)))
        return err;
    out->row.is_beside = !serves;
    if (!serves && (err = subscriptions_change(tx, &out->row)))
        return err;
    out->kind = serves ? PURCHASE_DUPLICATE : PURCHASE_RETURNED;
    return begin(tx, scope, order, out);
}

pl_err purchase_find(tx_t *tx, const billing_scope_t *scope, const char *subscription, purchase_t *out)
{
    pl_err err;

    *out = (purchase_t){.kind = PURCHASE_SAME};
    if (!subscription)
        return PL_ERR_NOT_FOUND;
    if ((err = subscriptions_find_by_provider(tx, scope->brand_id, "stripe", subscription, &out->row)))
        return err;
    if ((err = admin_license_find(tx, scope->brand_id, out->row.license_id, &out->view)))
        return err;
    /* now that the license is locked */
    return subscriptions_find_by_provider(tx, scope->brand_id, "stripe", subscription, &out->row);
}

/* Known already: the checkout's id is new, and terms that are not older. */
static pl_err renew_same(tx_t *tx, const purchase_order_t *order, purchase_t *out)
{
    news_age age = terms_age(&out->row, order->told_at_ms);

    if (order->checkout)
        out->row.provider_checkout = order->checkout;
    if (age != NEWS_OLDER && order->subscription.status) {
        terms_take(&out->row, &order->subscription);
        out->row.told_at_ms = order->told_at_ms;
    }
    return subscriptions_change(tx, &out->row);
}

pl_err purchase_settle(tx_t *tx, const billing_scope_t *scope, const purchase_order_t *order, purchase_t *out)
{
    bool found;
    pl_err err;

    if ((err = brands_lock(tx, scope->brand_id))) /* two purchases of one address make one customer with one license */
        return err;
    err = purchase_find(tx, scope, order->subscription.id, out);
    if (!err) {
        err = renew_same(tx, order, out);
    } else if (err == PL_ERR_NOT_FOUND) {
        if (!order->email || !customers_email_is_valid(order->email))
            return pl_fail(PL_ERR_INVALID, "whoever bought it has no e-mail address");
        if ((err = find_license(tx, scope, order, &out->view, &found)))
            return err;
        err = found ? join(tx, scope, order, out) : provision_one(tx, scope, order, out);
    }
    if (err || out->key)
        return err;
    return admin_license_key(tx, scope->keyring, &out->view.license, &out->key);
}
