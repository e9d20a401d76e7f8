/* SPDX-License-Identifier: Apache-2.0
 *
 * Simulating activations.
 */
#include "licensing/simulate.h"

#include "license/license_key.h"
#include "licensing/answer.h"
#include "licensing/judge.h"
#include "store/brands.h"

#include <string.h>

enum { MS = 1000 };

/* ---- which license ---- */

typedef struct {
    const simulation_order_t *order;
    uint8_t key_hash[KEY_HASH_SIZE];
    license_t found;
    size_t count;
    const char *products; /* of those that were found */
} key_search_t;

static pl_err search_product(tx_t *tx, const product_t *product, key_search_t *search)
{
    license_t wanted = {.brand_id = product->brand_id, .product_id = product->id};
    license_t license;
    pl_err err;

    if (search->order->product && strcmp(search->order->product, product->slug) != 0)
        return PL_OK;
    memcpy(wanted.key_hash, search->key_hash, sizeof(wanted.key_hash));
    if ((err = licenses_find_by_key(tx, &wanted, &license)))
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    search->found = license;
    search->products =
        pl_arena_format(tx->arena, "%s%s%s", search->count ? search->products : "", search->count ? ", " : "", product->slug);
    search->count++;
    return search->products ? PL_OK : PL_ERR_MEMORY;
}

static pl_err search_brand(tx_t *tx, const brand_t *brand, key_search_t *search)
{
    product_t *products;
    size_t count;
    pl_err err;

    if (search->order->brand && strcmp(search->order->brand, brand->slug) != 0)
        return PL_OK;
    err = products_list(tx, brand->id, &products, &count);
    for (size_t i = 0; !err && i < count; i++)
        err = search_product(tx, &products[i], search);
    return err;
}

static pl_err find_by_key(tx_t *tx, const keyring_t *keyring, const simulation_order_t *order, pl_uuid *id)
{
    key_search_t search = {.order = order};
    brand_t *brands;
    size_t count;
    pl_err err;

    if ((err = pl_license_key_check(pl_span_text(order->key))) ||
        (err = keyring_hash_key(keyring, pl_span_text(order->key), search.key_hash)) || (err = brands_list(tx, &brands, &count)))
        return err;
    for (size_t i = 0; !err && i < count; i++)
        err = search_brand(tx, &brands[i], &search);
    if (err)
        return err;
    if (search.count == 0)
        return pl_fail(PL_ERR_NOT_FOUND, "no license here has that key%s: a device would be told %s",
                       order->brand || order->product ? ", of that brand and product" : "",
                       order->product ? "WRONG_PRODUCT or UNKNOWN_KEY" : "UNKNOWN_KEY");
    if (search.count > 1)
        return pl_fail(PL_ERR_INVALID, "that key opens licenses of several products (%s); name one with --product",
                       search.products);
    *id = search.found.id;
    return PL_OK;
}

/* ---- one device ---- */

/* A device that nobody has: random hardware, a random key. */
static void make_device(const license_view_t *view, device_call_t *call)
{
    *call = (device_call_t){.act = PL_ACT_ACTIVATE, .brand_id = view->license.brand_id};
    call->request.product = view->product.slug;
    call->request.has_device_key = true;
    pl_random(call->request.device_key, sizeof(call->request.device_key));
    pl_random(call->instance_id.bytes, sizeof(call->instance_id.bytes));
    call->fingerprint.count[PL_COMPONENT_FIRMWARE] = 1;
    pl_random(call->fingerprint.value[PL_COMPONENT_FIRMWARE], sizeof(call->fingerprint.value[PL_COMPONENT_FIRMWARE]));
    memcpy(call->key_hash, view->license.key_hash, sizeof(call->key_hash));
}

static pl_err activate(tx_t *tx, const simulation_t *simulation, simulated_t *device)
{
    const license_view_t *view = &simulation->view;
    pl_claims claims = {.issued_at = tx->now_ms / MS};
    device_call_t call;
    outcome_t outcome;
    int64_t taken;
    pl_err err;

    make_device(view, &call);
    if ((err = licensing_activate(tx, &call, &outcome)))
        return err;
    answer_times(&outcome, &claims);
    *device = (simulated_t){.verdict = outcome.verdict,
                            .reason = outcome.reason,
                            .refresh_at_ms = claims.refresh_at * MS,
                            .check_by_ms = claims.check_by * MS,
                            .grace_until_ms = claims.grace_until * MS};
    if (!outcome.has_activation)
        return PL_OK;
    err = activations_count_live(tx, view->license.brand_id, view->license.id, &taken);
    device->seat = taken;
    return err;
}

pl_err simulate(tx_t *tx, const keyring_t *keyring, const simulation_order_t *order, simulation_t *out)
{
    tx_t then = *tx;
    pl_uuid id = order->license_id;
    pl_err err;

    *out = (simulation_t){.verdict = PL_VERDICT_NONE};
    then.now_ms = order->at_ms;
    if ((order->key && (err = find_by_key(tx, keyring, order, &id))) || (err = admin_license_show(&then, id, &out->view)))
        return err;
    out->verdict = judge_license(&out->view.license, &out->view.product.policy, then.now_ms, &out->reason);
    out->ends_at_ms = license_end_ms(&out->view.license, &out->view.product.policy);
    if (!(out->devices = pl_arena_take(tx->arena, (size_t)order->devices * sizeof(*out->devices))))
        return PL_ERR_MEMORY;
    for (; out->count < (size_t)order->devices; out->count++)
        if ((err = activate(&then, out, &out->devices[out->count])))
            return err;
    return PL_OK;
}
