/* SPDX-License-Identifier: Apache-2.0
 *
 * Searching the audit table. An id holds its time, so times are bounds of ids.
 */
#include "store/audit_search.h"

#include "store/statements.h"

#include <string.h>

enum { ALL, OF_TARGET, OF_ACTOR };

#define SELECT "SELECT " AUDIT_COLUMNS " FROM audit a WHERE a.brand_id = $1 AND a.id >= $2 AND a.id < $3"
#define REST                                         \
    " AND (CAST($4 AS BIGINT) = 0 OR a.action = $4)" \
    " ORDER BY a.id DESC"                            \
    " LIMIT $5"

static const char *const sql[] = {
    [ALL] = SELECT REST,
    [OF_TARGET] = SELECT " AND a.target = $6 AND (coalesce($7, '') = '' OR a.actor = $7)" REST,
    [OF_ACTOR] = SELECT " AND a.actor = $6" REST,
};

const store_set audit_search_set = {sql, sizeof(sql) / sizeof(sql[0])};

/* The least id of a time; nil's place is before all. */
static pl_uuid first_of(int64_t at_ms)
{
    pl_uuid id = {{0}};

    for (size_t i = 0; i < 6; i++)
        id.bytes[i] = (uint8_t)(at_ms >> (40 - 8 * (int)i));
    return id;
}

static pl_uuid upper_bound(const audit_search_t *search)
{
    pl_uuid bound;
    pl_uuid until = first_of(search->until_ms);

    memset(bound.bytes, 0xff, sizeof(bound.bytes));
    if (!pl_uuid_is_nil(search->before))
        bound = search->before;
    return search->until_ms && memcmp(until.bytes, bound.bytes, sizeof(bound.bytes)) < 0 ? until : bound;
}

/* By the index that leaves least to look through. */
static pl_db_statement *choose(const tx_t *tx, const audit_search_t *search)
{
    bool has_target = !pl_uuid_is_nil(search->target);
    pl_db_statement *select = store_statement(tx, STORE_AUDIT_SEARCH, has_target ? OF_TARGET : search->actor ? OF_ACTOR : ALL);

    if (has_target) {
        pl_db_bind_uuid(select, 6, search->target);
        pl_db_bind_text(select, 7, search->actor);
    } else if (search->actor) {
        pl_db_bind_text(select, 6, search->actor);
    }
    return select;
}

pl_err audit_search(tx_t *tx, const audit_search_t *search, audit_t **entries, size_t *count)
{
    pl_db_statement *select = choose(tx, search);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, search->brand_id);
    pl_db_bind_uuid(select, 2, first_of(search->since_ms));
    pl_db_bind_uuid(select, 3, upper_bound(search));
    pl_db_bind_int(select, 4, search->action);
    pl_db_bind_int(select, 5, search->limit);
    err = store_collect(select, tx->arena, sizeof(audit_t), audit_map, &rows);
    *entries = rows.items;
    *count = rows.count;
    return err;
}
