/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements across brands. Each has a bound, for a brand may have very many rows.
 */
#include "store/ecosystem.h"

#include "store/statements.h"

enum { BRANDS, CUSTOMERS_OF_EMAIL, COUNT_LICENSES, COUNT_ACTIVATIONS, COUNT_CUSTOMERS, COUNT_PRODUCTS };

#define IS_CANCELLED "l.cancel_at <= $2 OR l.status = 3"
#define IS_SUSPENDED "l.status = 2 OR l.suspend_at <= $2"

static const char *const sql[] = {
    [BRANDS] = "SELECT id, slug, name, created_at FROM brand"
               " WHERE id > $1"
               " ORDER BY id"
               " LIMIT $2",

    [CUSTOMERS_OF_EMAIL] = "SELECT brand_id, id, coalesce(email, email_folded), name FROM customer"
                           " WHERE email_folded = $1 AND brand_id >= $2"
                           " ORDER BY brand_id"
                           " LIMIT $3",

    /* The states as licensing/license_states.h has them. */
    [COUNT_LICENSES] = "SELECT count(*),"
                       " count(CASE WHEN " IS_CANCELLED " THEN NULL WHEN " IS_SUSPENDED " THEN 1 END),"
                       " count(CASE WHEN " IS_CANCELLED " THEN 1 END),"
                       " count(CASE WHEN " IS_CANCELLED " THEN NULL WHEN " IS_SUSPENDED " THEN NULL"
                       "            WHEN l.expires_at <= $2 THEN 1 END)"
                       " FROM (SELECT status, suspend_at, cancel_at, expires_at FROM license"
                       "       WHERE brand_id = $1 LIMIT $3) l",

    [COUNT_ACTIVATIONS] = ("SELECT count(*) FROM (SELECT id FROM activation"
                           "                       WHERE brand_id = $1 AND released_at IS NULL LIMIT $2) a"),

    [COUNT_CUSTOMERS] = "SELECT count(*) FROM (SELECT id FROM customer WHERE brand_id = $1 LIMIT $2) c",

    [COUNT_PRODUCTS] = "SELECT count(*) FROM (SELECT id FROM product WHERE brand_id = $1 LIMIT $2) p",
};

const store_set ecosystem_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_err map_brand(pl_db_statement *row, pl_arena *arena, void *item)
{
    brand_t *brand = item;
    pl_err err;

    brand->id = pl_db_column_uuid(row, 0);
    brand->created_at_ms = pl_db_column_int(row, 3);
    if ((err = store_text(row, 1, arena, &brand->slug)))
        return err;
    return store_text(row, 2, arena, &brand->name);
}

static pl_err map_customer(pl_db_statement *row, pl_arena *arena, void *item)
{
    customer_t *customer = item;
    pl_err err;

    customer->brand_id = pl_db_column_uuid(row, 0);
    customer->id = pl_db_column_uuid(row, 1);
    if ((err = store_text(row, 2, arena, &customer->email)))
        return err;
    return store_text(row, 3, arena, &customer->name);
}

pl_err ecosystem_brands(tx_t *tx, pl_uuid after, int64_t limit, brand_t **brands, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_ECOSYSTEM, BRANDS);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, after);
    pl_db_bind_int(select, 2, limit);
    err = store_collect(select, tx->arena, sizeof(brand_t), map_brand, &rows);
    *brands = rows.items;
    *count = rows.count;
    return err;
}

pl_err ecosystem_customers(tx_t *tx, const customer_t *wanted, int64_t limit, customer_t **customers, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_ECOSYSTEM, CUSTOMERS_OF_EMAIL);
    const char *folded = customers_fold_email(tx->arena, wanted->email);
    store_rows rows = {NULL, 0};
    pl_err err;

    if (!folded)
        return PL_ERR_MEMORY;
    pl_db_bind_text(select, 1, folded);
    pl_db_bind_uuid(select, 2, wanted->brand_id);
    pl_db_bind_int(select, 3, limit);
    err = store_collect(select, tx->arena, sizeof(customer_t), map_customer, &rows);
    *customers = rows.items;
    *count = rows.count;
    return err;
}

static pl_err count_rows(tx_t *tx, size_t statement, pl_uuid brand_id, int64_t *found)
{
    pl_db_statement *select = store_statement(tx, STORE_ECOSYSTEM, statement);
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_int(select, 2, ECOSYSTEM_COUNT_MAX);
    if (!(err = store_one(select)))
        *found = pl_db_column_int(select, 0);
    pl_db_reset(select);
    return err;
}

static pl_err count_licenses(tx_t *tx, pl_uuid brand_id, brand_counts_t *counts)
{
    pl_db_statement *select = store_statement(tx, STORE_ECOSYSTEM, COUNT_LICENSES);
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_int(select, 2, tx->now_ms);
    pl_db_bind_int(select, 3, ECOSYSTEM_COUNT_MAX);
    if (!(err = store_one(select))) {
        counts->licenses = pl_db_column_int(select, 0);
        counts->suspended = pl_db_column_int(select, 1);
        counts->cancelled = pl_db_column_int(select, 2);
        counts->ended = pl_db_column_int(select, 3);
    }
    pl_db_reset(select);
    return err;
}

pl_err ecosystem_count(tx_t *tx, pl_uuid brand_id, brand_counts_t *counts)
{
    pl_err err;

    if ((err = count_rows(tx, COUNT_PRODUCTS, brand_id, &counts->products)) ||
        (err = count_rows(tx, COUNT_CUSTOMERS, brand_id, &counts->customers)) ||
        (err = count_rows(tx, COUNT_ACTIVATIONS, brand_id, &counts->activations)))
        return err;
    return count_licenses(tx, brand_id, counts);
}
