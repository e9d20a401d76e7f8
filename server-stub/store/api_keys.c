/* SPDX-License-Identifier: Apache-2.0
 *
 * The api_key table.
 */
#include "store/api_keys.h"

#include "store/statements.h"

#include <string.h>

enum { INSERT, FIND };

static const char *const sql[] = {
    [INSERT] = "INSERT INTO api_key (hash, brand_id, name, scopes, created_at, expires_at)"
               " VALUES ($1, $2, $3, $4, $5, $6)",

    [FIND] = "SELECT brand_id, name, scopes, created_at, expires_at"
             " FROM api_key"
             " WHERE hash = $1 AND (expires_at IS NULL OR expires_at > $2)",
};

const store_set api_keys_set = {sql, sizeof(sql) / sizeof(sql[0])};

pl_err api_keys_insert(tx_t *tx, const api_key_t *key)
{
    pl_db_statement *insert = store_statement(tx, STORE_API_KEYS, INSERT);

    pl_db_bind_blob(insert, 1, key->hash, sizeof(key->hash));
    pl_db_bind_uuid(insert, 2, key->brand_id);
    pl_db_bind_text(insert, 3, key->name);
    pl_db_bind_text(insert, 4, key->scopes);
    pl_db_bind_int(insert, 5, key->created_at_ms);
    store_bind_time(insert, 6, key->expires_at_ms);
    return pl_db_err(pl_db_run(insert));
}

static pl_err map(pl_db_statement *row, pl_arena *arena, api_key_t *key)
{
    pl_err err;

    key->brand_id = pl_db_column_uuid(row, 0);
    key->created_at_ms = pl_db_column_int(row, 3);
    key->expires_at_ms = pl_db_column_int(row, 4);
    if ((err = store_text(row, 1, arena, &key->name)))
        return err;
    return store_text(row, 2, arena, &key->scopes);
}

pl_err api_keys_find(tx_t *tx, const uint8_t hash[PL_DIGEST_SIZE], api_key_t *key)
{
    pl_db_statement *select = store_statement(tx, STORE_API_KEYS, FIND);
    pl_err err;

    pl_db_bind_blob(select, 1, hash, PL_DIGEST_SIZE);
    pl_db_bind_int(select, 2, tx->now_ms);
    memcpy(key->hash, hash, PL_DIGEST_SIZE);
    if (!(err = store_one(select)))
        err = map(select, tx->arena, key);
    pl_db_reset(select);
    return err;
}
