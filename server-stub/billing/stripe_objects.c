/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading Stripe's objects.
 */
#include "billing/stripe_objects.h"

#include <string.h>

enum { LINES_MAX = 1000 };

/* ---- members ---- */

static const char *text_of(const pl_json *json, const char *name)
{
    const char *text = json ? pl_json_text(pl_json_get(json, name)) : NULL;

    return text && *text && strlen(text) <= STRIPE_TEXT_MAX ? text : NULL;
}

static const pl_json *object_of(const pl_json *json, const char *name)
{
    const pl_json *member = json ? pl_json_get(json, name) : NULL;

    return member && pl_json_is_object(member) ? member : NULL;
}

static int64_t number_of(const pl_json *json, const char *name, int64_t otherwise)
{
    const pl_json *member = json ? pl_json_get(json, name) : NULL;
    int64_t number;

    return member && pl_json_int(member, &number) ? number : otherwise;
}

/* Seconds, as Stripe has them. */
static int64_t time_of(const pl_json *json, const char *name)
{
    int64_t time_s = number_of(json, name, 0);

    return time_s > 0 && time_s < INT64_C(253402300800) ? time_s * 1000 : 0;
}

static bool is_true(const pl_json *json, const char *name)
{
    const pl_json *member = json ? pl_json_get(json, name) : NULL;

    return member && pl_json_is_true(member);
}

const char *stripe_reference(const pl_json *json, const char *name)
{
    const pl_json *object = object_of(json, name);

    return object ? text_of(object, "id") : text_of(json, name);
}

/* The first or the i-th of {"data":[...]}. */
static const pl_json *item_of(const pl_json *json, const char *list, size_t index)
{
    const pl_json *of = object_of(json, list);
    const pl_json *data = of ? pl_json_get(of, "data") : NULL;

    return data && pl_json_is_array(data) && index < pl_json_count(data) ? pl_json_at(data, index) : NULL;
}

static pl_err want_id(const pl_json *json, const char **id)
{
    *id = text_of(json, "id");
    return *id && strlen(*id) <= 255 ? PL_OK : pl_fail(PL_ERR_MALFORMED, "an object of Stripe's has no id");
}

static stripe_origin_t origin_of(const pl_json *json)
{
    const pl_json *metadata = object_of(json, "metadata");

    return (stripe_origin_t){text_of(metadata, "pospal_brand"), text_of(metadata, "pospal_product")};
}

/* ---- objects ---- */

static int64_t amount_of(const pl_json *item)
{
    int64_t unit = number_of(object_of(item, "price"), "unit_amount", -1);
    int64_t quantity = number_of(item, "quantity", 1);

    return unit < 0 || quantity < 0 || quantity > 1000000 || unit > INT64_MAX / 1000000 ? -1 : unit * quantity;
}

pl_err stripe_read_subscription(const pl_json *json, stripe_subscription_t *subscription)
{
    const pl_json *item = item_of(json, "items", 0);
    const pl_json *customer = object_of(json, "customer");
    const pl_json *invoice = object_of(json, "latest_invoice");
    const char *paid = text_of(invoice, "status");

    *subscription = (stripe_subscription_t){
        .customer = stripe_reference(json, "customer"),
        .email = text_of(customer, "email"),
        .name = text_of(customer, "name"),
        .status = text_of(json, "status"),
        .price = stripe_reference(item, "price"),
        .currency = text_of(json, "currency"),
        .invoice = stripe_reference(json, "latest_invoice"),
        .is_paid = paid && strcmp(paid, "paid") == 0,
        /* newer versions name the day instead */
        .ends_with_period = is_true(json, "cancel_at_period_end") || time_of(json, "cancel_at") > 0,
        .begun_at_ms = time_of(json, "created"),
        .period_start_ms = time_of(json, "current_period_start"),
        .period_end_ms = time_of(json, "current_period_end"),
        .trial_end_ms = time_of(json, "trial_end"),
        .amount = amount_of(item),
        .origin = origin_of(json),
    };
    if (!subscription->period_end_ms) { /* since 2025-03-31 they are the items' */
        subscription->period_start_ms = time_of(item, "current_period_start");
        subscription->period_end_ms = time_of(item, "current_period_end");
    }
    return want_id(json, &subscription->id);
}

/* The subscription's time is that of the line that ends last; what is settled of past changes does not count. */
static void read_lines(const pl_json *json, stripe_invoice_t *invoice)
{
    const pl_json *line;

    for (size_t i = 0; i < LINES_MAX && (line = item_of(json, "lines", i)); i++) {
        const pl_json *period = object_of(line, "period");
        const pl_json *details = object_of(object_of(line, "parent"), "subscription_item_details");
        int64_t end_ms = time_of(period, "end");

        if (is_true(line, "proration") || is_true(details, "proration") || end_ms <= invoice->period_end_ms)
            continue;
        invoice->period_start_ms = time_of(period, "start");
        invoice->period_end_ms = end_ms;
    }
}

static const char *charge_of(const pl_json *json)
{
    const pl_json *payment = object_of(item_of(json, "payments", 0), "payment"); /* since 2025-03-31 */
    const char *charge = stripe_reference(json, "charge");

    if (!charge)
        charge = stripe_reference(json, "payment_intent");
    if (!charge && payment && !(charge = stripe_reference(payment, "charge")))
        charge = stripe_reference(payment, "payment_intent");
    return charge;
}

pl_err stripe_read_invoice(const pl_json *json, stripe_invoice_t *invoice)
{
    const char *status = text_of(json, "status");
    const pl_json *details = object_of(object_of(json, "parent"), "subscription_details");

    *invoice = (stripe_invoice_t){
        .customer = stripe_reference(json, "customer"),
        .email = text_of(json, "customer_email"),
        .name = text_of(json, "customer_name"),
        .subscription = stripe_reference(json, "subscription"),
        .charge = charge_of(json),
        .currency = text_of(json, "currency"),
        .reason = text_of(json, "billing_reason"),
        .url = text_of(json, "hosted_invoice_url"),
        .is_paid = (status && strcmp(status, "paid") == 0) || is_true(json, "paid"),
        .attempts = number_of(json, "attempt_count", 0),
        .paid_at_ms = time_of(object_of(json, "status_transitions"), "paid_at"),
        .next_attempt_ms = time_of(json, "next_payment_attempt"),
    };
    if (!invoice->subscription) /* since 2025-03-31 */
        invoice->subscription = stripe_reference(details, "subscription");
    invoice->amount = number_of(json, invoice->is_paid ? "amount_paid" : "amount_due", 0);
    read_lines(json, invoice);
    return want_id(json, &invoice->id);
}

pl_err stripe_read_checkout(const pl_json *json, stripe_checkout_t *checkout)
{
    const pl_json *details = object_of(json, "customer_details");

    *checkout = (stripe_checkout_t){
        .customer = stripe_reference(json, "customer"),
        .subscription = stripe_reference(json, "subscription"),
        .email = text_of(details, "email"),
        .name = text_of(details, "name"),
        .phone = text_of(details, "phone"),
        .mode = text_of(json, "mode"),
        .payment_status = text_of(json, "payment_status"),
        .currency = text_of(json, "currency"),
        .url = text_of(json, "url"),
        .amount = number_of(json, "amount_total", -1),
        .origin = origin_of(json),
    };
    if (!checkout->email)
        checkout->email = text_of(json, "customer_email");
    return want_id(json, &checkout->id);
}

pl_err stripe_read_charge(const pl_json *json, stripe_charge_t *charge)
{
    *charge = (stripe_charge_t){
        .customer = stripe_reference(json, "customer"),
        .invoice = stripe_reference(json, "invoice"),
        .intent = stripe_reference(json, "payment_intent"),
        .currency = text_of(json, "currency"),
        .amount = number_of(json, "amount", 0),
        .refunded = number_of(json, "amount_refunded", 0),
    };
    return want_id(json, &charge->id);
}

pl_err stripe_read_dispute(const pl_json *json, stripe_dispute_t *dispute)
{
    *dispute = (stripe_dispute_t){
        .charge = stripe_reference(json, "charge"),
        .intent = stripe_reference(json, "payment_intent"),
        .status = text_of(json, "status"),
    };
    return want_id(json, &dispute->id);
}

pl_err stripe_read_customer(const pl_json *json, stripe_customer_t *customer)
{
    *customer = (stripe_customer_t){.email = text_of(json, "email"),
                                    .name = text_of(json, "name"),
                                    .origin = origin_of(json),
                                    .is_deleted = is_true(json, "deleted")};
    return want_id(json, &customer->id);
}

pl_err stripe_read_price(const pl_json *json, stripe_price_t *price)
{
    *price = (stripe_price_t){.currency = text_of(json, "currency"),
                              .amount = number_of(json, "unit_amount", -1),
                              .is_active = is_true(json, "active")};
    return want_id(json, &price->id);
}
