/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /create-checkout-session: for whoever has shown that the e-mail address is hers.
 */
#include "api/pospal_money.h"

#include <stdio.h>
#include <string.h>

#include "billing/standing.h"
#include "licensing/email_verification.h"
#include "licensing/subscriber.h"

enum { NAME_MAX = 200, PHONE_MAX = 40, TOKEN_MAX = 200 };

typedef struct {
    const pospal_call_t *call;
    const char *company;
    const char *name;
    const char *email;
    const char *phone;
    const char *token;
    subscriber_t subscriber;
    bool is_known;
} checkout_form_t;

/* ---- where it returns to ---- */

static size_t origin_size(const char *url)
{
    const char *host = strstr(url, "://");

    return host ? (size_t)(host - url) + 3 + strcspn(host + 3, "/?#") : 0;
}

static bool is_listed(const char *origins, const char *origin)
{
    size_t size = strlen(origin);

    for (const char *at = origins ? origins : ""; *at;) {
        size_t length = strcspn(at, " ");

        if (length == size && memcmp(at, origin, size) == 0)
            return true;
        at += length + strspn(at + length, " ");
    }
    return false;
}

/* The page that asks, if the brand knows it; else the brand's own. NULL: it has none. */
static pl_span return_origin(const billing_account_t *account, const char *origin)
{
    pl_span website = pl_span_of(account->website, account->website ? origin_size(account->website) : 0);

    if (origin && ((website.size && pl_span_is(website, origin)) || is_listed(account->return_origins, origin)))
        return pl_span_text(origin);
    return website;
}

/* ---- checking ---- */

static pl_err work_check(void *context, tx_t *tx)
{
    checkout_form_t *form = context;
    const facade_t *facade = form->call->facade;
    pl_err err;

    if ((err = email_verification_check(tx, form->call->keyring, facade->brand_id, form->email, form->token)))
        return err;
    err = subscriber_find_by_email(tx, facade, form->email, &form->subscriber);
    form->is_known = !err;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

static pl_err work_use(void *context, tx_t *tx)
{
    const checkout_form_t *form = context;

    return email_verification_use(tx, form->call->keyring, form->call->facade->brand_id, form->email, form->token);
}

static pl_err refuse_duplicate(const checkout_form_t *form, pospal_reply_t *reply)
{
    pl_json_writer *json = pospal_answer(reply, 409);

    pl_json_put_text(json, "error", "There is an active subscription for this e-mail address already");
    pl_json_put_bool(json, "duplicate", true);
    pl_json_put_text(json, "redirectTo", "customer-portal");
    pl_json_open(json, "existingSubscription", '{');
    pl_json_put_text(json, "email", form->subscriber.customer.email);
    pl_json_put_text(json, "subscriptionStatus", form->subscriber.status);
    pospal_put_time(json, "createdAt", pl_uuid_v7_time_ms(form->subscriber.license.id));
    pl_json_close(json);
    return PL_OK;
}

/* ---- asking ---- */

/* The same request again, whose reply was lost, is the same checkout at the provider; another one with the same token is another. */
static const char *make_key(const checkout_form_t *form, const checkout_order_t *order, pl_arena *arena)
{
    const char *const said[] = {form->token,   form->email,  form->name,        form->phone,
                                form->company, order->price, order->success_url};
    uint8_t digests[sizeof said / sizeof said[0]][PL_DIGEST_SIZE], digest[PL_DIGEST_SIZE];
    char text[33];

    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
        pl_digest(pl_span_text(said[i] ? said[i] : ""), digests[i]);
    pl_digest(pl_span_of(digests, sizeof digests), digest);
    for (size_t i = 0; i < 16; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
    return pl_arena_format(arena, "pospal-checkout-%s", text);
}

static pl_err create(tx_t *tx, const checkout_form_t *form, const pospal_money_t *money, stripe_t *stripe,
                     stripe_checkout_t *made)
{
    pl_span origin = return_origin(&money->account, form->call->origin);
    char brand[PL_UUID_TEXT_SIZE], product[PL_UUID_TEXT_SIZE];
    checkout_order_t order = {.price = money->account.price,
                              .email = form->email,
                              .name = form->name,
                              .phone = form->phone,
                              .company = form->company,
                              .origin = {brand, product}};

    if (!order.price || !origin.size)
        return pl_fail(PL_ERR_PAYMENTS_UNSET, "the brand has no %s; set it by `pospal-validator brand set`",
                       order.price ? "website" : "stripe_price");
    pl_uuid_format(form->call->facade->brand_id, brand);
    pl_uuid_format(form->call->facade->product_id, product);
    order.success_url = pl_arena_format(tx->arena, "%.*s/UISelect.html?payment_success=true&session_id={CHECKOUT_SESSION_ID}",
                                        (int)origin.size, origin.data);
    order.cancel_url = pl_arena_format(tx->arena, "%.*s/UISelect.html?payment_cancelled=true", (int)origin.size, origin.data);
    if (!order.success_url || !order.cancel_url || !(order.idempotency_key = make_key(form, &order, tx->arena)))
        return PL_ERR_MEMORY;
    return stripe_create_checkout(stripe, &order, made);
}

static pl_err refuse_failed(pl_err err, const stripe_error_t *told, pospal_reply_t *reply)
{
    bool is_refused = err == PL_ERR_PAYMENTS_REFUSED || err == PL_ERR_NOT_FOUND;
    pl_err refused = pospal_refuse(reply, is_refused ? 400 : 500, NULL, "Failed to create checkout session");

    if (is_refused) {
        pl_json_put_text(&reply->json, "details", told->message);
        pl_json_put_text(&reply->json, "type", told->type);
        pl_json_put_text(&reply->json, "code", told->code);
    } else {
        pl_json_put_text(&reply->json, "code", pl_err_code(err));
    }
    reply->is_refusal = false;
    return refused;
}

static pl_err answer(tx_t *tx, checkout_form_t *form, pospal_money_t *money, pospal_reply_t *reply)
{
    stripe_checkout_t made;
    stripe_t stripe = {.line = NULL};
    pl_err err = billing_connect(form->call->api->billing, &money->account, tx->arena, &stripe);

    if (!err)
        err = create(tx, form, money, &stripe, &made);
    stripe_close(&stripe);
    if (err == PL_ERR_MEMORY)
        return err;
    if (err)
        return refuse_failed(err, &stripe.error, reply);
    if ((err = store_write(tx->store, &money->about, work_use, form)))
        return err == PL_ERR_UNAUTHORIZED ? pospal_refuse(reply, 401, "EMAIL_NOT_VERIFIED", "Email is not verified") : err;
    pl_json_put_text(pospal_answer(reply, 200), "checkoutUrl", made.url);
    pl_json_put_text(&reply->json, "sessionId", made.id);
    return PL_OK;
}

static pl_err work_checkout(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    checkout_form_t form = {
        .call = call,
        .company = pospal_text(call->body, "restaurantName", NAME_MAX),
        .name = pospal_text(call->body, "name", NAME_MAX),
        .email = pospal_email(call->body, "email"),
        .phone = pospal_text(call->body, "phone", PHONE_MAX),
        .token = pospal_text(call->body, "verificationToken", TOKEN_MAX),
    };
    pospal_money_t money;
    pl_err err;

    if (!form.company || !form.name || !pospal_text(call->body, "email", POSPAL_TEXT_MAX))
        return pospal_refuse(reply, 400, NULL, "Missing required fields");
    if (!form.email)
        return pospal_refuse(reply, 400, NULL, "Invalid email");
    if (!form.token)
        return pospal_refuse(reply, 400, "EMAIL_NOT_VERIFIED", "Email is not verified");
    if ((err = pospal_money_open(tx, call, &money)))
        return err;
    err = store_read(tx->store, &money.about, work_check, &form);
    if (err == PL_ERR_UNAUTHORIZED)
        return pospal_refuse(reply, 401, "EMAIL_NOT_VERIFIED", "Email is not verified");
    if (err)
        return err;
    if (form.is_known && form.subscriber.is_active)
        return refuse_duplicate(&form, reply);
    if (form.is_known && !standing_is_ours(&form.subscriber.license, money.about.now_ms) &&
        strcmp(form.subscriber.status, "inactive") == 0)
        return pospal_refuse(reply, 409, "LICENSE_STOPPED", "The license of this e-mail address was stopped; write to support");
    return answer(tx, &form, &money, reply);
}

static pl_err parse_checkout(const api_t *api, const request_t *request, void **in)
{
    return pospal_parse(api, request, work_checkout, in);
}

const endpoint_t pospal_create_checkout = {parse_checkout, pospal_act, pospal_reply, NULL};
