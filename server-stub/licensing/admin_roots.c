/* SPDX-License-Identifier: Apache-2.0
 *
 * Adding a root key to a brand; see admin_roots.h. The first two are made with the brand, in admin.c.
 */
#include "licensing/admin_roots.h"

#include "licensing/secret_file.h"
#include "platform/file.h"
#include "store/audit.h"
#include "store/meta.h"
#include "store/signing_keys.h"

#include <inttypes.h>
#include <string.h>

typedef struct {
    root_key_row_t *rows; /* by rank */
    size_t count;
    size_t in_use; /* index of the one that signs the keyset */
} brand_roots_t;

static pl_err find_roots(tx_t *tx, pl_uuid brand_id, brand_roots_t *roots)
{
    char signer[PL_KID_SIZE];
    pl_err err;

    if ((err = root_keys_list(tx, brand_id, &roots->rows, &roots->count)) ||
        (err = admin_keys_signing_root(tx, brand_id, signer)))
        return err;
    for (roots->in_use = 0; roots->in_use < roots->count; roots->in_use++)
        if (strcmp(roots->rows[roots->in_use].jwk.kid, signer) == 0)
            return PL_OK;
    return pl_fail(PL_ERR_DATABASE, "the brand's keyset is signed by %s, which is none of its roots", signer);
}

static pl_err check_proof(const brand_roots_t *roots, const root_key_t *proof)
{
    for (size_t i = 0; i < roots->count; i++) {
        if (strcmp(roots->rows[i].jwk.kid, proof->kid) != 0)
            continue;
        if (i != roots->in_use)
            return pl_fail(PL_ERR_STATE, "root key %s is not the one in use; bring the file of %s", proof->kid,
                           roots->rows[roots->in_use].jwk.kid);
        return PL_OK;
    }
    return pl_fail(PL_ERR_KEY_UNKNOWN, "the root key %s is not one of this brand", proof->kid);
}

static pl_err check_room(const brand_roots_t *roots)
{
    if (roots->count < PL_ROOTS_MAX)
        return PL_OK;
    return pl_fail(PL_ERR_STATE, "the brand has %d root keys, and a program pins no more", (int)PL_ROOTS_MAX);
}

/* Those that a later one outranks are left out: whoever pinned them would believe the thief for whose sake they were left. */
static pl_err list_public(tx_t *tx, const brand_roots_t *roots, const pl_jwk *fresh, const char **jwks)
{
    pl_json_writer writer;
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    pl_json_writer_init(&writer, &text);
    pl_json_open(&writer, NULL, '{');
    pl_json_open(&writer, "keys", '[');
    for (size_t i = roots->in_use; i <= roots->count; i++) {
        pl_json_open(&writer, NULL, '{');
        pl_jwk_write(&writer, i < roots->count ? &roots->rows[i].jwk : fresh);
        pl_json_close(&writer);
    }
    pl_json_close(&writer);
    pl_json_close(&writer);
    err = text.err;
    if (!err && !(*jwks = pl_arena_text(tx->arena, pl_buf_span(&text))))
        err = PL_ERR_MEMORY;
    pl_buf_reset(&text);
    return err;
}

static pl_err note(tx_t *tx, const root_key_row_t *row)
{
    const audit_t entry = {.brand_id = row->brand_id,
                           .action = AUDIT_ROOT_ADDED,
                           .metadata =
                               pl_arena_format(tx->arena, "{\"kid\":\"%s\",\"rank\":%" PRId64 "}", row->jwk.kid, row->rank)};
    pl_err err = entry.metadata ? audit_append(tx, &entry) : PL_ERR_MEMORY;

    return err ? err : meta_raise_generation(tx);
}

/* Last: what fails before leaves no file. */
static pl_err write_file(tx_t *tx, const root_order_t *order, const pl_key_pair *pair, root_made_t *made)
{
    const char *path = pl_arena_format(tx->arena, "%s/%s.root-%zu.jwk", order->directory, order->brand_slug, made->rank);
    pl_buf text;
    pl_err err;

    if (!path)
        return PL_ERR_MEMORY;
    pl_buf_init(&text);
    root_key_write(pair, &text);
    err = text.err ? text.err : secret_file_create(path, pl_buf_span(&text));
    pl_buf_reset(&text);
    if (!err)
        made->key_file = path;
    return err;
}

static pl_err add(tx_t *tx, const root_order_t *order, const brand_roots_t *roots, const pl_key_pair *pair, root_made_t *made)
{
    root_key_row_t row = {.brand_id = order->brand_id, .created_at_ms = tx->now_ms};
    pl_err err;

    row.rank = roots->rows[roots->count - 1].rank + 1;
    row.jwk.key = pair->public_key;
    pl_jwk_thumbprint(&row.jwk.key, row.jwk.kid);
    made->rank = (size_t)row.rank;
    if (!(made->kid = pl_arena_text(tx->arena, pl_span_text(row.jwk.kid))))
        return PL_ERR_MEMORY;
    if ((err = root_keys_insert(tx, &row)) || (err = list_public(tx, roots, &row.jwk, &made->root_public_jwks)) ||
        (err = note(tx, &row)))
        return err;
    return write_file(tx, order, pair, made);
}

pl_err admin_root_add(tx_t *tx, const root_order_t *order, root_made_t *made)
{
    brand_roots_t roots;
    pl_key_pair pair;
    pl_err err;

    *made = (root_made_t){0};
    if ((err = find_roots(tx, order->brand_id, &roots)) || (err = check_proof(&roots, order->root)) ||
        (err = check_room(&roots)) || (err = pl_key_pair_new(order->alg, &pair)))
        return err;
    err = add(tx, order, &roots, &pair, made);
    pl_key_pair_wipe(&pair);
    return err;
}

void admin_root_undo(root_made_t *made)
{
    const pl_fs *fs = pl_fs_system();

    if (made->key_file)
        (void)fs->remove(fs->context, made->key_file);
    made->key_file = NULL;
}
