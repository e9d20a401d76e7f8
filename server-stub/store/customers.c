/* SPDX-License-Identifier: Apache-2.0
 *
 * The customer table. The address is stored folded, for look-up; as it was written only where that differs.
 */
#include "store/customers.h"

#include "base/text.h"
#include "store/statements.h"

#include <string.h>

enum { ENSURE, FIND, FIND_BY_EMAIL, INSERT, CHANGE, PAGE };

#define COLUMNS "brand_id, id, coalesce(email, email_folded), name, metadata, version"

static const char *const sql[] = {
    [ENSURE] = "INSERT INTO customer (brand_id, id, email_folded, email, name)"
               " VALUES ($1, $2, $3, $4, $5)"
               " ON CONFLICT (brand_id, email_folded)"
               " DO UPDATE SET name = coalesce(customer.name, excluded.name)"
               " RETURNING " COLUMNS,

    [FIND] = "SELECT " COLUMNS " FROM customer"
             " WHERE brand_id = $1 AND id = $2",

    [FIND_BY_EMAIL] = "SELECT " COLUMNS " FROM customer"
                      " WHERE brand_id = $1 AND email_folded = $2",

    [INSERT] = "INSERT INTO customer (brand_id, id, email_folded, email, name, metadata, version)"
               " VALUES ($1, $2, $3, $4, $5, $6, $7)",

    [CHANGE] = "UPDATE customer"
               " SET email_folded = $3, email = $4, name = $5, metadata = $6, version = version + 1"
               " WHERE brand_id = $1 AND id = $2 AND version = $7"
               " RETURNING version",

    [PAGE] = "SELECT " COLUMNS " FROM customer"
             " WHERE brand_id = $1 AND id > $2"
             " ORDER BY id"
             " LIMIT $3",
};

const store_set customers_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    customer_t *customer = item;
    pl_err err;

    customer->brand_id = pl_db_column_uuid(row, 0);
    customer->id = pl_db_column_uuid(row, 1);
    customer->version = pl_db_column_int(row, 5);
    if ((err = store_text(row, 2, arena, &customer->email)) || (err = store_text(row, 3, arena, &customer->name)))
        return err;
    return store_text(row, 4, arena, &customer->metadata);
}

static pl_err find(tx_t *tx, pl_db_statement *select, customer_t *customer)
{
    pl_err err = store_one(select);

    if (!err)
        err = map(select, tx->arena, customer);
    pl_db_reset(select);
    return err;
}

bool customers_email_is_valid(const char *email)
{
    const char *at = strchr(email, '@');

    return at && at != email && at[1] && strlen(email) <= CUSTOMER_EMAIL_MAX && !strpbrk(email, " ,;<>\"") &&
           !strchr(at + 1, '@') && pl_text_is_clean(email);
}

char *customers_fold_email(pl_arena *arena, const char *email)
{
    char *folded = pl_arena_text(arena, pl_span_text(email));

    for (char *c = folded; c && *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return folded;
}

static pl_err bind(tx_t *tx, pl_db_statement *statement, const customer_t *customer)
{
    const char *folded = customers_fold_email(tx->arena, customer->email);

    if (!folded)
        return PL_ERR_MEMORY;
    pl_db_bind_uuid(statement, 1, customer->brand_id);
    pl_db_bind_uuid(statement, 2, customer->id);
    pl_db_bind_text(statement, 3, folded);
    pl_db_bind_text(statement, 4, strcmp(folded, customer->email) == 0 ? NULL : customer->email);
    pl_db_bind_text(statement, 5, customer->name);
    return PL_OK;
}

pl_err customers_ensure(tx_t *tx, customer_t *customer)
{
    pl_db_statement *insert = store_statement(tx, STORE_CUSTOMERS, ENSURE);
    pl_err err = bind(tx, insert, customer);

    return err ? err : find(tx, insert, customer);
}

static pl_err bind_all(tx_t *tx, pl_db_statement *statement, const customer_t *customer)
{
    pl_err err = bind(tx, statement, customer);

    pl_db_bind_text(statement, 6, customer->metadata);
    pl_db_bind_int(statement, 7, customer->version);
    return err;
}

pl_err customers_insert(tx_t *tx, const customer_t *customer)
{
    pl_db_statement *insert = store_statement(tx, STORE_CUSTOMERS, INSERT);
    pl_err err = bind_all(tx, insert, customer);

    return err ? err : pl_db_err(pl_db_run(insert));
}

pl_err customers_change(tx_t *tx, customer_t *customer)
{
    pl_db_statement *update = store_statement(tx, STORE_CUSTOMERS, CHANGE);
    pl_err err = bind_all(tx, update, customer);

    if (err)
        return err;
    if (!(err = store_one(update)))
        customer->version = pl_db_column_int(update, 0);
    pl_db_reset(update);
    return err == PL_ERR_NOT_FOUND ? pl_fail(PL_ERR_CHANGED, "the customer was changed meanwhile") : err;
}

pl_err customers_page(tx_t *tx, const customer_t *after, int64_t limit, customer_t **customers, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_CUSTOMERS, PAGE);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, after->brand_id);
    pl_db_bind_uuid(select, 2, after->id);
    pl_db_bind_int(select, 3, limit);
    err = store_collect(select, tx->arena, sizeof(customer_t), map, &rows);
    *customers = rows.items;
    *count = rows.count;
    return err;
}

pl_err customers_find(tx_t *tx, pl_uuid brand_id, pl_uuid id, customer_t *customer)
{
    pl_db_statement *select = store_statement(tx, STORE_CUSTOMERS, FIND);

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, id);
    return find(tx, select, customer);
}

pl_err customers_find_by_email(tx_t *tx, pl_uuid brand_id, const char *email, customer_t *customer)
{
    pl_db_statement *select = store_statement(tx, STORE_CUSTOMERS, FIND_BY_EMAIL);
    const char *folded = customers_fold_email(tx->arena, email);

    if (!folded)
        return PL_ERR_MEMORY;
    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_text(select, 2, folded);
    return find(tx, select, customer);
}
