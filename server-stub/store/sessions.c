/* SPDX-License-Identifier: Apache-2.0
 *
 * The session table.
 */
#include "store/sessions.h"

#include "store/statements.h"

enum { TAKE, FIND, FIND_OWN, LIST_LIVE, END, END_OF, TOUCH, AMNESTY };

#define COLUMNS                                                                                                           \
    "session.brand_id, session.license_id, session.activation_id, session.id, session.sealed_key, session.lease_ms,"      \
    " session.beat_ms, session.started_at, session.lease_until, session.beat, session.protected_until, session.ended_at," \
    " session.ended_by, session.reason, device.device_name"

#define WITH_DEVICE                                                                       \
    " FROM session"                                                                       \
    " JOIN activation AS device"                                                          \
    "   ON device.brand_id = session.brand_id AND device.license_id = session.license_id" \
    "  AND device.id = session.activation_id"

static const char *const sql[] = {
    /* The last seat goes to one device only: counting and taking are one statement. Nothing written means no seat. */
    [TAKE] = "INSERT INTO session (brand_id, license_id, activation_id, id, sealed_key, lease_ms, beat_ms, started_at,"
             "                     lease_until, beat, protected_until, ended_at, ended_by, reason)"
             " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, NULL, NULL, NULL"
             " WHERE (SELECT count(*) FROM session"
             "        WHERE brand_id = $1 AND license_id = $2 AND activation_id <> $3"
             "          AND ended_at IS NULL AND lease_until > $12) < $11"
             " ON CONFLICT (brand_id, license_id, activation_id) DO UPDATE"
             " SET id = excluded.id, sealed_key = excluded.sealed_key, lease_ms = excluded.lease_ms,"
             "     beat_ms = excluded.beat_ms, started_at = excluded.started_at, lease_until = excluded.lease_until,"
             "     beat = 0, protected_until = excluded.protected_until, ended_at = NULL, ended_by = NULL, reason = NULL",

    [FIND] = "SELECT " COLUMNS ", other.device_name" WITH_DEVICE " LEFT JOIN activation AS other"
             "   ON other.brand_id = session.brand_id AND other.license_id = session.license_id AND other.id = session.ended_by"
             " WHERE session.brand_id = $1 AND session.id = $2",

    [FIND_OWN] =
        "SELECT " COLUMNS WITH_DEVICE " WHERE session.brand_id = $1 AND session.license_id = $2 AND session.activation_id = $3",

    [LIST_LIVE] = "SELECT " COLUMNS WITH_DEVICE " WHERE session.brand_id = $1 AND session.license_id = $2"
                  "   AND session.ended_at IS NULL AND session.lease_until > $3"
                  " ORDER BY session.lease_until, session.id"
                  " LIMIT $4",

    [END] = "UPDATE session"
            " SET ended_at = $4, ended_by = $5, reason = $6"
            " WHERE brand_id = $1 AND license_id = $2 AND activation_id = $3 AND id = $7 AND ended_at IS NULL",

    [END_OF] = "UPDATE session"
               " SET ended_at = $4"
               " WHERE brand_id = $1 AND license_id = $2 AND activation_id = $3 AND ended_at IS NULL",

    [TOUCH] = "UPDATE session"
              " SET lease_until = $5, beat = $6"
              " WHERE brand_id = $1 AND license_id = $2 AND activation_id = $3 AND id = $4 AND ended_at IS NULL"
              "   AND lease_until <= $5 AND lease_until > $7",

    [AMNESTY] = "UPDATE session"
                " SET lease_until = $1 + lease_ms"
                " WHERE ended_at IS NULL AND lease_until > $2 AND lease_until < $1 + lease_ms",
};

const store_set sessions_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    session_t *session = item;
    pl_err err;

    session->brand_id = pl_db_column_uuid(row, 0);
    session->license_id = pl_db_column_uuid(row, 1);
    session->activation_id = pl_db_column_uuid(row, 2);
    session->id = pl_db_column_uuid(row, 3);
    session->lease_ms = pl_db_column_int(row, 5);
    session->beat_ms = pl_db_column_int(row, 6);
    session->started_at_ms = pl_db_column_int(row, 7);
    session->lease_until_ms = pl_db_column_int(row, 8);
    session->beat_number = pl_db_column_int(row, 9);
    session->protected_until_ms = pl_db_column_int(row, 10);
    session->ended_at_ms = pl_db_column_int(row, 11);
    session->ended_by = pl_db_column_uuid(row, 12);
    session->ended_by_name = NULL;
    if (pl_db_column_bytes(row, 4, session->sealed_key, sizeof(session->sealed_key)) != sizeof(session->sealed_key))
        return pl_fail(PL_ERR_DATABASE, "a stored session is damaged");
    if ((err = store_text(row, 13, arena, &session->reason)))
        return err;
    return store_text(row, 14, arena, &session->device_name);
}

static pl_db_statement *with_activation(const tx_t *tx, size_t statement, pl_uuid brand_id, pl_uuid license_id,
                                        pl_uuid activation_id)
{
    pl_db_statement *bound = store_statement(tx, STORE_SESSIONS, statement);

    pl_db_bind_uuid(bound, 1, brand_id);
    pl_db_bind_uuid(bound, 2, license_id);
    pl_db_bind_uuid(bound, 3, activation_id);
    return bound;
}

pl_err sessions_take(tx_t *tx, const session_t *session, const session_limit_t *limit, bool *taken)
{
    pl_db_statement *insert = with_activation(tx, TAKE, session->brand_id, session->license_id, session->activation_id);
    pl_err err;

    pl_db_bind_uuid(insert, 4, session->id);
    pl_db_bind_blob(insert, 5, session->sealed_key, sizeof(session->sealed_key));
    pl_db_bind_int(insert, 6, session->lease_ms);
    pl_db_bind_int(insert, 7, session->beat_ms);
    pl_db_bind_int(insert, 8, tx->now_ms);
    pl_db_bind_int(insert, 9, session->lease_until_ms);
    pl_db_bind_int(insert, 10, session->protected_until_ms);
    pl_db_bind_int(insert, 11, limit->count);
    pl_db_bind_int(insert, 12, limit->live_after_ms);
    err = store_change_one(tx, insert);
    *taken = err == PL_OK;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

pl_err sessions_find(tx_t *tx, pl_uuid brand_id, pl_uuid id, session_t *session)
{
    pl_db_statement *select = store_statement(tx, STORE_SESSIONS, FIND);
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, id);
    if (!(err = store_one(select)) && !(err = map(select, tx->arena, session)))
        err = store_text(select, 15, tx->arena, &session->ended_by_name);
    pl_db_reset(select);
    return err;
}

pl_err sessions_find_own(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, pl_uuid activation_id, session_t *session)
{
    pl_db_statement *select = with_activation(tx, FIND_OWN, brand_id, license_id, activation_id);
    pl_err err = store_one(select);

    if (!err)
        err = map(select, tx->arena, session);
    pl_db_reset(select);
    return err;
}

static pl_err list_live(tx_t *tx, const session_t *of, int64_t limit, store_rows *rows)
{
    pl_db_statement *select = store_statement(tx, STORE_SESSIONS, LIST_LIVE);

    pl_db_bind_uuid(select, 1, of->brand_id);
    pl_db_bind_uuid(select, 2, of->license_id);
    pl_db_bind_int(select, 3, tx->now_ms);
    pl_db_bind_int(select, 4, limit);
    return store_collect(select, tx->arena, sizeof(session_t), map, rows);
}

pl_err sessions_list_live(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, session_t **sessions, size_t *count)
{
    const session_t of = {.brand_id = brand_id, .license_id = license_id};
    store_rows rows = {NULL, 0};
    pl_err err = list_live(tx, &of, PL_SESSION_HOLDERS_MAX, &rows);

    *sessions = rows.items;
    *count = rows.count;
    return err;
}

pl_err sessions_list_shown(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, session_t **sessions, size_t *count)
{
    const session_t of = {.brand_id = brand_id, .license_id = license_id};
    store_rows rows = {NULL, 0};
    pl_err err = list_live(tx, &of, SESSIONS_SHOWN_MAX, &rows);

    *sessions = rows.items;
    *count = rows.count;
    return err;
}

pl_err sessions_end(tx_t *tx, const session_t *session)
{
    pl_db_statement *update = with_activation(tx, END, session->brand_id, session->license_id, session->activation_id);

    pl_db_bind_int(update, 4, tx->now_ms);
    store_bind_id(update, 5, session->ended_by);
    pl_db_bind_text(update, 6, session->reason);
    pl_db_bind_uuid(update, 7, session->id);
    return store_change_one(tx, update);
}

pl_err sessions_end_of(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, pl_uuid activation_id)
{
    pl_db_statement *update = with_activation(tx, END_OF, brand_id, license_id, activation_id);

    pl_db_bind_int(update, 4, tx->now_ms);
    return pl_db_err(pl_db_run(update));
}

pl_err sessions_touch(tx_t *tx, const session_lease_t *lease, int64_t live_after_ms, bool *was_live)
{
    pl_db_statement *update = with_activation(tx, TOUCH, lease->brand_id, lease->license_id, lease->activation_id);
    pl_err err;

    pl_db_bind_uuid(update, 4, lease->id);
    pl_db_bind_int(update, 5, lease->lease_until_ms);
    pl_db_bind_int(update, 6, lease->beat_number);
    pl_db_bind_int(update, 7, live_after_ms);
    err = store_change_one(tx, update);
    *was_live = err == PL_OK;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

pl_err sessions_give_amnesty(tx_t *tx, int64_t last_alive_ms)
{
    pl_db_statement *update = store_statement(tx, STORE_SESSIONS, AMNESTY);

    pl_db_bind_int(update, 1, tx->now_ms);
    pl_db_bind_int(update, 2, last_alive_ms);
    return pl_db_err(pl_db_run(update));
}
