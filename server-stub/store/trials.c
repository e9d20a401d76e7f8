/* SPDX-License-Identifier: Apache-2.0
 *
 * The trial tables.
 */
#include "store/trials.h"

#include "store/statements.h"

enum { INSERT, INSERT_COMPONENT, LIST_BY_COMPONENT, COUNT_SINCE, COUNT_FROM, FORGET_ADDRESSES, SELL, FIND, ALIKE_MAX = 64 };

static const char *const sql[] = {
    [INSERT] = "INSERT INTO trial_device (brand_id, product_id, license_id, fingerprint, started_at, address)"
               " VALUES ($1, $2, $3, $4, $5, $6)",

    [INSERT_COMPONENT] = "INSERT INTO trial_component (brand_id, product_id, license_id, component, value)"
                         " VALUES ($1, $2, $3, $4, $5)"
                         " ON CONFLICT (brand_id, product_id, component, value, license_id) DO NOTHING",

    [LIST_BY_COMPONENT] = "SELECT t.brand_id, t.product_id, t.license_id, t.fingerprint, t.started_at, t.sold_at"
                          " FROM trial_component AS c"
                          " JOIN trial_device AS t"
                          "   ON t.brand_id = c.brand_id AND t.product_id = c.product_id AND t.license_id = c.license_id"
                          " WHERE c.brand_id = $1 AND c.product_id = $2 AND c.component = $3 AND c.value = $4"
                          " ORDER BY t.license_id"
                          " LIMIT $5",

    [COUNT_SINCE] = "SELECT count(*) FROM trial_device"
                    " WHERE brand_id = $1 AND product_id = $2 AND started_at > $3",

    [COUNT_FROM] = "SELECT count(*) FROM trial_device"
                   " WHERE brand_id = $1 AND product_id = $2 AND address = $4 AND started_at > $3",

    [FORGET_ADDRESSES] = "UPDATE trial_device"
                         " SET address = NULL"
                         " WHERE brand_id = $1 AND product_id = $2 AND address IS NOT NULL AND started_at <= $3",

    [SELL] = "UPDATE trial_device"
             " SET sold_at = $4"
             " WHERE brand_id = $1 AND product_id = $2 AND license_id = $3 AND sold_at IS NULL",

    [FIND] = "SELECT sold_at FROM trial_device"
             " WHERE brand_id = $1 AND product_id = $2 AND license_id = $3",
};

const store_set trials_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_db_statement *with_product(const tx_t *tx, size_t statement, const trial_t *trial)
{
    pl_db_statement *bound = store_statement(tx, STORE_TRIALS, statement);

    pl_db_bind_uuid(bound, 1, trial->brand_id);
    pl_db_bind_uuid(bound, 2, trial->product_id);
    return bound;
}

static pl_err insert_component(tx_t *tx, const trial_t *trial, size_t component, size_t index)
{
    pl_db_statement *insert = with_product(tx, INSERT_COMPONENT, trial);

    pl_db_bind_uuid(insert, 3, trial->license_id);
    pl_db_bind_int(insert, 4, (int64_t)component);
    pl_db_bind_blob(insert, 5, trial->fingerprint.value[component][index], PL_FINGERPRINT_VALUE_SIZE);
    return pl_db_err(pl_db_run(insert));
}

pl_err trials_insert(tx_t *tx, const trial_t *trial)
{
    pl_db_statement *insert = with_product(tx, INSERT, trial);
    char text[PL_FINGERPRINT_TEXT_SIZE];
    pl_err err;

    pl_fingerprint_format(&trial->fingerprint, text);
    pl_db_bind_uuid(insert, 3, trial->license_id);
    pl_db_bind_text(insert, 4, text);
    pl_db_bind_int(insert, 5, trial->started_at_ms);
    pl_db_bind_text(insert, 6, trial->address);
    err = pl_db_err(pl_db_run(insert));
    for (size_t i = 0; !err && i < PL_COMPONENT_COUNT; i++)
        for (size_t k = 0; !err && pl_component_is_hardware((pl_component)i) && k < trial->fingerprint.count[i]; k++)
            err = insert_component(tx, trial, i, k);
    return err;
}

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    trial_t *trial = item;
    const char *text;
    pl_err err = store_text(row, 3, arena, &text);

    if (err)
        return err;
    trial->brand_id = pl_db_column_uuid(row, 0);
    trial->product_id = pl_db_column_uuid(row, 1);
    trial->license_id = pl_db_column_uuid(row, 2);
    trial->started_at_ms = pl_db_column_int(row, 4);
    trial->sold_at_ms = pl_db_column_int(row, 5);
    trial->address = NULL;
    if (!text || pl_fingerprint_parse(pl_span_text(text), &trial->fingerprint))
        return pl_fail(PL_ERR_DATABASE, "a stored fingerprint is damaged");
    return PL_OK;
}

pl_err trials_find_alike(tx_t *tx, const trial_t *like, trial_t **trials, size_t *count)
{
    store_rows rows = {NULL, 0};
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < PL_COMPONENT_COUNT; i++)
        for (size_t k = 0; !err && pl_component_is_hardware((pl_component)i) && k < like->fingerprint.count[i]; k++) {
            pl_db_statement *select = with_product(tx, LIST_BY_COMPONENT, like);

            pl_db_bind_int(select, 3, (int64_t)i);
            pl_db_bind_blob(select, 4, like->fingerprint.value[i][k], PL_FINGERPRINT_VALUE_SIZE);
            pl_db_bind_int(select, 5, ALIKE_MAX);
            err = store_collect(select, tx->arena, sizeof(trial_t), map, &rows);
        }
    *trials = rows.items;
    *count = rows.count;
    return err;
}

pl_err trials_count_since(tx_t *tx, pl_uuid brand_id, pl_uuid product_id, int64_t since_ms, int64_t *count)
{
    const trial_t of = {.brand_id = brand_id, .product_id = product_id};
    pl_db_statement *select = with_product(tx, COUNT_SINCE, &of);
    pl_err err;

    pl_db_bind_int(select, 3, since_ms);
    if (!(err = store_one(select)))
        *count = pl_db_column_int(select, 0);
    pl_db_reset(select);
    return err;
}

static pl_err forget_addresses(tx_t *tx, const trial_t *of, int64_t until_ms)
{
    pl_db_statement *update = with_product(tx, FORGET_ADDRESSES, of);

    pl_db_bind_int(update, 3, until_ms);
    return pl_db_err(pl_db_run(update));
}

pl_err trials_count_from(tx_t *tx, const trial_t *of, int64_t since_ms, int64_t *count)
{
    pl_db_statement *select = with_product(tx, COUNT_FROM, of);
    pl_err err;

    pl_db_bind_int(select, 3, since_ms);
    pl_db_bind_text(select, 4, of->address);
    if (!(err = store_one(select)))
        *count = pl_db_column_int(select, 0);
    pl_db_reset(select);
    return err ? err : forget_addresses(tx, of, since_ms);
}

pl_err trials_sell(tx_t *tx, pl_uuid brand_id, pl_uuid product_id, pl_uuid license_id)
{
    const trial_t of = {.brand_id = brand_id, .product_id = product_id};
    pl_db_statement *update = with_product(tx, SELL, &of);

    pl_db_bind_uuid(update, 3, license_id);
    pl_db_bind_int(update, 4, tx->now_ms);
    return pl_db_err(pl_db_run(update)); /* no row: no trial, or sold before */
}

pl_err trials_find(tx_t *tx, trial_t *trial)
{
    pl_db_statement *select = with_product(tx, FIND, trial);
    pl_err err;

    pl_db_bind_uuid(select, 3, trial->license_id);
    if (!(err = store_one(select)))
        trial->sold_at_ms = pl_db_column_int(select, 0);
    pl_db_reset(select);
    return err;
}
