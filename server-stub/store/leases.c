/* SPDX-License-Identifier: Apache-2.0
 *
 * The lease table.
 */
#include "store/leases.h"

#include "store/statements.h"

enum { CLAIM, LEASE_MAX_MS = 3600 * 1000 /* one that is held for longer is of a clock that was ahead, and nobody's */ };

static const char *const sql[] = {
    [CLAIM] = "UPDATE lease SET holder = $2, held_until = $3"
              " WHERE name = $1 AND (holder = $2 OR held_until <= $4 OR held_until > $5)"
              " RETURNING held_until",
};

const store_set leases_set = {sql, sizeof(sql) / sizeof(sql[0])};

pl_err leases_claim(tx_t *tx, const char *name, pl_uuid holder, int64_t ms, bool *held)
{
    pl_db_statement *update = store_statement(tx, STORE_LEASES, CLAIM);
    pl_err err;

    pl_db_bind_text(update, 1, name);
    pl_db_bind_uuid(update, 2, holder);
    pl_db_bind_int(update, 3, tx->now_ms + ms);
    pl_db_bind_int(update, 4, tx->now_ms);
    pl_db_bind_int(update, 5, tx->now_ms + LEASE_MAX_MS);
    err = store_one(update);
    pl_db_reset(update);
    *held = !err;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}
