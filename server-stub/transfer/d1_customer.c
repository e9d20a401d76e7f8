/* SPDX-License-Identifier: Apache-2.0
 *
 * A customer of the old database: a customer here, a license whose key is the old unlock token, how it is paid for, and the seat of its
 * machine. All of it or nothing. Addresses that differ in case alone are one customer here, with the license of each; the one that pays
 * gives name, spelling and number.
 */
#include "transfer/d1_import.h"

#include <string.h>

#include "base/text.h"
#include "licensing/instance_identifier.h"
#include "licensing/judge.h"
#include "licensing/license_policy.h"
#include "store/arrivals.h"
#include "store/audit.h"
#include "store/instance_seats.h"
#include "store/subscriptions.h"
#include "transfer/d1_taken.h"
#include "transfer/d1_value.h"

#define PROVIDER "stripe"

/* ---- the customer ---- */

/* Its id tells when it became one. */
static pl_err ensure_customer(tx_t *tx, const d1_place_t *place, const taken_t *taken, customer_t *customer)
{
    audit_t told = {.brand_id = place->brand_id, .action = AUDIT_CUSTOMER_IMPORTED};
    bool is_new, is_set;
    pl_err err;

    *customer = (customer_t){.id = d1_made_id(place->brand_id, taken->face, taken->created_ms ? taken->created_ms : tx->now_ms),
                             .brand_id = place->brand_id,
                             .email = taken->face->values[CUSTOMER_EMAIL],
                             .name = taken->name,
                             .version = 1};
    err = customers_find_by_email(tx, place->brand_id, customer->email, customer);
    is_new = err == PL_ERR_NOT_FOUND;
    if ((err && !is_new) || (err = customers_ensure(tx, customer)) ||
        (err = arrivals_number(tx, place->brand_id, customer->id, taken->number, &is_set)) || !is_new)
        return err;
    told.target = customer->id;
    told.metadata = pl_arena_format(tx->arena, "{\"source\":\"pospal-d1\",\"number\":%lld}", (long long)taken->number);
    return told.metadata ? audit_append(tx, &told) : PL_ERR_MEMORY;
}

/* ---- how it is paid for ---- */

static subscription_state state_of(const taken_t *taken)
{
    if (!d1_text(taken->row, CUSTOMER_SUBSCRIPTION))
        return SUBSCRIPTION_NONE;
    if (taken->status == LICENSE_ACTIVE)
        return SUBSCRIPTION_ACTIVE;
    return taken->status == LICENSE_SUSPENDED ? SUBSCRIPTION_PAST_DUE : SUBSCRIPTION_CANCELLED;
}

static const char *currency_of(pl_arena *arena, const d1_row_t *row)
{
    const char *text = d1_text(row, CUSTOMER_CURRENCY);

    return text && strlen(text) == 3 ? customers_fold_email(arena, text) : NULL;
}

static pl_err check_id(const d1_row_t *row, size_t index)
{
    const char *text = d1_text(row, index);

    return text && (strlen(text) > PROVIDER_ID_MAX || !pl_text_is_clean(text))
               ? pl_fail(PL_ERR_INVALID, "%s has more than %d bytes, or control characters", d1_value_name(row->table, index),
                         (int)PROVIDER_ID_MAX)
               : PL_OK;
}

static void fill_subscription(pl_arena *arena, const taken_t *taken, subscription_t *subscription)
{
    subscription->provider = PROVIDER;
    subscription->provider_customer = d1_text(taken->row, CUSTOMER_PROVIDER_ID);
    subscription->provider_subscription = d1_text(taken->row, CUSTOMER_SUBSCRIPTION);
    subscription->provider_checkout = d1_text(taken->row, CUSTOMER_CHECKOUT);
    subscription->state = state_of(taken);
    subscription->period_start_ms = taken->period_start_ms;
    subscription->period_end_ms = taken->period_end_ms;
    subscription->next_billing_at_ms = taken->next_billing_ms;
    subscription->amount = taken->amount;
    subscription->currency = currency_of(arena, taken->row);
    subscription->failures = taken->failures;
    subscription->begun_at_ms = taken->created_ms;
    subscription->compared_at_ms = 0; /* the provider is asked soon: it knows best */
}

/* A subscription is one license's; the second that names it comes without. */
static pl_err drop_taken(tx_t *tx, subscription_t *subscription, d1_result_t *result)
{
    subscription_t other;
    pl_err err;

    if (!subscription->provider_subscription)
        return PL_OK;
    err = subscriptions_find_by_provider(tx, subscription->brand_id, PROVIDER, subscription->provider_subscription, &other);
    if (err == PL_ERR_NOT_FOUND)
        return PL_OK;
    if (err)
        return err;
    result->note = pl_arena_format(tx->arena, "the subscription %s is another license's here; this one came without",
                                   subscription->provider_subscription);
    subscription->provider_subscription = NULL;
    subscription->state = SUBSCRIPTION_NONE;
    return result->note ? PL_OK : PL_ERR_MEMORY;
}

static pl_err add_subscription(tx_t *tx, const license_t *license, const taken_t *taken, d1_result_t *result)
{
    subscription_t subscription = {.brand_id = license->brand_id,
                                   .id = store_new_id(tx),
                                   .license_id = license->id,
                                   .customer_id = license->customer_id,
                                   .created_at_ms = taken->created_ms ? taken->created_ms : tx->now_ms};
    pl_err err;

    fill_subscription(tx->arena, taken, &subscription);
    if ((err = check_id(taken->row, CUSTOMER_PROVIDER_ID)) || (err = check_id(taken->row, CUSTOMER_SUBSCRIPTION)) ||
        (err = check_id(taken->row, CUSTOMER_CHECKOUT)) || (err = drop_taken(tx, &subscription, result)))
        return err;
    return subscriptions_insert(tx, &subscription);
}

/* ---- its machine, and when it was seen ---- */

/* Whatever the license is worth. Who changed its machine here meanwhile keeps the new one. */
static pl_err take_seat(tx_t *tx, const d1_place_t *place, const license_t *license, const taken_t *taken)
{
    const char *machine = d1_text(taken->row, CUSTOMER_MACHINE);
    instance_identifier_t identifier;
    instance_seat_t seat = {.id = store_new_id(tx), .brand_id = license->brand_id, .license_id = license->id};
    const audit_t entry = {
        .brand_id = license->brand_id, .action = AUDIT_ACTIVATED, .target = seat.id, .metadata = "{\"kind\":\"machine_id\"}"};
    pl_uuid id = seat.id;
    bool taken_now;
    pl_err err;

    if (!machine)
        return PL_OK;
    if ((err = instance_identifier_read(SEAT_MACHINE_ID, machine, &identifier)))
        return err;
    seat.kind = identifier.kind;
    seat.identifier = identifier.text;
    err = instance_seats_take(tx, &seat, license_room(license, &place->product.policy), &taken_now);
    return err || !taken_now || !pl_uuid_equal(id, seat.id) ? err : audit_append(tx, &entry);
}

static pl_err note_seen(tx_t *tx, const license_t *license, const taken_t *taken)
{
    int64_t seen_ms = d1_time_if_any(tx->arena, taken->row, CUSTOMER_LAST_SEEN);
    int64_t validated_ms = d1_time_if_any(tx->arena, taken->row, CUSTOMER_LAST_VALIDATION);

    if (seen_ms < validated_ms)
        seen_ms = validated_ms;
    return seen_ms ? arrivals_seen(tx, license->brand_id, license->id, seen_ms, validated_ms) : PL_OK;
}

/* ---- the license ---- */

static pl_err issue(tx_t *tx, const d1_place_t *place, const taken_t *taken, const customer_t *customer, license_t *license)
{
    const license_order_t order = {
        .brand_id = place->brand_id,
        .product = place->product.slug,
        .email = customer->email,
        .key = d1_text(taken->row, CUSTOMER_TOKEN),
        .expires_at_ms = taken->period_end_ms,
        .renews = taken->period_end_ms != 0,
        .is_imported = true,
    };
    license_view_t view;
    const char *key;
    pl_err err = admin_license_issue(tx, place->keyring, &order, &view, &key);

    if (err)
        return err;
    *license = view.license;
    if (taken->status == LICENSE_ACTIVE)
        return PL_OK;
    return admin_license_change(tx, license, taken->status == LICENSE_SUSPENDED ? LICENSE_SUSPEND : LICENSE_CANCEL,
                                &taken->cause);
}

static pl_err tell_of_double(tx_t *tx, const taken_t *taken, d1_result_t *result)
{
    if (result->note || taken->face == taken->row ||
        strcmp(taken->face->values[D1_ID], taken->row->values[D1_ID] ? taken->row->values[D1_ID] : "") == 0)
        return PL_OK;
    result->note =
        pl_arena_format(tx->arena,
                        "the address is that of customer %s but for its case: one customer here, by that number and name, and"
                        " the license of this one is a further one of it",
                        taken->face->values[D1_ID]);
    return result->note ? PL_OK : PL_ERR_MEMORY;
}

static pl_err add(tx_t *tx, const d1_place_t *place, const taken_t *taken, d1_result_t *result)
{
    customer_t customer;
    license_t license;
    pl_err err;

    result->outcome = D1_ADDED;
    if ((err = ensure_customer(tx, place, taken, &customer)) || (err = issue(tx, place, taken, &customer, &license)) ||
        (err = add_subscription(tx, &license, taken, result)) || (err = take_seat(tx, place, &license, taken)) ||
        (err = note_seen(tx, &license, taken)))
        return err;
    return tell_of_double(tx, taken, result);
}

/* ---- one that is here ---- */

static bool is_same(const license_t *license, const subscription_t *subscription, const taken_t *taken)
{
    return license->status == taken->status && license->expires_at_ms == taken->period_end_ms &&
           subscription->period_end_ms == taken->period_end_ms && subscription->amount == taken->amount;
}

static pl_err change_status(tx_t *tx, const d1_place_t *place, const taken_t *taken, license_t *license)
{
    if (license->status == taken->status)
        return PL_OK;
    if (taken->status == LICENSE_CANCELLED)
        return admin_license_change(tx, license, LICENSE_CANCEL, &taken->cause);
    if (license->status == LICENSE_CANCELLED) {
        pl_err err = admin_license_reactivate(tx, place->keyring, license, &taken->cause);

        if (err || taken->status == LICENSE_ACTIVE)
            return err;
    }
    return admin_license_change(tx, license, taken->status == LICENSE_ACTIVE ? LICENSE_RESUME : LICENSE_SUSPEND, &taken->cause);
}

static pl_err update(tx_t *tx, const d1_place_t *place, const taken_t *taken, license_t *license, subscription_t *subscription)
{
    const audit_t entry = {.brand_id = license->brand_id, .action = AUDIT_LICENSE_IMPORTED, .target = license->id};
    const char *own = subscription->provider_subscription;
    product_t product; /* as it holds for the license */
    pl_err err = license_policy_product(tx, license, &product);

    if (err)
        return err;
    license->expires_at_ms = taken->period_end_ms;
    license->renews = taken->period_end_ms != 0;
    if ((err = change_status(tx, place, taken, license)) || (err = admin_license_check_end(license, &place->product.policy)) ||
        (err = licenses_change(tx, license)) || (err = audit_append(tx, &entry)))
        return err;
    fill_subscription(tx->arena, taken, subscription);
    if (!own || !subscription->provider_subscription || strcmp(own, subscription->provider_subscription) != 0)
        subscription->provider_subscription = own; /* which of them is whose was decided when it came */
    if ((err = subscriptions_change(tx, subscription)) || (err = note_seen(tx, license, taken)))
        return err;
    return admin_license_try_document(tx, place->keyring, license);
}

/* By an event, or by a comparison of the provider's own subscription: it knows better than the old database. */
static bool is_told(const subscription_t *subscription)
{
    return subscription->told_at_ms != 0 || (subscription->provider_subscription && subscription->compared_at_ms != 0);
}

static pl_err compare(tx_t *tx, const d1_place_t *place, const taken_t *taken, license_t *license, d1_result_t *result)
{
    subscription_t subscription = {.told_at_ms = 0};
    pl_err err = subscriptions_find_by_license(tx, license->brand_id, license->id, &subscription);

    if (err == PL_ERR_NOT_FOUND)
        return pl_fail(PL_ERR_CONFLICT, "a license of that unlock token is here that did not come from there");
    if (err)
        return err;
    result->outcome = is_same(license, &subscription, taken) ? D1_SAME : D1_CHANGED;
    if (result->outcome == D1_CHANGED && place->update && !is_told(&subscription))
        return update(tx, place, taken, license, &subscription);
    if (result->outcome == D1_CHANGED && place->update) {
        result->note = "the payment provider has told of it here since then: it stays as it is";
        result->outcome = D1_LEFT;
        return PL_OK;
    }
    return tell_of_double(tx, taken, result);
}

pl_err d1_find_license(tx_t *tx, const d1_place_t *place, const d1_row_t *customer, license_t *license)
{
    const char *token = d1_text(customer, CUSTOMER_TOKEN);
    license_t wanted = {.brand_id = place->brand_id, .product_id = place->product.id};
    pl_err err;

    if (!token)
        return PL_ERR_NOT_FOUND;
    if ((err = pl_license_key_check(pl_span_text(token))) ||
        (err = keyring_hash_key(place->keyring, pl_span_text(token), wanted.key_hash)))
        return err;
    return licenses_find_by_key(tx, &wanted, license);
}

pl_err d1_import_customer(tx_t *tx, const d1_place_t *place, const d1_row_t *row, d1_result_t *result)
{
    license_t license;
    taken_t taken;
    pl_err err = d1_take(tx, place, row, &taken);

    if (err)
        return err;
    err = d1_find_license(tx, place, row, &license);
    if (err == PL_ERR_NOT_FOUND)
        return add(tx, place, &taken, result);
    return err ? err : compare(tx, place, &taken, &license, result);
}
