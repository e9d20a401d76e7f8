/* SPDX-License-Identifier: Apache-2.0
 *
 * The activation table, as people see it.
 */
#include "store/activation_pages.h"

#include "store/statements.h"

enum { LIST, FIND, COUNT_BEFORE, FIND_SILENT };

#define COLUMNS \
    "brand_id, license_id, id, instance_id, device_name, validated_at, released_at, taken_at, kind, identifier, metadata"

static const char *const sql[] = {
    [LIST] = "SELECT " COLUMNS " FROM activation"
             " WHERE brand_id = $1 AND license_id = $2 AND id > $3"
             "   AND ((released_at IS NULL AND CAST($4 AS BIGINT) <> 0)"
             "     OR (released_at IS NOT NULL AND CAST($5 AS BIGINT) <> 0))"
             " ORDER BY id"
             " LIMIT $6",

    [FIND] = "SELECT " COLUMNS " FROM activation"
             " WHERE brand_id = $1 AND license_id = $2 AND id = $3",

    [COUNT_BEFORE] = "SELECT count(*) FROM activation"
                     " WHERE brand_id = $1 AND license_id = $2 AND released_at IS NULL AND id <= $3",

    [FIND_SILENT] = "SELECT " COLUMNS " FROM activation"
                    " WHERE brand_id = $1 AND license_id = $2 AND released_at IS NULL AND validated_at < $3"
                    "   AND (offline_until IS NULL OR offline_until <= $4)"
                    "   AND (told_until IS NULL OR told_until <= $4)"
                    " ORDER BY validated_at, id"
                    " LIMIT 1",
};

const store_set activation_pages_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    activation_row_t *activation = item;
    pl_err err;

    activation->brand_id = pl_db_column_uuid(row, 0);
    activation->license_id = pl_db_column_uuid(row, 1);
    activation->id = pl_db_column_uuid(row, 2);
    activation->instance_id = pl_db_column_uuid(row, 3);
    activation->validated_at_ms = pl_db_column_int(row, 5);
    activation->released_at_ms = pl_db_column_int(row, 6);
    activation->taken_at_ms = pl_db_column_int(row, 7);
    activation->kind = (seat_kind)pl_db_column_int(row, 8);
    if ((err = store_text(row, 4, arena, &activation->device_name)) || (err = store_text(row, 9, arena, &activation->identifier)))
        return err;
    return store_text(row, 10, arena, &activation->metadata);
}

static pl_db_statement *with_license(const tx_t *tx, size_t statement, pl_uuid brand_id, pl_uuid license_id)
{
    pl_db_statement *bound = store_statement(tx, STORE_ACTIVATION_PAGES, statement);

    pl_db_bind_uuid(bound, 1, brand_id);
    pl_db_bind_uuid(bound, 2, license_id);
    return bound;
}

static pl_err find(tx_t *tx, pl_db_statement *select, activation_row_t *row)
{
    pl_err err = store_one(select);

    if (!err)
        err = map(select, tx->arena, row);
    pl_db_reset(select);
    return err;
}

pl_err activation_pages_list(tx_t *tx, const activation_page_t *page, activation_row_t **rows, size_t *count)
{
    pl_db_statement *select = with_license(tx, LIST, page->brand_id, page->license_id);
    store_rows found = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 3, page->after);
    pl_db_bind_int(select, 4, page->is_live);
    pl_db_bind_int(select, 5, page->is_ended);
    pl_db_bind_int(select, 6, page->limit);
    err = store_collect(select, tx->arena, sizeof(activation_row_t), map, &found);
    *rows = found.items;
    *count = found.count;
    return err;
}

pl_err activation_pages_find(tx_t *tx, activation_row_t *row)
{
    pl_db_statement *select = with_license(tx, FIND, row->brand_id, row->license_id);

    pl_db_bind_uuid(select, 3, row->id);
    return find(tx, select, row);
}

pl_err activation_pages_count_before(tx_t *tx, const activation_page_t *page, int64_t *count)
{
    pl_db_statement *select = with_license(tx, COUNT_BEFORE, page->brand_id, page->license_id);
    pl_err err;

    pl_db_bind_uuid(select, 3, page->after);
    if (!(err = store_one(select)))
        *count = pl_db_column_int(select, 0);
    pl_db_reset(select);
    return err;
}

pl_err activation_pages_find_silent(tx_t *tx, int64_t since_ms, activation_row_t *row)
{
    pl_db_statement *select = with_license(tx, FIND_SILENT, row->brand_id, row->license_id);

    pl_db_bind_int(select, 3, since_ms);
    pl_db_bind_int(select, 4, tx->now_ms);
    return find(tx, select, row);
}
