/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding, beginning and dating trials by hardware id.
 */
#include "licensing/hardware_trial.h"

#include "licensing/settings.h"
#include "licensing/trial.h"
#include "licensing/trial_quota.h"
#include "store/audit.h"
#include "store/brands.h"

#include <string.h>

static const int64_t DAY_MS = INT64_C(86400000);

pl_err hardware_trial_hash(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, const char *hardware_id,
                           uint8_t hash[PL_DIGEST_SIZE])
{
    char brand[PL_UUID_TEXT_SIZE];
    const char *salt;
    const char *text;
    pl_err err = setting_read(tx, keyring, brand_id, SETTING_POSPAL_TRIAL_SALT, &salt);

    if (err)
        return err;
    pl_uuid_format(brand_id, brand);
    if (!(text = pl_arena_format(tx->arena, "%s:%s", hardware_id, salt ? salt : brand)))
        return PL_ERR_MEMORY;
    pl_digest(pl_span_text(text), hash);
    return PL_OK;
}

static int64_t day_of(int64_t time_ms)
{
    return time_ms - time_ms % DAY_MS;
}

/* Never later than today, nor before there were days. */
static int64_t first_day(const tx_t *tx, int64_t told_ms)
{
    return told_ms <= 0 || told_ms > tx->now_ms ? day_of(tx->now_ms) : day_of(told_ms);
}

/* ---- one that is there ---- */

typedef struct {
    trial_hardware_t row;
    license_t license;
    product_t product;
} found_t;

/* PL_ERR_NOT_FOUND: the device has none; the product is there all the same. */
static pl_err find(tx_t *tx, const trial_device_t *device, found_t *found)
{
    const facade_t *facade = device->facade;
    pl_err err = products_find(tx, facade->brand_id, facade->product_id, &found->product);

    found->row = (trial_hardware_t){.brand_id = facade->brand_id, .product_id = facade->product_id};
    memcpy(found->row.hash, device->hash, PL_DIGEST_SIZE);
    if (err || (err = trial_hardware_find(tx, &found->row)))
        return err;
    err = licenses_find(tx, facade->brand_id, found->row.license_id, &found->license);
    return err == PL_ERR_NOT_FOUND ? pl_fail(PL_ERR_DATABASE, "a trial lacks its license") : err;
}

/* The end by the day that it counts from; one that the vendor has moved stays. */
static int64_t end_from(const found_t *found, int64_t first_ms)
{
    int64_t length_ms = found->license.expires_at_ms - found->row.first_run_ms;
    bool is_plain = length_ms == found->product.policy.trial_days * DAY_MS;

    return is_plain ? first_ms + length_ms : found->license.expires_at_ms;
}

static void describe(const tx_t *tx, const found_t *found, hardware_trial_t *trial)
{
    trial->first_run_ms = found->row.first_run_ms;
    trial->expires_at_ms = found->license.expires_at_ms;
    trial->is_contradicted = found->row.contradicted_at_ms != 0;
    trial->is_blocked = license_status_at(&found->license, tx->now_ms) != LICENSE_ACTIVE;
}

static void describe_new(const tx_t *tx, const product_t *product, int64_t told_ms, hardware_trial_t *trial)
{
    *trial = (hardware_trial_t){.first_run_ms = first_day(tx, told_ms)};
    trial->expires_at_ms = trial->first_run_ms + product->policy.trial_days * DAY_MS;
}

pl_err hardware_trial_look(tx_t *tx, const trial_device_t *device, int64_t told_ms, hardware_trial_t *trial)
{
    found_t found;
    pl_err err = find(tx, device, &found);

    if (err == PL_ERR_NOT_FOUND && pl_uuid_is_nil(found.row.license_id)) {
        describe_new(tx, &found.product, told_ms, trial);
        return PL_OK;
    }
    if (err)
        return err;
    describe(tx, &found, trial);
    if (told_ms > 0 && first_day(tx, told_ms) < trial->first_run_ms) {
        trial->expires_at_ms = end_from(&found, first_day(tx, told_ms));
        trial->first_run_ms = first_day(tx, told_ms);
    }
    return PL_OK;
}

/* ---- beginning and dating one ---- */

static pl_err begin(tx_t *tx, const keyring_t *keyring, found_t *found, const hardware_trial_t *wanted, const char *address)
{
    const license_order_t order = {.brand_id = found->row.brand_id,
                                   .product = found->product.slug,
                                   .is_without_customer = true,
                                   .is_imported = true, /* it may have ended already */
                                   .plan = TRIAL_PLAN,
                                   .entitlements = found->product.trial_entitlements,
                                   .seats = 1,
                                   .expires_at_ms = wanted->expires_at_ms};
    const license_cause_t cause = {.reason = PL_REASON_NONE};
    trial_t trial = {.brand_id = found->row.brand_id, .product_id = found->row.product_id, .started_at_ms = tx->now_ms};
    license_view_t view;
    const char *key;
    pl_err err = admin_license_issue(tx, keyring, &order, &view, &key);

    if (err)
        return err;
    found->license = view.license;
    if (wanted->is_blocked && (err = admin_license_change(tx, &found->license, LICENSE_SUSPEND, &cause)))
        return err;
    trial.license_id = found->row.license_id = found->license.id;
    trial.address = address;
    found->row.first_run_ms = wanted->first_run_ms;
    found->row.contradicted_at_ms = wanted->is_contradicted ? tx->now_ms : 0;
    err = trials_insert(tx, &trial);
    return err ? err : trial_hardware_insert(tx, &found->row);
}

static pl_err note(tx_t *tx, const found_t *found, audit_action action, const char *metadata)
{
    const audit_t entry = {
        .brand_id = found->row.brand_id, .action = action, .target = found->row.license_id, .metadata = metadata};

    return audit_append(tx, &entry);
}

static pl_err date(tx_t *tx, found_t *found, int64_t told_ms)
{
    int64_t day_ms = first_day(tx, told_ms);
    pl_err err;

    if (told_ms <= 0 || day_ms == found->row.first_run_ms || (day_ms > found->row.first_run_ms && found->row.contradicted_at_ms))
        return PL_OK;
    if (day_ms > found->row.first_run_ms) {
        found->row.contradicted_at_ms = tx->now_ms;
        err = trial_hardware_change(tx, &found->row);
        return err ? err : note(tx, found, AUDIT_TRIAL_CONTRADICTED, NULL);
    }
    found->license.expires_at_ms = end_from(found, day_ms);
    found->row.first_run_ms = day_ms;
    if ((err = licenses_change(tx, &found->license)) || (err = trial_hardware_change(tx, &found->row)))
        return err;
    return note(tx, found, AUDIT_LICENSE_CHANGED, "{\"changed\":[\"expires_at\"]}");
}

static pl_err start(tx_t *tx, const keyring_t *keyring, found_t *found, int64_t told_ms)
{
    hardware_trial_t wanted;
    char network[TRIAL_NETWORK_SIZE];
    const char *address = NULL;
    pl_err err;

    if (tx->address) {
        trial_network(tx->address, network);
        address = network;
    }
    if ((err = trial_quota_check(tx, &found->product, address)))
        return err;
    describe_new(tx, &found->product, told_ms, &wanted);
    return begin(tx, keyring, found, &wanted, address);
}

pl_err hardware_trial_register(tx_t *tx, const keyring_t *keyring, const trial_device_t *device, int64_t told_ms,
                               hardware_trial_t *trial)
{
    found_t found;
    pl_err err = brands_lock(tx, device->facade->brand_id); /* or a device that asks twice at once gets two */

    if (err)
        return err;
    err = find(tx, device, &found);
    if (err == PL_ERR_NOT_FOUND && pl_uuid_is_nil(found.row.license_id)) {
        if (found.product.policy.trial_days == 0) { /* there are none to be had */
            describe_new(tx, &found.product, told_ms, trial);
            return PL_OK;
        }
        err = start(tx, keyring, &found, told_ms);
    } else if (!err) {
        err = date(tx, &found, told_ms);
    }
    if (!err)
        describe(tx, &found, trial);
    return err;
}

pl_err hardware_trial_bring(tx_t *tx, const keyring_t *keyring, const trial_device_t *device, const hardware_trial_t *trial,
                            bool *is_new)
{
    found_t found;
    pl_err err = brands_lock(tx, device->facade->brand_id);

    *is_new = false;
    if (err)
        return err;
    err = find(tx, device, &found);
    if (err != PL_ERR_NOT_FOUND || !pl_uuid_is_nil(found.row.license_id))
        return err;
    *is_new = true;
    return begin(tx, keyring, &found, trial, NULL);
}
