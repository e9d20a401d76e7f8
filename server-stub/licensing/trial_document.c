/* SPDX-License-Identifier: Apache-2.0
 *
 * Making an offline trial; see trial_document.h. What it is worth on a machine is decided in lib/license/policy.c.
 */
#include "licensing/trial_document.h"

#include "base/timestamp.h"
#include "licensing/entitlement_text.h"
#include "licensing/license_claims.h"
#include "licensing/license_document.h"
#include "licensing/trial.h"
#include "licensing/trusted_time.h"
#include "store/audit.h"

enum { MS = 1000, DAY_S = 86400 };

static pl_err check(const tx_t *tx, const trial_order_t *order)
{
    if (order->days < 1 || order->days > TRIAL_FILE_DAYS_MAX)
        return pl_fail(PL_ERR_INVALID, "a trial has 1 to %d days", (int)TRIAL_FILE_DAYS_MAX);
    if (order->until_ms != 0 && (order->until_ms <= tx->now_ms || order->until_ms / MS > PL_TIME_MAX))
        return pl_fail(PL_ERR_INVALID, "the end must lie in the future, and not after the year 9999");
    return PL_OK;
}

static pl_err describe(tx_t *tx, const trial_order_t *order, const product_t *product, pl_claims *claims)
{
    const char *entitlements = order->entitlements ? order->entitlements : product->trial_entitlements;
    pl_err err = entitlement_text_read(tx->arena, product->entitlements, entitlements, &claims->entitlements);

    claims->kind = PL_CLAIMS_LICENSE;
    claims->product = product->slug;
    claims->plan = TRIAL_PLAN;
    claims->issued_at = claims->not_before = tx->now_ms / MS;
    claims->expires_at = order->until_ms / MS;
    claims->trial_seconds = order->days * DAY_S;
    claims->verdict = PL_VERDICT_ACTIVE;
    claims->reason = PL_REASON_IN_ORDER;
    return err == PL_ERR_MALFORMED ? PL_ERR_INVALID : err; /* the detail names the member */
}

static pl_err note(tx_t *tx, const trial_order_t *order, pl_uuid id)
{
    const audit_t entry = {.brand_id = order->brand_id,
                           .action = AUDIT_TRIAL_FILE,
                           .target = id,
                           .metadata = pl_arena_format(tx->arena, "{\"days\":%d}", (int)order->days)};

    return entry.metadata ? audit_append(tx, &entry) : PL_ERR_MEMORY;
}

pl_err trial_document_issue(tx_t *tx, const keyring_t *keyring, const trial_order_t *order, pl_uuid *id, pl_buf *file)
{
    pl_claims claims = {.epoch = keyring_epoch(keyring)};
    const brand_keys_t *brand;
    product_t product;
    claims_texts_t texts;
    pl_err err;

    if ((err = check(tx, order)) || (err = license_document_keys(keyring, order->brand_id, &brand)) ||
        (err = trusted_time_confirm(tx)))
        return err;
    if ((err = products_find_by_slug(tx, order->brand_id, order->product, &product)))
        return err == PL_ERR_NOT_FOUND ? pl_fail(err, "the brand has no product %s", order->product) : err;
    if ((err = describe(tx, order, &product, &claims)))
        return err;
    *id = store_new_id(tx);
    pl_uuid_format(*id, texts.license_id);
    claims.license_id = texts.license_id;
    license_claims_name(&claims, &texts, brand, store_new_id(tx), product.id);
    if ((err = license_document_write(tx, brand, &claims, file)))
        return err;
    return note(tx, order, *id);
}
