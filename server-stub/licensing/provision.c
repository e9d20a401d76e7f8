/* SPDX-License-Identifier: Apache-2.0
 *
 * Provisioning.
 */
#include "licensing/provision.h"

static pl_err find_product(tx_t *tx, pl_uuid brand_id, const char *name, const char **slug)
{
    product_t product;
    pl_uuid id;
    pl_err err;

    if (pl_uuid_parse(pl_span_text(name), &id)) {
        *slug = name; /* looked up where the license is issued */
        return PL_OK;
    }
    err = products_find(tx, brand_id, id, &product);
    *slug = product.slug;
    return err == PL_ERR_NOT_FOUND ? pl_fail(err, "the brand has no product %s", name) : err;
}

pl_err provision(tx_t *tx, const keyring_t *keyring, const provision_t *order, provisioned_t *out)
{
    license_order_t terms = order->terms;
    pl_err err = PL_OK;

    *out = (provisioned_t){.key = NULL};
    if (order->count == 0 || order->count > PROVISION_PRODUCTS_MAX)
        return pl_fail(PL_ERR_INVALID, "name 1 to %d products", (int)PROVISION_PRODUCTS_MAX);
    if (!(out->licenses = pl_arena_take(tx->arena, order->count * sizeof(*out->licenses))))
        return PL_ERR_MEMORY;
    for (; !err && out->count < order->count; out->count += !err) {
        if (!(err = find_product(tx, terms.brand_id, order->products[out->count], &terms.product)))
            err = admin_license_issue(tx, keyring, &terms, &out->licenses[out->count], &out->key);
        terms.key = out->key; /* the first makes it, the others are opened by the same */
    }
    return err;
}
