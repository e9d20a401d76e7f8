/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables root_key, signing_key and keyset.
 */
#include "store/signing_keys.h"

#include "store/statements.h"

#include <string.h>

enum { INSERT_ROOT, LIST_ROOTS, INSERT_KEY, LIST_KEYS, CHANGE_KEY, INSERT_KEYSET, FIND_KEYSET };

enum { POINT_SIZE_EDDSA = 32, POINT_SIZE_ES256 = 64 };

static const char *const sql[] = {
    [INSERT_ROOT] = "INSERT INTO root_key (brand_id, rank, kid, alg, point, created_at)"
                    " VALUES ($1, $2, $3, $4, $5, $6)",

    [LIST_ROOTS] = "SELECT brand_id, kid, alg, point, created_at, rank"
                   " FROM root_key"
                   " WHERE brand_id = $1"
                   " ORDER BY rank",

    [INSERT_KEY] = "INSERT INTO signing_key (brand_id, kid, alg, point, docs, state, secret, created_at, retired_at)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",

    [LIST_KEYS] = "SELECT brand_id, kid, alg, point, created_at, docs, state, secret, retired_at"
                  " FROM signing_key"
                  " WHERE brand_id = $1"
                  " ORDER BY created_at DESC, docs, kid",

    [CHANGE_KEY] = "UPDATE signing_key"
                   " SET state = $3, retired_at = $4"
                   " WHERE brand_id = $1 AND kid = $2",

    [INSERT_KEYSET] = "INSERT INTO keyset (brand_id, epoch, sequence, token, created_at)"
                      " VALUES ($1, $2, $3, $4, $5)",

    [FIND_KEYSET] = "SELECT brand_id, epoch, sequence, token"
                    " FROM keyset"
                    " WHERE brand_id = $1"
                    " ORDER BY epoch DESC, sequence DESC"
                    " LIMIT 1",
};

const store_set signing_keys_set = {sql, sizeof(sql) / sizeof(sql[0])};

static size_t point_size(pl_alg alg)
{
    return alg == PL_ALG_ES256 ? POINT_SIZE_ES256 : POINT_SIZE_EDDSA;
}

/* kid, alg, point in columns 1, 2, 3. */
static pl_err map_jwk(pl_db_statement *row, pl_jwk *jwk)
{
    char kid[PL_KID_SIZE] = "";

    memset(jwk, 0, sizeof(*jwk));
    jwk->key.alg = (pl_alg)pl_db_column_int(row, 2);
    if (pl_db_column_bytes(row, 1, kid, sizeof(kid)) != sizeof(kid) - 1 ||
        pl_db_column_bytes(row, 3, jwk->key.point, sizeof(jwk->key.point)) != point_size(jwk->key.alg))
        return pl_fail(PL_ERR_DATABASE, "a stored key is damaged");
    memcpy(jwk->kid, kid, sizeof(kid));
    return PL_OK;
}

static pl_err map_root(pl_db_statement *row, pl_arena *arena, void *item)
{
    root_key_row_t *root = item;

    (void)arena;
    root->brand_id = pl_db_column_uuid(row, 0);
    root->created_at_ms = pl_db_column_int(row, 4);
    root->rank = pl_db_column_int(row, 5);
    return map_jwk(row, &root->jwk);
}

static pl_err map_key(pl_db_statement *row, pl_arena *arena, void *item)
{
    signing_key_t *key = item;

    (void)arena;
    key->brand_id = pl_db_column_uuid(row, 0);
    key->created_at_ms = pl_db_column_int(row, 4);
    key->docs = (unsigned)pl_db_column_int(row, 5);
    key->state = (pl_key_state)pl_db_column_int(row, 6);
    key->retired_at_ms = pl_db_column_int(row, 8);
    if (pl_db_column_bytes(row, 7, key->secret, sizeof(key->secret)) != sizeof(key->secret))
        return pl_fail(PL_ERR_DATABASE, "a stored key is damaged");
    return map_jwk(row, &key->jwk);
}

static void bind_jwk(pl_db_statement *statement, int kid, const pl_jwk *jwk)
{
    pl_db_bind_text(statement, kid, jwk->kid);
    pl_db_bind_int(statement, kid + 1, jwk->key.alg);
    pl_db_bind_blob(statement, kid + 2, jwk->key.point, point_size(jwk->key.alg));
}

pl_err root_keys_insert(tx_t *tx, const root_key_row_t *root)
{
    pl_db_statement *insert = store_statement(tx, STORE_SIGNING_KEYS, INSERT_ROOT);

    pl_db_bind_uuid(insert, 1, root->brand_id);
    pl_db_bind_int(insert, 2, root->rank);
    bind_jwk(insert, 3, &root->jwk);
    pl_db_bind_int(insert, 6, root->created_at_ms);
    return pl_db_err(pl_db_run(insert));
}

pl_err root_keys_list(tx_t *tx, pl_uuid brand_id, root_key_row_t **roots, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_SIGNING_KEYS, LIST_ROOTS);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    err = store_collect(select, tx->arena, sizeof(root_key_row_t), map_root, &rows);
    *roots = rows.items;
    *count = rows.count;
    return err;
}

pl_err signing_keys_insert(tx_t *tx, const signing_key_t *key)
{
    pl_db_statement *insert = store_statement(tx, STORE_SIGNING_KEYS, INSERT_KEY);

    pl_db_bind_uuid(insert, 1, key->brand_id);
    bind_jwk(insert, 2, &key->jwk);
    pl_db_bind_int(insert, 5, (int64_t)key->docs);
    pl_db_bind_int(insert, 6, key->state);
    pl_db_bind_blob(insert, 7, key->secret, sizeof(key->secret));
    pl_db_bind_int(insert, 8, key->created_at_ms);
    pl_db_bind_int(insert, 9, key->retired_at_ms);
    return pl_db_err(pl_db_run(insert));
}

pl_err signing_keys_list(tx_t *tx, pl_uuid brand_id, signing_key_t **keys, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_SIGNING_KEYS, LIST_KEYS);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    err = store_collect(select, tx->arena, sizeof(signing_key_t), map_key, &rows);
    *keys = rows.items;
    *count = rows.count;
    return err;
}

pl_err signing_keys_change(tx_t *tx, const signing_key_t *key)
{
    pl_db_statement *update = store_statement(tx, STORE_SIGNING_KEYS, CHANGE_KEY);

    pl_db_bind_uuid(update, 1, key->brand_id);
    pl_db_bind_text(update, 2, key->jwk.kid);
    pl_db_bind_int(update, 3, key->state);
    pl_db_bind_int(update, 4, key->retired_at_ms);
    return store_change_one(tx, update);
}

pl_err keysets_insert(tx_t *tx, const keyset_row_t *keyset)
{
    pl_db_statement *insert = store_statement(tx, STORE_SIGNING_KEYS, INSERT_KEYSET);

    pl_db_bind_uuid(insert, 1, keyset->brand_id);
    pl_db_bind_int(insert, 2, keyset->epoch);
    pl_db_bind_int(insert, 3, keyset->sequence);
    pl_db_bind_text(insert, 4, keyset->token);
    pl_db_bind_int(insert, 5, tx->now_ms);
    return pl_db_err(pl_db_run(insert));
}

pl_err keysets_find_newest(tx_t *tx, pl_uuid brand_id, keyset_row_t *keyset)
{
    pl_db_statement *select = store_statement(tx, STORE_SIGNING_KEYS, FIND_KEYSET);
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    if (!(err = store_one(select))) {
        keyset->brand_id = pl_db_column_uuid(select, 0);
        keyset->epoch = pl_db_column_int(select, 1);
        keyset->sequence = pl_db_column_int(select, 2);
        err = store_text(select, 3, tx->arena, &keyset->token);
    }
    pl_db_reset(select);
    return err;
}
