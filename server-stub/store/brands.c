/* SPDX-License-Identifier: Apache-2.0
 *
 * The brand table.
 */
#include "store/brands.h"

#include "store/statements.h"

enum { INSERT, FIND, FIND_BY_SLUG, LOCK, LIST };

static const char *const sql[] = {
    [INSERT] = "INSERT INTO brand (id, slug, name, created_at)"
               " VALUES ($1, $2, $3, $4)",

    [FIND] = "SELECT id, slug, name, created_at"
             " FROM brand"
             " WHERE id = $1",

    [FIND_BY_SLUG] = "SELECT id, slug, name, created_at"
                     " FROM brand"
                     " WHERE slug = $1",

    [LOCK] = "SELECT id FROM brand"
             " WHERE id = $1"
             " FOR UPDATE",

    [LIST] = "SELECT id, slug, name, created_at"
             " FROM brand"
             " ORDER BY slug",
};

const store_set brands_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    brand_t *brand = item;
    pl_err err;

    brand->id = pl_db_column_uuid(row, 0);
    if ((err = store_text(row, 1, arena, &brand->slug)) || (err = store_text(row, 2, arena, &brand->name)))
        return err;
    brand->created_at_ms = pl_db_column_int(row, 3);
    return PL_OK;
}

static pl_err find(tx_t *tx, pl_db_statement *select, brand_t *brand)
{
    pl_err err = store_one(select);

    if (!err)
        err = map(select, tx->arena, brand);
    pl_db_reset(select);
    return err;
}

pl_err brands_insert(tx_t *tx, const brand_t *brand)
{
    pl_db_statement *insert = store_statement(tx, STORE_BRANDS, INSERT);

    pl_db_bind_uuid(insert, 1, brand->id);
    pl_db_bind_text(insert, 2, brand->slug);
    pl_db_bind_text(insert, 3, brand->name);
    pl_db_bind_int(insert, 4, brand->created_at_ms);
    return pl_db_err(pl_db_run(insert));
}

pl_err brands_find(tx_t *tx, pl_uuid id, brand_t *brand)
{
    pl_db_statement *select = store_statement(tx, STORE_BRANDS, FIND);

    pl_db_bind_uuid(select, 1, id);
    return find(tx, select, brand);
}

pl_err brands_find_by_slug(tx_t *tx, const char *slug, brand_t *brand)
{
    pl_db_statement *select = store_statement(tx, STORE_BRANDS, FIND_BY_SLUG);

    pl_db_bind_text(select, 1, slug);
    return find(tx, select, brand);
}

pl_err brands_lock(tx_t *tx, pl_uuid id)
{
    pl_db_statement *select = store_statement(tx, STORE_BRANDS, LOCK);
    pl_err err;

    pl_db_bind_uuid(select, 1, id);
    err = store_one(select);
    pl_db_reset(select);
    return err;
}

pl_err brands_list(tx_t *tx, brand_t **brands, size_t *count)
{
    store_rows rows = {NULL, 0};
    pl_err err = store_collect(store_statement(tx, STORE_BRANDS, LIST), tx->arena, sizeof(brand_t), map, &rows);

    *brands = rows.items;
    *count = rows.count;
    return err;
}
