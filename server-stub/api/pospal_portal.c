/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /create-portal-session, /customer-portal and /invoice-refund: for whoever has an e-mail address and the unlock token that belongs to
 * it. An address alone opens nothing.
 */
#include "api/pospal_customer.h"
#include "api/pospal_money.h"

#include <string.h>

#include "licensing/subscriber_refund.h"
#include "store/audit.h"
#include "store/payments.h"

typedef struct {
    const pospal_call_t *call;
    const char *email;
    const char *token;
    subscriber_t subscriber;
} portal_form_t;

static bool read_form(const pospal_call_t *call, portal_form_t *form)
{
    *form = (portal_form_t){.call = call,
                            .email = pospal_text(call->body, "email", CUSTOMER_EMAIL_MAX),
                            .token = pospal_text(call->body, "unlockToken", POSPAL_TEXT_MAX)};
    return form->email && form->token;
}

static pl_err work_find(void *context, tx_t *tx)
{
    portal_form_t *form = context;

    return pospal_find_subscriber(tx, form->call, form->email, form->token, &form->subscriber);
}

static const char *known_customer(const subscriber_t *subscriber)
{
    return subscriber->has_subscription ? subscriber->subscription.provider_customer : NULL;
}

static pl_err ensure_customer(const pospal_money_t *money, stripe_t *stripe, const subscriber_t *subscriber, const char **id)
{
    const customer_wish_t wish = {&subscriber->license, subscriber->customer.email, subscriber->customer.name,
                                  known_customer(subscriber)};

    return billing_ensure_customer(&money->work, stripe, &wish, id);
}

static pl_err work_note(void *context, tx_t *tx)
{
    const subscriber_t *subscriber = context;
    const audit_t entry = {
        .brand_id = subscriber->license.brand_id, .action = AUDIT_PORTAL_OPENED, .target = subscriber->license.id};

    return audit_append(tx, &entry);
}

/* ---- /create-portal-session ---- */

static pl_err refuse_portal(pospal_reply_t *reply, const pospal_money_t *money, int status, const char *code)
{
    const char *message =
        status == 503 ? "The customer portal is not set up" : "The customer portal cannot be opened at the moment";
    pl_err err = pospal_refuse(reply, status, code, message);

    pospal_put_text(&reply->json, "supportEmail", money->account.support_email);
    return err;
}

/* Stripe has no code of its own for a portal that nobody has configured. */
static bool is_unconfigured(pl_err err, const stripe_t *stripe)
{
    return err == PL_ERR_PAYMENTS_UNSET ||
           (err == PL_ERR_PAYMENTS_REFUSED && stripe->error.message && strstr(stripe->error.message, "onfiguration"));
}

/* Each opening is a page of its own: it is good for minutes only. */
static pl_err open_portal(tx_t *tx, const pospal_money_t *money, stripe_t *stripe, const char *customer, const char **url)
{
    char id[PL_UUID_TEXT_SIZE];
    const char *key;

    pl_uuid_format(store_new_id(tx), id);
    key = pl_arena_format(tx->arena, "pospal-portal-%s", id);
    return key ? stripe_create_portal(stripe, customer, money->account.website, key, url) : PL_ERR_MEMORY;
}

static pl_err answer_portal(tx_t *tx, portal_form_t *form, pospal_money_t *money, pospal_reply_t *reply)
{
    stripe_t stripe = {.line = NULL};
    const char *customer, *url = NULL;
    const char *code = "STRIPE_CUSTOMER_CREATION_FAILED";
    pl_err err = billing_connect(form->call->api->billing, &money->account, tx->arena, &stripe);

    if (!err && !(err = ensure_customer(money, &stripe, &form->subscriber, &customer))) {
        code = "STRIPE_PORTAL_CREATION_FAILED";
        err = open_portal(tx, money, &stripe, customer, &url);
    }
    stripe_close(&stripe);
    if (err == PL_ERR_MEMORY || err == PL_ERR_DATABASE)
        return err;
    if (is_unconfigured(err, &stripe))
        return refuse_portal(reply, money, 503, "STRIPE_PORTAL_NOT_CONFIGURED");
    if (err)
        return refuse_portal(reply, money, 500, code);
    if ((err = store_write(tx->store, &money->about, work_note, &form->subscriber)))
        return err;
    pl_json_put_text(pospal_answer(reply, 200), "url", url);
    return PL_OK;
}

static pl_err work_portal(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    portal_form_t form;
    pospal_money_t money;
    pl_err err;

    if (!read_form(call, &form))
        return pospal_refuse(reply, 400, "MISSING_REQUIRED_FIELDS", "Email and unlock token are required");
    if ((err = pospal_money_open(tx, call, &money)))
        return err;
    err = store_read(tx->store, &money.about, work_find, &form);
    if (err == PL_ERR_NOT_FOUND)
        return pospal_refuse(reply, 401, "INVALID_CREDENTIALS", "Invalid credentials");
    return err ? err : answer_portal(tx, &form, &money, reply);
}

/* ---- /customer-portal ---- */

/* The provider's own object; null while it cannot be asked, or has none. Makes a customer there for who has none. */
static void fetch(tx_t *tx, const portal_form_t *form, const pospal_money_t *money, const pl_json **subscription)
{
    const subscriber_t *subscriber = &form->subscriber;
    const char *id = subscriber->has_subscription ? subscriber->subscription.provider_subscription : NULL;
    const char *customer;
    stripe_t stripe = {.line = NULL};

    *subscription = NULL;
    if (billing_connect(form->call->api->billing, &money->account, tx->arena, &stripe)) {
        pl_err_clear();
        return;
    }
    if ((id && stripe_fetch_plain_subscription(&stripe, id, subscription)) ||
        (!known_customer(subscriber) && ensure_customer(money, &stripe, subscriber, &customer)))
        pl_err_clear();
    stripe_close(&stripe);
}

static void put_customer(pl_json_writer *json, const subscriber_t *subscriber)
{
    pl_json_open(json, "customer", '{');
    pl_json_put_int(json, "id", subscriber->number);
    pl_json_put_text(json, "email", subscriber->customer.email);
    pospal_put_text(json, "name", subscriber->customer.name);
    pl_json_put_text(json, "subscription_status", subscriber->status);
    pospal_put_time(json, "created_at", pl_uuid_v7_time_ms(subscriber->license.id));
    pospal_put_time(json, "last_seen", subscriber->seen.seen_at_ms);
    pl_json_close(json);
}

static pl_err work_customer_portal(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    portal_form_t form;
    pospal_money_t money;
    const pl_json *subscription;
    pl_err err;

    if (!read_form(call, &form))
        return pospal_refuse(reply, 400, NULL, "Email and unlock token are required");
    if ((err = pospal_money_open(tx, call, &money)))
        return err;
    err = store_read(tx->store, &money.about, work_find, &form);
    if (err == PL_ERR_NOT_FOUND)
        return pospal_refuse(reply, 401, NULL, "Invalid credentials");
    if (err)
        return err;
    fetch(tx, &form, &money, &subscription);
    if ((err = store_write(tx->store, &money.about, work_note, &form.subscriber)))
        return err;
    put_customer(pospal_answer(reply, 200), &form.subscriber);
    if (subscription)
        pl_json_put_value(&reply->json, "subscription", subscription);
    else
        pospal_put_null(&reply->json, "subscription");
    return PL_OK;
}

/* ---- /invoice-refund ---- */

/* Asked for here, decided by the operator: a program that knows an unlock token does not move money. */
static pl_err work_invoice_refund(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    refund_wish_t wish = {.reason = "invoice refund", .invoice = pospal_text(call->body, "invoiceId", PROVIDER_ID_MAX)};
    portal_form_t form;
    payment_t payment;
    pl_err err;

    if (!read_form(call, &form) || !wish.invoice)
        return pospal_refuse(reply, 400, NULL, "Email, unlock token and invoice ID are required");
    err = work_find(&form, tx);
    if (err == PL_ERR_NOT_FOUND)
        return pospal_refuse(reply, 401, NULL, "Invalid credentials");
    if (err)
        return err;
    err = payments_find(tx, call->facade->brand_id, wish.invoice, &payment);
    if (err == PL_ERR_NOT_FOUND ||
        (!err && (!pl_uuid_equal(payment.license_id, form.subscriber.license.id) || payment.state == PAYMENT_FAILED)))
        return pospal_refuse(reply, 400, NULL, "Invoice not found");
    if (err || (err = subscriber_ask_refund(tx, call->keyring, &form.subscriber, &wish)))
        return err;
    pl_json_put_bool(pospal_answer(reply, 200), "success", true);
    pl_json_put_text(&reply->json, "message", "Your refund request was received. You will hear from us by e-mail.");
    return PL_OK;
}

/* ---- the frame ---- */

static pl_err parse_portal(const api_t *api, const request_t *request, void **in)
{
    return pospal_parse(api, request, work_portal, in);
}

static pl_err parse_customer_portal(const api_t *api, const request_t *request, void **in)
{
    return pospal_parse(api, request, work_customer_portal, in);
}

static pl_err parse_invoice_refund(const api_t *api, const request_t *request, void **in)
{
    return pospal_parse(api, request, work_invoice_refund, in);
}

const endpoint_t pospal_create_portal = {parse_portal, pospal_act, pospal_reply, NULL};
const endpoint_t pospal_customer_portal = {parse_customer_portal, pospal_act, pospal_reply, NULL};
const endpoint_t pospal_invoice_refund = {parse_invoice_refund, pospal_act, pospal_reply, NULL};
