/* SPDX-License-Identifier: Apache-2.0
 *
 * The table inbound_event.
 */
#include "store/inbound_events.h"

#include "store/statements.h"

enum { INSERT, FIND, LOCK, ANYWHERE, HOLD, SETTLE, REPEAT, DUE, RELEASE, LIST, LIST_STATE, WAITING, FAILED, SWEEP };

#define HEAD                                                                                                     \
    "e.brand_id, e.provider, e.event_id, e.type, e.object_id, e.created_at, e.received_at, e.state, e.attempts," \
    " e.due_at, e.held_until, e.settled_at, e.product_id, e.customer_id, e.outcome"
enum { BODY_COLUMN = 15 };

static const char *const sql[] = {
    [INSERT] =
        "INSERT INTO inbound_event (brand_id, provider, event_id, type, object_id, created_at, received_at, state, attempts,"
        "                           due_at, held_until, product_id, body)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, 1, 1, $8, $9, $10, $11)"
        " ON CONFLICT (brand_id, provider, event_id) DO NOTHING"
        " RETURNING attempts",

    [FIND] = "SELECT " HEAD ", e.body FROM inbound_event e WHERE e.brand_id = $1 AND e.provider = 'stripe' AND e.event_id = $2",

    [LOCK] = "SELECT " HEAD ", e.body FROM inbound_event e"
             " WHERE e.brand_id = $1 AND e.provider = 'stripe' AND e.event_id = $2 FOR UPDATE",

    [ANYWHERE] = "SELECT " HEAD ", e.body FROM brand b"
                 " JOIN inbound_event e ON e.brand_id = b.id AND e.provider = 'stripe' AND e.event_id = $1"
                 " LIMIT 1",

    [HOLD] = "UPDATE inbound_event SET held_until = $4, attempts = attempts + 1"
             " WHERE brand_id = $1 AND provider = 'stripe' AND event_id = $2 AND state = 1 AND held_until <= $3"
             " RETURNING attempts",

    /* what was ignored may be about people of whom nothing else is kept here */
    [SETTLE] =
        "UPDATE inbound_event SET state = $4, due_at = $5, held_until = 0, settled_at = $6, customer_id = $7, outcome = $8,"
        "                         body = CASE WHEN CAST($4 AS BIGINT) = 3 THEN substr(body, 1, 0) ELSE body END"
        " WHERE brand_id = $1 AND provider = 'stripe' AND event_id = $2 AND state = 1 AND held_until = $3",

    [REPEAT] = "UPDATE inbound_event SET state = 1, due_at = $3, held_until = 0, settled_at = NULL, attempts = 0"
               " WHERE brand_id = $1 AND provider = 'stripe' AND event_id = $2 AND state IN (1, 4)",

    [DUE] = "SELECT " HEAD ", e.body FROM inbound_event e"
            " WHERE e.state = 1 AND e.due_at <= $1 AND e.held_until <= $1"
            " ORDER BY e.due_at"
            " LIMIT $2",

    [RELEASE] = "UPDATE inbound_event SET held_until = 0 WHERE state = 1 AND due_at <= $1 AND held_until > 0",

    [LIST] = "SELECT " HEAD " FROM inbound_event e"
             " WHERE e.brand_id = $1 AND e.received_at >= $2"
             " ORDER BY e.received_at DESC"
             " LIMIT $3",

    [LIST_STATE] = "SELECT " HEAD " FROM inbound_event e"
                   " WHERE e.brand_id = $1 AND e.state = $4 AND e.received_at >= $2"
                   " ORDER BY e.received_at DESC"
                   " LIMIT $3",

    [WAITING] = "SELECT count(*), min(w.received_at) FROM"
                " (SELECT e.received_at FROM inbound_event e WHERE e.state = 1 ORDER BY e.due_at LIMIT 10000) AS w",

    [FAILED] = "SELECT count(*) FROM (SELECT e.received_at FROM inbound_event e WHERE e.state = 4 LIMIT 10000) AS f",

    [SWEEP] =
        "UPDATE inbound_event SET body = $1"
        " WHERE EXISTS (SELECT 1 FROM (SELECT o.brand_id, o.provider, o.event_id FROM inbound_event o"
        "                              WHERE o.settled_at IS NOT NULL AND length(o.body) > 0 AND o.settled_at < $2 LIMIT $3) AS o"
        "               WHERE o.brand_id = inbound_event.brand_id AND o.provider = inbound_event.provider"
        "               AND o.event_id = inbound_event.event_id)",
};

const store_set inbound_events_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_err map_texts(pl_db_statement *row, pl_arena *arena, inbound_event_t *event)
{
    const struct {
        int column;
        const char **text;
    } texts[] = {{1, &event->provider}, {2, &event->event_id}, {3, &event->type}, {4, &event->object_id}, {14, &event->outcome}};
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < sizeof(texts) / sizeof(texts[0]); i++)
        err = store_text(row, texts[i].column, arena, texts[i].text);
    return err;
}

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    inbound_event_t *event = item;

    *event = (inbound_event_t){
        .brand_id = pl_db_column_uuid(row, 0),
        .created_at_ms = pl_db_column_int(row, 5),
        .received_at_ms = pl_db_column_int(row, 6),
        .state = (inbound_state)pl_db_column_int(row, 7),
        .attempts = pl_db_column_int(row, 8),
        .due_at_ms = pl_db_column_int(row, 9),
        .held_until_ms = pl_db_column_int(row, 10),
        .settled_at_ms = pl_db_column_int(row, 11),
        .product_id = pl_db_column_uuid(row, 12),
        .customer_id = pl_db_column_uuid(row, 13),
    };
    return map_texts(row, arena, event);
}

static pl_err map_with_body(pl_db_statement *row, pl_arena *arena, void *item)
{
    inbound_event_t *event = item;
    pl_err err = map(row, arena, item);

    if (err)
        return err;
    event->body = pl_db_column_blob(row, BODY_COLUMN, arena);
    return event->body.data || !event->body.size ? PL_OK : PL_ERR_MEMORY;
}

pl_err inbound_events_insert(tx_t *tx, const inbound_event_t *event, bool *is_new)
{
    pl_db_statement *insert = store_statement(tx, STORE_INBOUND_EVENTS, INSERT);
    pl_err err;

    pl_db_bind_uuid(insert, 1, event->brand_id);
    pl_db_bind_text(insert, 2, event->provider);
    pl_db_bind_text(insert, 3, event->event_id);
    pl_db_bind_text(insert, 4, event->type);
    pl_db_bind_text(insert, 5, event->object_id);
    pl_db_bind_int(insert, 6, event->created_at_ms);
    pl_db_bind_int(insert, 7, tx->now_ms);
    pl_db_bind_int(insert, 8, tx->now_ms);
    pl_db_bind_int(insert, 9, event->held_until_ms);
    store_bind_id(insert, 10, event->product_id);
    pl_db_bind_blob(insert, 11, event->body.data, event->body.size);
    err = store_one(insert);
    pl_db_reset(insert);
    *is_new = !err;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

static pl_err take(tx_t *tx, pl_db_statement *select, inbound_event_t *event)
{
    pl_err err = store_one(select);

    if (!err)
        err = map_with_body(select, tx->arena, event);
    pl_db_reset(select);
    return err;
}

pl_err inbound_events_find(tx_t *tx, pl_uuid brand_id, const char *event_id, inbound_event_t *event)
{
    pl_db_statement *select = store_statement(tx, STORE_INBOUND_EVENTS, store_is_writing(tx) ? LOCK : FIND);

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_text(select, 2, event_id);
    return take(tx, select, event);
}

pl_err inbound_events_find_in_any_brand(tx_t *tx, const char *event_id, inbound_event_t *event)
{
    pl_db_statement *select = store_statement(tx, STORE_INBOUND_EVENTS, ANYWHERE);

    pl_db_bind_text(select, 1, event_id);
    return take(tx, select, event);
}

pl_err inbound_events_hold(tx_t *tx, inbound_event_t *event, int64_t held_until_ms)
{
    pl_db_statement *update = store_statement(tx, STORE_INBOUND_EVENTS, HOLD);
    pl_err err;

    pl_db_bind_uuid(update, 1, event->brand_id);
    pl_db_bind_text(update, 2, event->event_id);
    pl_db_bind_int(update, 3, tx->now_ms);
    pl_db_bind_int(update, 4, held_until_ms);
    if (!(err = store_one(update))) {
        event->attempts = pl_db_column_int(update, 0);
        event->held_until_ms = held_until_ms;
    }
    pl_db_reset(update);
    return err;
}

pl_err inbound_events_settle(tx_t *tx, const inbound_event_t *event)
{
    pl_db_statement *update = store_statement(tx, STORE_INBOUND_EVENTS, SETTLE);
    pl_err err;

    pl_db_bind_uuid(update, 1, event->brand_id);
    pl_db_bind_text(update, 2, event->event_id);
    pl_db_bind_int(update, 3, event->held_until_ms);
    pl_db_bind_int(update, 4, event->state);
    pl_db_bind_int(update, 5, event->due_at_ms);
    store_bind_time(update, 6, event->state == INBOUND_WAITING ? 0 : tx->now_ms);
    store_bind_id(update, 7, event->customer_id);
    pl_db_bind_text(update, 8, event->outcome);
    err = store_change_one(tx, update);
    return err == PL_ERR_NOT_FOUND ? PL_ERR_CHANGED : err;
}

pl_err inbound_events_repeat(tx_t *tx, const inbound_event_t *event)
{
    pl_db_statement *update = store_statement(tx, STORE_INBOUND_EVENTS, REPEAT);

    pl_db_bind_uuid(update, 1, event->brand_id);
    pl_db_bind_text(update, 2, event->event_id);
    pl_db_bind_int(update, 3, tx->now_ms);
    return store_change_one(tx, update);
}

pl_err inbound_events_due(tx_t *tx, inbound_event_t **events, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_INBOUND_EVENTS, DUE);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_int(select, 1, tx->now_ms);
    pl_db_bind_int(select, 2, INBOUND_DUE_MAX);
    err = store_collect(select, tx->arena, sizeof(inbound_event_t), map_with_body, &rows);
    *events = rows.items;
    *count = rows.count;
    return err;
}

pl_err inbound_events_release(tx_t *tx)
{
    pl_db_statement *update = store_statement(tx, STORE_INBOUND_EVENTS, RELEASE);

    pl_db_bind_int(update, 1, tx->now_ms);
    return pl_db_err(pl_db_run(update));
}

pl_err inbound_events_list(tx_t *tx, const inbound_page_t *page, inbound_event_t **events, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_INBOUND_EVENTS, page->state ? LIST_STATE : LIST);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, page->brand_id);
    pl_db_bind_int(select, 2, page->received_after_ms);
    pl_db_bind_int(select, 3, INBOUND_PAGE_MAX);
    if (page->state)
        pl_db_bind_int(select, 4, page->state);
    err = store_collect(select, tx->arena, sizeof(inbound_event_t), map, &rows);
    *events = rows.items;
    *count = rows.count;
    return err;
}

pl_err inbound_events_measure(tx_t *tx, inbound_count_t *count)
{
    pl_db_statement *waiting = store_statement(tx, STORE_INBOUND_EVENTS, WAITING);
    pl_db_statement *failed = store_statement(tx, STORE_INBOUND_EVENTS, FAILED);
    pl_err err;

    *count = (inbound_count_t){.waiting = 0};
    if (!(err = store_one(waiting))) {
        count->waiting = pl_db_column_int(waiting, 0);
        count->oldest_ms = pl_db_column_int(waiting, 1);
    }
    pl_db_reset(waiting);
    if (!err && !(err = store_one(failed)))
        count->failed = pl_db_column_int(failed, 0);
    pl_db_reset(failed);
    return err;
}

pl_err inbound_events_sweep(tx_t *tx)
{
    pl_db_statement *update = store_statement(tx, STORE_INBOUND_EVENTS, SWEEP);

    pl_db_bind_blob(update, 1, "", 0);
    pl_db_bind_int(update, 2, tx->now_ms - INT64_C(86400000) * INBOUND_BODY_DAYS);
    pl_db_bind_int(update, 3, INBOUND_SWEEP);
    return pl_db_err(pl_db_run(update));
}
