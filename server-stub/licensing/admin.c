/* SPDX-License-Identifier: Apache-2.0
 *
 * Brands and their first keys under the operator's hand. Products are in admin_products.c.
 */
#include "licensing/admin.h"

#include "base/text.h"
#include "licensing/admin_keys.h"
#include "licensing/api_access.h"
#include "licensing/keyset_issue.h"
#include "licensing/secret_file.h"
#include "platform/file.h"
#include "store/audit.h"
#include "store/meta.h"

#include <string.h>

enum { ROOTS = 2 };

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
