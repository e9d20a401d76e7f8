/* SPDX-License-Identifier: Apache-2.0
 *
 * The facade_host table.
 */
#include "store/facades.h"

#include "store/statements.h"

enum { BIND, UNBIND, LIST };

static const char *const sql[] = {
    [BIND] = "INSERT INTO facade_host (host, brand_id, product_id, created_at) VALUES ($1, $2, $3, $4)"
             " ON CONFLICT (host) DO UPDATE"
             " SET brand_id = excluded.brand_id, product_id = excluded.product_id, created_at = excluded.created_at",

    [UNBIND] = "DELETE FROM facade_host WHERE host = $1",

    [LIST] = "SELECT f.host, f.brand_id, f.product_id, f.created_at FROM facade_host f ORDER BY f.host LIMIT $1",
};

const store_set facades_set = {sql, sizeof(sql) / sizeof(sql[0])};

pl_err facades_bind(tx_t *tx, const facade_t *facade)
{
    pl_db_statement *insert = store_statement(tx, STORE_FACADES, BIND);

    pl_db_bind_text(insert, 1, facade->host);
    pl_db_bind_uuid(insert, 2, facade->brand_id);
    pl_db_bind_uuid(insert, 3, facade->product_id);
    pl_db_bind_int(insert, 4, tx->now_ms);
    return pl_db_err(pl_db_run(insert));
}

pl_err facades_unbind(tx_t *tx, const facade_t *facade)
{
    pl_db_statement *delete = store_statement(tx, STORE_FACADES, UNBIND);

    pl_db_bind_text(delete, 1, facade->host);
    return store_change_one(tx, delete);
}

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    facade_t *facade = item;

    facade->brand_id = pl_db_column_uuid(row, 1);
    facade->product_id = pl_db_column_uuid(row, 2);
    facade->created_at_ms = pl_db_column_int(row, 3);
    return store_text(row, 0, arena, &facade->host);
}

pl_err facades_list(tx_t *tx, facade_t **facades, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_FACADES, LIST);
    store_rows found = {NULL, 0};
    pl_err err;

    pl_db_bind_int(select, 1, FACADES_MAX);
    err = store_collect(select, tx->arena, sizeof(facade_t), map, &found);
    *facades = found.items;
    *count = found.count;
    return err;
}
