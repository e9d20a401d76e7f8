/* SPDX-License-Identifier: Apache-2.0
 *
 * From a license key to its brand and its licenses.
 */
#include "licensing/key_access.h"

#include "store/brands.h"
#include "store/products.h"

#include <string.h>

/* In a brand that is not there the key is looked for all the same: who asks is not told by the time that it takes. */
static pl_err list_brands(tx_t *tx, const key_question_t *question, pl_uuid brands[LICENSE_KEY_BRANDS_MAX], size_t *count)
{
    brand_t brand = {.slug = NULL};
    license_key_t key;
    pl_err err;

    if (!question->brand)
        return license_keys_find_brands(tx, question->hash, brands, count);
    *count = 0;
    if ((err = brands_find_by_slug(tx, question->brand, &brand)) && err != PL_ERR_NOT_FOUND)
        return err;
    if (!(err = license_keys_find(tx, brand.id, question->hash, &key)))
        brands[(*count)++] = brand.id;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

static pl_err list_licenses(tx_t *tx, const key_question_t *question, key_access_t *access)
{
    license_t wanted = {.brand_id = access->brand_id};
    product_t product;
    pl_err err;

    if (!question->product)
        return licenses_list_by_key(tx, access->brand_id, question->hash, &access->licenses, &access->count);
    access->count = 0;
    if (!(access->licenses = pl_arena_take(tx->arena, sizeof(*access->licenses))))
        return PL_ERR_MEMORY;
    memcpy(wanted.key_hash, question->hash, sizeof(wanted.key_hash));
    if (!(err = products_find_by_slug(tx, access->brand_id, question->product, &product))) {
        wanted.product_id = product.id;
        err = licenses_find_by_key(tx, &wanted, access->licenses);
        access->count = err ? 0 : 1;
    }
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

pl_err key_access_find(tx_t *tx, const key_question_t *question, key_access_t *access)
{
    pl_uuid brands[LICENSE_KEY_BRANDS_MAX];
    size_t count, fitting = 0;
    pl_err err = list_brands(tx, question, brands, &count);

    if (err)
        return err;
    if (count == 0)
        return pl_fail(PL_ERR_UNKNOWN_KEY, "the license key is not known here");
    *access = (key_access_t){.brand_id = brands[0]};
    for (size_t i = 0; i < count; i++) {
        key_access_t found = {.brand_id = brands[i]};

        if ((err = list_licenses(tx, question, &found)))
            return err;
        if (found.count > 0 && fitting++ == 0)
            *access = found;
    }
    if (fitting > 1)
        return pl_fail(PL_ERR_CONFLICT, "several brands have that license key; name one of them in `brand`");
    return PL_OK;
}
