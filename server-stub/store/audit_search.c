/* SPDX-License-Identifier: Apache-2.0
 *
 * Searching the audit table. An id holds its time, so times are bounds of ids.
 */
#include "store/audit_search.h"

#include "store/statements.h"

#include <string.h>

enum { ALL, OF_TARGET, OF_ACTOR, OF_ACTION };

#define SELECT "SELECT " AUDIT_COLUMNS " FROM audit a WHERE a.brand_id = $1"
#define OF(column)                                                                                                  \
    SELECT " AND a." column " IS NOT NULL AND (a." column ", a.id) >= ($5, $2) AND (a." column ", a.id) < ($5, $3)" \
           " ORDER BY a." column " DESC, a.id DESC LIMIT $4"

/*
 * Each walks through what it gives and nothing else; what no index tells is sifted out below, with a bound. Pairs as bounds, for the
 * reason that licenses.c gives.
 */
static const char *const sql[] = {
    [ALL] = SELECT " AND a.id >= $2 AND a.id < $3 ORDER BY a.id DESC LIMIT $4",
    [OF_TARGET] = OF("target"),
    [OF_ACTOR] = OF("actor"),
    [OF_ACTION] = OF("action"),
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
    size_t name = has_target ? OF_TARGET : search->actor ? OF_ACTOR : search->action ? OF_ACTION : ALL;
    pl_db_statement *select = store_statement(tx, STORE_AUDIT_SEARCH, name);

    if (has_target)
        pl_db_bind_uuid(select, 5, search->target);
    else if (search->actor)
        pl_db_bind_text(select, 5, search->actor);
    else if (search->action)
        pl_db_bind_int(select, 5, search->action);
    return select;
}

static bool fits(const audit_search_t *search, const audit_t *entry)
{
    return (!search->actor || strcmp(search->actor, entry->actor) == 0) && (!search->action || search->action == entry->action);
}

/* Whether the index that is chosen leaves something to be sifted out. */
static bool is_sifted(const audit_search_t *search)
{
    int given = !pl_uuid_is_nil(search->target) + (search->actor != NULL) + (search->action != 0);

    return given > 1;
}

static pl_err read_rows(tx_t *tx, const audit_search_t *search, int64_t limit, store_rows *rows)
{
    pl_db_statement *select = choose(tx, search);

    *rows = (store_rows){NULL, 0};
    pl_db_bind_uuid(select, 1, search->brand_id);
    pl_db_bind_uuid(select, 2, first_of(search->since_ms));
    pl_db_bind_uuid(select, 3, upper_bound(search));
    pl_db_bind_int(select, 4, limit);
    return store_collect(select, tx->arena, sizeof(audit_t), audit_map, rows);
}

static void take_rows(const audit_search_t *search, const store_rows *rows, audit_page_t *page)
{
    const audit_t *entries = rows->items;

    for (size_t i = 0; i < rows->count; i++) {
        if (page->count == (size_t)search->limit) {
            page->has_more = true;
            return;
        }
        page->last = entries[i].id;
        if (fits(search, &entries[i]))
            page->entries[page->count++] = entries[i];
    }
}

pl_err audit_search(tx_t *tx, const audit_search_t *asked, audit_page_t *page)
{
    audit_search_t search = *asked;
    const int64_t step = is_sifted(asked) ? AUDIT_PAGE_MAX : asked->limit;
    size_t seen = 0;
    store_rows rows;
    pl_err err;

    *page = (audit_page_t){.entries = pl_arena_take(tx->arena, (size_t)asked->limit * sizeof(audit_t))};
    if (!page->entries)
        return PL_ERR_MEMORY;
    do {
        if ((err = read_rows(tx, &search, step + 1, &rows))) /* one more tells whether there are more */
            return err;
        page->has_more = rows.count > (size_t)step;
        rows.count -= page->has_more;
        take_rows(&search, &rows, page);
        search.before = page->last;
        seen += rows.count;
    } while (page->has_more && page->count < (size_t)search.limit && seen < AUDIT_SIFTED_MAX);
    return PL_OK;
}
