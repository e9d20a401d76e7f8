/* SPDX-License-Identifier: Apache-2.0
 *
 * Telling whose it is.
 */
#include "billing/origin.h"

#include <string.h>

#include "licensing/settings.h"

pl_err origin_is_ours(tx_t *tx, billing_scope_t *scope, const stripe_subscription_t *told, bool *is_ours)
{
    char brand[PL_UUID_TEXT_SIZE];
    const char *price;
    pl_uuid product_id;
    pl_err err;

    pl_uuid_format(scope->brand_id, brand);
    if (told->origin.brand) {
        *is_ours = strcmp(told->origin.brand, brand) == 0;
        if (*is_ours && told->origin.product && !pl_uuid_parse(pl_span_text(told->origin.product), &product_id))
            scope->product_id = product_id;
        return PL_OK;
    }
    err = setting_read(tx, scope->keyring, scope->brand_id, SETTING_STRIPE_PRICE, &price);
    *is_ours = !err && price && told->price && strcmp(price, told->price) == 0;
    return err;
}
