/* SPDX-License-Identifier: Apache-2.0
 *
 * The webhook_endpoint table.
 */
#include "store/webhooks.h"

#include "store/statements.h"

enum { INSERT, FIND, LIST, CHANGE, REMOVE, BRANDS, NEXT, HOLD, SETTLE, LEAVE, FREE_ALL };

enum {
    BRANDS_AT_ONCE = 100,
    HELD_MAX_MS = 3600 * 1000 /* held or paused for longer: by a clock that was ahead, which counts no more */
};

#define COLUMNS                                                                                                        \
    "e.brand_id, e.id, e.url, e.description, e.events, e.state, e.secret, e.secret_before, e.before_until, e.version," \
    " e.created_at, e.failures, e.failing_since, e.paused_until"

static const char *const sql[] = {
    [INSERT] =
        "INSERT INTO webhook_endpoint (brand_id, id, url, description, events, state, secret, version, created_at, failures,"
        "                              paused_until, held_until)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 0)",

    [FIND] = "SELECT " COLUMNS " FROM webhook_endpoint e"
             " WHERE e.brand_id = $1 AND e.id = $2",

    [LIST] = "SELECT " COLUMNS " FROM webhook_endpoint e"
             " WHERE e.brand_id = $1"
             " ORDER BY e.id"
             " LIMIT $2",

    [CHANGE] = "UPDATE webhook_endpoint"
               " SET url = $3, description = $4, events = $5, state = $6, secret = $7, secret_before = $8, before_until = $9,"
               "     failures = $10, failing_since = $11, paused_until = $12, version = version + 1"
               " WHERE brand_id = $1 AND id = $2"
               " RETURNING version",

    [REMOVE] = "DELETE FROM webhook_endpoint WHERE brand_id = $1 AND id = $2",

    [BRANDS] = ("SELECT DISTINCT e.brand_id FROM webhook_endpoint e WHERE e.brand_id > $1 AND e.state = 1"
                " ORDER BY e.brand_id"
                " LIMIT $2"),

    [NEXT] = "SELECT " COLUMNS " FROM webhook_endpoint e"
             " WHERE e.state = 1 AND (e.held_until <= $1 OR e.held_until > $3) AND (e.paused_until <= $1 OR e.paused_until > $3)"
             "   AND EXISTS (SELECT 1 FROM webhook_delivery d"
             "               WHERE d.brand_id = e.brand_id AND d.endpoint_id = e.id AND d.state = 1 AND d.due_at <= $1)"
             "   AND (SELECT count(*) FROM webhook_endpoint h WHERE h.brand_id = e.brand_id AND h.held_until > $1 AND "
             "h.held_until <= $3) < $2"
             " ORDER BY e.held_until"
             " LIMIT 1",

    [HOLD] = "UPDATE webhook_endpoint SET holder = $3, held_until = $4"
             " WHERE brand_id = $1 AND id = $2 AND (holder = $3 OR held_until <= $5 OR held_until > $6)"
             " RETURNING held_until",

    [SETTLE] = "UPDATE webhook_endpoint SET state = $4, failures = $5, failing_since = $6, paused_until = $7, held_until = $8"
               " WHERE brand_id = $1 AND id = $2 AND holder = $3 AND version = $9",

    [FREE_ALL] = "UPDATE webhook_endpoint SET held_until = 0"
                 " WHERE (brand_id, id) IN (SELECT e.brand_id, e.id FROM webhook_endpoint e WHERE e.held_until > 0)",

    [LEAVE] = "UPDATE webhook_endpoint SET held_until = $4 WHERE brand_id = $1 AND id = $2 AND holder = $3",
};

const store_set webhooks_set = {sql, sizeof(sql) / sizeof(sql[0])};

static void bind_blob(pl_db_statement *statement, int index, pl_span bytes)
{
    if (bytes.size)
        pl_db_bind_blob(statement, index, bytes.data, bytes.size);
    else
        pl_db_bind_null(statement, index);
}

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    webhook_t *webhook = item;
    pl_err err;

    *webhook = (webhook_t){.brand_id = pl_db_column_uuid(row, 0),
                           .id = pl_db_column_uuid(row, 1),
                           .state = (webhook_state)pl_db_column_int(row, 5),
                           .secret = pl_db_column_blob(row, 6, arena),
                           .before_until_ms = pl_db_column_int(row, 8),
                           .version = pl_db_column_int(row, 9),
                           .created_at_ms = pl_db_column_int(row, 10),
                           .failures = pl_db_column_int(row, 11),
                           .failing_since_ms = pl_db_column_int(row, 12),
                           .paused_until_ms = pl_db_column_int(row, 13)};
    if (!pl_db_column_is_null(row, 7))
        webhook->secret_before = pl_db_column_blob(row, 7, arena);
    if (!webhook->secret.data || (!pl_db_column_is_null(row, 7) && !webhook->secret_before.data))
        return PL_ERR_MEMORY;
    if ((err = store_text(row, 2, arena, &webhook->url)) || (err = store_text(row, 3, arena, &webhook->description)))
        return err;
    return store_text(row, 4, arena, &webhook->events);
}

static pl_err find(tx_t *tx, pl_db_statement *select, webhook_t *webhook)
{
    pl_err err = store_one(select);

    if (!err)
        err = map(select, tx->arena, webhook);
    pl_db_reset(select);
    return err;
}

pl_err webhooks_insert(tx_t *tx, const webhook_t *webhook)
{
    pl_db_statement *insert = store_statement(tx, STORE_WEBHOOKS, INSERT);

    pl_db_bind_uuid(insert, 1, webhook->brand_id);
    pl_db_bind_uuid(insert, 2, webhook->id);
    pl_db_bind_text(insert, 3, webhook->url);
    pl_db_bind_text(insert, 4, webhook->description);
    pl_db_bind_text(insert, 5, webhook->events);
    pl_db_bind_int(insert, 6, webhook->state);
    bind_blob(insert, 7, webhook->secret);
    pl_db_bind_int(insert, 8, webhook->version);
    pl_db_bind_int(insert, 9, webhook->created_at_ms);
    return pl_db_err(pl_db_run(insert));
}

pl_err webhooks_find(tx_t *tx, pl_uuid brand_id, pl_uuid id, webhook_t *webhook)
{
    pl_db_statement *select = store_statement(tx, STORE_WEBHOOKS, FIND);

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, id);
    return find(tx, select, webhook);
}

pl_err webhooks_list(tx_t *tx, pl_uuid brand_id, webhook_t **webhooks, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_WEBHOOKS, LIST);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_int(select, 2, WEBHOOKS_MAX);
    err = store_collect(select, tx->arena, sizeof(webhook_t), map, &rows);
    *webhooks = rows.items;
    *count = rows.count;
    return err;
}

pl_err webhooks_change(tx_t *tx, webhook_t *webhook)
{
    pl_db_statement *update = store_statement(tx, STORE_WEBHOOKS, CHANGE);
    pl_err err;

    pl_db_bind_uuid(update, 1, webhook->brand_id);
    pl_db_bind_uuid(update, 2, webhook->id);
    pl_db_bind_text(update, 3, webhook->url);
    pl_db_bind_text(update, 4, webhook->description);
    pl_db_bind_text(update, 5, webhook->events);
    pl_db_bind_int(update, 6, webhook->state);
    bind_blob(update, 7, webhook->secret);
    bind_blob(update, 8, webhook->secret_before);
    store_bind_time(update, 9, webhook->before_until_ms);
    pl_db_bind_int(update, 10, webhook->failures);
    store_bind_time(update, 11, webhook->failing_since_ms);
    pl_db_bind_int(update, 12, webhook->paused_until_ms);
    if (!(err = store_one(update)))
        webhook->version = pl_db_column_int(update, 0);
    pl_db_reset(update);
    return err;
}

pl_err webhooks_remove(tx_t *tx, pl_uuid brand_id, pl_uuid id)
{
    pl_db_statement *delete = store_statement(tx, STORE_WEBHOOKS, REMOVE);

    pl_db_bind_uuid(delete, 1, brand_id);
    pl_db_bind_uuid(delete, 2, id);
    return store_change_one(tx, delete);
}

static pl_err map_brand(pl_db_statement *row, pl_arena *arena, void *item)
{
    (void)arena;
    *(pl_uuid *)item = pl_db_column_uuid(row, 0);
    return PL_OK;
}

pl_err webhooks_brands(tx_t *tx, pl_uuid after, pl_uuid **brands, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_WEBHOOKS, BRANDS);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, after);
    pl_db_bind_int(select, 2, BRANDS_AT_ONCE);
    err = store_collect(select, tx->arena, sizeof(pl_uuid), map_brand, &rows);
    *brands = rows.items;
    *count = rows.count;
    return err;
}

pl_err webhooks_next(tx_t *tx, int64_t brand_max, webhook_t *webhook)
{
    pl_db_statement *select = store_statement(tx, STORE_WEBHOOKS, NEXT);

    pl_db_bind_int(select, 1, tx->now_ms);
    pl_db_bind_int(select, 2, brand_max);
    pl_db_bind_int(select, 3, tx->now_ms + HELD_MAX_MS);
    return find(tx, select, webhook);
}

pl_err webhooks_hold(tx_t *tx, const webhook_t *webhook, pl_uuid holder, int64_t until_ms, bool *held)
{
    pl_db_statement *update = store_statement(tx, STORE_WEBHOOKS, HOLD);
    pl_err err;

    pl_db_bind_uuid(update, 1, webhook->brand_id);
    pl_db_bind_uuid(update, 2, webhook->id);
    pl_db_bind_uuid(update, 3, holder);
    pl_db_bind_int(update, 4, until_ms);
    pl_db_bind_int(update, 5, tx->now_ms);
    pl_db_bind_int(update, 6, tx->now_ms + HELD_MAX_MS);
    err = store_one(update);
    pl_db_reset(update);
    *held = !err;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

pl_err webhooks_settle(tx_t *tx, const webhook_t *webhook, pl_uuid holder, int64_t until_ms)
{
    pl_db_statement *update = store_statement(tx, STORE_WEBHOOKS, SETTLE);

    pl_db_bind_uuid(update, 1, webhook->brand_id);
    pl_db_bind_uuid(update, 2, webhook->id);
    pl_db_bind_uuid(update, 3, holder);
    pl_db_bind_int(update, 4, webhook->state);
    pl_db_bind_int(update, 5, webhook->failures);
    store_bind_time(update, 6, webhook->failing_since_ms);
    pl_db_bind_int(update, 7, webhook->paused_until_ms);
    pl_db_bind_int(update, 8, until_ms);
    pl_db_bind_int(update, 9, webhook->version);
    return store_change_one(tx, update);
}

pl_err webhooks_leave(tx_t *tx, const webhook_t *webhook, pl_uuid holder)
{
    pl_db_statement *update = store_statement(tx, STORE_WEBHOOKS, LEAVE);

    pl_db_bind_uuid(update, 1, webhook->brand_id);
    pl_db_bind_uuid(update, 2, webhook->id);
    pl_db_bind_uuid(update, 3, holder);
    pl_db_bind_int(update, 4, tx->now_ms);
    return store_change_one(tx, update);
}

pl_err webhooks_free_all(tx_t *tx)
{
    return pl_db_err(pl_db_run(store_statement(tx, STORE_WEBHOOKS, FREE_ALL)));
}
