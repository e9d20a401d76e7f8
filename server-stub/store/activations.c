/* SPDX-License-Identifier: Apache-2.0
 *
 * The activation table. A fingerprint is packed as, for each component that is there, one byte (component << 4 | values) and the
 * values: 17 bytes for one value, where the text form needs 25.
 */
#include "store/activations.h"

#include "store/statements.h"

#include <string.h>

enum {
    TAKE,
    FIND,
    LIST_LIVE,
    LIST_ALIKE,
    LIST_ALL,
    COUNT_LIVE,
    CHANGE,
    RELEASE,
    TAKE_AWAY,
    TOUCH,
    MOVE,
    OFFER_OFFLINE,
    FIRST,
    LAST_SEEN
};

enum {
    VALUE_SIZE = PL_FINGERPRINT_VALUE_SIZE,
    PACKED_MAX = PL_COMPONENT_COUNT * (1 + PL_COMPONENT_VALUES_MAX * PL_FINGERPRINT_VALUE_SIZE)
};

#define DEVICE_COLUMNS \
    "brand_id, license_id, id, instance_id, fingerprint, device_key, device_name, validated_at, told_until, released_at"
#define COLUMNS DEVICE_COLUMNS ", taken_at, offline_until, kind, identifier"

static const char *const sql[] = {
    /* The last seat goes to one device only: counting and taking are one statement. Nothing inserted means no seat. */
    [TAKE] = "INSERT INTO activation (" DEVICE_COLUMNS ")"
             " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $10, NULL"
             " WHERE (SELECT count(*) FROM activation"
             "        WHERE brand_id = $1 AND license_id = $2 AND released_at IS NULL) < $9",

    [FIND] = "SELECT " COLUMNS " FROM activation"
             " WHERE brand_id = $1 AND license_id = $2 AND id = $3 AND kind = 0",

    /* By the index of the live ones, which alone the planner would not take for columns that are not in it. */
    [LIST_LIVE] = "SELECT seat.brand_id, seat.license_id, seat.id, seat.instance_id, seat.fingerprint, seat.device_key,"
                  "       seat.device_name, seat.validated_at, seat.told_until, seat.released_at, seat.taken_at,"
                  "       seat.offline_until, seat.kind, seat.identifier"
                  " FROM activation AS live"
                  " JOIN activation AS seat"
                  "   ON seat.brand_id = live.brand_id AND seat.license_id = live.license_id AND seat.id = live.id"
                  " WHERE live.brand_id = $1 AND live.license_id = $2 AND live.released_at IS NULL"
                  " ORDER BY live.id",

    /* By the index of the last bytes; the row says whether the others are the same too. */
    [LIST_ALIKE] = "SELECT " COLUMNS " FROM activation"
                   " WHERE brand_id = $1 AND license_id = $2"
                   "   AND fingerprint = $3 AND substr(fingerprint, length(fingerprint) - 15) = substr($3, length($3) - 15)"
                   "   AND released_at IS NULL AND kind = 0"
                   " ORDER BY id",

    [LIST_ALL] = "SELECT " COLUMNS " FROM activation"
                 " WHERE brand_id = $1 AND license_id = $2"
                 " ORDER BY id",

    [COUNT_LIVE] = "SELECT count(*) FROM activation"
                   " WHERE brand_id = $1 AND license_id = $2 AND released_at IS NULL",

    [LAST_SEEN] = "SELECT max(seat.validated_at)"
                  " FROM activation AS live"
                  " CROSS JOIN activation AS seat"
                  " WHERE live.brand_id = $1 AND live.license_id = $2 AND live.released_at IS NULL"
                  "   AND seat.brand_id = live.brand_id AND seat.license_id = live.license_id AND seat.id = live.id",

    [CHANGE] = "UPDATE activation"
               " SET instance_id = $4, fingerprint = $5, device_key = $6, device_name = $7, validated_at = $8,"
               "     told_until = CASE WHEN told_until > $9 THEN told_until ELSE $9 END"
               " WHERE brand_id = $1 AND license_id = $2 AND id = $3 AND released_at IS NULL",

    [RELEASE] = "UPDATE activation"
                " SET released_at = $4"
                " WHERE brand_id = $1 AND license_id = $2 AND id = $3 AND released_at IS NULL",

    [TAKE_AWAY] = "UPDATE activation"
                  " SET released_at = $4, taken_at = $4"
                  " WHERE brand_id = $1 AND license_id = $2 AND id = $3 AND released_at IS NULL",

    [TOUCH] = "UPDATE activation"
              " SET validated_at = CASE WHEN validated_at > $4 THEN validated_at ELSE $4 END,"
              "     told_until = CASE WHEN told_until > $5 THEN told_until ELSE $5 END"
              " WHERE brand_id = $1 AND license_id = $2 AND id = $3 AND released_at IS NULL"
              "   AND (validated_at < $4 OR told_until < $5)",

    [MOVE] = "UPDATE activation"
             " SET instance_id = $4"
             " WHERE brand_id = $1 AND license_id = $2 AND id = $3 AND released_at IS NULL AND instance_id <> $4",

    [OFFER_OFFLINE] = "UPDATE activation"
                      " SET offline_until = $4"
                      " WHERE brand_id = $1 AND license_id = $2 AND id = $3 AND (offline_until IS NULL OR offline_until < $4)",

    [FIRST] = "SELECT count(*) FROM (SELECT id FROM activation WHERE brand_id = $1 AND license_id = $2 LIMIT 2) AS ever",
};

const store_set activations_set = {sql, sizeof(sql) / sizeof(sql[0])};

const char *seat_kind_text(seat_kind kind)
{
    switch (kind) {
    case SEAT_DEVICE:
        break;
    case SEAT_URL:
        return "url";
    case SEAT_HOSTNAME:
        return "hostname";
    case SEAT_MACHINE_ID:
        return "machine_id";
    }
    return "fingerprint";
}

static size_t pack(const pl_fingerprint *fingerprint, uint8_t packed[PACKED_MAX])
{
    size_t size = 0;

    for (size_t i = 0; i < PL_COMPONENT_COUNT; i++) {
        size_t bytes = (size_t)fingerprint->count[i] * VALUE_SIZE;

        if (fingerprint->count[i] == 0)
            continue;
        packed[size++] = (uint8_t)(i << 4 | fingerprint->count[i]);
        memcpy(packed + size, fingerprint->value[i], bytes);
        size += bytes;
    }
    return size;
}

static pl_err unpack(const uint8_t *packed, size_t size, pl_fingerprint *fingerprint)
{
    memset(fingerprint, 0, sizeof(*fingerprint));
    for (size_t at = 0; at < size;) {
        size_t component = packed[at] >> 4;
        size_t count = packed[at++] & 0x0f;

        if (component >= PL_COMPONENT_COUNT || count > PL_COMPONENT_VALUES_MAX || count * VALUE_SIZE > size - at)
            return pl_fail(PL_ERR_DATABASE, "a stored fingerprint is damaged");
        fingerprint->count[component] = (uint8_t)count;
        memcpy(fingerprint->value[component], packed + at, count * VALUE_SIZE);
        at += count * VALUE_SIZE;
    }
    return PL_OK;
}

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    activation_t *activation = item;
    uint8_t packed[PACKED_MAX];
    size_t size = pl_db_column_bytes(row, 4, packed, sizeof(packed));
    pl_err err;

    activation->brand_id = pl_db_column_uuid(row, 0);
    activation->license_id = pl_db_column_uuid(row, 1);
    activation->id = pl_db_column_uuid(row, 2);
    activation->instance_id = pl_db_column_uuid(row, 3);
    activation->activated_at_ms = pl_uuid_v7_time_ms(activation->id);
    activation->validated_at_ms = pl_db_column_int(row, 7);
    activation->told_until_ms = pl_db_column_int(row, 8);
    activation->released_at_ms = pl_db_column_int(row, 9);
    activation->taken_at_ms = pl_db_column_int(row, 10);
    activation->offline_until_ms = pl_db_column_int(row, 11);
    activation->kind = (seat_kind)pl_db_column_int(row, 12);
    pl_db_column_bytes(row, 5, activation->device_key, sizeof(activation->device_key));
    if (size > sizeof(packed))
        return pl_fail(PL_ERR_DATABASE, "a stored fingerprint is damaged");
    if ((err = unpack(packed, size, &activation->fingerprint)))
        return err;
    if ((err = store_text(row, 13, arena, &activation->identifier)))
        return err;
    return store_text(row, 6, arena, &activation->device_name);
}

static pl_db_statement *with_license(const tx_t *tx, size_t statement, pl_uuid brand_id, pl_uuid license_id)
{
    pl_db_statement *bound = store_statement(tx, STORE_ACTIVATIONS, statement);

    pl_db_bind_uuid(bound, 1, brand_id);
    pl_db_bind_uuid(bound, 2, license_id);
    return bound;
}

/* $1 to $8 of TAKE and CHANGE; packed must outlive the run. */
static void bind_device(pl_db_statement *statement, const activation_t *activation, uint8_t packed[PACKED_MAX])
{
    pl_db_bind_uuid(statement, 3, activation->id);
    store_bind_id(statement, 4, activation->instance_id);
    pl_db_bind_blob(statement, 5, packed, pack(&activation->fingerprint, packed));
    pl_db_bind_blob(statement, 6, activation->device_key, sizeof(activation->device_key));
    pl_db_bind_text(statement, 7, activation->device_name);
    pl_db_bind_int(statement, 8, activation->validated_at_ms);
}

pl_err activations_take(tx_t *tx, const activation_t *activation, int64_t seats, bool *taken)
{
    pl_db_statement *insert = with_license(tx, TAKE, activation->brand_id, activation->license_id);
    uint8_t packed[PACKED_MAX];
    pl_err err;

    bind_device(insert, activation, packed);
    pl_db_bind_int(insert, 9, seats);
    pl_db_bind_int(insert, 10, activation->told_until_ms);
    err = store_change_one(tx, insert);
    *taken = err == PL_OK;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

pl_err activations_find(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, pl_uuid id, activation_t *activation)
{
    pl_db_statement *select = with_license(tx, FIND, brand_id, license_id);
    pl_err err;

    pl_db_bind_uuid(select, 3, id);
    if (!(err = store_one(select)))
        err = map(select, tx->arena, activation);
    pl_db_reset(select);
    return err;
}

static pl_err list(tx_t *tx, pl_db_statement *select, activation_t **activations, size_t *count)
{
    store_rows rows = {NULL, 0};
    pl_err err = store_collect(select, tx->arena, sizeof(activation_t), map, &rows);

    *activations = rows.items;
    *count = rows.count;
    return err;
}

pl_err activations_list_live(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, activation_t **activations, size_t *count)
{
    return list(tx, with_license(tx, LIST_LIVE, brand_id, license_id), activations, count);
}

pl_err activations_list_all(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, activation_t **activations, size_t *count)
{
    return list(tx, with_license(tx, LIST_ALL, brand_id, license_id), activations, count);
}

pl_err activations_count_live(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, int64_t *count)
{
    pl_db_statement *select = with_license(tx, COUNT_LIVE, brand_id, license_id);
    pl_err err = store_one(select);

    if (!err)
        *count = pl_db_column_int(select, 0);
    pl_db_reset(select);
    return err;
}

pl_err activations_last_seen(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, int64_t *seen_at_ms)
{
    pl_db_statement *select = with_license(tx, LAST_SEEN, brand_id, license_id);
    pl_err err = store_one(select);

    if (!err)
        *seen_at_ms = pl_db_column_int(select, 0);
    pl_db_reset(select);
    return err;
}

pl_err activations_is_first(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, bool *is_first)
{
    pl_db_statement *select = with_license(tx, FIRST, brand_id, license_id);
    pl_err err = store_one(select);

    *is_first = !err && pl_db_column_int(select, 0) == 1;
    pl_db_reset(select);
    return err;
}

static pl_err walk(tx_t *tx, pl_db_statement *select, activation_visit visit, void *context)
{
    pl_db_result result = DB_DONE;
    activation_t activation;
    bool goes_on = true;
    pl_err err = PL_OK;

    while (goes_on && !err && (result = pl_db_step(select)) == DB_ROW)
        if (!(err = map(select, tx->arena, &activation)) && activation.kind == SEAT_DEVICE)
            goes_on = visit(context, &activation);
    pl_db_reset(select);
    return err ? err : pl_db_err(result);
}

pl_err activations_walk_live(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, activation_visit visit, void *context)
{
    return walk(tx, with_license(tx, LIST_LIVE, brand_id, license_id), visit, context);
}

pl_err activations_walk_alike(tx_t *tx, const activation_t *like, activation_visit visit, void *context)
{
    pl_db_statement *select = with_license(tx, LIST_ALIKE, like->brand_id, like->license_id);
    uint8_t packed[PACKED_MAX];

    pl_db_bind_blob(select, 3, packed, pack(&like->fingerprint, packed));
    return walk(tx, select, visit, context);
}

pl_err activations_change(tx_t *tx, const activation_t *activation)
{
    pl_db_statement *update = with_license(tx, CHANGE, activation->brand_id, activation->license_id);
    uint8_t packed[PACKED_MAX];

    bind_device(update, activation, packed);
    pl_db_bind_int(update, 9, activation->told_until_ms);
    return store_change_one(tx, update);
}

static pl_err release(tx_t *tx, size_t statement, const activation_t *activation)
{
    pl_db_statement *update = with_license(tx, statement, activation->brand_id, activation->license_id);

    pl_db_bind_uuid(update, 3, activation->id);
    pl_db_bind_int(update, 4, tx->now_ms);
    return store_change_one(tx, update);
}

pl_err activations_release(tx_t *tx, const activation_t *activation)
{
    return release(tx, RELEASE, activation);
}

pl_err activations_take_away(tx_t *tx, const activation_t *activation)
{
    return release(tx, TAKE_AWAY, activation);
}

static pl_err touch(tx_t *tx, const sighting_t *sighting)
{
    pl_db_statement *update = with_license(tx, TOUCH, sighting->brand_id, sighting->license_id);

    pl_db_bind_uuid(update, 3, sighting->activation_id);
    pl_db_bind_int(update, 4, sighting->at_ms);
    pl_db_bind_int(update, 5, sighting->told_until_ms);
    return pl_db_err(pl_db_run(update)); /* no row: released meanwhile, or seen later already */
}

pl_err activations_touch(tx_t *tx, const sighting_t *sightings, size_t count)
{
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < count; i++)
        err = touch(tx, &sightings[i]);
    return err;
}

pl_err activations_move(tx_t *tx, const sighting_t *sighting, bool *moved)
{
    pl_db_statement *update = with_license(tx, MOVE, sighting->brand_id, sighting->license_id);
    pl_err err;

    pl_db_bind_uuid(update, 3, sighting->activation_id);
    pl_db_bind_uuid(update, 4, sighting->instance_id);
    err = store_change_one(tx, update);
    *moved = !err;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err; /* released meanwhile, or stored already */
}

pl_err activations_offer_offline(tx_t *tx, const activation_t *activation, int64_t until_ms)
{
    pl_db_statement *update = with_license(tx, OFFER_OFFLINE, activation->brand_id, activation->license_id);

    pl_db_bind_uuid(update, 3, activation->id);
    pl_db_bind_int(update, 4, until_ms);
    return pl_db_err(pl_db_run(update)); /* no row: one that holds longer was carried before */
}
