/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding a device's trial, or starting it.
 */
#include "licensing/trial.h"

#include "licensing/admin_licenses.h"
#include "licensing/judge.h"
#include "store/audit.h"
#include "store/trials.h"

#include <string.h>

enum { HOUR_MS = 3600 * 1000 };

static const int64_t DAY_MS = INT64_C(86400000);

/* Something that no disk image carries must be the same: the rule alone may be content with less. */
static bool is_same_device(const trial_t *trial, const pl_fingerprint *device, pl_match_rule rule)
{
    pl_match match = pl_fingerprint_match(&trial->fingerprint, device, rule);
    bool is_hardware = false;

    for (unsigned i = 0; i < PL_COMPONENT_COUNT; i++)
        is_hardware = is_hardware || ((match.matched & 1u << i) && pl_component_is_hardware((pl_component)i));
    return match.is_same && is_hardware;
}

/* The oldest. PL_ERR_NOT_FOUND. */
static pl_err find_trial(tx_t *tx, const device_call_t *call, const product_t *product, license_t *license)
{
    const trial_t like = {.brand_id = call->brand_id, .product_id = product->id, .fingerprint = call->fingerprint};
    const trial_t *found = NULL;
    trial_t *trials;
    size_t count;
    pl_err err = trials_find_alike(tx, &like, &trials, &count);

    for (size_t i = 0; !err && i < count; i++)
        if (is_same_device(&trials[i], &call->fingerprint, product->policy.match) &&
            (!found || trials[i].started_at_ms < found->started_at_ms))
            found = &trials[i];
    if (err)
        return err;
    return found ? licenses_find(tx, call->brand_id, found->license_id, license) : PL_ERR_NOT_FOUND;
}

static pl_err check_flood(tx_t *tx, const product_t *product)
{
    int64_t count = 0;
    pl_err err = trials_count_since(tx, product->brand_id, product->id, tx->now_ms - HOUR_MS, &count);

    if (err || count < TRIALS_PER_HOUR_MAX)
        return err;
    return pl_fail(PL_ERR_RATE_LIMITED, "more than %d trials of %s were started within an hour", (int)TRIALS_PER_HOUR_MAX,
                   product->slug);
}

static pl_err start(tx_t *tx, const keyring_t *keyring, const device_call_t *call, const product_t *product, license_t *license)
{
    const license_order_t order = {.brand_id = call->brand_id,
                                   .product = product->slug,
                                   .is_without_customer = true,
                                   .plan = TRIAL_PLAN,
                                   .entitlements = product->trial_entitlements,
                                   .seats = 1,
                                   .expires_at_ms = tx->now_ms + product->policy.trial_days * DAY_MS};
    trial_t trial = {
        .brand_id = call->brand_id, .product_id = product->id, .fingerprint = call->fingerprint, .started_at_ms = tx->now_ms};
    license_view_t view;
    const char *key;
    pl_err err;

    if ((err = check_flood(tx, product)) || (err = admin_license_issue(tx, keyring, &order, &view, &key)))
        return err;
    *license = view.license;
    trial.license_id = license->id;
    return trials_insert(tx, &trial);
}

/* The license key, for this device alone. */
static pl_err seal_key(tx_t *tx, const keyring_t *keyring, const device_call_t *call, const license_t *license,
                       pl_trial_claims *claims)
{
    const char *key;
    pl_err err = admin_license_key(tx, keyring, license, &key);

    if (err)
        return err;
    claims->sealed_size = strlen(key) + PL_DEVICE_SEAL_OVERHEAD;
    if (claims->sealed_size > sizeof(claims->sealed_key))
        return pl_fail(PL_ERR_TOO_LARGE, "the license key is too long");
    return pl_device_seal(call->request.device_key, pl_span_text(key), claims->sealed_key);
}

static pl_err refuse(tx_t *tx, const product_t *product, bool has_product, outcome_t *out)
{
    *out = (outcome_t){.verdict = PL_VERDICT_NOT_ACTIVATED, .reason = PL_REASON_NO_TRIAL, .validated_before_ms = -1};
    out->decided_at_ms = tx->now_ms;
    out->has_product = has_product;
    if (has_product)
        out->product = *product;
    return PL_OK;
}

pl_err licensing_trial(tx_t *tx, const keyring_t *keyring, const device_call_t *call, trial_outcome_t *out)
{
    device_call_t activation = *call;
    license_t license;
    product_t product;
    pl_err err = products_find_by_slug(tx, call->brand_id, call->request.product, &product);

    memset(out, 0, sizeof(*out));
    if (err == PL_ERR_NOT_FOUND)
        return refuse(tx, &product, false, &out->outcome);
    if (err)
        return err;
    err = find_trial(tx, call, &product, &license);
    if (err == PL_ERR_NOT_FOUND && product.policy.trial_days == 0)
        return refuse(tx, &product, true, &out->outcome);
    if (err == PL_ERR_NOT_FOUND)
        err = start(tx, keyring, call, &product, &license);
    if (err || (err = seal_key(tx, keyring, call, &license, &out->claims)))
        return err;
    memcpy(activation.key_hash, license.key_hash, sizeof(activation.key_hash));
    if ((err = licensing_activate(tx, &activation, &out->outcome)))
        return err;
    out->outcome.trial = &out->claims;
    return PL_OK;
}
