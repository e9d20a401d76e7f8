/* SPDX-License-Identifier: Apache-2.0
 *
 * Products and their policies under the operator's hand.
 */
#include "licensing/admin.h"

#include "license/claims.h"
#include "license/license_key.h"
#include "licensing/changes.h"
#include "licensing/check_in.h"
#include "licensing/entitlement_text.h"
#include "licensing/product_numbers.h"
#include "store/audit.h"

#include <inttypes.h>

enum { DAY_S = 86400, OFFLINE_RELEASES_DEFAULT = 3 };

product_policy_t admin_default_policy(void)
{
    return (product_policy_t){.seats = 1,
                              .check_by_s = 3 * DAY_S,
                              .grace_s = 10 * DAY_S,
                              .emergency_s = DAY_S,
                              .slack_s = 3 * DAY_S,
                              .match = PL_MATCH_TWO,
                              .session_lease_s = 120,
                              .session_beat_s = 30,
                              .takeover = TAKEOVER_ANY,
                              .session_cooldown_s = 300,
                              .offline_s = PL_LEASE_SECONDS_MAX,
                              .offline_releases = OFFLINE_RELEASES_DEFAULT};
}

/* ---- checking ---- */

static pl_err check_numbers(const product_t *product)
{
    for (size_t i = 0; i < PRODUCT_NUMBERS; i++) {
        const product_number_t *number = &product_numbers[i];
        int64_t value = product_number(product, number);

        if (value < number->min || value > number->max)
            return pl_fail(PL_ERR_INVALID, "%s must be %" PRId64 " to %" PRId64, number->name, number->min, number->max);
    }
    return PL_OK;
}

/* A seat is given to another device only when what its holder was told is over: never two on one seat. */
static pl_err check_freeing(const product_policy_t *policy)
{
    int64_t silence_s = policy->free_after_days * DAY_S;
    int64_t grace_s = policy->check_in_s && policy->check_in_s < policy->grace_s ? policy->check_in_s : policy->grace_s;
    int64_t lease_s = grace_s + policy->emergency_s;

    if (!policy->free_after_days || silence_s >= lease_s)
        return PL_OK;
    return pl_fail(PL_ERR_INVALID,
                   "free_after_days must be as long as grace_s and emergency_s together or longer: %" PRId64 " days here",
                   (lease_s + DAY_S - 1) / DAY_S);
}

static pl_err check_term(const product_policy_t *policy)
{
    bool counts_days = policy->basis == EXPIRY_CREATION || policy->basis == EXPIRY_FIRST_ACTIVATION;

    if (counts_days && !policy->duration_days)
        return pl_fail(PL_ERR_INVALID, "expiry_basis creation and first_activation need duration_days");
    if (policy->basis == EXPIRY_DATE && !policy->expiry_date_ms)
        return pl_fail(PL_ERR_INVALID, "expiry_basis date needs expiry_date");
    return check_freeing(policy);
}

pl_err admin_policy_check(const product_policy_t *policy)
{
    if (policy->check_in_s && policy->check_in_s < CHECK_IN_LEAST_S)
        return pl_fail(PL_ERR_INVALID, "check_in_s must be an hour or longer, or 0 for never");
    if (policy->grace_s < policy->check_by_s)
        return pl_fail(PL_ERR_INVALID, "grace_s counts from the answer, so it must be as long as check_by_s or longer");
    if (policy->session_lease_s < 3 * policy->session_beat_s)
        return pl_fail(PL_ERR_INVALID,
                       "a session's lease must be three beats or more, so that a lost packet loses no seat, and a day at most");
    return check_term(policy);
}

static pl_err check(tx_t *tx, product_t *product)
{
    pl_entitlements set;
    pl_err err;

    if (!product->key_prefix)
        product->key_prefix = "";
    if (!product->key_group)
        product->key_group = PL_LICENSE_KEY_GROUP;
    if ((err = admin_check_names(product->slug, product->name)) || (err = check_numbers(product)) ||
        (err = admin_policy_check(&product->policy)))
        return err;
    if (!pl_license_key_prefix_is_valid(product->key_prefix))
        return pl_fail(PL_ERR_INVALID, "a key prefix has at most %d upper-case letters and digits",
                       (int)PL_LICENSE_KEY_PREFIX_MAX);
    err = entitlement_text_read(tx->arena, product->entitlements, product->trial_entitlements, &set);
    return err && err != PL_ERR_MEMORY ? PL_ERR_INVALID : err;
}

/* ---- adding and changing ---- */

pl_err admin_product_add(tx_t *tx, pl_uuid brand_id, product_t *product)
{
    audit_t entry = {.brand_id = brand_id, .action = AUDIT_PRODUCT_ADDED};
    pl_err err;

    product->id = entry.target = store_new_id(tx);
    product->brand_id = brand_id;
    product->created_at_ms = tx->now_ms;
    product->version = 1;
    if ((err = check(tx, product)))
        return err;
    if ((err = products_insert(tx, product)))
        return err == PL_ERR_CONFLICT ? pl_fail(err, "the brand has a product %s already", product->slug) : err;
    return audit_append(tx, &entry);
}

static void compare_rules(const product_policy_t *before, const product_policy_t *after, changes_t *changes)
{
    changes_number(changes, "match", before->match, after->match);
    changes_text(changes, "takeover", product_takeover_words[before->takeover], product_takeover_words[after->takeover]);
    changes_text(changes, "expiry_basis", product_basis_words[before->basis], product_basis_words[after->basis]);
    changes_text(changes, "expiry_effect", product_effect_words[before->effect], product_effect_words[after->effect]);
}

static void compare(const product_t *before, const product_t *after, changes_t *changes)
{
    changes_text(changes, "name", before->name, after->name);
    changes_json(changes, "entitlements", before->entitlements, after->entitlements);
    changes_json(changes, "trial_entitlements", before->trial_entitlements, after->trial_entitlements);
    changes_text(changes, "key_prefix", before->key_prefix, after->key_prefix);
    compare_rules(&before->policy, &after->policy, changes);
    changes_time(changes, "expiry_date", before->policy.expiry_date_ms, after->policy.expiry_date_ms);
    for (size_t i = 0; i < PRODUCT_NUMBERS; i++)
        changes_number(changes, product_numbers[i].name, product_number(before, &product_numbers[i]),
                       product_number(after, &product_numbers[i]));
}

pl_err admin_product_change(tx_t *tx, const product_t *before, product_t *product)
{
    changes_t changes = {.action = AUDIT_PRODUCT_CHANGED, .brand_id = before->brand_id, .target = before->id};
    pl_err err = check(tx, product);

    if (err)
        return err;
    compare(before, product, &changes);
    if (!changes.count)
        return PL_OK;
    err = products_change(tx, product);
    return err ? err : changes_note(tx, &changes);
}
