/* SPDX-License-Identifier: Apache-2.0
 *
 * The operator_key table.
 */
#include "store/operator_keys.h"

#include "store/statements.h"

enum { INSERT, FIND_BY_HASH, LIST, REVOKE };

#define COLUMNS "hash, id, name, tail, created_at, expires_at, revoked_at"

static const char *const sql[] = {
    [INSERT] = "INSERT INTO operator_key (" COLUMNS ")"
               " VALUES ($1, $2, $3, $4, $5, $6, $7)",

    [FIND_BY_HASH] = "SELECT " COLUMNS " FROM operator_key"
                     " WHERE hash = $1",

    [LIST] = "SELECT " COLUMNS " FROM operator_key"
             " ORDER BY id"
             " LIMIT $1",

    [REVOKE] = ("UPDATE operator_key SET revoked_at = coalesce(revoked_at, $2)"
                " WHERE id = $1"),
};

const store_set operator_keys_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    operator_key_t *key = item;
    pl_err err;

    pl_db_column_bytes(row, 0, key->hash, sizeof(key->hash));
    key->id = pl_db_column_uuid(row, 1);
    key->created_at_ms = pl_db_column_int(row, 4);
    key->expires_at_ms = pl_db_column_int(row, 5);
    key->revoked_at_ms = pl_db_column_int(row, 6);
    if ((err = store_text(row, 2, arena, &key->name)))
        return err;
    return store_text(row, 3, arena, &key->tail);
}

pl_err operator_keys_insert(tx_t *tx, const operator_key_t *key)
{
    pl_db_statement *insert = store_statement(tx, STORE_OPERATOR_KEYS, INSERT);

    pl_db_bind_blob(insert, 1, key->hash, sizeof(key->hash));
    pl_db_bind_uuid(insert, 2, key->id);
    pl_db_bind_text(insert, 3, key->name);
    pl_db_bind_text(insert, 4, key->tail);
    pl_db_bind_int(insert, 5, key->created_at_ms);
    store_bind_time(insert, 6, key->expires_at_ms);
    store_bind_time(insert, 7, key->revoked_at_ms);
    return pl_db_err(pl_db_run(insert));
}

pl_err operator_keys_find_by_hash(tx_t *tx, const uint8_t hash[PL_DIGEST_SIZE], operator_key_t *key)
{
    pl_db_statement *select = store_statement(tx, STORE_OPERATOR_KEYS, FIND_BY_HASH);
    pl_err err;

    pl_db_bind_blob(select, 1, hash, PL_DIGEST_SIZE);
    if (!(err = store_one(select)))
        err = map(select, tx->arena, key);
    pl_db_reset(select);
    return err;
}

pl_err operator_keys_list(tx_t *tx, operator_key_t **keys, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_OPERATOR_KEYS, LIST);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_int(select, 1, OPERATOR_KEYS_MAX);
    err = store_collect(select, tx->arena, sizeof(operator_key_t), map, &rows);
    *keys = rows.items;
    *count = rows.count;
    return err;
}

pl_err operator_keys_revoke(tx_t *tx, pl_uuid id)
{
    pl_db_statement *update = store_statement(tx, STORE_OPERATOR_KEYS, REVOKE);

    pl_db_bind_uuid(update, 1, id);
    pl_db_bind_int(update, 2, tx->now_ms);
    return store_change_one(tx, update);
}
