/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables expiry_cursor and expiry_notice.
 */
#include "store/expiry.h"

#include "store/statements.h"

enum { CURSOR_FIND, CURSOR_PUT, SCAN, SCAN_SUSPENDS, SCAN_CANCELS, ADD, DUE, POSTPONE, TOLD, SWEEP };

static const int64_t KEPT_MS = (int64_t)EXPIRY_KEPT_DAYS * 24 * 3600 * 1000;

#define SCAN_TIMES(column)                                                       \
    "SELECT l.id, l." column " FROM license l"                                   \
    " WHERE l.brand_id = $1 AND l." column " IS NOT NULL AND l." column " <= $2" \
    "   AND l." column " >= $3 AND (l." column ", l.id) > ($3, $4)"              \
    " ORDER BY l." column ", l.id"                                               \
    " LIMIT $5"

static const char *const sql[] = {
    [CURSOR_FIND] = "SELECT expires_at, license_id FROM expiry_cursor WHERE brand_id = $1 AND days = $2",

    [CURSOR_PUT] =
        "INSERT INTO expiry_cursor (brand_id, days, expires_at, license_id) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (brand_id, days) DO UPDATE SET expires_at = excluded.expires_at, license_id = excluded.license_id",

    [SCAN] = SCAN_TIMES("expires_at"),
    [SCAN_SUSPENDS] = SCAN_TIMES("suspend_at"),
    [SCAN_CANCELS] = SCAN_TIMES("cancel_at"),

    [ADD] = "INSERT INTO expiry_notice (brand_id, license_id, expires_at, days, due_at) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (brand_id, license_id, expires_at, days) DO NOTHING",

    [DUE] = "SELECT brand_id, license_id, expires_at, days, due_at FROM expiry_notice"
            " WHERE told_at IS NULL AND due_at <= $1"
            " ORDER BY due_at"
            " LIMIT $2",

    [POSTPONE] = "UPDATE expiry_notice SET due_at = $5"
                 " WHERE brand_id = $1 AND license_id = $2 AND expires_at = $3 AND days = $4",

    [TOLD] = "UPDATE expiry_notice SET told_at = $5"
             " WHERE brand_id = $1 AND license_id = $2 AND expires_at = $3 AND days = $4",

    [SWEEP] = "DELETE FROM expiry_notice WHERE (brand_id, license_id, expires_at, days) IN"
              " (SELECT brand_id, license_id, expires_at, days FROM expiry_notice"
              "  WHERE told_at IS NOT NULL AND expires_at <= $1 ORDER BY expires_at LIMIT $2)",
};

const store_set expiry_set = {sql, sizeof(sql) / sizeof(sql[0])};

pl_err expiry_cursor_find(tx_t *tx, expiry_cursor_t *cursor)
{
    pl_db_statement *select = store_statement(tx, STORE_EXPIRY, CURSOR_FIND);
    pl_err err;

    pl_db_bind_uuid(select, 1, cursor->brand_id);
    pl_db_bind_int(select, 2, cursor->days);
    if (!(err = store_one(select))) {
        cursor->expires_at_ms = pl_db_column_int(select, 0);
        cursor->license_id = pl_db_column_uuid(select, 1);
    }
    pl_db_reset(select);
    return err;
}

pl_err expiry_cursor_put(tx_t *tx, const expiry_cursor_t *cursor)
{
    pl_db_statement *insert = store_statement(tx, STORE_EXPIRY, CURSOR_PUT);

    pl_db_bind_uuid(insert, 1, cursor->brand_id);
    pl_db_bind_int(insert, 2, cursor->days);
    pl_db_bind_int(insert, 3, cursor->expires_at_ms);
    pl_db_bind_uuid(insert, 4, cursor->license_id);
    return pl_db_err(pl_db_run(insert));
}

static pl_err map_expiring(pl_db_statement *row, pl_arena *arena, void *item)
{
    expiring_t *expiring = item;

    (void)arena;
    expiring->license_id = pl_db_column_uuid(row, 0);
    expiring->expires_at_ms = pl_db_column_int(row, 1);
    return PL_OK;
}

pl_err expiry_scan(tx_t *tx, const expiry_cursor_t *after, int64_t until_ms, expiring_t **list, size_t *count)
{
    const size_t scan = after->days == EXPIRY_SUSPENDS ? SCAN_SUSPENDS : after->days == EXPIRY_CANCELS ? SCAN_CANCELS : SCAN;
    pl_db_statement *select = store_statement(tx, STORE_EXPIRY, scan);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, after->brand_id);
    pl_db_bind_int(select, 2, until_ms);
    pl_db_bind_int(select, 3, after->expires_at_ms);
    pl_db_bind_uuid(select, 4, after->license_id);
    pl_db_bind_int(select, 5, EXPIRY_PAGE);
    err = store_collect(select, tx->arena, sizeof(expiring_t), map_expiring, &rows);
    *list = rows.items;
    *count = rows.count;
    return err;
}

pl_err expiry_notice_add(tx_t *tx, const expiry_notice_t *notice)
{
    pl_db_statement *insert = store_statement(tx, STORE_EXPIRY, ADD);

    pl_db_bind_uuid(insert, 1, notice->brand_id);
    pl_db_bind_uuid(insert, 2, notice->license_id);
    pl_db_bind_int(insert, 3, notice->expires_at_ms);
    pl_db_bind_int(insert, 4, notice->days);
    pl_db_bind_int(insert, 5, notice->due_at_ms);
    return pl_db_err(pl_db_run(insert));
}

static pl_err map_notice(pl_db_statement *row, pl_arena *arena, void *item)
{
    expiry_notice_t *notice = item;

    (void)arena;
    notice->brand_id = pl_db_column_uuid(row, 0);
    notice->license_id = pl_db_column_uuid(row, 1);
    notice->expires_at_ms = pl_db_column_int(row, 2);
    notice->days = pl_db_column_int(row, 3);
    notice->due_at_ms = pl_db_column_int(row, 4);
    return PL_OK;
}

pl_err expiry_notices_due(tx_t *tx, expiry_notice_t **list, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_EXPIRY, DUE);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_int(select, 1, tx->now_ms);
    pl_db_bind_int(select, 2, EXPIRY_PAGE);
    err = store_collect(select, tx->arena, sizeof(expiry_notice_t), map_notice, &rows);
    *list = rows.items;
    *count = rows.count;
    return err;
}

pl_err expiry_notice_postpone(tx_t *tx, const expiry_notice_t *notice, int64_t due_at_ms)
{
    pl_db_statement *update = store_statement(tx, STORE_EXPIRY, POSTPONE);

    pl_db_bind_uuid(update, 1, notice->brand_id);
    pl_db_bind_uuid(update, 2, notice->license_id);
    pl_db_bind_int(update, 3, notice->expires_at_ms);
    pl_db_bind_int(update, 4, notice->days);
    pl_db_bind_int(update, 5, due_at_ms);
    return store_change_one(tx, update);
}

pl_err expiry_notice_told(tx_t *tx, const expiry_notice_t *notice)
{
    pl_db_statement *update = store_statement(tx, STORE_EXPIRY, TOLD);

    pl_db_bind_uuid(update, 1, notice->brand_id);
    pl_db_bind_uuid(update, 2, notice->license_id);
    pl_db_bind_int(update, 3, notice->expires_at_ms);
    pl_db_bind_int(update, 4, notice->days);
    pl_db_bind_int(update, 5, tx->now_ms);
    return store_change_one(tx, update);
}

pl_err expiry_sweep(tx_t *tx)
{
    pl_db_statement *sweep = store_statement(tx, STORE_EXPIRY, SWEEP);

    pl_db_bind_int(sweep, 1, tx->now_ms - KEPT_MS);
    pl_db_bind_int(sweep, 2, EXPIRY_PAGE);
    return pl_db_err(pl_db_run(sweep));
}
