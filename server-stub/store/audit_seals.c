/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit_seal table, and the audit's rows by their seal.
 */
#include "store/audit_seals.h"

#include "store/statements.h"

enum { UNSEALED_BRANDS, UNSEALED_ROWS, MARK, INSERT, NEWEST, AFTER, ROWS, STRAY, ERASE };

#define SEAL_COLUMNS "brand_id, sequence, first_id, last_id, row_count, rows, sealed_at, hash, checkpoint"

static const char *const sql[] = {
    [UNSEALED_BRANDS] = "SELECT DISTINCT a.brand_id FROM audit a WHERE a.seal IS NULL LIMIT $1",

    /* In two steps: in one, SQLite walks through the whole audit of the brand for the sake of the order. */
    [UNSEALED_ROWS] = "SELECT " AUDIT_COLUMNS " FROM audit a"
                      " WHERE a.brand_id = $1"
                      "   AND a.id IN (SELECT b.id FROM audit b WHERE b.brand_id = $1 AND b.seal IS NULL ORDER BY b.id LIMIT $2)"
                      " ORDER BY a.id",

    [MARK] = "UPDATE audit SET seal = $2"
             " WHERE brand_id = $1 AND seal IS NULL AND id >= $3 AND id <= $4",

    [INSERT] = "INSERT INTO audit_seal (" SEAL_COLUMNS ")"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",

    [NEWEST] = "SELECT " SEAL_COLUMNS " FROM audit_seal"
               " WHERE brand_id = $1"
               " ORDER BY sequence DESC"
               " LIMIT 1",

    [AFTER] = "SELECT " SEAL_COLUMNS " FROM audit_seal"
              " WHERE brand_id = $1 AND sequence > $2"
              " ORDER BY sequence"
              " LIMIT 1",

    [ROWS] = "SELECT " AUDIT_COLUMNS " FROM audit a"
             " WHERE a.brand_id = $1 AND a.id >= $3 AND a.id <= $4 AND a.seal = $2"
             " ORDER BY a.id"
             " LIMIT $5",

    [STRAY] =
        "SELECT " AUDIT_COLUMNS " FROM audit a"
        " WHERE a.brand_id = $1 AND a.seal IS NOT NULL"
        "   AND NOT EXISTS (SELECT 1 FROM audit_seal s"
        "                   WHERE s.brand_id = a.brand_id AND s.sequence = a.seal AND s.first_id <= a.id AND s.last_id >= a.id)"
        " ORDER BY a.id"
        " LIMIT 1",

    [ERASE] =
        "UPDATE audit SET address = NULL, salt = NULL, note = NULL"
        " WHERE brand_id = $1 AND id IN (SELECT a.id FROM audit a WHERE a.brand_id = $1 AND a.target = $2 AND a.salt IS NOT NULL"
        "                                ORDER BY a.id LIMIT $3)",
};

const store_set audit_seals_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_err map_brand(pl_db_statement *row, pl_arena *arena, void *item)
{
    (void)arena;
    *(pl_uuid *)item = pl_db_column_uuid(row, 0);
    return PL_OK;
}

pl_err audit_unsealed_brands(tx_t *tx, pl_uuid **brands, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_AUDIT_SEALS, UNSEALED_BRANDS);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_int(select, 1, AUDIT_SEAL_BRANDS_MAX);
    err = store_collect(select, tx->arena, sizeof(pl_uuid), map_brand, &rows);
    *brands = rows.items;
    *count = rows.count;
    return err;
}

static pl_err collect(tx_t *tx, pl_db_statement *select, audit_t **list, size_t *count)
{
    store_rows rows = {NULL, 0};
    pl_err err = store_collect(select, tx->arena, sizeof(audit_t), audit_map, &rows);

    *list = rows.items;
    *count = rows.count;
    return err;
}

pl_err audit_unsealed_rows(tx_t *tx, pl_uuid brand_id, audit_t **rows, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_AUDIT_SEALS, UNSEALED_ROWS);

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_int(select, 2, AUDIT_SEAL_ROWS_MAX);
    return collect(tx, select, rows, count);
}

static pl_err mark(tx_t *tx, const audit_seal_t *seal)
{
    pl_db_statement *update = store_statement(tx, STORE_AUDIT_SEALS, MARK);
    pl_err err;

    pl_db_bind_uuid(update, 1, seal->brand_id);
    pl_db_bind_int(update, 2, seal->sequence);
    pl_db_bind_uuid(update, 3, seal->first_id);
    pl_db_bind_uuid(update, 4, seal->last_id);
    err = pl_db_err(pl_db_run(update));
    return err || pl_db_changes(store_db(tx->store)) == seal->row_count ? err : PL_ERR_BUSY;
}

pl_err audit_seal_insert(tx_t *tx, const audit_seal_t *seal)
{
    pl_db_statement *insert = store_statement(tx, STORE_AUDIT_SEALS, INSERT);
    pl_err err;

    pl_db_bind_uuid(insert, 1, seal->brand_id);
    pl_db_bind_int(insert, 2, seal->sequence);
    pl_db_bind_uuid(insert, 3, seal->first_id);
    pl_db_bind_uuid(insert, 4, seal->last_id);
    pl_db_bind_int(insert, 5, seal->row_count);
    pl_db_bind_blob(insert, 6, seal->rows.data, seal->rows.size);
    pl_db_bind_int(insert, 7, seal->sealed_at_ms);
    pl_db_bind_blob(insert, 8, seal->hash, sizeof(seal->hash));
    pl_db_bind_text(insert, 9, seal->checkpoint);
    err = pl_db_err(pl_db_run(insert));
    return err ? err : mark(tx, seal);
}

static pl_err map_seal(pl_db_statement *row, pl_arena *arena, audit_seal_t *seal)
{
    seal->brand_id = pl_db_column_uuid(row, 0);
    seal->sequence = pl_db_column_int(row, 1);
    seal->first_id = pl_db_column_uuid(row, 2);
    seal->last_id = pl_db_column_uuid(row, 3);
    seal->row_count = pl_db_column_int(row, 4);
    seal->rows = pl_db_column_blob(row, 5, arena);
    seal->sealed_at_ms = pl_db_column_int(row, 6);
    pl_db_column_bytes(row, 7, seal->hash, sizeof(seal->hash));
    return seal->rows.data ? store_text(row, 8, arena, &seal->checkpoint) : PL_ERR_MEMORY;
}

static pl_err find_seal(tx_t *tx, pl_db_statement *select, audit_seal_t *seal)
{
    pl_err err = store_one(select);

    *seal = (audit_seal_t){.sequence = 0};
    if (!err)
        err = map_seal(select, tx->arena, seal);
    pl_db_reset(select);
    return err;
}

pl_err audit_seal_newest(tx_t *tx, pl_uuid brand_id, audit_seal_t *seal)
{
    pl_db_statement *select = store_statement(tx, STORE_AUDIT_SEALS, NEWEST);

    pl_db_bind_uuid(select, 1, brand_id);
    return find_seal(tx, select, seal);
}

pl_err audit_seal_after(tx_t *tx, pl_uuid brand_id, int64_t sequence, audit_seal_t *seal)
{
    pl_db_statement *select = store_statement(tx, STORE_AUDIT_SEALS, AFTER);

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_int(select, 2, sequence);
    return find_seal(tx, select, seal);
}

pl_err audit_seal_rows(tx_t *tx, const audit_seal_t *seal, audit_t **rows, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_AUDIT_SEALS, ROWS);

    pl_db_bind_uuid(select, 1, seal->brand_id);
    pl_db_bind_int(select, 2, seal->sequence);
    pl_db_bind_uuid(select, 3, seal->first_id);
    pl_db_bind_uuid(select, 4, seal->last_id);
    pl_db_bind_int(select, 5, AUDIT_SEAL_ROWS_MAX + 1);
    return collect(tx, select, rows, count);
}

pl_err audit_stray_row(tx_t *tx, pl_uuid brand_id, audit_t *row)
{
    pl_db_statement *select = store_statement(tx, STORE_AUDIT_SEALS, STRAY);
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    if (!(err = store_one(select)))
        err = audit_map(select, tx->arena, row);
    pl_db_reset(select);
    return err;
}

pl_err audit_erase(tx_t *tx, pl_uuid brand_id, pl_uuid target, int64_t *count)
{
    pl_db_statement *update = store_statement(tx, STORE_AUDIT_SEALS, ERASE);
    int64_t changed;
    pl_err err;

    *count = 0;
    do {
        pl_db_bind_uuid(update, 1, brand_id);
        pl_db_bind_uuid(update, 2, target);
        pl_db_bind_int(update, 3, AUDIT_SEAL_ROWS_MAX);
        err = pl_db_err(pl_db_run(update));
        changed = err ? 0 : pl_db_changes(store_db(tx->store));
        *count += changed;
    } while (changed == AUDIT_SEAL_ROWS_MAX);
    return err;
}
