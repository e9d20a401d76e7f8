/* SPDX-License-Identifier: Apache-2.0
 *
 * The revocation_list table, and what is looked up for it in others.
 */
#include "store/revocations.h"

#include "store/statements.h"

enum { LICENSES, ACTIVATIONS, COUNT_LICENSES, COUNT_FORESEEN, COUNT_ACTIVATIONS, FIND, PUT };

#define NOT_OVER                                                                                    \
    " JOIN product ON product.brand_id = license.brand_id AND product.id = license.product_id"      \
    " WHERE license.brand_id = $1"                                                                  \
    "   AND (license.expires_at IS NULL OR product.expiry_effect = 1 OR license.policy IS NOT NULL" \
    "        OR license.expires_at + CASE WHEN license.renews <> 0 THEN product.slack_s * 1000 ELSE 0 END > $2)"

/* Each has its time, which is named here for the index that it is in. */
#define CANCELLED " FROM license" NOT_OVER " AND license.status = 3 AND license.cancelled_at >= 0"

/* What was foreseen has come. */
#define FORESEEN " FROM license" NOT_OVER " AND license.status <> 3 AND license.cancel_at <= $2"

#define TAKEN          \
    " FROM activation" \
    " WHERE brand_id = $1 AND taken_at > $2 AND kind = 0"

static const char *const sql[] = {
    [LICENSES] = "SELECT id FROM"
                 " (SELECT license.id AS id, license.cancelled_at AS came_at" CANCELLED "  UNION ALL"
                 "  SELECT license.id AS id, license.cancel_at AS came_at" FORESEEN ") AS listed"
                 " ORDER BY came_at DESC, id DESC"
                 " LIMIT $3",

    [ACTIVATIONS] = "SELECT id" TAKEN " ORDER BY taken_at DESC, id DESC"
                    " LIMIT $3",

    [COUNT_LICENSES] = "SELECT count(*)" CANCELLED,

    [COUNT_FORESEEN] = "SELECT count(*)" FORESEEN,

    [COUNT_ACTIVATIONS] = "SELECT count(*)" TAKEN,

    [FIND] = "SELECT brand_id, epoch, sequence, content, issued_at, token FROM revocation_list"
             " WHERE brand_id = $1",

    [PUT] = "INSERT INTO revocation_list (brand_id, epoch, sequence, content, issued_at, token)"
            " VALUES ($1, $2, $3, $4, $5, $6)"
            " ON CONFLICT (brand_id) DO UPDATE"
            " SET epoch = $2, sequence = $3, content = $4, issued_at = $5, token = $6",
};

const store_set revocations_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_err map_id(pl_db_statement *row, pl_arena *arena, void *item)
{
    pl_uuid *id = item;

    (void)arena;
    *id = pl_db_column_uuid(row, 0);
    return PL_OK;
}

static pl_err list(tx_t *tx, pl_db_statement *select, pl_uuid **ids, size_t *count)
{
    store_rows rows = {NULL, 0};
    pl_err err = store_collect(select, tx->arena, sizeof(pl_uuid), map_id, &rows);

    *ids = rows.items;
    *count = rows.count;
    return err;
}

/* $1 and $2. */
static pl_db_statement *bind_search(const tx_t *tx, size_t statement, pl_uuid brand_id, int64_t since_ms)
{
    pl_db_statement *select = store_statement(tx, STORE_REVOCATIONS, statement);

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_int(select, 2, since_ms);
    return select;
}

pl_err revocations_licenses(tx_t *tx, const revocation_search_t *search, pl_uuid **ids, size_t *count)
{
    pl_db_statement *select = bind_search(tx, LICENSES, search->brand_id, tx->now_ms);

    pl_db_bind_int(select, 3, search->most);
    return list(tx, select, ids, count);
}

pl_err revocations_activations(tx_t *tx, const revocation_search_t *search, pl_uuid **ids, size_t *count)
{
    pl_db_statement *select = bind_search(tx, ACTIVATIONS, search->brand_id, search->since_ms);

    pl_db_bind_int(select, 3, search->most);
    return list(tx, select, ids, count);
}

static pl_err count_rows(pl_db_statement *select, size_t *count)
{
    pl_err err = store_one(select);

    if (!err)
        *count = (size_t)pl_db_column_int(select, 0);
    pl_db_reset(select);
    return err;
}

pl_err revocations_count(tx_t *tx, const revocation_search_t *search, size_t *licenses, size_t *activations)
{
    size_t foreseen = 0;
    pl_err err = count_rows(bind_search(tx, COUNT_LICENSES, search->brand_id, tx->now_ms), licenses);

    if (!err)
        err = count_rows(bind_search(tx, COUNT_FORESEEN, search->brand_id, tx->now_ms), &foreseen);
    if (err)
        return err;
    *licenses += foreseen;
    return count_rows(bind_search(tx, COUNT_ACTIVATIONS, search->brand_id, search->since_ms), activations);
}

pl_err revocations_find(tx_t *tx, pl_uuid brand_id, revocation_list_t *found)
{
    pl_db_statement *select = store_statement(tx, STORE_REVOCATIONS, FIND);
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    if (!(err = store_one(select))) {
        found->brand_id = pl_db_column_uuid(select, 0);
        found->epoch = pl_db_column_int(select, 1);
        found->sequence = pl_db_column_int(select, 2);
        (void)pl_db_column_bytes(select, 3, found->content, sizeof(found->content));
        found->issued_at_ms = pl_db_column_int(select, 4);
        err = store_text(select, 5, tx->arena, &found->token);
    }
    pl_db_reset(select);
    return err;
}

pl_err revocations_put(tx_t *tx, const revocation_list_t *list_to_put)
{
    pl_db_statement *put = store_statement(tx, STORE_REVOCATIONS, PUT);

    pl_db_bind_uuid(put, 1, list_to_put->brand_id);
    pl_db_bind_int(put, 2, list_to_put->epoch);
    pl_db_bind_int(put, 3, list_to_put->sequence);
    pl_db_bind_blob(put, 4, list_to_put->content, sizeof(list_to_put->content));
    pl_db_bind_int(put, 5, list_to_put->issued_at_ms);
    pl_db_bind_text(put, 6, list_to_put->token);
    return pl_db_err(pl_db_run(put));
}
