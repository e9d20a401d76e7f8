/* SPDX-License-Identifier: Apache-2.0
 *
 * The api_key table.
 */
#include "store/api_keys.h"

#include "store/statements.h"

#include <string.h>

enum { INSERT, FIND_BY_HASH, FIND, LIST, PAGE, CHANGE, NOTE_USE };

#define COLUMNS "id, hash, brand_id, name, scopes, tail, created_at, expires_at, revoked_at, last_used_at, version"

static const char *const sql[] = {
    [INSERT] = "INSERT INTO api_key (" COLUMNS ")"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",

    [FIND_BY_HASH] = "SELECT " COLUMNS " FROM api_key"
                     " WHERE hash = $1",

    [FIND] = "SELECT " COLUMNS " FROM api_key"
             " WHERE brand_id = $1 AND id = $2",

    [LIST] = "SELECT " COLUMNS " FROM api_key"
             " WHERE brand_id = $1"
             " ORDER BY id",

    [PAGE] = "SELECT " COLUMNS " FROM api_key"
             " WHERE brand_id = $1 AND id > $2"
             " ORDER BY id"
             " LIMIT $3",

    [CHANGE] = "UPDATE api_key SET name = $3, scopes = $4, expires_at = $5, revoked_at = $6, version = version + 1"
               " WHERE brand_id = $1 AND id = $2"
               " RETURNING version",

    [NOTE_USE] = ("UPDATE api_key SET last_used_at = $3"
                  " WHERE brand_id = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at < $3)"),
};

const store_set api_keys_set = {sql, sizeof(sql) / sizeof(sql[0])};

pl_err api_keys_insert(tx_t *tx, const api_key_t *key)
{
    pl_db_statement *insert = store_statement(tx, STORE_API_KEYS, INSERT);

    pl_db_bind_uuid(insert, 1, key->id);
    pl_db_bind_blob(insert, 2, key->hash, sizeof(key->hash));
    pl_db_bind_uuid(insert, 3, key->brand_id);
    pl_db_bind_text(insert, 4, key->name);
    pl_db_bind_text(insert, 5, key->scopes);
    pl_db_bind_text(insert, 6, key->tail);
    pl_db_bind_int(insert, 7, key->created_at_ms);
    store_bind_time(insert, 8, key->expires_at_ms);
    store_bind_time(insert, 9, key->revoked_at_ms);
    store_bind_time(insert, 10, key->last_used_at_ms);
    pl_db_bind_int(insert, 11, key->version);
    return pl_db_err(pl_db_run(insert));
}

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    api_key_t *key = item;
    pl_err err;

    key->id = pl_db_column_uuid(row, 0);
    pl_db_column_bytes(row, 1, key->hash, sizeof(key->hash));
    key->brand_id = pl_db_column_uuid(row, 2);
    key->created_at_ms = pl_db_column_int(row, 6);
    key->expires_at_ms = pl_db_column_int(row, 7);
    key->revoked_at_ms = pl_db_column_int(row, 8);
    key->last_used_at_ms = pl_db_column_int(row, 9);
    key->version = pl_db_column_int(row, 10);
    if ((err = store_text(row, 3, arena, &key->name)) || (err = store_text(row, 4, arena, &key->scopes)))
        return err;
    return store_text(row, 5, arena, &key->tail);
}

static pl_err find(tx_t *tx, pl_db_statement *select, api_key_t *key)
{
    pl_err err = store_one(select);

    if (!err)
        err = map(select, tx->arena, key);
    pl_db_reset(select);
    return err;
}

pl_err api_keys_find_by_hash(tx_t *tx, const uint8_t hash[PL_DIGEST_SIZE], api_key_t *key)
{
    pl_db_statement *select = store_statement(tx, STORE_API_KEYS, FIND_BY_HASH);

    pl_db_bind_blob(select, 1, hash, PL_DIGEST_SIZE);
    return find(tx, select, key);
}

pl_err api_keys_find(tx_t *tx, pl_uuid brand_id, pl_uuid id, api_key_t *key)
{
    pl_db_statement *select = store_statement(tx, STORE_API_KEYS, FIND);

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, id);
    return find(tx, select, key);
}

static pl_err list(tx_t *tx, pl_db_statement *select, api_key_t **keys, size_t *count)
{
    store_rows rows = {NULL, 0};
    pl_err err = store_collect(select, tx->arena, sizeof(api_key_t), map, &rows);

    *keys = rows.items;
    *count = rows.count;
    return err;
}

pl_err api_keys_list(tx_t *tx, pl_uuid brand_id, api_key_t **keys, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_API_KEYS, LIST);

    pl_db_bind_uuid(select, 1, brand_id);
    return list(tx, select, keys, count);
}

pl_err api_keys_page(tx_t *tx, const api_key_t *after, int64_t limit, api_key_t **keys, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_API_KEYS, PAGE);

    pl_db_bind_uuid(select, 1, after->brand_id);
    pl_db_bind_uuid(select, 2, after->id);
    pl_db_bind_int(select, 3, limit);
    return list(tx, select, keys, count);
}

pl_err api_keys_change(tx_t *tx, api_key_t *key)
{
    pl_db_statement *update = store_statement(tx, STORE_API_KEYS, CHANGE);
    pl_err err;

    pl_db_bind_uuid(update, 1, key->brand_id);
    pl_db_bind_uuid(update, 2, key->id);
    pl_db_bind_text(update, 3, key->name);
    pl_db_bind_text(update, 4, key->scopes);
    store_bind_time(update, 5, key->expires_at_ms);
    store_bind_time(update, 6, key->revoked_at_ms);
    if (!(err = store_one(update)))
        key->version = pl_db_column_int(update, 0);
    pl_db_reset(update);
    return err;
}

pl_err api_keys_note_use(tx_t *tx, pl_uuid brand_id, pl_uuid id, int64_t used_at_ms)
{
    pl_db_statement *update = store_statement(tx, STORE_API_KEYS, NOTE_USE);

    pl_db_bind_uuid(update, 1, brand_id);
    pl_db_bind_uuid(update, 2, id);
    pl_db_bind_int(update, 3, used_at_ms);
    return pl_db_err(pl_db_run(update));
}
