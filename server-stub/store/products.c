/* SPDX-License-Identifier: Apache-2.0
 *
 * The product table.
 */
#include "store/products.h"

#include "store/statements.h"

enum { INSERT, FIND, FIND_BY_SLUG, LIST };

#define COLUMNS                                                                                                          \
    "brand_id, id, slug, name, seats, check_by_s, grace_s, emergency_s, slack_s, match_rule, entitlements, key_prefix, " \
    "key_group,"                                                                                                         \
    " created_at, sessions, session_lease_s, session_beat_s, session_takeover, session_cooldown_s, offline_s,"           \
    " offline_releases, trial_days, trial_entitlements"

static const char *const sql[] = {
    [INSERT] =
        "INSERT INTO product (" COLUMNS ")"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)",

    [FIND] = "SELECT " COLUMNS " FROM product"
             " WHERE brand_id = $1 AND id = $2",

    [FIND_BY_SLUG] = "SELECT " COLUMNS " FROM product"
                     " WHERE brand_id = $1 AND slug = $2",

    [LIST] = "SELECT " COLUMNS " FROM product"
             " WHERE brand_id = $1"
             " ORDER BY slug",
};

const store_set products_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    product_t *product = item;
    pl_err err;

    product->brand_id = pl_db_column_uuid(row, 0);
    product->id = pl_db_column_uuid(row, 1);
    product->policy.seats = pl_db_column_int(row, 4);
    product->policy.check_by_s = pl_db_column_int(row, 5);
    product->policy.grace_s = pl_db_column_int(row, 6);
    product->policy.emergency_s = pl_db_column_int(row, 7);
    product->policy.slack_s = pl_db_column_int(row, 8);
    product->policy.match = (pl_match_rule)pl_db_column_int(row, 9);
    product->key_group = pl_db_column_int(row, 12);
    product->created_at_ms = pl_db_column_int(row, 13);
    product->policy.sessions = pl_db_column_int(row, 14);
    product->policy.session_lease_s = pl_db_column_int(row, 15);
    product->policy.session_beat_s = pl_db_column_int(row, 16);
    product->policy.takeover = (takeover_rule)pl_db_column_int(row, 17);
    product->policy.session_cooldown_s = pl_db_column_int(row, 18);
    product->policy.offline_s = pl_db_column_int(row, 19);
    product->policy.offline_releases = pl_db_column_int(row, 20);
    product->policy.trial_days = pl_db_column_int(row, 21);
    if ((err = store_text(row, 2, arena, &product->slug)) || (err = store_text(row, 3, arena, &product->name)) ||
        (err = store_text(row, 10, arena, &product->entitlements)) ||
        (err = store_text(row, 22, arena, &product->trial_entitlements)))
        return err;
    return store_text(row, 11, arena, &product->key_prefix);
}

static pl_err find(tx_t *tx, pl_db_statement *select, product_t *product)
{
    pl_err err = store_one(select);

    if (!err)
        err = map(select, tx->arena, product);
    pl_db_reset(select);
    return err;
}

pl_err products_insert(tx_t *tx, const product_t *product)
{
    pl_db_statement *insert = store_statement(tx, STORE_PRODUCTS, INSERT);

    pl_db_bind_uuid(insert, 1, product->brand_id);
    pl_db_bind_uuid(insert, 2, product->id);
    pl_db_bind_text(insert, 3, product->slug);
    pl_db_bind_text(insert, 4, product->name);
    pl_db_bind_int(insert, 5, product->policy.seats);
    pl_db_bind_int(insert, 6, product->policy.check_by_s);
    pl_db_bind_int(insert, 7, product->policy.grace_s);
    pl_db_bind_int(insert, 8, product->policy.emergency_s);
    pl_db_bind_int(insert, 9, product->policy.slack_s);
    pl_db_bind_int(insert, 10, product->policy.match);
    pl_db_bind_text(insert, 11, product->entitlements);
    pl_db_bind_text(insert, 12, product->key_prefix);
    pl_db_bind_int(insert, 13, product->key_group);
    pl_db_bind_int(insert, 14, product->created_at_ms);
    pl_db_bind_int(insert, 15, product->policy.sessions);
    pl_db_bind_int(insert, 16, product->policy.session_lease_s);
    pl_db_bind_int(insert, 17, product->policy.session_beat_s);
    pl_db_bind_int(insert, 18, product->policy.takeover);
    pl_db_bind_int(insert, 19, product->policy.session_cooldown_s);
    pl_db_bind_int(insert, 20, product->policy.offline_s);
    pl_db_bind_int(insert, 21, product->policy.offline_releases);
    pl_db_bind_int(insert, 22, product->policy.trial_days);
    pl_db_bind_text(insert, 23, product->trial_entitlements);
    return pl_db_err(pl_db_run(insert));
}

pl_err products_find(tx_t *tx, pl_uuid brand_id, pl_uuid id, product_t *product)
{
    pl_db_statement *select = store_statement(tx, STORE_PRODUCTS, FIND);

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, id);
    return find(tx, select, product);
}

pl_err products_find_by_slug(tx_t *tx, pl_uuid brand_id, const char *slug, product_t *product)
{
    pl_db_statement *select = store_statement(tx, STORE_PRODUCTS, FIND_BY_SLUG);

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_text(select, 2, slug);
    return find(tx, select, product);
}

pl_err products_list(tx_t *tx, pl_uuid brand_id, product_t **products, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_PRODUCTS, LIST);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    err = store_collect(select, tx->arena, sizeof(product_t), map, &rows);
    *products = rows.items;
    *count = rows.count;
    return err;
}
