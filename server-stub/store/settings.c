/* SPDX-License-Identifier: Apache-2.0
 *
 * The brand_setting table.
 */
#include "store/settings.h"

#include "store/statements.h"

enum { PUT, FIND, REMOVE, LIST };

#define COLUMNS "s.brand_id, s.name, s.value, s.sealed, s.changed_at"

static const char *const sql[] = {
    [PUT] = "INSERT INTO brand_setting (brand_id, name, value, sealed, changed_at) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (brand_id, name)"
            " DO UPDATE SET value = excluded.value, sealed = excluded.sealed, changed_at = excluded.changed_at",

    [FIND] = "SELECT " COLUMNS " FROM brand_setting s WHERE s.brand_id = $1 AND s.name = $2",

    [REMOVE] = "DELETE FROM brand_setting WHERE brand_id = $1 AND name = $2",

    [LIST] = "SELECT " COLUMNS " FROM brand_setting s WHERE s.brand_id = $1 ORDER BY s.name LIMIT $2",
};

const store_set settings_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    setting_row_t *setting = item;
    pl_err err;

    *setting = (setting_row_t){.brand_id = pl_db_column_uuid(row, 0), .changed_at_ms = pl_db_column_int(row, 4)};
    if (!pl_db_column_is_null(row, 3)) {
        setting->sealed = pl_db_column_blob(row, 3, arena);
        if (!setting->sealed.data)
            return PL_ERR_MEMORY;
    }
    err = store_text(row, 1, arena, &setting->name);
    return err ? err : store_text(row, 2, arena, &setting->value);
}

pl_err settings_put(tx_t *tx, const setting_row_t *row)
{
    pl_db_statement *insert = store_statement(tx, STORE_SETTINGS, PUT);

    pl_db_bind_uuid(insert, 1, row->brand_id);
    pl_db_bind_text(insert, 2, row->name);
    pl_db_bind_text(insert, 3, row->value);
    if (row->sealed.size)
        pl_db_bind_blob(insert, 4, row->sealed.data, row->sealed.size);
    else
        pl_db_bind_null(insert, 4);
    pl_db_bind_int(insert, 5, tx->now_ms);
    return pl_db_err(pl_db_run(insert));
}

pl_err settings_find(tx_t *tx, pl_uuid brand_id, const char *name, setting_row_t *row)
{
    pl_db_statement *select = store_statement(tx, STORE_SETTINGS, FIND);
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_text(select, 2, name);
    if (!(err = store_one(select)))
        err = map(select, tx->arena, row);
    pl_db_reset(select);
    return err;
}

pl_err settings_remove(tx_t *tx, pl_uuid brand_id, const char *name)
{
    pl_db_statement *delete = store_statement(tx, STORE_SETTINGS, REMOVE);

    pl_db_bind_uuid(delete, 1, brand_id);
    pl_db_bind_text(delete, 2, name);
    return store_change_one(tx, delete);
}

pl_err settings_list(tx_t *tx, pl_uuid brand_id, setting_row_t **rows, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_SETTINGS, LIST);
    store_rows found = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_int(select, 2, SETTINGS_MAX);
    err = store_collect(select, tx->arena, sizeof(setting_row_t), map, &found);
    *rows = found.items;
    *count = found.count;
    return err;
}
