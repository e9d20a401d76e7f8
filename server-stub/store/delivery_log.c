/* SPDX-License-Identifier: Apache-2.0
 *
 * The log of deliveries: reading it, and forgetting what is old.
 */
#include "store/deliveries.h"

#include "store/statements.h"

#include <string.h>

enum { LIST, LIST_IN_STATE, FIND, ATTEMPTS, SWEEP_ATTEMPTS, SWEEP_DELIVERIES, SWEEP_EVENTS, SWEEP_ORPHANS, MEASURE };

static const int64_t KEPT_MS = (int64_t)DELIVERY_KEPT_DAYS * 24 * 3600 * 1000;

#define COLUMNS                                                                                                                 \
    "d.brand_id, d.id, d.endpoint_id, d.event_id, d.state, d.attempts, d.due_at, d.expires_at, d.created_at, d.status, e.type," \
    " e.payload"

#define JOINED " FROM webhook_delivery d JOIN webhook_event e ON e.brand_id = d.brand_id AND e.id = d.event_id"

#define OLD_ONES                                                                                                             \
    "(SELECT d.brand_id, d.id FROM webhook_delivery d WHERE d.state <> 1 AND d.created_at <= $1 ORDER BY d.created_at, d.id" \
    " LIMIT $2)"

static const char *const sql[] = {
    [LIST] = "SELECT " COLUMNS JOINED " WHERE d.brand_id = $1 AND d.endpoint_id = $2 AND d.id < $3"
             " ORDER BY d.id DESC"
             " LIMIT $4",

    /* A pair as bound, for the reason that licenses.c gives. */
    [LIST_IN_STATE] =
        "SELECT " COLUMNS JOINED " WHERE d.brand_id = $1 AND d.endpoint_id = $2 AND d.state >= $5 AND (d.state, d.id) < ($5, $3)"
        " ORDER BY d.state DESC, d.id DESC"
        " LIMIT $4",

    [FIND] = "SELECT " COLUMNS JOINED " WHERE d.brand_id = $1 AND d.id = $2",

    [ATTEMPTS] = "SELECT a.brand_id, a.delivery_id, a.number, a.sent_at, a.duration_ms, a.status, a.answer, a.error"
                 " FROM webhook_attempt a"
                 " WHERE a.brand_id = $1 AND a.delivery_id = $2"
                 " ORDER BY a.number",

    [SWEEP_ATTEMPTS] = ("DELETE FROM webhook_attempt WHERE (brand_id, delivery_id) IN " OLD_ONES),

    [SWEEP_DELIVERIES] = ("DELETE FROM webhook_delivery WHERE (brand_id, id) IN " OLD_ONES),

    [SWEEP_EVENTS] = "DELETE FROM webhook_event WHERE (brand_id, id) IN"
                     " (SELECT e.brand_id, e.id FROM webhook_event e WHERE e.created_at <= $1 ORDER BY e.created_at LIMIT $2)",

    /* Recorded while the endpoint was being removed, for who records does not lock it: among the oldest that wait. */
    [SWEEP_ORPHANS] =
        "UPDATE webhook_delivery SET state = 3"
        " WHERE (brand_id, id) IN"
        " (SELECT w.brand_id, w.id FROM (SELECT d.brand_id, d.id, d.endpoint_id FROM webhook_delivery d"
        "                                WHERE d.state = 1 ORDER BY d.created_at LIMIT $1) w"
        "  WHERE NOT EXISTS (SELECT 1 FROM webhook_endpoint e WHERE e.brand_id = w.brand_id AND e.id = w.endpoint_id))",

    [MEASURE] = "SELECT count(*), coalesce(min(w.created_at), 0)"
                " FROM (SELECT d.created_at FROM webhook_delivery d WHERE d.state = 1 ORDER BY d.created_at LIMIT $1) w",
};

const store_set delivery_log_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    delivery_t *delivery = item;
    pl_err err;

    *delivery = (delivery_t){.brand_id = pl_db_column_uuid(row, 0),
                             .id = pl_db_column_uuid(row, 1),
                             .endpoint_id = pl_db_column_uuid(row, 2),
                             .event_id = pl_db_column_uuid(row, 3),
                             .state = (delivery_state)pl_db_column_int(row, 4),
                             .attempts = pl_db_column_int(row, 5),
                             .due_at_ms = pl_db_column_int(row, 6),
                             .expires_at_ms = pl_db_column_int(row, 7),
                             .created_at_ms = pl_db_column_int(row, 8),
                             .status = pl_db_column_int(row, 9)};
    if ((err = store_text(row, 10, arena, &delivery->type)))
        return err;
    return store_text(row, 11, arena, &delivery->payload);
}

pl_err deliveries_list(tx_t *tx, const delivery_page_t *page, delivery_t **list, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_DELIVERY_LOG, page->state ? LIST_IN_STATE : LIST);
    store_rows rows = {NULL, 0};
    pl_uuid before = page->before;
    pl_err err;

    if (pl_uuid_is_nil(before))
        memset(before.bytes, 0xff, sizeof(before.bytes));
    pl_db_bind_uuid(select, 1, page->brand_id);
    pl_db_bind_uuid(select, 2, page->endpoint_id);
    pl_db_bind_uuid(select, 3, before);
    pl_db_bind_int(select, 4, page->limit);
    if (page->state)
        pl_db_bind_int(select, 5, page->state);
    err = store_collect(select, tx->arena, sizeof(delivery_t), map, &rows);
    *list = rows.items;
    *count = rows.count;
    return err;
}

pl_err deliveries_find(tx_t *tx, pl_uuid brand_id, pl_uuid id, delivery_t *delivery)
{
    pl_db_statement *select = store_statement(tx, STORE_DELIVERY_LOG, FIND);
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, id);
    if (!(err = store_one(select)))
        err = map(select, tx->arena, delivery);
    pl_db_reset(select);
    return err;
}

static pl_err map_attempt(pl_db_statement *row, pl_arena *arena, void *item)
{
    attempt_t *attempt = item;
    pl_err err;

    *attempt = (attempt_t){.brand_id = pl_db_column_uuid(row, 0),
                           .delivery_id = pl_db_column_uuid(row, 1),
                           .number = pl_db_column_int(row, 2),
                           .sent_at_ms = pl_db_column_int(row, 3),
                           .duration_ms = pl_db_column_int(row, 4),
                           .status = pl_db_column_int(row, 5)};
    if ((err = store_text(row, 6, arena, &attempt->answer)))
        return err;
    return store_text(row, 7, arena, &attempt->error);
}

pl_err attempts_list(tx_t *tx, pl_uuid brand_id, pl_uuid delivery_id, attempt_t **list, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_DELIVERY_LOG, ATTEMPTS);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, delivery_id);
    err = store_collect(select, tx->arena, sizeof(attempt_t), map_attempt, &rows);
    *list = rows.items;
    *count = rows.count;
    return err;
}

/* Attempts go before their deliveries, for the same rows are asked for; events some days later, when no delivery can need them. */
pl_err deliveries_measure(tx_t *tx, outbox_t *outbox)
{
    pl_db_statement *select = store_statement(tx, STORE_DELIVERY_LOG, MEASURE);
    int64_t oldest_ms;
    pl_err err;

    *outbox = (outbox_t){0};
    pl_db_bind_int(select, 1, OUTBOX_COUNTED_MAX);
    if (!(err = store_one(select))) {
        outbox->waiting = pl_db_column_int(select, 0);
        oldest_ms = pl_db_column_int(select, 1);
        if (outbox->waiting && tx->now_ms > oldest_ms)
            outbox->lag_ms = tx->now_ms - oldest_ms;
    }
    pl_db_reset(select);
    return err;
}

static pl_err sweep_orphans(tx_t *tx)
{
    pl_db_statement *sweep = store_statement(tx, STORE_DELIVERY_LOG, SWEEP_ORPHANS);

    pl_db_bind_int(sweep, 1, DELIVERY_SWEEP);
    return pl_db_err(pl_db_run(sweep));
}

pl_err deliveries_sweep(tx_t *tx)
{
    static const int64_t later_ms = INT64_C(5) * 24 * 3600 * 1000;
    pl_err err = PL_OK;

    for (size_t i = SWEEP_ATTEMPTS; !err && i <= SWEEP_EVENTS; i++) {
        pl_db_statement *sweep = store_statement(tx, STORE_DELIVERY_LOG, i);

        pl_db_bind_int(sweep, 1, tx->now_ms - KEPT_MS - (i == SWEEP_EVENTS ? later_ms : 0));
        pl_db_bind_int(sweep, 2, DELIVERY_SWEEP);
        err = pl_db_err(pl_db_run(sweep));
    }
    return err ? err : sweep_orphans(tx);
}
