/* SPDX-License-Identifier: Apache-2.0
 *
 * The release table.
 */
#include "store/releases.h"

#include "store/statements.h"

enum { INSERT, WITHDRAW, LIST };

#define COLUMNS "brand_id, product_id, channel, version, published_at, url, notes_url, sha256, withdrawn_at"

static const char *const sql[] = {
    [INSERT] = "INSERT INTO release (" COLUMNS ")"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL)",

    [WITHDRAW] = "UPDATE release"
                 " SET withdrawn_at = $5"
                 " WHERE brand_id = $1 AND product_id = $2 AND channel = $3 AND version = $4 AND withdrawn_at IS NULL",

    [LIST] = "SELECT " COLUMNS " FROM release"
             " WHERE brand_id = $1 AND product_id = $2 AND (channel = $3 OR $3 IS NULL)"
             " ORDER BY published_at DESC, version DESC"
             " LIMIT $4",
};

const store_set releases_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_db_statement *with_channel(const tx_t *tx, size_t statement, const release_t *of)
{
    pl_db_statement *bound = store_statement(tx, STORE_RELEASES, statement);

    pl_db_bind_uuid(bound, 1, of->brand_id);
    pl_db_bind_uuid(bound, 2, of->product_id);
    pl_db_bind_text(bound, 3, of->channel);
    return bound;
}

pl_err releases_insert(tx_t *tx, const release_t *release)
{
    pl_db_statement *insert = with_channel(tx, INSERT, release);

    pl_db_bind_text(insert, 4, release->version);
    pl_db_bind_int(insert, 5, release->published_at_ms);
    pl_db_bind_text(insert, 6, release->url);
    pl_db_bind_text(insert, 7, release->notes_url);
    pl_db_bind_text(insert, 8, release->sha256);
    return pl_db_err(pl_db_run(insert));
}

pl_err releases_withdraw(tx_t *tx, const release_t *release)
{
    pl_db_statement *update = with_channel(tx, WITHDRAW, release);

    pl_db_bind_text(update, 4, release->version);
    pl_db_bind_int(update, 5, tx->now_ms);
    return store_change_one(tx, update);
}

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    release_t *release = item;
    pl_err err;

    release->brand_id = pl_db_column_uuid(row, 0);
    release->product_id = pl_db_column_uuid(row, 1);
    release->published_at_ms = pl_db_column_int(row, 4);
    release->withdrawn_at_ms = pl_db_column_int(row, 8);
    if ((err = store_text(row, 2, arena, &release->channel)) || (err = store_text(row, 3, arena, &release->version)) ||
        (err = store_text(row, 5, arena, &release->url)) || (err = store_text(row, 6, arena, &release->notes_url)))
        return err;
    return store_text(row, 7, arena, &release->sha256);
}

pl_err releases_list(tx_t *tx, const release_t *of, release_t **releases, size_t *count)
{
    pl_db_statement *select = with_channel(tx, LIST, of);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_int(select, 4, RELEASES_MAX);
    err = store_collect(select, tx->arena, sizeof(release_t), map, &rows);
    *releases = rows.items;
    *count = rows.count;
    return err;
}
