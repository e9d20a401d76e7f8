/* SPDX-License-Identifier: Apache-2.0
 *
 * The license_key table.
 */
#include "store/license_keys.h"

#include "store/statements.h"

#include <string.h>

enum { ENSURE, FIND, FIND_BRANDS, CLAIM };

static const char *const sql[] = {
    [ENSURE] = "INSERT INTO license_key (brand_id, hash, sealed, tail)"
               " VALUES ($1, $2, $3, $4)"
               " ON CONFLICT (brand_id, hash) DO NOTHING",

    [FIND] = "SELECT brand_id, sealed, tail"
             " FROM license_key"
             " WHERE brand_id = $1 AND hash = $2",

    [FIND_BRANDS] = "SELECT brand_id"
                    " FROM license_key"
                    " WHERE hash = $1"
                    " ORDER BY brand_id"
                    " LIMIT $2",

    [CLAIM] = "INSERT INTO given_key (hash, brand_id)"
              " VALUES ($1, $2)"
              " ON CONFLICT (hash) DO UPDATE SET brand_id = given_key.brand_id"
              " RETURNING brand_id",
};

const store_set license_keys_set = {sql, sizeof(sql) / sizeof(sql[0])};

pl_err license_keys_ensure(tx_t *tx, const license_key_t *key)
{
    pl_db_statement *insert = store_statement(tx, STORE_LICENSE_KEYS, ENSURE);

    pl_db_bind_uuid(insert, 1, key->brand_id);
    pl_db_bind_blob(insert, 2, key->hash, sizeof(key->hash));
    pl_db_bind_blob(insert, 3, key->sealed.data, key->sealed.size);
    pl_db_bind_text(insert, 4, key->tail);
    return pl_db_err(pl_db_run(insert));
}

pl_err license_keys_find(tx_t *tx, pl_uuid brand_id, const uint8_t hash[KEY_HASH_SIZE], license_key_t *key)
{
    pl_db_statement *select = store_statement(tx, STORE_LICENSE_KEYS, FIND);
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_blob(select, 2, hash, KEY_HASH_SIZE);
    if (!(err = store_one(select))) {
        key->brand_id = pl_db_column_uuid(select, 0);
        memcpy(key->hash, hash, KEY_HASH_SIZE);
        key->sealed = pl_db_column_blob(select, 1, tx->arena);
        err = key->sealed.data ? store_text(select, 2, tx->arena, &key->tail) : PL_ERR_MEMORY;
    }
    pl_db_reset(select);
    return err;
}

pl_err license_keys_find_brands(tx_t *tx, const uint8_t hash[KEY_HASH_SIZE], pl_uuid brands[LICENSE_KEY_BRANDS_MAX],
                                size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_LICENSE_KEYS, FIND_BRANDS);
    pl_db_result result;

    *count = 0;
    pl_db_bind_blob(select, 1, hash, KEY_HASH_SIZE);
    pl_db_bind_int(select, 2, LICENSE_KEY_BRANDS_MAX);
    while ((result = pl_db_step(select)) == DB_ROW && *count < LICENSE_KEY_BRANDS_MAX)
        brands[(*count)++] = pl_db_column_uuid(select, 0);
    pl_db_reset(select);
    return result == DB_ROW ? PL_OK : pl_db_err(result);
}

pl_err license_keys_claim(tx_t *tx, pl_uuid brand_id, const uint8_t hash[KEY_HASH_SIZE])
{
    pl_db_statement *insert = store_statement(tx, STORE_LICENSE_KEYS, CLAIM);
    pl_uuid owner = {{0}};
    pl_err err;

    pl_db_bind_blob(insert, 1, hash, KEY_HASH_SIZE);
    pl_db_bind_uuid(insert, 2, brand_id);
    if (!(err = store_one(insert)))
        owner = pl_db_column_uuid(insert, 0);
    pl_db_reset(insert);
    return err ? err : pl_uuid_equal(owner, brand_id) ? PL_OK : PL_ERR_CONFLICT;
}
