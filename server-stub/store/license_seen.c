/* SPDX-License-Identifier: Apache-2.0
 *
 * The license_seen table.
 */
#include "store/license_seen.h"

#include "store/statements.h"

enum { FIND, TOUCH };

static const char *const sql[] = {
    [FIND] = "SELECT s.seen_at, s.validated_at, c.number"
             " FROM license l"
             " LEFT JOIN license_seen s ON s.brand_id = l.brand_id AND s.license_id = l.id"
             " LEFT JOIN customer c ON c.brand_id = l.brand_id AND c.id = l.customer_id"
             " WHERE l.brand_id = $1 AND l.id = $2",

    [TOUCH] = "INSERT INTO license_seen AS s (brand_id, license_id, seen_at, validated_at) VALUES ($1, $2, $3, $4)"
              " ON CONFLICT (brand_id, license_id) DO UPDATE"
              " SET seen_at = CASE WHEN s.seen_at > excluded.seen_at THEN s.seen_at ELSE excluded.seen_at END,"
              "     validated_at = CASE WHEN excluded.validated_at IS NULL OR s.validated_at > excluded.validated_at"
              "                         THEN s.validated_at ELSE excluded.validated_at END",
};

const store_set license_seen_set = {sql, sizeof(sql) / sizeof(sql[0])};

pl_err license_seen_find(tx_t *tx, license_seen_t *seen)
{
    pl_db_statement *select = store_statement(tx, STORE_LICENSE_SEEN, FIND);
    pl_err err;

    pl_db_bind_uuid(select, 1, seen->brand_id);
    pl_db_bind_uuid(select, 2, seen->license_id);
    if (!(err = store_one(select))) {
        seen->seen_at_ms = pl_db_column_int(select, 0);
        seen->validated_at_ms = pl_db_column_int(select, 1);
        seen->number = pl_db_column_int(select, 2);
    }
    pl_db_reset(select);
    return err;
}

pl_err license_seen_touch(tx_t *tx, const license_seen_t *seen, bool is_validated)
{
    pl_db_statement *insert = store_statement(tx, STORE_LICENSE_SEEN, TOUCH);

    pl_db_bind_uuid(insert, 1, seen->brand_id);
    pl_db_bind_uuid(insert, 2, seen->license_id);
    pl_db_bind_int(insert, 3, tx->now_ms);
    store_bind_time(insert, 4, is_validated ? tx->now_ms : 0);
    return pl_db_err(pl_db_run(insert));
}
