/* SPDX-License-Identifier: Apache-2.0
 *
 * The offline_release table.
 */
#include "store/offline_releases.h"

#include "store/statements.h"

enum { TAKE, COUNT };

static const char *const sql[] = {
    [TAKE] = "INSERT INTO offline_release (brand_id, license_id, activation_id, released_at)"
             " SELECT $1, $2, $3, $4"
             " WHERE (SELECT count(*) FROM offline_release"
             "        WHERE brand_id = $1 AND license_id = $2 AND released_at > $5) < $6",

    [COUNT] = "SELECT count(*) FROM offline_release"
              " WHERE brand_id = $1 AND license_id = $2 AND released_at > $3",
};

const store_set offline_releases_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_db_statement *with_license(const tx_t *tx, size_t statement, const offline_release_t *release)
{
    pl_db_statement *bound = store_statement(tx, STORE_OFFLINE_RELEASES, statement);

    pl_db_bind_uuid(bound, 1, release->brand_id);
    pl_db_bind_uuid(bound, 2, release->license_id);
    return bound;
}

pl_err offline_releases_take(tx_t *tx, const offline_release_t *release, bool *taken)
{
    pl_db_statement *insert = with_license(tx, TAKE, release);
    pl_err err;

    pl_db_bind_uuid(insert, 3, release->activation_id);
    pl_db_bind_int(insert, 4, tx->now_ms);
    pl_db_bind_int(insert, 5, release->since_ms);
    pl_db_bind_int(insert, 6, release->most);
    err = store_change_one(tx, insert);
    *taken = err == PL_OK;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

pl_err offline_releases_count(tx_t *tx, const offline_release_t *release, int64_t *count)
{
    pl_db_statement *select = with_license(tx, COUNT, release);
    pl_err err;

    pl_db_bind_int(select, 3, release->since_ms);
    if (!(err = store_one(select)))
        *count = pl_db_column_int(select, 0);
    pl_db_reset(select);
    return err;
}
