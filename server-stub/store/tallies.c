/* SPDX-License-Identifier: Apache-2.0
 *
 * Counting. Every statement gives rows of kind, currency, count, amount, refunded, oldest.
 */
#include "store/tallies.h"

#include "store/statements.h"

#include <string.h>

enum { SEALED = TALLY_NAMES };

/* $1 brand, $2 how many rows at most, $3 since, in those that look at a time. */
static const char *const sql[] = {
    [TALLY_SUBSCRIPTIONS] = "SELECT x.state, '', count(*), 0, 0, min(x.created_at)"
                            " FROM (SELECT s.state, s.created_at FROM subscription s WHERE s.brand_id = $1 LIMIT $2) x"
                            " GROUP BY x.state",

    [TALLY_NEW_SUBSCRIPTIONS] =
        "SELECT x.state, '', count(*), 0, 0, min(x.created_at)"
        " FROM (SELECT s.state, s.created_at FROM subscription s WHERE s.brand_id = $1 AND s.created_at >= $3 LIMIT $2) x"
        " GROUP BY x.state",

    [TALLY_PAYMENTS] =
        "SELECT x.state, x.currency, count(*), CAST(sum(x.amount) AS BIGINT), CAST(sum(x.refunded) AS BIGINT), min(x.told_at)"
        " FROM (SELECT p.state, p.currency, p.amount, p.refunded, p.told_at FROM payment p WHERE p.brand_id = $1 AND p.told_at "
        ">= $3 LIMIT $2) x"
        " GROUP BY x.state, x.currency"
        " ORDER BY x.currency, x.state",

    [TALLY_AUDIT] = "SELECT x.action, '', count(*), 0, 0, 0"
                    " FROM (SELECT a.action FROM audit a WHERE a.brand_id = $1 AND a.id >= $3 LIMIT $2) x"
                    " GROUP BY x.action",

    [TALLY_SEATS_SEEN] =
        "SELECT 0, '', count(*), 0, 0, min(x.validated_at)"
        " FROM (SELECT a.validated_at FROM activation a WHERE a.brand_id = $1 AND a.released_at IS NULL LIMIT $2) x"
        " WHERE x.validated_at >= $3",

    [TALLY_LICENSES_SEEN] = "SELECT 0, '', count(*), 0, 0, min(x.seen_at)"
                            " FROM (SELECT s.seen_at FROM license_seen s WHERE s.brand_id = $1 AND s.seen_at >= $3 LIMIT $2) x",

    [TALLY_INBOX_WAITING] =
        "SELECT 1, '', count(*), 0, 0, min(x.received_at)"
        " FROM (SELECT i.brand_id, i.received_at FROM inbound_event i WHERE i.state = 1 ORDER BY i.due_at LIMIT $2) x"
        " WHERE x.brand_id = $1",

    [TALLY_INBOX] =
        "SELECT x.state, '', count(*), 0, 0, min(x.received_at)"
        " FROM (SELECT i.state, i.received_at FROM inbound_event i WHERE i.brand_id = $1 AND i.received_at >= $3 LIMIT $2) x"
        " GROUP BY x.state",

    [TALLY_MAIL_WAITING] = "SELECT 1, '', count(*), 0, 0, min(x.created_at)"
                           " FROM (SELECT m.brand_id, m.created_at FROM mail m WHERE m.state = 1 ORDER BY m.due_at LIMIT $2) x"
                           " WHERE x.brand_id = $1",

    [TALLY_MAIL] = "SELECT x.state, '', count(*), 0, 0, min(x.created_at)"
                   " FROM (SELECT m.state, m.created_at FROM mail m WHERE m.brand_id = $1 AND m.id >= $3 LIMIT $2) x"
                   " GROUP BY x.state",

    [TALLY_REFUNDS_OPEN] =
        "SELECT x.state, '', count(*), 0, 0, min(x.created_at)"
        " FROM (SELECT r.state, r.created_at FROM refund_request r WHERE r.brand_id = $1 AND r.state < 3 LIMIT $2) x"
        " GROUP BY x.state",

    [TALLY_ENDING] = "SELECT x.status, '', count(*), 0, 0, min(x.expires_at)"
                     " FROM (SELECT l.status, l.expires_at FROM license l WHERE l.brand_id = $1 AND l.expires_at >= $3 AND "
                     "l.expires_at < $3 + 2592000000 LIMIT $2) x"
                     " GROUP BY x.status",

    [TALLY_UNSEALED] = "SELECT 0, '', count(*), 0, 0, 0"
                       " FROM (SELECT a.id FROM audit a WHERE a.brand_id = $1 AND a.seal IS NULL AND a.id < $3 LIMIT $2) x",

    [SEALED] = "SELECT sealed_at, checkpoint FROM audit_seal WHERE brand_id = $1 ORDER BY sequence DESC LIMIT 1",
};

const store_set tallies_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    tally_row_t *tally = item;

    tally->kind = pl_db_column_int(row, 0);
    tally->count = pl_db_column_int(row, 2);
    tally->amount = pl_db_column_int(row, 3);
    tally->refunded = pl_db_column_int(row, 4);
    tally->oldest_ms = pl_db_column_int(row, 5);
    return store_text(row, 1, arena, &tally->currency);
}

/* The first id of a time. */
static pl_uuid id_at(int64_t at_ms)
{
    static const uint8_t least[10] = {0};

    return pl_uuid_v7(at_ms, least);
}

pl_err tallies_count(tx_t *tx, tally_name name, const tally_span_t *span, tallies_t *tallies)
{
    pl_db_statement *select = store_statement(tx, STORE_TALLIES, (size_t)name);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, span->brand_id);
    pl_db_bind_int(select, 2, TALLY_ROWS_MAX);
    if (name == TALLY_AUDIT || name == TALLY_MAIL || name == TALLY_UNSEALED)
        pl_db_bind_uuid(select, 3, id_at(span->since_ms));
    else if (strstr(sql[name], "$3"))
        pl_db_bind_int(select, 3, span->since_ms);
    err = store_collect(select, tx->arena, sizeof(tally_row_t), map, &rows);
    *tallies = (tallies_t){rows.items, rows.count};
    return err;
}

tally_row_t tallies_sum(const tallies_t *tallies)
{
    tally_row_t sum = {.currency = NULL};

    for (size_t i = 0; i < tallies->count; i++) {
        const tally_row_t *row = &tallies->rows[i];

        sum.count += row->count;
        if (row->oldest_ms && (!sum.oldest_ms || row->oldest_ms < sum.oldest_ms))
            sum.oldest_ms = row->oldest_ms;
    }
    return sum;
}

tally_row_t tallies_of(const tallies_t *tallies, int64_t kind)
{
    for (size_t i = 0; i < tallies->count; i++)
        if (tallies->rows[i].kind == kind)
            return tallies->rows[i];
    return (tally_row_t){.kind = kind};
}

pl_err tallies_sealed_at(tx_t *tx, pl_uuid brand_id, int64_t *sealed_at_ms, bool *is_signed)
{
    pl_db_statement *select = store_statement(tx, STORE_TALLIES, SEALED);
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    err = store_one(select);
    *sealed_at_ms = err ? 0 : pl_db_column_int(select, 0);
    *is_signed = !err && !pl_db_column_is_null(select, 1);
    pl_db_reset(select);
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}
