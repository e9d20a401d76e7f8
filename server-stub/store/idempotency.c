/* SPDX-License-Identifier: Apache-2.0
 *
 * The idempotency table.
 */
#include "store/idempotency.h"

#include "store/statements.h"

#include <string.h>

enum { FIND, KEEP, SWEEP };

static const int64_t KEPT_MS = (int64_t)IDEMPOTENCY_DAYS * 24 * 3600 * 1000;

static const char *const sql[] = {
    [FIND] = "SELECT request, status, reply FROM idempotency"
             " WHERE brand_id = $1 AND word = $2 AND created_at > $3",

    [KEEP] = "INSERT INTO idempotency (brand_id, word, request, created_at, status, reply)"
             " VALUES ($1, $2, $3, $4, $5, $6)"
             " ON CONFLICT (brand_id, word) DO UPDATE"
             " SET request = excluded.request, created_at = excluded.created_at, status = excluded.status, reply = excluded.reply"
             " WHERE idempotency.created_at <= $7",

    [SWEEP] = "DELETE FROM idempotency"
              " WHERE (brand_id, word) IN (SELECT brand_id, word FROM idempotency WHERE created_at <= $1"
              "                            ORDER BY created_at LIMIT $2)",
};

const store_set idempotency_set = {sql, sizeof(sql) / sizeof(sql[0])};

pl_err idempotency_find(tx_t *tx, idempotency_t *kept)
{
    pl_db_statement *select = store_statement(tx, STORE_IDEMPOTENCY, FIND);
    pl_err err;

    pl_db_bind_uuid(select, 1, kept->brand_id);
    pl_db_bind_text(select, 2, kept->word);
    pl_db_bind_int(select, 3, tx->now_ms - KEPT_MS);
    if (!(err = store_one(select))) {
        pl_db_column_bytes(select, 0, kept->request, sizeof(kept->request));
        kept->status = pl_db_column_int(select, 1);
        kept->reply = pl_db_column_blob(select, 2, tx->arena);
        if (!kept->reply.data)
            err = PL_ERR_MEMORY;
    }
    pl_db_reset(select);
    return err;
}

pl_err idempotency_keep(tx_t *tx, const idempotency_t *kept)
{
    pl_db_statement *insert = store_statement(tx, STORE_IDEMPOTENCY, KEEP);
    pl_err err;

    pl_db_bind_uuid(insert, 1, kept->brand_id);
    pl_db_bind_text(insert, 2, kept->word);
    pl_db_bind_blob(insert, 3, kept->request, sizeof(kept->request));
    pl_db_bind_int(insert, 4, tx->now_ms);
    pl_db_bind_int(insert, 5, kept->status);
    pl_db_bind_blob(insert, 6, kept->reply.data, kept->reply.size);
    pl_db_bind_int(insert, 7, tx->now_ms - KEPT_MS);
    err = store_change_one(tx, insert);
    return err == PL_ERR_NOT_FOUND ? PL_ERR_BUSY : err;
}

pl_err idempotency_sweep(tx_t *tx, bool *more)
{
    pl_db_statement *sweep = store_statement(tx, STORE_IDEMPOTENCY, SWEEP);
    pl_err err;

    pl_db_bind_int(sweep, 1, tx->now_ms - KEPT_MS);
    pl_db_bind_int(sweep, 2, IDEMPOTENCY_SWEEP);
    err = pl_db_err(pl_db_run(sweep));
    *more = !err && pl_db_changes(store_db(tx->store)) == IDEMPOTENCY_SWEEP;
    return err;
}
