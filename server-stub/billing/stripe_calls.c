/* SPDX-License-Identifier: Apache-2.0
 *
 * The requests, each with what it sends and reads.
 */
#include "billing/stripe_calls.h"

#include <inttypes.h>
#include <string.h>

/* PL_ERR_PAYMENTS_DOWN in place of MALFORMED: it is Stripe's failure, not our caller's. */
static pl_err readable(pl_err err)
{
    return err == PL_ERR_MALFORMED ? PL_ERR_PAYMENTS_DOWN : err;
}

/* Frees the form. */
static pl_err post(stripe_t *stripe, const char *path, stripe_form_t *form, const char *key, const pl_json **reply)
{
    pl_err err = stripe_post(stripe, path, form, key, reply);

    stripe_form_reset(form);
    return err;
}

static pl_err get_page(stripe_t *stripe, const char *path, stripe_form_t *query, const char *after, stripe_page_t *page)
{
    const pl_json *reply = NULL;
    size_t count;
    pl_err err;

    stripe_form_add(query, "limit", "100");
    stripe_form_add(query, "starting_after", after);
    err = stripe_get(stripe, path, query, &reply);
    stripe_form_reset(query);
    if (err)
        return err;
    *page = (stripe_page_t){.items = pl_json_get(reply, "data")};
    if (!page->items || !pl_json_is_array(page->items))
        return pl_fail(PL_ERR_PAYMENTS_DOWN, "a list of Stripe's is none");
    count = pl_json_count(page->items);
    page->last = count ? pl_json_text(pl_json_get(pl_json_at(page->items, count - 1), "id")) : NULL;
    page->has_more = page->last && pl_json_is_true(pl_json_get(reply, "has_more"));
    return PL_OK;
}

static pl_err get_one(stripe_t *stripe, const char *collection, const char *id, stripe_form_t *query, const pl_json **reply)
{
    const char *path;
    pl_err err = stripe_path(stripe, collection, id, &path);

    return err ? err : stripe_get(stripe, path, query, reply);
}

/* ---- making ---- */

static void add_origin(stripe_form_t *form, const char *brand_name, const char *product_name, const stripe_origin_t *origin)
{
    stripe_form_add(form, brand_name, origin->brand);
    stripe_form_add(form, product_name, origin->product);
}

pl_err stripe_create_checkout(stripe_t *stripe, const checkout_order_t *order, stripe_checkout_t *checkout)
{
    const pl_json *reply = NULL;
    stripe_form_t form;
    pl_err err;

    stripe_form_init(&form);
    stripe_form_add(&form, "mode", "subscription");
    stripe_form_add(&form, "line_items[0][price]", order->price);
    stripe_form_add(&form, "line_items[0][quantity]", "1");
    stripe_form_add(&form, "customer", order->customer);
    stripe_form_add(&form, "customer_email", order->customer ? NULL : order->email);
    stripe_form_add(&form, "success_url", order->success_url);
    stripe_form_add(&form, "cancel_url", order->cancel_url);
    add_origin(&form, "metadata[pospal_brand]", "metadata[pospal_product]", &order->origin);
    stripe_form_add(&form, "metadata[name]", order->name);
    stripe_form_add(&form, "metadata[phone]", order->phone);
    stripe_form_add(&form, "metadata[company]", order->company);
    add_origin(&form, "subscription_data[metadata][pospal_brand]", "subscription_data[metadata][pospal_product]", &order->origin);
    if ((err = post(stripe, "/v1/checkout/sessions", &form, order->idempotency_key, &reply)))
        return err;
    if ((err = stripe_read_checkout(reply, checkout)))
        return readable(err);
    return checkout->url ? PL_OK : pl_fail(PL_ERR_PAYMENTS_DOWN, "Stripe made a checkout without a page");
}

pl_err stripe_create_customer(stripe_t *stripe, const customer_order_t *order, stripe_customer_t *customer)
{
    const pl_json *reply = NULL;
    stripe_form_t form;
    pl_err err;

    stripe_form_init(&form);
    stripe_form_add(&form, "email", order->email);
    stripe_form_add(&form, "name", order->name);
    add_origin(&form, "metadata[pospal_brand]", "metadata[pospal_product]", &order->origin);
    err = post(stripe, "/v1/customers", &form, order->idempotency_key, &reply);
    return err ? err : readable(stripe_read_customer(reply, customer));
}

pl_err stripe_create_portal(stripe_t *stripe, const char *customer, const char *return_url, const char *idempotency_key,
                            const char **url)
{
    const pl_json *reply = NULL;
    stripe_form_t form;
    pl_err err;

    stripe_form_init(&form);
    stripe_form_add(&form, "customer", customer);
    stripe_form_add(&form, "return_url", return_url);
    if ((err = post(stripe, "/v1/billing_portal/sessions", &form, idempotency_key, &reply)))
        return err;
    *url = pl_json_text(pl_json_get(reply, "url"));
    return *url ? PL_OK : pl_fail(PL_ERR_PAYMENTS_DOWN, "Stripe made a portal session without a page");
}

static pl_err post_refund(stripe_t *stripe, const char *charge, const char *idempotency_key, const char **refund, int64_t *amount)
{
    bool is_intent = strncmp(charge, "pi_", 3) == 0;
    const pl_json *reply = NULL;
    stripe_form_t form;
    pl_err err;

    stripe_form_init(&form);
    stripe_form_add(&form, is_intent ? "payment_intent" : "charge", charge);
    stripe_form_add(&form, "reason", "requested_by_customer");
    if ((err = post(stripe, "/v1/refunds", &form, idempotency_key, &reply)))
        return err;
    *refund = pl_json_text(pl_json_get(reply, "id"));
    if (!pl_json_int(pl_json_get(reply, "amount"), amount))
        *amount = 0;
    return *refund ? PL_OK : pl_fail(PL_ERR_PAYMENTS_DOWN, "Stripe made a refund without an id");
}

pl_err stripe_refund_invoice(stripe_t *stripe, const char *invoice, const char *idempotency_key, const char **refund,
                             int64_t *amount)
{
    stripe_invoice_t read;
    pl_err err = stripe_fetch_invoice(stripe, invoice, &read);

    if (err)
        return err;
    if (!read.is_paid || !read.charge || read.amount <= 0)
        return pl_fail(PL_ERR_STATE, "nothing was paid for the invoice %s that could be given back", invoice);
    return post_refund(stripe, read.charge, idempotency_key, refund, amount);
}

/* ---- fetching ---- */

pl_err stripe_find_customer(stripe_t *stripe, const char *email, const char *brand, stripe_customer_t *customer)
{
    stripe_form_t query;
    stripe_page_t page;
    pl_err err;

    stripe_form_init(&query);
    stripe_form_add(&query, "email", email);
    if ((err = get_page(stripe, "/v1/customers", &query, NULL, &page)))
        return err;
    for (size_t i = 0; i < pl_json_count(page.items); i++) {
        if ((err = stripe_read_customer(pl_json_at(page.items, i), customer)))
            return readable(err);
        if (customer->origin.brand && strcmp(customer->origin.brand, brand) == 0)
            return PL_OK;
    }
    return pl_fail(PL_ERR_NOT_FOUND, "Stripe knows no customer of that address and brand");
}

pl_err stripe_fetch_customer(stripe_t *stripe, const char *id, stripe_customer_t *customer)
{
    const pl_json *reply = NULL;
    pl_err err = get_one(stripe, "/v1/customers", id, NULL, &reply);

    if (!err && !(err = readable(stripe_read_customer(reply, customer))) && customer->is_deleted)
        err = pl_fail(PL_ERR_NOT_FOUND, "that customer was deleted at Stripe");
    return err;
}

pl_err stripe_fetch_plain_subscription(stripe_t *stripe, const char *id, const pl_json **json)
{
    return get_one(stripe, "/v1/subscriptions", id, NULL, json);
}

pl_err stripe_fetch_subscription(stripe_t *stripe, const char *id, stripe_subscription_t *subscription, const pl_json **json)
{
    const pl_json *reply = NULL;
    stripe_form_t query;
    pl_err err;

    stripe_form_init(&query);
    stripe_form_add(&query, "expand[0]", "customer");
    stripe_form_add(&query, "expand[1]", "latest_invoice");
    err = get_one(stripe, "/v1/subscriptions", id, &query, &reply);
    stripe_form_reset(&query);
    if (err)
        return err;
    if (json)
        *json = reply;
    return readable(stripe_read_subscription(reply, subscription));
}

pl_err stripe_fetch_invoice(stripe_t *stripe, const char *id, stripe_invoice_t *invoice)
{
    const pl_json *reply = NULL;
    pl_err err = get_one(stripe, "/v1/invoices", id, NULL, &reply);

    return err ? err : readable(stripe_read_invoice(reply, invoice));
}

pl_err stripe_fetch_charge(stripe_t *stripe, const char *id, stripe_charge_t *charge)
{
    const pl_json *reply = NULL;
    pl_err err = get_one(stripe, "/v1/charges", id, NULL, &reply);

    return err ? err : readable(stripe_read_charge(reply, charge));
}

pl_err stripe_fetch_price(stripe_t *stripe, const char *id, stripe_price_t *price)
{
    const pl_json *reply = NULL;
    pl_err err = get_one(stripe, "/v1/prices", id, NULL, &reply);

    return err ? err : readable(stripe_read_price(reply, price));
}

/* ---- lists ---- */

pl_err stripe_list_subscriptions(stripe_t *stripe, int64_t begun_after_s, const char *after, stripe_page_t *page)
{
    const char *begun = pl_arena_format(stripe->options.arena, "%" PRId64, begun_after_s);
    stripe_form_t query;

    if (!begun)
        return PL_ERR_MEMORY;

    stripe_form_init(&query);
    stripe_form_add(&query, "status", "all");
    stripe_form_add(&query, "expand[0]", "data.customer");
    stripe_form_add(&query, "expand[1]", "data.latest_invoice");
    stripe_form_add(&query, "created[gte]", begun_after_s ? begun : NULL);
    return get_page(stripe, "/v1/subscriptions", &query, after, page);
}

pl_err stripe_list_undelivered_events(stripe_t *stripe, const char *after, stripe_page_t *page)
{
    stripe_form_t query;

    stripe_form_init(&query);
    stripe_form_add(&query, "delivery_success", "false");
    return get_page(stripe, "/v1/events", &query, after, page);
}
