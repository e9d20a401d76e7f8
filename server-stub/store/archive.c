/* SPDX-License-Identifier: Apache-2.0
 *
 * The archive_log table.
 */
#include "store/archive.h"

#include "store/statements.h"

enum { PUT, LIST, ERASE };

static const char *const sql[] = {
    [PUT] = "INSERT INTO archive_log (brand_id, source, entry, at, kind, customer_id, body)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)"
            " ON CONFLICT (brand_id, source, entry) DO NOTHING"
            " RETURNING at",

    [LIST] = "SELECT brand_id, source, entry, at, kind, customer_id, body FROM archive_log"
             " WHERE brand_id = $1 AND customer_id = $2"
             " ORDER BY at DESC"
             " LIMIT $3",

    [ERASE] = ("UPDATE archive_log SET body = NULL"
               " WHERE customer_id = $2 AND brand_id = $1"),
};

const store_set archive_set = {sql, sizeof(sql) / sizeof(sql[0])};

pl_err archive_put(tx_t *tx, const archive_t *row, bool *is_new)
{
    pl_db_statement *insert = store_statement(tx, STORE_ARCHIVE, PUT);
    pl_err err;

    pl_db_bind_uuid(insert, 1, row->brand_id);
    pl_db_bind_text(insert, 2, row->source);
    pl_db_bind_text(insert, 3, row->entry);
    pl_db_bind_int(insert, 4, row->at_ms);
    pl_db_bind_text(insert, 5, row->kind);
    store_bind_id(insert, 6, row->customer_id);
    pl_db_bind_text(insert, 7, row->body);
    err = store_one(insert);
    pl_db_reset(insert);
    *is_new = !err;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    archive_t *archive = item;
    pl_err err;

    archive->brand_id = pl_db_column_uuid(row, 0);
    archive->at_ms = pl_db_column_int(row, 3);
    archive->customer_id = pl_db_column_uuid(row, 5);
    if ((err = store_text(row, 1, arena, &archive->source)) || (err = store_text(row, 2, arena, &archive->entry)) ||
        (err = store_text(row, 4, arena, &archive->kind)))
        return err;
    return store_text(row, 6, arena, &archive->body);
}

pl_err archive_list(tx_t *tx, pl_uuid brand_id, pl_uuid customer_id, archive_t **rows, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_ARCHIVE, LIST);
    store_rows found = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, customer_id);
    pl_db_bind_int(select, 3, ARCHIVE_PAGE_MAX);
    err = store_collect(select, tx->arena, sizeof(archive_t), map, &found);
    *rows = found.items;
    *count = found.count;
    return err;
}

pl_err archive_erase(tx_t *tx, pl_uuid brand_id, pl_uuid customer_id, int64_t *count)
{
    pl_db_statement *update = store_statement(tx, STORE_ARCHIVE, ERASE);
    pl_err err;

    pl_db_bind_uuid(update, 1, brand_id);
    pl_db_bind_uuid(update, 2, customer_id);
    err = pl_db_err(pl_db_run(update));
    *count = err ? 0 : pl_db_changes(store_db(tx->store));
    return err;
}
