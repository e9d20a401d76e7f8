/* SPDX-License-Identifier: Apache-2.0
 *
 * The trial_hardware table.
 */
#include "store/trial_hardware.h"

#include "store/statements.h"

enum { FIND, INSERT, CHANGE };

static const char *const sql[] = {
    [FIND] = "SELECT license_id, first_run_at, contradicted_at"
             " FROM trial_hardware"
             " WHERE brand_id = $1 AND product_id = $2 AND hash = $3",

    [INSERT] = "INSERT INTO trial_hardware (brand_id, product_id, hash, license_id, first_run_at, contradicted_at)"
               " VALUES ($1, $2, $3, $4, $5, $6)",

    [CHANGE] = "UPDATE trial_hardware"
               " SET first_run_at = $4, contradicted_at = $5"
               " WHERE brand_id = $1 AND product_id = $2 AND hash = $3",
};

const store_set trial_hardware_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_db_statement *with_product(const tx_t *tx, size_t index, const trial_hardware_t *trial)
{
    pl_db_statement *bound = store_statement(tx, STORE_TRIAL_HARDWARE, index);

    pl_db_bind_uuid(bound, 1, trial->brand_id);
    pl_db_bind_uuid(bound, 2, trial->product_id);
    return bound;
}

pl_err trial_hardware_find(tx_t *tx, trial_hardware_t *trial)
{
    pl_db_statement *select = with_product(tx, FIND, trial);
    pl_err err;

    pl_db_bind_blob(select, 3, trial->hash, sizeof(trial->hash));
    if (!(err = store_one(select))) {
        trial->license_id = pl_db_column_uuid(select, 0);
        trial->first_run_ms = pl_db_column_int(select, 1);
        trial->contradicted_at_ms = pl_db_column_int(select, 2);
    }
    pl_db_reset(select);
    return err;
}

pl_err trial_hardware_insert(tx_t *tx, const trial_hardware_t *trial)
{
    pl_db_statement *insert = with_product(tx, INSERT, trial);

    pl_db_bind_blob(insert, 3, trial->hash, sizeof(trial->hash));
    pl_db_bind_uuid(insert, 4, trial->license_id);
    pl_db_bind_int(insert, 5, trial->first_run_ms);
    store_bind_time(insert, 6, trial->contradicted_at_ms);
    return pl_db_err(pl_db_run(insert));
}

pl_err trial_hardware_change(tx_t *tx, const trial_hardware_t *trial)
{
    pl_db_statement *update = with_product(tx, CHANGE, trial);

    pl_db_bind_blob(update, 3, trial->hash, sizeof(trial->hash));
    pl_db_bind_int(update, 4, trial->first_run_ms);
    store_bind_time(update, 5, trial->contradicted_at_ms);
    return store_change_one(tx, update);
}
