/* SPDX-License-Identifier: Apache-2.0
 *
 * Which licenses of a list are meant.
 */
#include "licensing/license_sift.h"

#include "base/json.h"
#include "licensing/check_in.h"
#include "licensing/judge.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { METADATA_READ_MAX = 64 * 1024 };

static license_condition condition_of(const license_t *license, const product_policy_t *policy, int64_t now_ms)
{
    pl_reason reason;

    switch (license_status_at(license, now_ms)) {
    case LICENSE_CANCELLED:
        return LICENSE_IS_CANCELLED;
    case LICENSE_SUSPENDED:
        return LICENSE_IS_SUSPENDED;
    case LICENSE_ACTIVE:
        break;
    }
    return judge_license(license, policy, now_ms, &reason) == PL_VERDICT_EXPIRED ? LICENSE_IS_EXPIRED : LICENSE_IS_VALID;
}

/* One that is valid else may be overdue. */
static pl_err find_condition(tx_t *tx, const license_t *license, const product_policy_t *policy, license_condition *is)
{
    int64_t by_ms = 0;
    pl_err err = PL_OK;

    *is = condition_of(license, policy, tx->now_ms);
    if (*is == LICENSE_IS_VALID)
        err = check_in_by(tx, license, policy, &by_ms);
    if (by_ms && by_ms <= tx->now_ms)
        *is = LICENSE_IS_OVERDUE;
    return err;
}

static bool is_value(const pl_json *value, const char *wanted)
{
    char number[24];
    int64_t found;

    if (!value)
        return false;
    if (pl_json_text(value))
        return strcmp(pl_json_text(value), wanted) == 0;
    if (pl_json_is_true(value) || pl_json_is_false(value))
        return strcmp(wanted, pl_json_is_true(value) ? "true" : "false") == 0;
    if (!pl_json_int(value, &found))
        return false;
    snprintf(number, sizeof(number), "%" PRId64, found);
    return strcmp(number, wanted) == 0;
}

static pl_err has_member(tx_t *tx, const license_sift_t *sift, const license_t *license, bool *has)
{
    const pl_json *metadata;
    pl_err err;

    *has = false;
    if (!license->metadata)
        return PL_OK;
    err = pl_json_parse(tx->arena, pl_span_text(license->metadata), METADATA_READ_MAX, &metadata);
    if (!err)
        *has = is_value(pl_json_get(metadata, sift->key), sift->value);
    return err == PL_ERR_MEMORY ? err : PL_OK;
}

bool license_sift_is_needed(const license_sift_t *sift)
{
    return sift->condition || sift->key || sift->plan || sift->expiring_before_ms || !pl_uuid_is_nil(sift->product_id);
}

/* By what stands in the row itself. */
static bool fits_row(const license_sift_t *sift, const license_t *license)
{
    if (!pl_uuid_is_nil(sift->product_id) && !pl_uuid_equal(sift->product_id, license->product_id))
        return false;
    if (sift->plan && (!license->plan || strcmp(sift->plan, license->plan) != 0))
        return false;
    return !sift->expiring_before_ms || (license->expires_at_ms && license->expires_at_ms < sift->expiring_before_ms);
}

pl_err license_sift_fits(tx_t *tx, license_sift_t *sift, const license_t *license, bool *fits)
{
    license_condition is;
    product_t product;
    pl_err err = PL_OK;

    if (!(*fits = fits_row(sift, license)))
        return PL_OK;
    if (sift->key && ((err = has_member(tx, sift, license, fits)) || !*fits))
        return err;
    if (!sift->condition)
        return PL_OK;
    if (!pl_uuid_equal(sift->product.id, license->product_id) &&
        (err = products_find(tx, license->brand_id, license->product_id, &sift->product)))
        return err;
    product = sift->product;
    if ((err = license_policy_lay(tx->arena, license, &product)) || (err = find_condition(tx, license, &product.policy, &is)))
        return err;
    *fits = is == sift->condition;
    return PL_OK;
}
