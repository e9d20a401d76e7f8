/* SPDX-License-Identifier: Apache-2.0
 *
 * Brands, products and API keys under the operator's hand.
 */
#include "licensing/admin.h"

#include "base/text.h"
#include "license/claims.h"
#include "licensing/admin_keys.h"
#include "licensing/entitlement_text.h"
#include "licensing/trial.h"
#include "licensing/api_access.h"
#include "licensing/keyset_issue.h"
#include "licensing/secret_file.h"
#include "platform/file.h"
#include "store/audit.h"
#include "store/meta.h"

#include <string.h>

enum { OFFLINE_RELEASES_DEFAULT = 3, OFFLINE_RELEASES_MAX = 1000000 };
enum { ROOTS = 2, DAY_S = 86400, SEATS_DEFAULT = 1, YEARS_MAX_S = 10 * 366 * DAY_S };

product_policy_t admin_default_policy(void)
{
    return (product_policy_t){.seats = SEATS_DEFAULT,
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

bool admin_slug_is_valid(const char *slug)
{
    size_t size = strlen(slug);

    if (size == 0 || size > BRAND_SLUG_MAX || slug[0] == '-' || slug[size - 1] == '-')
        return false;
    return strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") == size;
}

pl_err admin_check_names(const char *slug, const char *name)
{
    if (!admin_slug_is_valid(slug))
        return pl_fail(PL_ERR_INVALID, "a slug has 1 to %d lower-case letters, digits and inner dashes", (int)BRAND_SLUG_MAX);
    if (!name[0] || strlen(name) > BRAND_NAME_MAX || !pl_text_is_clean(name))
        return pl_fail(PL_ERR_INVALID, "a name has 1 to %d bytes of UTF-8, none of them control characters", (int)BRAND_NAME_MAX);
    return PL_OK;
}

/* ---- brands ---- */

static pl_err write_root_file(const char *path, const pl_key_pair *pair)
{
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    root_key_write(pair, &text);
    err = text.err ? text.err : secret_file_create(path, pl_buf_span(&text));
    pl_buf_reset(&text);
    return err;
}

static void remove_root_files(const brand_made_t *made)
{
    const pl_fs *fs = pl_fs_system();

    fs->remove(fs->context, made->root_key_file);
    fs->remove(fs->context, made->reserve_key_file);
}

static pl_err write_root_files(const brand_made_t *made, const pl_key_pair roots[ROOTS])
{
    pl_err err = write_root_file(made->root_key_file, &roots[0]);

    if (err)
        return err;
    if ((err = write_root_file(made->reserve_key_file, &roots[1]))) {
        const pl_fs *fs = pl_fs_system();

        fs->remove(fs->context, made->root_key_file);
    }
    return err;
}

static pl_err name_root_files(tx_t *tx, const brand_order_t *order, brand_made_t *made)
{
    made->root_key_file = pl_arena_format(tx->arena, "%s/%s.root.jwk", order->directory, order->slug);
    made->reserve_key_file = pl_arena_format(tx->arena, "%s/%s.reserve.jwk", order->directory, order->slug);
    return made->root_key_file && made->reserve_key_file ? PL_OK : PL_ERR_MEMORY;
}

static pl_err add_roots(tx_t *tx, pl_uuid brand_id, const pl_key_pair roots[ROOTS], const char **jwks)
{
    pl_json_writer writer;
    pl_buf text;
    pl_err err = PL_OK;

    pl_buf_init(&text);
    pl_json_writer_init(&writer, &text);
    pl_json_open(&writer, NULL, '{');
    pl_json_open(&writer, "keys", '[');
    for (size_t i = 0; !err && i < ROOTS; i++) {
        root_key_row_t row = {.brand_id = brand_id, .rank = (int64_t)i, .created_at_ms = tx->now_ms};

        row.jwk.key = roots[i].public_key;
        pl_jwk_thumbprint(&row.jwk.key, row.jwk.kid);
        pl_json_open(&writer, NULL, '{');
        pl_jwk_write(&writer, &row.jwk);
        pl_json_close(&writer);
        err = root_keys_insert(tx, &row);
    }
    pl_json_close(&writer);
    pl_json_close(&writer);
    if (!err && !(err = text.err) && !(*jwks = pl_arena_text(tx->arena, pl_buf_span(&text))))
        err = PL_ERR_MEMORY;
    pl_buf_reset(&text);
    return err;
}

static pl_err add_api_key(tx_t *tx, pl_uuid brand_id, const char **shown)
{
    static const api_key_order_t order = {"first", "*", 0};
    api_key_t key;

    return api_key_add(tx, brand_id, &order, &key, shown);
}

static pl_err add_signing_keys(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, pl_alg alg)
{
    const signing_key_order_t answers = {brand_id, alg, 1u << PL_DOC_ANSWER};
    const signing_key_order_t licenses = {brand_id, alg, 1u << PL_DOC_LICENSE | 1u << PL_DOC_REVOCATIONS};
    pl_err err = keyset_add_key(tx, keyring, &answers);

    return err ? err : keyset_add_key(tx, keyring, &licenses);
}

static pl_err add_brand(tx_t *tx, const keyring_t *keyring, pl_alg alg, const pl_key_pair roots[ROOTS], brand_made_t *made)
{
    const audit_t entry = {.brand_id = made->brand.id, .action = AUDIT_BRAND_ADDED, .target = made->brand.id};
    pl_err err;

    if ((err = brands_insert(tx, &made->brand)))
        return err == PL_ERR_CONFLICT ? pl_fail(err, "a brand %s exists already", made->brand.slug) : err;
    if ((err = add_roots(tx, made->brand.id, roots, &made->root_public_jwks)) ||
        (err = add_signing_keys(tx, keyring, made->brand.id, alg)) || (err = keyset_publish(tx, made->brand.id, &roots[0])) ||
        (err = audit_append(tx, &entry)) || (err = add_api_key(tx, made->brand.id, &made->api_key)))
        return err;
    return write_root_files(made, roots); /* last: what fails before leaves no file */
}

pl_err admin_brand_add(tx_t *tx, const keyring_t *keyring, const brand_order_t *order, brand_made_t *made)
{
    pl_alg alg = order->alg == PL_ALG_NONE ? PL_ALG_EDDSA : order->alg;
    pl_key_pair roots[ROOTS];
    pl_err err;

    *made = (brand_made_t){.brand = {store_new_id(tx), order->slug, order->name, tx->now_ms}};
    if ((err = admin_check_names(order->slug, order->name)) || (err = name_root_files(tx, order, made)))
        return err;
    if ((err = pl_key_pair_new(alg, &roots[0])) || (err = pl_key_pair_new(alg, &roots[1])))
        return err;
    err = add_brand(tx, keyring, alg, roots, made);
    pl_key_pair_wipe(&roots[0]);
    pl_key_pair_wipe(&roots[1]);
    return err;
}

void admin_brand_undo(const brand_made_t *made)
{
    if (made->root_key_file && made->reserve_key_file)
        remove_root_files(made);
}

/* ---- products ---- */

static pl_err check_policy(const product_policy_t *policy)
{
    if (policy->seats < 1 || policy->seats > SEATS_MAX)
        return pl_fail(PL_ERR_INVALID, "seats must be 1 to %d", (int)SEATS_MAX);
    if (policy->check_by_s < 60 || policy->grace_s < policy->check_by_s || policy->grace_s > PL_LEASE_SECONDS_MAX)
        return pl_fail(PL_ERR_INVALID,
                       "check-by must be a minute or more, and grace as long as check-by or longer, up to a year");
    if (policy->emergency_s < 0 || policy->emergency_s > PL_EMERGENCY_SECONDS_MAX)
        return pl_fail(PL_ERR_INVALID, "an emergency extension lasts 0 to %d seconds", (int)PL_EMERGENCY_SECONDS_MAX);
    if (policy->slack_s < 0 || policy->slack_s > YEARS_MAX_S)
        return pl_fail(PL_ERR_INVALID, "the renewal slack must be 0 to ten years");
    if (policy->offline_s < 0 || policy->offline_s > PL_LEASE_SECONDS_MAX)
        return pl_fail(PL_ERR_INVALID, "an offline answer holds 0 to %d seconds", (int)PL_LEASE_SECONDS_MAX);
    if (policy->offline_releases < 0 || policy->offline_releases > OFFLINE_RELEASES_MAX)
        return pl_fail(PL_ERR_INVALID, "a license has 0 to %d offline releases a year", (int)OFFLINE_RELEASES_MAX);
    return PL_OK;
}

static pl_err check_sessions(const product_policy_t *policy)
{
    if (policy->sessions < 0 || policy->sessions > SEATS_MAX)
        return pl_fail(PL_ERR_INVALID, "sessions must be 0 (as many as seats) to %d", (int)SEATS_MAX);
    if (policy->session_beat_s < 1 || policy->session_lease_s < 3 * policy->session_beat_s ||
        policy->session_lease_s > PL_SESSION_LEASE_S_MAX)
        return pl_fail(PL_ERR_INVALID,
                       "a session's lease must be three beats or more, so that a lost packet loses no seat, and a day at most");
    if (policy->session_cooldown_s < 0 || policy->session_cooldown_s > PL_SESSION_LEASE_S_MAX)
        return pl_fail(PL_ERR_INVALID, "the cool-down after a takeover must be 0 to %d seconds", (int)PL_SESSION_LEASE_S_MAX);
    return PL_OK;
}

static pl_err check_key_template(product_t *product)
{
    if (!product->key_prefix)
        product->key_prefix = "";
    if (!product->key_group)
        product->key_group = PL_LICENSE_KEY_GROUP;
    if (!pl_license_key_prefix_is_valid(product->key_prefix))
        return pl_fail(PL_ERR_INVALID, "a key prefix has at most %d upper-case letters and digits",
                       (int)PL_LICENSE_KEY_PREFIX_MAX);
    if (product->key_group < 1 || product->key_group > PL_LICENSE_KEY_SYMBOLS)
        return pl_fail(PL_ERR_INVALID, "a key group has 1 to %d symbols", (int)PL_LICENSE_KEY_SYMBOLS);
    return PL_OK;
}

pl_err admin_product_add(tx_t *tx, pl_uuid brand_id, product_t *product)
{
    audit_t entry = {.brand_id = brand_id, .action = AUDIT_PRODUCT_ADDED};
    pl_entitlements set;
    pl_err err;

    product->id = entry.target = store_new_id(tx);
    product->brand_id = brand_id;
    product->created_at_ms = tx->now_ms;
    if (product->policy.trial_days < 0 || product->policy.trial_days > TRIAL_DAYS_MAX)
        return pl_fail(PL_ERR_INVALID, "a trial has 1 to %d days, 0 for none", (int)TRIAL_DAYS_MAX);
    if ((err = admin_check_names(product->slug, product->name)) || (err = check_policy(&product->policy)) ||
        (err = check_sessions(&product->policy)) || (err = check_key_template(product)))
        return err;
    if ((err = entitlement_text_read(tx->arena, product->entitlements, product->trial_entitlements, &set)))
        return err == PL_ERR_MEMORY ? err : PL_ERR_INVALID;
    if ((err = products_insert(tx, product)))
        return err == PL_ERR_CONFLICT ? pl_fail(err, "the brand has a product %s already", product->slug) : err;
    return audit_append(tx, &entry);
}
