/* SPDX-License-Identifier: Apache-2.0
 *
 * One imported row: found, compared, added or changed. The rules of licenses are those of licensing/, which issues and changes them.
 */
#include "transfer/import.h"

#include <string.h>

#include "base/text.h"
#include "licensing/admin_customers.h"
#include "licensing/event_json.h"
#include "licensing/events.h"
#include "licensing/license_policy.h"
#include "store/audit.h"
#include "store/license_keys.h"

static bool is_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* ---- customers ---- */

static pl_err check_customer(const import_row_t *row)
{
    if (!customers_email_is_valid(row->email))
        return pl_fail(PL_ERR_INVALID, "\"%.80s\" is no e-mail address", row->email);
    if (row->name && (strlen(row->name) > CUSTOMER_NAME_MAX || !pl_text_is_clean(row->name)))
        return pl_fail(PL_ERR_INVALID, "the name has more than %d bytes, or control characters", (int)CUSTOMER_NAME_MAX);
    return PL_OK;
}

/* What the row does not tell stays. */
static bool is_other_customer(const customer_t *customer, const import_row_t *row)
{
    return (row->name && !is_same_text(customer->name, row->name)) ||
           (row->customer_metadata && !is_same_text(customer->metadata, row->customer_metadata));
}

/* A name and metadata that are new here are taken in any case. */
static pl_err take_customer(tx_t *tx, const import_place_t *place, const customer_t *found, const import_row_t *row)
{
    customer_t before = *found;
    customer_t customer;
    pl_err err;

    if (!before.name && row->name) {
        before.name = row->name;
        if ((err = customers_ensure(tx, &before)))
            return err;
    }
    customer = before;
    if (row->name && place->update)
        customer.name = row->name;
    if (row->customer_metadata && (!before.metadata || place->update))
        customer.metadata = row->customer_metadata;
    return admin_customer_change(tx, &before, &customer);
}

pl_err import_customer(tx_t *tx, const import_place_t *place, const import_row_t *row, row_outcome *outcome)
{
    customer_t customer = {
        .id = store_new_id(tx), .brand_id = place->brand_id, .email = row->email, .name = row->name, .version = 1};
    customer_t found;
    pl_err err;

    if ((err = check_customer(row)))
        return err;
    err = customers_find_by_email(tx, place->brand_id, row->email, &found);
    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    if (err) {
        *outcome = ROW_ADDED;
        err = customers_ensure(tx, &customer);
        return err ? err : take_customer(tx, place, &customer, row);
    }
    *outcome = is_other_customer(&found, row) ? ROW_CHANGED : ROW_SAME;
    return *outcome == ROW_CHANGED ? take_customer(tx, place, &found, row) : PL_OK;
}

/* ---- licenses ---- */

/* The customer whom the license made or found has none of the row's metadata yet. */
static pl_err take_metadata_of_customer(tx_t *tx, const import_place_t *place, const import_row_t *row)
{
    customer_t customer;
    pl_err err;

    if (!row->email || !row->customer_metadata)
        return PL_OK;
    err = customers_find_by_email(tx, place->brand_id, row->email, &customer);
    return err ? err : take_customer(tx, place, &customer, row);
}

static pl_err add_license(tx_t *tx, const import_place_t *place, const import_row_t *row)
{
    const license_order_t order = {
        .brand_id = place->brand_id,
        .product = row->product,
        .email = row->email,
        .name = row->name,
        .key = row->key,
        .plan = row->plan,
        .entitlements = row->entitlements,
        .metadata = row->metadata,
        .policy = row->policy,
        .duration_days = row->duration_days,
        .seats = row->seats,
        .starts_at_ms = row->starts_at_ms,
        .expires_at_ms = row->expires_at_ms,
        .suspend_at_ms = row->suspend_at_ms,
        .cancel_at_ms = row->cancel_at_ms,
        .status_reason = row->status_reason,
        .renews = row->renews,
        .is_without_customer = !row->email,
        .is_imported = true,
    };
    license_view_t view;
    const license_cause_t cause = {row->reason, row->status_reason};
    const char *key;
    pl_err err = admin_license_issue(tx, place->keyring, &order, &view, &key);

    if (err || (err = take_metadata_of_customer(tx, place, row)) || row->status == LICENSE_ACTIVE)
        return err;
    return admin_license_change(tx, &view.license, row->status == LICENSE_SUSPENDED ? LICENSE_SUSPEND : LICENSE_CANCEL, &cause);
}

/* What a mapping does not speak of stays; and a term that has begun is not taken back by a file from before. */
static bool has_other_own(const license_t *license, const import_row_t *row)
{
    return (row->tells_metadata && !is_same_text(license->metadata, row->metadata)) ||
           (row->tells_policy && !is_same_text(license->policy, row->policy)) ||
           (row->tells_status_reason && !is_same_text(license->status_reason, row->status_reason)) ||
           (row->tells_suspend_at && license->suspend_at_ms != row->suspend_at_ms) ||
           (row->tells_cancel_at && license->cancel_at_ms != row->cancel_at_ms) ||
           (row->duration_days && !row->expires_at_ms && !license->expires_at_ms && license->duration_days != row->duration_days);
}

static void take_own(const import_row_t *row, license_t *license)
{
    if (row->tells_metadata)
        license->metadata = row->metadata;
    if (row->tells_policy)
        license->policy = row->policy;
    if (row->tells_status_reason)
        license->status_reason = row->status_reason;
    if (row->tells_suspend_at)
        license->suspend_at_ms = row->suspend_at_ms;
    if (row->tells_cancel_at)
        license->cancel_at_ms = row->cancel_at_ms;
    if (row->expires_at_ms)
        license->duration_days = 0; /* else the first activation would begin another term over it */
    else if (row->duration_days && !license->expires_at_ms)
        license->duration_days = row->duration_days;
}

/* An end that the row does not tell stays as it is here, also where it is counted from the first activation. */
static bool is_same_license(const license_t *license, const import_row_t *row)
{
    return license->status == row->status && license->reason == row->reason && license->seats == row->seats &&
           license->starts_at_ms == row->starts_at_ms && (!row->expires_at_ms || license->expires_at_ms == row->expires_at_ms) &&
           license->renews == row->renews && is_same_text(license->plan, row->plan) &&
           is_same_text(license->entitlements, row->entitlements) && !has_other_own(license, row);
}

/* A license does not pass from one customer to another by an import. */
static pl_err find_customer_of(tx_t *tx, const license_t *license, const import_row_t *row, customer_t *customer)
{
    pl_err err;

    if (!row->email)
        return PL_OK;
    err = customers_find_by_email(tx, license->brand_id, row->email, customer);
    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    if (err || !pl_uuid_equal(customer->id, license->customer_id))
        return pl_fail(PL_ERR_CONFLICT, "the license of that key is another customer's here");
    return PL_OK;
}

static pl_err change_license(tx_t *tx, license_t *license, const product_t *product, const import_row_t *row)
{
    audit_t entry = {.brand_id = license->brand_id, .action = AUDIT_LICENSE_IMPORTED, .target = license->id};
    const license_t before = *license;
    pl_err err;

    if (license->status == LICENSE_CANCELLED && row->status != LICENSE_CANCELLED)
        return pl_fail(PL_ERR_STATE, "the license is cancelled here, which is for ever");
    license->status = row->status;
    license->reason = row->reason;
    license->seats = row->seats;
    license->starts_at_ms = row->starts_at_ms;
    if (row->expires_at_ms)
        license->expires_at_ms = row->expires_at_ms;
    license->renews = row->renews;
    license->plan = row->plan;
    license->entitlements = row->entitlements;
    take_own(row, license);
    license_settle(license, tx->now_ms, license->status);
    if ((err = admin_license_check_end(license, &product->policy)) || (err = license_policy_check_imported(tx, license)) ||
        (err = event_license_change(tx->arena, &before, license, &entry)) || (err = licenses_change(tx, license)))
        return err;
    return events_append(tx, &entry, license->id);
}

pl_err import_find_license(tx_t *tx, const import_place_t *place, const import_row_t *row, product_t *product, license_t *license)
{
    license_t wanted = {.brand_id = place->brand_id};
    pl_err err = products_find_by_slug(tx, place->brand_id, row->product, product);

    if (err)
        return err == PL_ERR_NOT_FOUND ? pl_fail(PL_ERR_INVALID, "the brand has no product \"%.80s\"", row->product) : err;
    if ((err = pl_license_key_check(pl_span_text(row->key))) ||
        (err = keyring_hash_key(place->keyring, pl_span_text(row->key), wanted.key_hash)))
        return err;
    wanted.product_id = product->id;
    err = licenses_find_by_key(tx, &wanted, license);
    return err ? err : license_policy_lay(tx->arena, license, product);
}

/* As it is now: what was foreseen and has come is its state, whether anything ran or not. */
static void settle(license_t *license, int64_t now_ms)
{
    license_status status = license_status_at(license, now_ms);

    license->reason = license_reason_at(license, now_ms);
    license_settle(license, now_ms, status);
    license->status = status;
}

static import_row_t settled(const import_row_t *told, int64_t now_ms)
{
    license_t license = {
        .status = told->status, .reason = told->reason, .suspend_at_ms = told->suspend_at_ms, .cancel_at_ms = told->cancel_at_ms};
    import_row_t row = *told;

    settle(&license, now_ms);
    row.status = license.status;
    row.reason = license.reason;
    row.suspend_at_ms = license.suspend_at_ms;
    row.cancel_at_ms = license.cancel_at_ms;
    return row;
}

static pl_err import_settled(tx_t *tx, const import_place_t *place, const import_row_t *row, row_outcome *outcome)
{
    bool is_renamed = false;
    customer_t customer;
    product_t product;
    license_t license;
    pl_err err = import_find_license(tx, place, row, &product, &license);

    if (err == PL_ERR_NOT_FOUND) {
        *outcome = ROW_ADDED;
        return add_license(tx, place, row);
    }
    if (!err)
        settle(&license, tx->now_ms);
    if (err || (err = find_customer_of(tx, &license, row, &customer)))
        return err;
    *outcome = is_same_license(&license, row) ? ROW_SAME : ROW_CHANGED;
    if (row->email && is_other_customer(&customer, row)) {
        is_renamed = true;
        if ((err = take_customer(tx, place, &customer, row)))
            return err;
    }
    if (*outcome == ROW_SAME) {
        *outcome = is_renamed ? ROW_CHANGED : ROW_SAME;
        return PL_OK;
    }
    if (!place->update)
        return PL_OK;
    if ((err = change_license(tx, &license, &product, row)))
        return err;
    return admin_license_try_document(tx, place->keyring, &license);
}

pl_err import_license(tx_t *tx, const import_place_t *place, const import_row_t *row, row_outcome *outcome)
{
    const import_row_t now = settled(row, tx->now_ms);

    return import_settled(tx, place, &now, outcome);
}

pl_err import_key_is_shared(tx_t *tx, const import_place_t *place, const import_row_t *row, bool *is_shared)
{
    pl_uuid brands[LICENSE_KEY_BRANDS_MAX];
    uint8_t hash[KEY_HASH_SIZE];
    size_t count = 0;
    pl_err err;

    if (!(err = keyring_hash_key(place->keyring, pl_span_text(row->key), hash)))
        err = license_keys_find_brands(tx, hash, brands, &count);
    *is_shared = count > 1;
    return err;
}
