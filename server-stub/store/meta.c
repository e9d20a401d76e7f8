/* SPDX-License-Identifier: Apache-2.0
 *
 * The meta table.
 */
#include "store/meta.h"

#include "store/statements.h"

enum { INSERT, READ, READ_GENERATION, RAISE_GENERATION, ADVANCE_TIME, ACCEPT_TIME, RAISE_EPOCH, REPLACE_SEALING_KEY };

static const char *const sql[] = {
    [INSERT] = "INSERT INTO meta (id, epoch, generation, last_time, sealing_key, key_hash_secret)"
               " VALUES (1, $1, $2, $3, $4, $5)",

    [READ] = "SELECT epoch, generation, last_time, sealing_key, key_hash_secret"
             " FROM meta"
             " WHERE id = 1",

    [READ_GENERATION] = "SELECT generation FROM meta WHERE id = 1",

    [RAISE_GENERATION] = "UPDATE meta SET generation = generation + 1 WHERE id = 1",

    [ADVANCE_TIME] = "UPDATE meta SET last_time = $1 WHERE id = 1 AND last_time < $1",

    [ACCEPT_TIME] = "UPDATE meta SET last_time = $1 WHERE id = 1",

    [RAISE_EPOCH] = "UPDATE meta"
                    " SET epoch = epoch + 1, generation = generation + 1"
                    " WHERE id = 1"
                    " RETURNING epoch",

    [REPLACE_SEALING_KEY] = "UPDATE meta SET sealing_key = $1, generation = generation + 1 WHERE id = 1",
};

const store_set meta_set = {sql, sizeof(sql) / sizeof(sql[0])};

pl_err meta_insert(tx_t *tx, const meta_t *meta)
{
    pl_db_statement *insert = store_statement(tx, STORE_META, INSERT);

    pl_db_bind_int(insert, 1, meta->epoch);
    pl_db_bind_int(insert, 2, meta->generation);
    pl_db_bind_int(insert, 3, meta->last_time_ms);
    pl_db_bind_blob(insert, 4, meta->sealing_key, sizeof(meta->sealing_key));
    pl_db_bind_blob(insert, 5, meta->key_hash_secret, sizeof(meta->key_hash_secret));
    return pl_db_err(pl_db_run(insert));
}

static pl_err map(pl_db_statement *row, meta_t *meta)
{
    meta->epoch = pl_db_column_int(row, 0);
    meta->generation = pl_db_column_int(row, 1);
    meta->last_time_ms = pl_db_column_int(row, 2);
    if (pl_db_column_bytes(row, 3, meta->sealing_key, META_SEALED_SIZE) != META_SEALED_SIZE ||
        pl_db_column_bytes(row, 4, meta->key_hash_secret, META_SEALED_SIZE) != META_SEALED_SIZE)
        return pl_fail(PL_ERR_DATABASE, "the secrets of this installation are damaged");
    return PL_OK;
}

pl_err meta_read(tx_t *tx, meta_t *meta)
{
    pl_db_statement *select = store_statement(tx, STORE_META, READ);
    pl_err err = store_one(select);

    if (!err)
        err = map(select, meta);
    pl_db_reset(select);
    return err;
}

static pl_err read_number(pl_db_statement *statement, int64_t *number)
{
    pl_err err = store_one(statement);

    if (!err)
        *number = pl_db_column_int(statement, 0);
    pl_db_reset(statement);
    return err;
}

pl_err meta_read_generation(tx_t *tx, int64_t *generation)
{
    return read_number(store_statement(tx, STORE_META, READ_GENERATION), generation);
}

pl_err meta_raise_generation(tx_t *tx)
{
    return store_change_one(tx, store_statement(tx, STORE_META, RAISE_GENERATION));
}

pl_err meta_advance_time(tx_t *tx, int64_t time_ms)
{
    pl_db_statement *update = store_statement(tx, STORE_META, ADVANCE_TIME);

    pl_db_bind_int(update, 1, time_ms);
    return pl_db_err(pl_db_run(update));
}

pl_err meta_accept_time(tx_t *tx, int64_t time_ms)
{
    pl_db_statement *update = store_statement(tx, STORE_META, ACCEPT_TIME);

    pl_db_bind_int(update, 1, time_ms);
    return store_change_one(tx, update);
}

pl_err meta_raise_epoch(tx_t *tx, int64_t *epoch)
{
    return read_number(store_statement(tx, STORE_META, RAISE_EPOCH), epoch);
}

pl_err meta_replace_sealing_key(tx_t *tx, const uint8_t sealed[META_SEALED_SIZE])
{
    pl_db_statement *update = store_statement(tx, STORE_META, REPLACE_SEALING_KEY);

    pl_db_bind_blob(update, 1, sealed, META_SEALED_SIZE);
    return store_change_one(tx, update);
}
