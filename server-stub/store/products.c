/* SPDX-License-Identifier: Apache-2.0
 *
 * The product table.
 */
#include "store/products.h"

#include "store/statements.h"

enum { INSERT, FIND, FIND_BY_SLUG, LIST, PAGE, CHANGE };

#define COLUMNS                                                                                                          \
    "brand_id, id, slug, name, seats, check_by_s, grace_s, emergency_s, slack_s, match_rule, entitlements, key_prefix, " \
    "key_group,"                                                                                                         \
    " created_at, sessions, session_lease_s, session_beat_s, session_takeover, session_cooldown_s, offline_s,"           \
    " offline_releases, trial_days, trial_entitlements, version, overage, expiry_basis, duration_days, expiry_date,"     \
    " expiry_effect, free_after_days, check_in_s"

static const char *const sql[] = {
    [INSERT] =
        "INSERT INTO product (" COLUMNS ")"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,"
        " $24, $25, $26, $27, $28, $29, $30, $31)",

    [FIND] = "SELECT " COLUMNS " FROM product"
             " WHERE brand_id = $1 AND id = $2",

    [FIND_BY_SLUG] = "SELECT " COLUMNS " FROM product"
                     " WHERE brand_id = $1 AND slug = $2",

    [LIST] = "SELECT " COLUMNS " FROM product"
             " WHERE brand_id = $1"
             " ORDER BY slug",

    [PAGE] = "SELECT " COLUMNS " FROM product"
             " WHERE brand_id = $1 AND id > $2"
             " ORDER BY id"
             " LIMIT $3",

    /* The parameters are those of INSERT. Slug and time of creation are for ever, so they may stand among the conditions. */
    [CHANGE] = "UPDATE product"
               " SET name = $4, seats = $5, check_by_s = $6, grace_s = $7, emergency_s = $8, slack_s = $9, match_rule = $10,"
               "     entitlements = $11, key_prefix = $12, key_group = $13, sessions = $15, session_lease_s = $16,"
               "     session_beat_s = $17, session_takeover = $18, session_cooldown_s = $19, offline_s = $20,"
               "     offline_releases = $21, trial_days = $22, trial_entitlements = $23, version = version + 1,"
               "     overage = $25, expiry_basis = $26, duration_days = $27, expiry_date = $28, expiry_effect = $29,"
               "     free_after_days = $30, check_in_s = $31"
               " WHERE brand_id = $1 AND id = $2 AND slug = $3 AND created_at = $14 AND version = $24"
               " RETURNING version",
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
    product->version = pl_db_column_int(row, 23);
    product->policy.overage = pl_db_column_int(row, 24);
    product->policy.basis = (expiry_basis)pl_db_column_int(row, 25);
    product->policy.duration_days = pl_db_column_int(row, 26);
    product->policy.expiry_date_ms = pl_db_column_int(row, 27);
    product->policy.effect = (expiry_effect)pl_db_column_int(row, 28);
    product->policy.free_after_days = pl_db_column_int(row, 29);
    product->policy.check_in_s = pl_db_column_int(row, 30);
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

static void bind_policy(pl_db_statement *statement, const product_policy_t *policy)
{
    pl_db_bind_int(statement, 5, policy->seats);
    pl_db_bind_int(statement, 6, policy->check_by_s);
    pl_db_bind_int(statement, 7, policy->grace_s);
    pl_db_bind_int(statement, 8, policy->emergency_s);
    pl_db_bind_int(statement, 9, policy->slack_s);
    pl_db_bind_int(statement, 10, policy->match);
    pl_db_bind_int(statement, 15, policy->sessions);
    pl_db_bind_int(statement, 16, policy->session_lease_s);
    pl_db_bind_int(statement, 17, policy->session_beat_s);
    pl_db_bind_int(statement, 18, policy->takeover);
    pl_db_bind_int(statement, 19, policy->session_cooldown_s);
    pl_db_bind_int(statement, 20, policy->offline_s);
    pl_db_bind_int(statement, 21, policy->offline_releases);
    pl_db_bind_int(statement, 22, policy->trial_days);
    pl_db_bind_int(statement, 25, policy->overage);
    pl_db_bind_int(statement, 26, policy->basis);
    pl_db_bind_int(statement, 27, policy->duration_days);
    store_bind_time(statement, 28, policy->expiry_date_ms);
    pl_db_bind_int(statement, 29, policy->effect);
    pl_db_bind_int(statement, 30, policy->free_after_days);
    pl_db_bind_int(statement, 31, policy->check_in_s);
}

static pl_db_statement *with_product(const tx_t *tx, size_t statement, const product_t *product)
{
    pl_db_statement *bound = store_statement(tx, STORE_PRODUCTS, statement);

    pl_db_bind_uuid(bound, 1, product->brand_id);
    pl_db_bind_uuid(bound, 2, product->id);
    pl_db_bind_text(bound, 3, product->slug);
    pl_db_bind_text(bound, 4, product->name);
    pl_db_bind_text(bound, 11, product->entitlements);
    pl_db_bind_text(bound, 12, product->key_prefix);
    pl_db_bind_int(bound, 13, product->key_group);
    pl_db_bind_int(bound, 14, product->created_at_ms);
    pl_db_bind_text(bound, 23, product->trial_entitlements);
    pl_db_bind_int(bound, 24, product->version);
    bind_policy(bound, &product->policy);
    return bound;
}

pl_err products_insert(tx_t *tx, const product_t *product)
{
    return pl_db_err(pl_db_run(with_product(tx, INSERT, product)));
}

pl_err products_change(tx_t *tx, product_t *product)
{
    pl_db_statement *update = with_product(tx, CHANGE, product);
    pl_err err = store_one(update);

    if (!err)
        product->version = pl_db_column_int(update, 0);
    pl_db_reset(update);
    return err == PL_ERR_NOT_FOUND ? pl_fail(PL_ERR_CHANGED, "the product was changed meanwhile") : err;
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

static pl_err list(tx_t *tx, pl_db_statement *select, product_t **products, size_t *count)
{
    store_rows rows = {NULL, 0};
    pl_err err = store_collect(select, tx->arena, sizeof(product_t), map, &rows);

    *products = rows.items;
    *count = rows.count;
    return err;
}

pl_err products_list(tx_t *tx, pl_uuid brand_id, product_t **products, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_PRODUCTS, LIST);

    pl_db_bind_uuid(select, 1, brand_id);
    return list(tx, select, products, count);
}

pl_err products_page(tx_t *tx, const product_t *after, int64_t limit, product_t **products, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_PRODUCTS, PAGE);

    pl_db_bind_uuid(select, 1, after->brand_id);
    pl_db_bind_uuid(select, 2, after->id);
    pl_db_bind_int(select, 3, limit);
    return list(tx, select, products, count);
}
