/* SPDX-License-Identifier: Apache-2.0
 *
 * Issuing, showing and listing licenses. Changing them is in admin_changes.c, their documents in license_document.c.
 */
#include "licensing/admin_licenses.h"

#include "base/text.h"
#include "licensing/check_in.h"
#include "licensing/entitlement_text.h"
#include "licensing/events.h"
#include "licensing/judge.h"
#include "licensing/license_sift.h"
#include "licensing/license_term.h"
#include "licensing/sealing.h"
#include "store/audit.h"
#include "store/license_keys.h"

#include <string.h>

enum { PAGE_DEFAULT = 100, SEALED_KEY_MAX = PL_LICENSE_KEY_MAX * 2 + PL_SEAL_OVERHEAD };

/* ---- issuing ---- */

static pl_err check_email(const char *email)
{
    return email && customers_email_is_valid(email)
               ? PL_OK
               : pl_fail(PL_ERR_INVALID, "an e-mail address has the form name@domain and at most %d bytes",
                         (int)CUSTOMER_EMAIL_MAX);
}

static pl_err check_order(tx_t *tx, const license_order_t *order)
{
    pl_entitlements set;
    pl_err err;

    if (!order->is_without_customer && (err = check_email(order->email)))
        return err;
    if (order->name && (strlen(order->name) > CUSTOMER_NAME_MAX || !pl_text_is_clean(order->name)))
        return pl_fail(PL_ERR_INVALID, "a customer's name has at most %d bytes of UTF-8, none of them control characters",
                       (int)CUSTOMER_NAME_MAX);
    if (order->seats < 0 || order->seats > SEATS_MAX)
        return pl_fail(PL_ERR_INVALID, "seats must be 1 to %d, or 0 for the product's", (int)SEATS_MAX);
    if (order->expires_at_ms &&
        ((!order->is_imported && order->expires_at_ms <= tx->now_ms) || order->expires_at_ms <= order->starts_at_ms))
        return pl_fail(PL_ERR_INVALID, "the license would end before it begins");
    if (order->plan && (!order->plan[0] || strlen(order->plan) > LICENSE_PLAN_MAX || !pl_text_is_clean(order->plan)))
        return pl_fail(PL_ERR_INVALID, "a plan has 1 to %d bytes of UTF-8, none of them control characters",
                       (int)LICENSE_PLAN_MAX);
    err = entitlement_text_read(tx->arena, NULL, order->entitlements, &set);
    return err && err != PL_ERR_MEMORY ? PL_ERR_INVALID : err;
}

static pl_err choose_key(tx_t *tx, const license_order_t *order, const product_t *product, const char **key)
{
    const pl_license_key_template shape = {product->key_prefix, (int)product->key_group};
    char made[PL_LICENSE_KEY_MAX + 1];
    uint8_t random[16];
    pl_err err;

    if (order->key && (err = pl_license_key_check(pl_span_text(order->key))))
        return err;
    if (!order->key) {
        pl_random(random, sizeof(random));
        pl_license_key_make(&shape, random, made);
        pl_wipe(random, sizeof(random));
    }
    *key = pl_arena_text(tx->arena, pl_span_text(order->key ? order->key : made));
    return *key ? PL_OK : PL_ERR_MEMORY;
}

static pl_err store_key(tx_t *tx, const keyring_t *keyring, const license_t *license, const char *key)
{
    const sealed_place_t place = {SEALED_LICENSE_KEY, license->brand_id, pl_span_of(license->key_hash, KEY_HASH_SIZE)};
    license_key_t row = {.brand_id = license->brand_id, .tail = pl_license_key_tail(key)};
    const pl_span text = pl_span_text(key);
    uint8_t sealed[SEALED_KEY_MAX];
    pl_err err;

    if (text.size + PL_SEAL_OVERHEAD > sizeof(sealed))
        return pl_fail(PL_ERR_TOO_LARGE, "the license key is too long");
    if ((err = seal_at(keyring_sealing_key(keyring), &place, text, sealed)))
        return err;
    memcpy(row.hash, license->key_hash, KEY_HASH_SIZE);
    row.sealed = pl_span_of(sealed, text.size + PL_SEAL_OVERHEAD);
    return license_keys_ensure(tx, &row);
}

/*
 * The product's clients find their license by the key alone: a key in two brands would lock both their customers out. Only the operator's
 * import brings such keys along. The refusal does not tell whose the key is.
 */
static pl_err check_given_key(tx_t *tx, const license_order_t *order, const license_t *license)
{
    pl_uuid brands[LICENSE_KEY_BRANDS_MAX];
    license_key_t own;
    size_t count;
    pl_err err;

    if (!order->key || order->is_imported)
        return PL_OK;
    err = license_keys_find(tx, license->brand_id, license->key_hash, &own);
    if (err != PL_ERR_NOT_FOUND)
        return err; /* also where the brand has it already */
    err = license_keys_claim(tx, license->brand_id, license->key_hash);
    if (err && err != PL_ERR_CONFLICT)
        return err;
    count = err ? 1 : 0; /* another brand gave it, be it in this moment */
    if (!err && (err = license_keys_find_brands(tx, license->key_hash, brands, &count)))
        return err;
    return count > 0 ? pl_fail(PL_ERR_CONFLICT, "that license key cannot be used; choose another") : PL_OK;
}

static pl_err find_product(tx_t *tx, const license_order_t *order, product_t *product)
{
    pl_err err = products_find_by_slug(tx, order->brand_id, order->product, product);

    return err == PL_ERR_NOT_FOUND ? pl_fail(err, "the brand has no product %s", order->product) : err;
}

static pl_err insert(tx_t *tx, const license_t *license)
{
    const audit_t entry = {.brand_id = license->brand_id, .action = AUDIT_LICENSE_ISSUED, .target = license->id};
    pl_err err = licenses_insert(tx, license);

    if (err == PL_ERR_CONFLICT)
        return pl_fail(err, "that license key has a license of this product already");
    return err ? err : events_append(tx, &entry, license->id);
}

/* Its own rules, and from here on the product's as they hold for it. */
static pl_err take_policy(tx_t *tx, const license_order_t *order, license_view_t *view)
{
    license_t *license = &view->license;
    pl_err err;

    if ((err = license_policy_merge(tx->arena, NULL, order->policy, &license->policy)) ||
        (err = order->is_imported ? license_policy_check_imported(tx, license) : license_policy_check(tx, license, NULL)))
        return err;
    return license_policy_lay(tx->arena, license, &view->product);
}

static license_t license_of(tx_t *tx, const license_order_t *order)
{
    return (license_t){.id = store_new_id(tx),
                       .brand_id = order->brand_id,
                       .status = LICENSE_ACTIVE,
                       .seats = order->seats,
                       .starts_at_ms = order->starts_at_ms,
                       .expires_at_ms = order->expires_at_ms,
                       .suspend_at_ms = order->suspend_at_ms,
                       .cancel_at_ms = order->cancel_at_ms,
                       .status_reason = order->status_reason,
                       .renews = order->renews,
                       .version = 1,
                       .plan = order->plan,
                       .entitlements = order->entitlements,
                       .metadata = order->metadata,
                       .duration_days = order->expires_at_ms ? 0 : order->duration_days};
}

pl_err admin_license_issue(tx_t *tx, const keyring_t *keyring, const license_order_t *order, license_view_t *view,
                           const char **key)
{
    static const product_policy_t no_term = {.basis = EXPIRY_NONE};
    license_t *license = &view->license;
    pl_err err;

    *view = (license_view_t){.license = license_of(tx, order)};
    view->customer = (customer_t){
        .id = store_new_id(tx), .brand_id = order->brand_id, .email = order->email, .name = order->name, .version = 1};
    view->status = LICENSE_ACTIVE;
    if ((err = check_order(tx, order)) || (err = find_product(tx, order, &view->product)) ||
        (err = choose_key(tx, order, &view->product, key)) ||
        (err = keyring_hash_key(keyring, pl_span_text(*key), license->key_hash)) || (err = check_given_key(tx, order, license)) ||
        (!order->is_without_customer && (err = customers_ensure(tx, &view->customer))) ||
        (err = store_key(tx, keyring, license, *key)))
        return err;
    license->product_id = view->product.id;
    if (!order->is_without_customer)
        license->customer_id = view->customer.id;
    view->key_tail = pl_license_key_tail(*key);
    if ((err = take_policy(tx, order, view)))
        return err;
    view->seats = license_seats(license, &view->product.policy);
    if ((err = license_term_give(license, order->is_imported ? &no_term : &view->product.policy, tx->now_ms)) ||
        (err = admin_license_check_end(license, &view->product.policy)) || (err = insert(tx, license)))
        return err;
    return admin_license_try_document(tx, keyring, license);
}

/* ---- showing ---- */

static pl_err read_customer(tx_t *tx, const license_t *license, customer_t *customer)
{
    *customer = (customer_t){.email = NULL};
    if (pl_uuid_is_nil(license->customer_id))
        return PL_OK;
    return customers_find(tx, license->brand_id, license->customer_id, customer);
}

static pl_err complete(tx_t *tx, license_view_t *view)
{
    const license_t *license = &view->license;
    license_key_t key;
    pl_reason reason;
    pl_verdict verdict;
    pl_err err;

    if ((err = license_policy_product(tx, license, &view->product)) || (err = read_customer(tx, license, &view->customer)) ||
        (err = license_keys_find(tx, license->brand_id, license->key_hash, &key)) ||
        (err = activations_count_live(tx, license->brand_id, license->id, &view->seats_taken)))
        return err == PL_ERR_NOT_FOUND ? pl_fail(PL_ERR_DATABASE, "a license lacks its product, customer or key") : err;
    view->key_tail = key.tail;
    view->seats = license_seats(license, &view->product.policy);
    verdict = judge_license(license, &view->product.policy, tx->now_ms, &reason);
    view->is_expired = verdict == PL_VERDICT_EXPIRED;
    view->status = license_status_at(license, tx->now_ms);
    view->reason = view->status == LICENSE_ACTIVE ? PL_REASON_NONE : license_reason_at(license, tx->now_ms);
    if ((err = check_in_by(tx, license, &view->product.policy, &view->check_in_by_ms)))
        return err;
    view->is_overdue = verdict == PL_VERDICT_ACTIVE && view->check_in_by_ms && view->check_in_by_ms <= tx->now_ms;
    view->is_in_order = verdict == PL_VERDICT_ACTIVE && !view->is_overdue;
    return PL_OK;
}

void license_view_check_in(license_view_t *view)
{
    view->is_in_order |= view->is_overdue;
    view->is_overdue = false;
}

pl_err admin_license_show(tx_t *tx, pl_uuid license_id, license_view_t *view)
{
    pl_err err;

    *view = (license_view_t){.key_tail = NULL};
    err = licenses_find_in_any_brand(tx, license_id, &view->license);
    if (err == PL_ERR_NOT_FOUND)
        return pl_fail(err, "no license has that id");
    return err ? err : complete(tx, view);
}

pl_err admin_license_find(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, license_view_t *view)
{
    pl_err err;

    *view = (license_view_t){.key_tail = NULL};
    err = licenses_find(tx, brand_id, license_id, &view->license);
    if (err == PL_ERR_NOT_FOUND)
        return pl_fail(err, "the brand has no license of that id");
    return err ? err : complete(tx, view);
}

pl_err admin_license_key(tx_t *tx, const keyring_t *keyring, const license_t *license, const char **key)
{
    const sealed_place_t place = {SEALED_LICENSE_KEY, license->brand_id, pl_span_of(license->key_hash, KEY_HASH_SIZE)};
    license_key_t row;
    char *plain;
    pl_err err = license_keys_find(tx, license->brand_id, license->key_hash, &row);

    if (err)
        return err;
    if (row.sealed.size < PL_SEAL_OVERHEAD)
        return pl_fail(PL_ERR_DATABASE, "a sealed license key is damaged");
    if (!(plain = pl_arena_take(tx->arena, row.sealed.size - PL_SEAL_OVERHEAD + 1)))
        return PL_ERR_MEMORY;
    *key = plain;
    return unseal_at(keyring_sealing_key(keyring), &place, row.sealed, (uint8_t *)plain);
}

pl_err admin_license_reveal(tx_t *tx, const keyring_t *keyring, const license_t *license, const char **key)
{
    const audit_t entry = {.brand_id = license->brand_id, .action = AUDIT_LICENSE_REVEALED, .target = license->id};
    pl_err err = admin_license_key(tx, keyring, license, key);

    return err ? err : audit_append(tx, &entry);
}

/* ---- listing ---- */

typedef struct {
    license_t *items;
    size_t count;
    size_t room; /* in the page */
} license_rows_t;

/* From what an operator types to ids. PL_ERR_NOT_FOUND: no customer has that address, so nothing is listed. */
static pl_err read_filter(tx_t *tx, const license_filter_t *filter, license_page_t *page)
{
    customer_t customer;
    product_t product;
    pl_err err;

    *page = (license_page_t){.brand_id = filter->brand_id,
                             .customer_id = filter->customer_id,
                             .plan = filter->plan,
                             .after = filter->after,
                             .limit = filter->limit};
    if (page->limit <= 0)
        page->limit = PAGE_DEFAULT;
    if (page->limit > LICENSE_PAGE_MAX)
        page->limit = LICENSE_PAGE_MAX;
    if (filter->product) {
        if ((err = products_find_by_slug(tx, filter->brand_id, filter->product, &product)))
            return err == PL_ERR_NOT_FOUND ? pl_fail(PL_ERR_INVALID, "the brand has no product %s", filter->product) : err;
        page->product_id = product.id;
    }
    if (filter->email) {
        if ((err = customers_find_by_email(tx, filter->brand_id, filter->email, &customer)))
            return err;
        if (!pl_uuid_is_nil(filter->customer_id) && !pl_uuid_equal(filter->customer_id, customer.id))
            return PL_ERR_NOT_FOUND;
        page->customer_id = customer.id;
    }
    return PL_OK;
}

/* One of the three is what the index goes by; the others are sifted out. */
static void divide(license_page_t *page, license_sift_t *sift)
{
    const license_page_t asked = *page;

    if (!pl_uuid_is_nil(asked.customer_id)) {
        sift->product_id = asked.product_id;
        page->product_id = (pl_uuid){{0}};
    }
    if (!pl_uuid_is_nil(asked.customer_id) || !pl_uuid_is_nil(asked.product_id)) {
        sift->plan = asked.plan;
        page->plan = NULL;
    }
}

static pl_err take_rows(tx_t *tx, license_list_t *list, license_sift_t *sift, const license_rows_t *rows)
{
    bool fits = true;
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < rows->count; i++) {
        if (list->count == rows->room) {
            list->has_more = true;
            return PL_OK;
        }
        list->last = rows->items[i].id;
        if ((err = license_sift_fits(tx, sift, &rows->items[i], &fits)) || !fits)
            continue;
        list->items[list->count].license = rows->items[i];
        err = complete(tx, &list->items[list->count++]);
    }
    return err;
}

static pl_err list_page(tx_t *tx, license_page_t *page, license_sift_t *sift, license_list_t *list)
{
    license_rows_t rows = {.room = (size_t)page->limit};
    const size_t step = license_sift_is_needed(sift) ? LICENSE_PAGE_MAX : rows.room;
    size_t seen = 0;
    pl_err err;

    page->limit = (int64_t)step + 1; /* one more tells whether there are more */
    if (!(list->items = pl_arena_take(tx->arena, (rows.room + 1) * sizeof(*list->items))))
        return PL_ERR_MEMORY;
    do {
        if ((err = licenses_list(tx, page, &rows.items, &rows.count)))
            return err;
        list->has_more = rows.count > step;
        rows.count -= list->has_more;
        if ((err = take_rows(tx, list, sift, &rows)))
            return err;
        page->after = list->last;
        seen += rows.count;
    } while (list->has_more && list->count < rows.room && seen < LICENSE_SIFTED_MAX);
    return PL_OK;
}

pl_err admin_license_list(tx_t *tx, const license_filter_t *filter, license_list_t *list)
{
    license_sift_t sift = {.condition = filter->condition,
                           .key = filter->metadata_key,
                           .value = filter->metadata_value,
                           .expiring_before_ms = filter->expiring_before_ms};
    license_page_t page;
    pl_err err = read_filter(tx, filter, &page);

    *list = (license_list_t){.items = NULL};
    if (err)
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    divide(&page, &sift);
    return list_page(tx, &page, &sift, list);
}
