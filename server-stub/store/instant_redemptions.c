/* SPDX-License-Identifier: Apache-2.0
 *
 * The instant_redemption table.
 */
#include "store/instant_redemptions.h"

#include "store/statements.h"

enum { TAKE };

static const char *const sql[] = {
    /* One statement, so that of two machines one has it: no row means another one's. */
    [TAKE] = "INSERT INTO instant_redemption AS r (brand_id, checkout, machine, redeemed_at) VALUES ($1, $2, $3, $4)"
             " ON CONFLICT (brand_id, checkout) DO UPDATE SET machine = r.machine WHERE r.machine = excluded.machine"
             " RETURNING redeemed_at",
};

const store_set instant_redemptions_set = {sql, sizeof(sql) / sizeof(sql[0])};

pl_err instant_redemptions_take(tx_t *tx, const instant_redemption_t *redemption, bool *is_its)
{
    pl_db_statement *insert = store_statement(tx, STORE_INSTANT_REDEMPTIONS, TAKE);
    pl_err err;

    pl_db_bind_uuid(insert, 1, redemption->brand_id);
    pl_db_bind_text(insert, 2, redemption->checkout);
    pl_db_bind_text(insert, 3, redemption->machine);
    pl_db_bind_int(insert, 4, tx->now_ms);
    err = store_one(insert);
    pl_db_reset(insert);
    *is_its = !err;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}
