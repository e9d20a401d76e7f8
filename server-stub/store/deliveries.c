/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables webhook_event, event_count, webhook_delivery and webhook_attempt. Listing and sweeping are in delivery_log.c.
 */
#include "store/deliveries.h"

#include "store/statements.h"

enum { COUNT, EVENT, INSERT, DUE, SETTLE, REPEAT, ATTEMPT, ABANDON };

static const char *const sql[] = {
    [COUNT] = "INSERT INTO event_count (brand_id, license_id, last) VALUES ($1, $2, 1)"
              " ON CONFLICT (brand_id, license_id) DO UPDATE SET last = event_count.last + 1"
              " RETURNING last",

    [EVENT] = "INSERT INTO webhook_event (brand_id, id, type, license_id, payload, created_at, trace)"
              " VALUES ($1, $2, $3, $4, $5, $6, $7)",

    [INSERT] =
        "INSERT INTO webhook_delivery (brand_id, id, endpoint_id, event_id, state, attempts, due_at, expires_at, created_at,"
        "                              status)"
        " VALUES ($1, $2, $3, $4, 1, 0, $5, $6, $7, 0)",

    [DUE] =
        "SELECT d.brand_id, d.id, d.endpoint_id, d.event_id, d.state, d.attempts, d.due_at, d.expires_at, d.created_at, d.status,"
        "       e.type, e.payload, e.trace"
        " FROM webhook_delivery d JOIN webhook_event e ON e.brand_id = d.brand_id AND e.id = d.event_id"
        " WHERE d.brand_id = $1 AND d.endpoint_id = $2 AND d.state = 1 AND d.due_at <= $3"
        " ORDER BY d.due_at, d.id"
        " LIMIT $4",

    /* what was given up during the attempt stays so, unless the attempt went well */
    [SETTLE] = "UPDATE webhook_delivery"
               " SET state = CASE WHEN state = 1 OR CAST($3 AS BIGINT) = 2 THEN CAST($3 AS BIGINT) ELSE state END,"
               "     attempts = $4, due_at = $5, status = $6"
               " WHERE brand_id = $1 AND id = $2",

    [REPEAT] = "UPDATE webhook_delivery SET state = 1, due_at = $3, expires_at = $4"
               " WHERE brand_id = $1 AND id = $2 AND state <> 1",

    [ATTEMPT] = "INSERT INTO webhook_attempt (brand_id, delivery_id, number, sent_at, duration_ms, status, answer, error)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",

    [ABANDON] = "UPDATE webhook_delivery SET state = 3"
                " WHERE brand_id = $1 AND id IN (SELECT d.id FROM webhook_delivery d"
                "                                WHERE d.brand_id = $1 AND d.endpoint_id = $2 AND d.state = 1 AND d.due_at > 0"
                "                                ORDER BY d.due_at, d.id LIMIT $3)",
};

const store_set deliveries_set = {sql, sizeof(sql) / sizeof(sql[0])};

pl_err events_count(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, int64_t *number)
{
    pl_db_statement *insert = store_statement(tx, STORE_DELIVERIES, COUNT);
    pl_err err;

    pl_db_bind_uuid(insert, 1, brand_id);
    pl_db_bind_uuid(insert, 2, license_id);
    if (!(err = store_one(insert)))
        *number = pl_db_column_int(insert, 0);
    pl_db_reset(insert);
    return err;
}

pl_err events_insert(tx_t *tx, const event_row_t *event)
{
    pl_db_statement *insert = store_statement(tx, STORE_DELIVERIES, EVENT);

    pl_db_bind_uuid(insert, 1, event->brand_id);
    pl_db_bind_uuid(insert, 2, event->id);
    pl_db_bind_text(insert, 3, event->type);
    store_bind_id(insert, 4, event->license_id);
    pl_db_bind_text(insert, 5, event->payload);
    pl_db_bind_int(insert, 6, tx->now_ms);
    pl_db_bind_text(insert, 7, tx->trace);
    return pl_db_err(pl_db_run(insert));
}

pl_err deliveries_insert(tx_t *tx, const delivery_t *delivery)
{
    pl_db_statement *insert = store_statement(tx, STORE_DELIVERIES, INSERT);

    pl_db_bind_uuid(insert, 1, delivery->brand_id);
    pl_db_bind_uuid(insert, 2, delivery->id);
    pl_db_bind_uuid(insert, 3, delivery->endpoint_id);
    pl_db_bind_uuid(insert, 4, delivery->event_id);
    pl_db_bind_int(insert, 5, delivery->due_at_ms);
    pl_db_bind_int(insert, 6, delivery->expires_at_ms);
    pl_db_bind_int(insert, 7, delivery->created_at_ms);
    return pl_db_err(pl_db_run(insert));
}

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
    if ((err = store_text(row, 10, arena, &delivery->type)) || (err = store_text(row, 11, arena, &delivery->payload)))
        return err;
    return store_text(row, 12, arena, &delivery->trace);
}

pl_err deliveries_due(tx_t *tx, pl_uuid brand_id, pl_uuid endpoint_id, delivery_t **list, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_DELIVERIES, DUE);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, endpoint_id);
    pl_db_bind_int(select, 3, tx->now_ms);
    pl_db_bind_int(select, 4, DELIVERIES_DUE_MAX);
    err = store_collect(select, tx->arena, sizeof(delivery_t), map, &rows);
    *list = rows.items;
    *count = rows.count;
    return err;
}

pl_err deliveries_settle(tx_t *tx, const delivery_t *delivery)
{
    pl_db_statement *update = store_statement(tx, STORE_DELIVERIES, SETTLE);

    pl_db_bind_uuid(update, 1, delivery->brand_id);
    pl_db_bind_uuid(update, 2, delivery->id);
    pl_db_bind_int(update, 3, delivery->state);
    pl_db_bind_int(update, 4, delivery->attempts);
    pl_db_bind_int(update, 5, delivery->due_at_ms);
    pl_db_bind_int(update, 6, delivery->status);
    return store_change_one(tx, update);
}

pl_err deliveries_repeat(tx_t *tx, const delivery_t *delivery)
{
    pl_db_statement *update = store_statement(tx, STORE_DELIVERIES, REPEAT);

    pl_db_bind_uuid(update, 1, delivery->brand_id);
    pl_db_bind_uuid(update, 2, delivery->id);
    pl_db_bind_int(update, 3, delivery->due_at_ms);
    pl_db_bind_int(update, 4, delivery->expires_at_ms);
    return store_change_one(tx, update);
}

pl_err attempts_insert(tx_t *tx, const attempt_t *attempt)
{
    pl_db_statement *insert = store_statement(tx, STORE_DELIVERIES, ATTEMPT);

    pl_db_bind_uuid(insert, 1, attempt->brand_id);
    pl_db_bind_uuid(insert, 2, attempt->delivery_id);
    pl_db_bind_int(insert, 3, attempt->number);
    pl_db_bind_int(insert, 4, attempt->sent_at_ms);
    pl_db_bind_int(insert, 5, attempt->duration_ms);
    pl_db_bind_int(insert, 6, attempt->status);
    pl_db_bind_text(insert, 7, attempt->answer);
    pl_db_bind_text(insert, 8, attempt->error);
    return pl_db_err(pl_db_run(insert));
}

pl_err deliveries_abandon(tx_t *tx, pl_uuid brand_id, pl_uuid endpoint_id)
{
    pl_db_statement *update = store_statement(tx, STORE_DELIVERIES, ABANDON);
    pl_err err;

    do {
        pl_db_bind_uuid(update, 1, brand_id);
        pl_db_bind_uuid(update, 2, endpoint_id);
        pl_db_bind_int(update, 3, DELIVERY_SWEEP);
        err = pl_db_err(pl_db_run(update));
    } while (!err && pl_db_changes(store_db(tx->store)) == DELIVERY_SWEEP);
    return err;
}
