/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows of the activation table that are no devices'. What such a row has of a device is empty: no components, a key of zeros.
 */
#include "store/instance_seats.h"

#include "store/statements.h"

enum { TAKE, FIND, FIND_ANY, FIND_BY_ID, RELEASE };

#define COLUMNS "brand_id, license_id, id, kind, identifier, metadata, validated_at, released_at"

static const char *const sql[] = {
    /* Counting, taking and finding again are one statement. No row means no seat. */
    [TAKE] =
        "INSERT INTO activation (brand_id, license_id, id, kind, identifier, metadata, validated_at, fingerprint, device_key)"
        " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9"
        " WHERE (SELECT count(*) FROM activation"
        "        WHERE brand_id = $1 AND license_id = $2 AND released_at IS NULL) < $10"
        "    OR EXISTS (SELECT 1 FROM activation"
        "               WHERE brand_id = $1 AND license_id = $2 AND kind = $4 AND identifier = $5"
        "                 AND kind > 0 AND released_at IS NULL)"
        " ON CONFLICT (brand_id, license_id, kind, identifier) WHERE kind > 0 AND released_at IS NULL"
        " DO UPDATE SET validated_at = excluded.validated_at, metadata = coalesce(excluded.metadata, activation.metadata)"
        " RETURNING " COLUMNS,

    [FIND] = "SELECT " COLUMNS " FROM activation"
             " WHERE brand_id = $1 AND license_id = $2 AND kind = $3 AND identifier = $4 AND kind > 0 AND released_at IS NULL",

    [FIND_ANY] = "SELECT " COLUMNS " FROM activation"
                 " WHERE brand_id = $1 AND license_id = $2 AND kind > 0 AND released_at IS NULL"
                 " LIMIT 1",

    [FIND_BY_ID] = "SELECT " COLUMNS " FROM activation"
                   " WHERE brand_id = $1 AND license_id = $2 AND id = $3 AND kind > 0",

    [RELEASE] = "UPDATE activation"
                " SET released_at = $4"
                " WHERE brand_id = $1 AND license_id = $2 AND id = $3 AND kind > 0 AND released_at IS NULL",
};

const store_set instance_seats_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_err map(pl_db_statement *row, pl_arena *arena, instance_seat_t *seat)
{
    pl_err err;

    seat->brand_id = pl_db_column_uuid(row, 0);
    seat->license_id = pl_db_column_uuid(row, 1);
    seat->id = pl_db_column_uuid(row, 2);
    seat->kind = (seat_kind)pl_db_column_int(row, 3);
    seat->activated_at_ms = pl_uuid_v7_time_ms(seat->id);
    seat->checked_at_ms = pl_db_column_int(row, 6);
    seat->released_at_ms = pl_db_column_int(row, 7);
    if ((err = store_text(row, 4, arena, &seat->identifier)))
        return err;
    return store_text(row, 5, arena, &seat->metadata);
}

static pl_err find(tx_t *tx, pl_db_statement *statement, instance_seat_t *seat)
{
    pl_err err = store_one(statement);

    if (!err)
        err = map(statement, tx->arena, seat);
    pl_db_reset(statement);
    return err;
}

static pl_db_statement *with_license(const tx_t *tx, size_t statement, const instance_seat_t *seat)
{
    pl_db_statement *bound = store_statement(tx, STORE_INSTANCE_SEATS, statement);

    pl_db_bind_uuid(bound, 1, seat->brand_id);
    pl_db_bind_uuid(bound, 2, seat->license_id);
    return bound;
}

pl_err instance_seats_take(tx_t *tx, instance_seat_t *seat, int64_t seats, bool *taken)
{
    static const uint8_t no_key[PL_DEVICE_PUBLIC_SIZE];
    pl_db_statement *insert = with_license(tx, TAKE, seat);
    pl_err err;

    pl_db_bind_uuid(insert, 3, seat->id);
    pl_db_bind_int(insert, 4, seat->kind);
    pl_db_bind_text(insert, 5, seat->identifier);
    pl_db_bind_text(insert, 6, seat->metadata);
    pl_db_bind_int(insert, 7, tx->now_ms);
    pl_db_bind_blob(insert, 8, no_key, 0);
    pl_db_bind_blob(insert, 9, no_key, sizeof(no_key));
    pl_db_bind_int(insert, 10, seats);
    err = find(tx, insert, seat);
    *taken = err == PL_OK;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

pl_err instance_seats_find(tx_t *tx, const instance_seat_t *like, instance_seat_t *seat)
{
    pl_db_statement *select = with_license(tx, FIND, like);

    pl_db_bind_int(select, 3, like->kind);
    pl_db_bind_text(select, 4, like->identifier);
    return find(tx, select, seat);
}

pl_err instance_seats_find_any(tx_t *tx, const instance_seat_t *like, instance_seat_t *seat)
{
    return find(tx, with_license(tx, FIND_ANY, like), seat);
}

pl_err instance_seats_find_by_id(tx_t *tx, const instance_seat_t *like, instance_seat_t *seat)
{
    pl_db_statement *select = with_license(tx, FIND_BY_ID, like);

    pl_db_bind_uuid(select, 3, like->id);
    return find(tx, select, seat);
}

pl_err instance_seats_release(tx_t *tx, const instance_seat_t *seat)
{
    pl_db_statement *update = with_license(tx, RELEASE, seat);

    pl_db_bind_uuid(update, 3, seat->id);
    pl_db_bind_int(update, 4, tx->now_ms);
    return store_change_one(tx, update);
}
