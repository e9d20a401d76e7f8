/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding a device's trial, or starting it.
 */
#include "licensing/trial.h"

#include "licensing/admin_licenses.h"
#include "licensing/judge.h"
#include "licensing/trial_quota.h"
#include "store/audit.h"
#include "store/brands.h"

#include <string.h>

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
static pl_err find_trial(tx_t *tx, const device_call_t *call, const product_t *product, trial_t *trial)
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
    if (err || !found)
        return err ? err : PL_ERR_NOT_FOUND;
    *trial = *found;
    return PL_OK;
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
    char network[TRIAL_NETWORK_SIZE];
    license_view_t view;
    const char *key;
    pl_err err;

    if (tx->address) {
        trial_network(tx->address, network);
        trial.address = network;
    }
    if ((err = trial_quota_check(tx, product, trial.address)) || (err = admin_license_issue(tx, keyring, &order, &view, &key)))
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

/* ---- a trial that was sold ---- */

static bool is_sale(const trial_t *trial, const license_t *license)
{
    return trial->sold_at_ms || !pl_uuid_is_nil(license->customer_id) || !license->plan || strcmp(license->plan, TRIAL_PLAN) != 0;
}

typedef struct {
    const uint8_t *device_key;
    bool is_found;
} key_search;

static bool visit(void *context, const activation_t *activation)
{
    key_search *search = context;

    search->is_found = pl_equal(search->device_key, activation->device_key, PL_DEVICE_PUBLIC_SIZE);
    return !search->is_found;
}

/*
 * What was sold is handed to nobody who knows a fingerprint text. A device that still has the device key of one of its seats is served: the
 * license key is sealed to just that.
 */
static pl_err may_have(tx_t *tx, const device_call_t *call, const trial_t *trial, const license_t *license, bool *may)
{
    key_search search = {call->request.device_key, false};
    pl_err err;

    *may = !is_sale(trial, license);
    if (*may)
        return PL_OK;
    err = activations_walk_live(tx, call->brand_id, license->id, visit, &search);
    *may = search.is_found;
    return err;
}

/* PL_ERR_NOT_FOUND: the device has none, and may start one. may: the key is for who asks. */
static pl_err find(tx_t *tx, const device_call_t *call, const product_t *product, license_t *license, bool *may)
{
    trial_t trial;
    pl_err err;

    *may = true;
    if ((err = find_trial(tx, call, product, &trial)))
        return err;
    if ((err = licenses_find(tx, call->brand_id, trial.license_id, license)))
        return err == PL_ERR_NOT_FOUND ? pl_fail(PL_ERR_DATABASE, "a trial lacks its license") : err;
    return may_have(tx, call, &trial, license, may);
}

pl_err licensing_trial(tx_t *tx, const keyring_t *keyring, const device_call_t *call, trial_outcome_t *out)
{
    device_call_t activation = *call;
    license_t license;
    product_t product;
    bool may;
    pl_err err = products_find_by_slug(tx, call->brand_id, call->request.product, &product);

    memset(out, 0, sizeof(*out));
    if (err == PL_ERR_NOT_FOUND)
        return refuse(tx, &product, false, &out->outcome);
    if (err || (err = brands_lock(tx, call->brand_id))) /* or a device that asks twice at once gets two */
        return err;
    err = find(tx, call, &product, &license, &may);
    if ((!err && !may) || (err == PL_ERR_NOT_FOUND && product.policy.trial_days == 0))
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
