/* SPDX-License-Identifier: Apache-2.0
 *
 * The chore table.
 */
#include "store/chores.h"

#include "store/statements.h"

enum { FIND, DONE, FAILURE };

static const char *const sql[] = {
    [FIND] = "SELECT done_at, failed_at, detail FROM chore WHERE name = $1",

    [DONE] = "INSERT INTO chore (name, done_at, detail)"
             " VALUES ($1, $2, $3)"
             " ON CONFLICT (name) DO UPDATE SET done_at = excluded.done_at, failed_at = NULL, detail = excluded.detail",

    [FAILURE] = "INSERT INTO chore (name, failed_at, detail)"
                " VALUES ($1, $2, $3)"
                " ON CONFLICT (name) DO UPDATE SET failed_at = excluded.failed_at, detail = excluded.detail",
};

const store_set chores_set = {sql, sizeof(sql) / sizeof(sql[0])};

pl_err chores_find(tx_t *tx, const char *name, chore_t *chore)
{
    pl_db_statement *select = store_statement(tx, STORE_CHORES, FIND);
    pl_err err;

    *chore = (chore_t){.detail = NULL};
    pl_db_bind_text(select, 1, name);
    if (!(err = store_one(select))) {
        chore->done_at_ms = pl_db_column_int(select, 0);
        chore->failed_at_ms = pl_db_column_int(select, 1);
        err = store_text(select, 2, tx->arena, &chore->detail);
    }
    pl_db_reset(select);
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

static pl_err note(tx_t *tx, size_t index, const char *name, const char *detail)
{
    pl_db_statement *insert = store_statement(tx, STORE_CHORES, index);

    pl_db_bind_text(insert, 1, name);
    pl_db_bind_int(insert, 2, tx->now_ms);
    pl_db_bind_text(insert, 3, detail);
    return pl_db_err(pl_db_run(insert));
}

pl_err chores_note_done(tx_t *tx, const char *name, const char *detail)
{
    return note(tx, DONE, name, detail);
}

pl_err chores_note_failure(tx_t *tx, const char *name, const char *detail)
{
    return note(tx, FAILURE, name, detail);
}
