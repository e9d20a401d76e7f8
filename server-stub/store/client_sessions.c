/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements on the session table.
 */
#include "store/client_sessions.h"

#include "store/statements.h"

enum { LIST_LIVE, BEAT, DROP };

static const char *const sql[] = {
    [LIST_LIVE] = "SELECT s.id, s.activation_id, s.lease_ms, s.lease_until, s.protected_until, a.kind, a.identifier, a.metadata,"
                  "       a.device_name"
                  " FROM session s"
                  " JOIN activation a ON a.brand_id = s.brand_id AND a.license_id = s.license_id AND a.id = s.activation_id"
                  " WHERE s.brand_id = $1 AND s.license_id = $2 AND s.ended_at IS NULL AND s.lease_until > $3"
                  " ORDER BY s.lease_until, s.id"
                  " LIMIT $4",

    [BEAT] = "UPDATE session"
             " SET lease_until = $3 + lease_ms, beat = beat + 1"
             " WHERE brand_id = $1 AND id = $2 AND ended_at IS NULL AND lease_until > $3"
             "   AND (license_id = $4 OR $4 IS NULL)",

    [DROP] = "DELETE FROM session WHERE brand_id = $1 AND license_id = $2 AND activation_id = $3 AND id = $4",
};

const store_set client_sessions_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    client_session_t *session = item;
    pl_err err;

    session->id = pl_db_column_uuid(row, 0);
    session->activation_id = pl_db_column_uuid(row, 1);
    session->lease_ms = pl_db_column_int(row, 2);
    session->lease_until_ms = pl_db_column_int(row, 3);
    session->protected_until_ms = pl_db_column_int(row, 4);
    session->kind = (seat_kind)pl_db_column_int(row, 5);
    if ((err = store_text(row, 6, arena, &session->identifier)) || (err = store_text(row, 7, arena, &session->device)))
        return err;
    return store_text(row, 8, arena, &session->device_name);
}

pl_err client_sessions_list(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, client_session_t **sessions, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_CLIENT_SESSIONS, LIST_LIVE);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, license_id);
    pl_db_bind_int(select, 3, tx->now_ms);
    pl_db_bind_int(select, 4, SESSIONS_SHOWN_MAX);
    err = store_collect(select, tx->arena, sizeof(client_session_t), map, &rows);
    *sessions = rows.items;
    *count = rows.count;
    return err;
}

pl_err client_sessions_beat(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, pl_uuid id)
{
    pl_db_statement *update = store_statement(tx, STORE_CLIENT_SESSIONS, BEAT);

    pl_db_bind_uuid(update, 1, brand_id);
    pl_db_bind_uuid(update, 2, id);
    pl_db_bind_int(update, 3, tx->now_ms);
    store_bind_id(update, 4, license_id);
    return store_change_one(tx, update);
}

pl_err client_sessions_drop(tx_t *tx, const session_t *session)
{
    pl_db_statement *delete = store_statement(tx, STORE_CLIENT_SESSIONS, DROP);

    pl_db_bind_uuid(delete, 1, session->brand_id);
    pl_db_bind_uuid(delete, 2, session->license_id);
    pl_db_bind_uuid(delete, 3, session->activation_id);
    pl_db_bind_uuid(delete, 4, session->id);
    return pl_db_err(pl_db_run(delete));
}
