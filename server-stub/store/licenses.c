/* SPDX-License-Identifier: Apache-2.0
 *
 * The license table.
 */
#include "store/licenses.h"

#include "store/statements.h"

#include <stdlib.h>
#include <string.h>

enum {
    INSERT,
    FIND,
    FIND_IN_ANY_BRAND,
    FIND_BY_KEY,
    LOCK,
    LOCK_IN_ANY_BRAND,
    LOCK_BY_KEY,
    CHANGE,
    LIST,
    LIST_BY_CUSTOMER,
    LIST_BY_PRODUCT,
    LIST_BY_PLAN,
    LIST_BY_KEY,
    LIST_OWN_POLICY
};

#define COLUMNS                                                                                                                 \
    "l.brand_id, l.id, l.key_hash, l.product_id, l.customer_id, l.status, l.reason, l.seats, l.renews, l.version, l.starts_at," \
    " l.expires_at, l.plan, l.entitlements, l.metadata, l.duration_days, l.suspend_at, l.cancel_at,"                            \
    " l.policy, l.status_reason"

#define FIND_ONE                        \
    "SELECT " COLUMNS " FROM license l" \
    " WHERE l.brand_id = $1 AND l.id = $2"

/* SQLite's planner takes the brands first because of CROSS. */
#define FIND_ANYWHERE                 \
    "SELECT " COLUMNS " FROM brand b" \
    " CROSS JOIN license l"           \
    " WHERE l.brand_id = b.id AND l.id = $1"

#define FIND_THE_KEYS                                                           \
    "SELECT " COLUMNS ", c.name FROM license l"                                 \
    " LEFT JOIN customer c ON c.brand_id = l.brand_id AND c.id = l.customer_id" \
    " WHERE l.brand_id = $1 AND l.key_hash = $2 AND l.product_id = $3"

/*
 * Each walks through what it gives and nothing else. As bounds of pairs, not as "= $4 AND id > $2", which a planner without statistics
 * answers by the primary key, through all licenses of the brand.
 */
#define LIST_WHERE "SELECT " COLUMNS " FROM license l WHERE l.brand_id = $1"
#define LIST_OF(column) \
    LIST_WHERE " AND l." column " <= $4 AND (l." column ", l.id) > ($4, $2) ORDER BY l." column ", l.id LIMIT $3"

static const char *const sql[] = {
    [INSERT] = "INSERT INTO license (brand_id, id, key_hash, product_id, customer_id, status, reason, seats, renews, version,"
               "                     starts_at, expires_at, plan, entitlements, metadata, duration_days, suspend_at, cancel_at,"
               "                     policy, status_reason)"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",

    [FIND] = FIND_ONE,
    [LOCK] = FIND_ONE " FOR UPDATE OF l",

    [FIND_IN_ANY_BRAND] = FIND_ANYWHERE,
    [LOCK_IN_ANY_BRAND] = FIND_ANYWHERE " FOR UPDATE OF l",

    [FIND_BY_KEY] = FIND_THE_KEYS,
    [LOCK_BY_KEY] = FIND_THE_KEYS " FOR UPDATE OF l",

    [CHANGE] = "UPDATE license"
               " SET status = $3, reason = $4, seats = $5, renews = $6, starts_at = $7, expires_at = $8, plan = $9,"
               "     entitlements = $10, version = version + 1,"
               "     cancelled_at = CASE WHEN CAST($3 AS BIGINT) = 3 THEN COALESCE(cancelled_at, $11) ELSE NULL END,"
               "     metadata = $12, duration_days = $13, suspend_at = $14, cancel_at = $15, customer_id = $16,"
               "     policy = $17, status_reason = $18"
               " WHERE brand_id = $1 AND id = $2"
               " RETURNING version",

    [LIST] = LIST_WHERE " AND l.id > $2 ORDER BY l.id LIMIT $3",
    [LIST_BY_CUSTOMER] = LIST_OF("customer_id"),
    [LIST_BY_PRODUCT] = LIST_OF("product_id"),
    [LIST_BY_PLAN] = LIST_OF("plan"),

    [LIST_BY_KEY] = "SELECT " COLUMNS " FROM license l"
                    " WHERE l.brand_id = $1 AND l.key_hash >= $2 AND l.key_hash <= $2"
                    " ORDER BY l.key_hash, l.product_id"
                    " LIMIT $3",

    [LIST_OWN_POLICY] = "SELECT " COLUMNS " FROM license l"
                        " WHERE l.brand_id = $1 AND l.id > $2 AND l.policy IS NOT NULL"
                        " ORDER BY l.id"
                        " LIMIT $3",
};

const store_set licenses_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    license_t *license = item;
    pl_err err;

    license->customer_name = NULL;
    license->brand_id = pl_db_column_uuid(row, 0);
    license->id = pl_db_column_uuid(row, 1);
    pl_db_column_bytes(row, 2, license->key_hash, sizeof(license->key_hash));
    license->product_id = pl_db_column_uuid(row, 3);
    license->customer_id = pl_db_column_uuid(row, 4);
    license->status = (license_status)pl_db_column_int(row, 5);
    license->reason = (pl_reason)pl_db_column_int(row, 6);
    license->seats = pl_db_column_int(row, 7);
    license->renews = pl_db_column_int(row, 8) != 0;
    license->version = pl_db_column_int(row, 9);
    license->starts_at_ms = pl_db_column_int(row, 10);
    license->expires_at_ms = pl_db_column_int(row, 11);
    license->duration_days = pl_db_column_int(row, 15);
    license->suspend_at_ms = pl_db_column_int(row, 16);
    license->cancel_at_ms = pl_db_column_int(row, 17);
    if ((err = store_text(row, 12, arena, &license->plan)) || (err = store_text(row, 13, arena, &license->entitlements)) ||
        (err = store_text(row, 14, arena, &license->metadata)) || (err = store_text(row, 18, arena, &license->policy)))
        return err;
    return store_text(row, 19, arena, &license->status_reason);
}

/* In a transaction that writes, who finds a license has it to himself until the end. */
static pl_db_statement *find_or_lock(const tx_t *tx, size_t find, size_t lock)
{
    return store_statement(tx, STORE_LICENSES, store_is_writing(tx) ? lock : find);
}

static pl_err find(tx_t *tx, pl_db_statement *select, license_t *license)
{
    pl_err err = store_one(select);

    if (!err)
        err = map(select, tx->arena, license);
    pl_db_reset(select);
    return err;
}

pl_err licenses_insert(tx_t *tx, const license_t *license)
{
    pl_db_statement *insert = store_statement(tx, STORE_LICENSES, INSERT);

    pl_db_bind_uuid(insert, 1, license->brand_id);
    pl_db_bind_uuid(insert, 2, license->id);
    pl_db_bind_blob(insert, 3, license->key_hash, sizeof(license->key_hash));
    pl_db_bind_uuid(insert, 4, license->product_id);
    store_bind_id(insert, 5, license->customer_id);
    pl_db_bind_int(insert, 6, license->status);
    pl_db_bind_int(insert, 7, license->reason);
    pl_db_bind_int(insert, 8, license->seats);
    pl_db_bind_int(insert, 9, license->renews);
    pl_db_bind_int(insert, 10, license->version);
    store_bind_time(insert, 11, license->starts_at_ms);
    store_bind_time(insert, 12, license->expires_at_ms);
    pl_db_bind_text(insert, 13, license->plan);
    pl_db_bind_text(insert, 14, license->entitlements);
    pl_db_bind_text(insert, 15, license->metadata);
    pl_db_bind_int(insert, 16, license->duration_days);
    store_bind_time(insert, 17, license->suspend_at_ms);
    store_bind_time(insert, 18, license->cancel_at_ms);
    pl_db_bind_text(insert, 19, license->policy);
    pl_db_bind_text(insert, 20, license->status_reason);
    return pl_db_err(pl_db_run(insert));
}

pl_err licenses_find(tx_t *tx, pl_uuid brand_id, pl_uuid id, license_t *license)
{
    pl_db_statement *select = find_or_lock(tx, FIND, LOCK);

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, id);
    return find(tx, select, license);
}

pl_err licenses_find_in_any_brand(tx_t *tx, pl_uuid id, license_t *license)
{
    pl_db_statement *select = find_or_lock(tx, FIND_IN_ANY_BRAND, LOCK_IN_ANY_BRAND);

    pl_db_bind_uuid(select, 1, id);
    return find(tx, select, license);
}

pl_err licenses_find_by_key(tx_t *tx, const license_t *wanted, license_t *license)
{
    pl_db_statement *select = find_or_lock(tx, FIND_BY_KEY, LOCK_BY_KEY);
    pl_err err;

    pl_db_bind_uuid(select, 1, wanted->brand_id);
    pl_db_bind_blob(select, 2, wanted->key_hash, sizeof(wanted->key_hash));
    pl_db_bind_uuid(select, 3, wanted->product_id);
    if (!(err = store_one(select)) && !(err = map(select, tx->arena, license)))
        err = store_text(select, 20, tx->arena, &license->customer_name);
    pl_db_reset(select);
    return err;
}

pl_err licenses_change(tx_t *tx, license_t *license)
{
    pl_db_statement *update = store_statement(tx, STORE_LICENSES, CHANGE);
    pl_err err;

    pl_db_bind_uuid(update, 1, license->brand_id);
    pl_db_bind_uuid(update, 2, license->id);
    pl_db_bind_int(update, 3, license->status);
    pl_db_bind_int(update, 4, license->reason);
    pl_db_bind_int(update, 5, license->seats);
    pl_db_bind_int(update, 6, license->renews);
    store_bind_time(update, 7, license->starts_at_ms);
    store_bind_time(update, 8, license->expires_at_ms);
    pl_db_bind_text(update, 9, license->plan);
    pl_db_bind_text(update, 10, license->entitlements);
    pl_db_bind_int(update, 11, tx->now_ms);
    pl_db_bind_text(update, 12, license->metadata);
    pl_db_bind_int(update, 13, license->duration_days);
    store_bind_time(update, 14, license->suspend_at_ms);
    store_bind_time(update, 15, license->cancel_at_ms);
    store_bind_id(update, 16, license->customer_id);
    pl_db_bind_text(update, 17, license->policy);
    pl_db_bind_text(update, 18, license->status_reason);
    if (!(err = store_one(update)))
        license->version = pl_db_column_int(update, 0);
    pl_db_reset(update);
    return err;
}

static pl_db_statement *choose_list(const tx_t *tx, const license_page_t *page)
{
    bool has_customer = !pl_uuid_is_nil(page->customer_id);
    bool has_product = !pl_uuid_is_nil(page->product_id);
    size_t name = has_customer ? LIST_BY_CUSTOMER : has_product ? LIST_BY_PRODUCT : page->plan ? LIST_BY_PLAN : LIST;
    pl_db_statement *select = store_statement(tx, STORE_LICENSES, name);

    if (has_customer || has_product)
        pl_db_bind_uuid(select, 4, has_customer ? page->customer_id : page->product_id);
    else if (page->plan)
        pl_db_bind_text(select, 4, page->plan);
    return select;
}

pl_err licenses_list(tx_t *tx, const license_page_t *page, license_t **licenses, size_t *count)
{
    pl_db_statement *select = choose_list(tx, page);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, page->brand_id);
    pl_db_bind_uuid(select, 2, page->after);
    pl_db_bind_int(select, 3, page->limit);
    err = store_collect(select, tx->arena, sizeof(license_t), map, &rows);
    *licenses = rows.items;
    *count = rows.count;
    return err;
}

static int compare_ids(const void *one, const void *other)
{
    return memcmp(((const license_t *)one)->id.bytes, ((const license_t *)other)->id.bytes, sizeof(((license_t *)0)->id.bytes));
}

pl_err licenses_list_by_key(tx_t *tx, pl_uuid brand_id, const uint8_t key_hash[KEY_HASH_SIZE], license_t **licenses,
                            size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_LICENSES, LIST_BY_KEY);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_blob(select, 2, key_hash, KEY_HASH_SIZE);
    pl_db_bind_int(select, 3, LICENSE_PAGE_MAX);
    err = store_collect(select, tx->arena, sizeof(license_t), map, &rows);
    if (!err && rows.count > 1) /* the index has them by product */
        qsort(rows.items, rows.count, sizeof(license_t), compare_ids);
    *licenses = rows.items;
    *count = rows.count;
    return err;
}

pl_err licenses_list_own_policy(tx_t *tx, const license_page_t *page, license_t **licenses, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_LICENSES, LIST_OWN_POLICY);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, page->brand_id);
    pl_db_bind_uuid(select, 2, page->after);
    pl_db_bind_int(select, 3, page->limit);
    err = store_collect(select, tx->arena, sizeof(license_t), map, &rows);
    *licenses = rows.items;
    *count = rows.count;
    return err;
}
