/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of the audit by what is asked of them.
 */
#include "store/audit_question.h"

#include "store/statements.h"

#include <string.h>

enum { SEARCH, SEARCH_TARGET };

#define FILTER                                                                                                               \
    " WHERE a.brand_id = $1 AND a.id < $2 AND a.id >= $3 AND (a.actor = $4 OR $4 IS NULL) AND (a.action = $5 OR CAST($5 AS " \
    "BIGINT) = 0)"

static const char *const sql[] = {
    [SEARCH] = "SELECT " AUDIT_COLUMNS " FROM audit a" FILTER " ORDER BY a.id DESC LIMIT $6",

    [SEARCH_TARGET] = "SELECT " AUDIT_COLUMNS " FROM audit a" FILTER " AND a.target = $7 ORDER BY a.id DESC LIMIT $6",
};

const store_set audit_question_set = {sql, sizeof(sql) / sizeof(sql[0])};

/* The smallest id that a time can have. */
static pl_uuid first_id_at(int64_t time_ms)
{
    pl_uuid id = {{0}};

    for (int i = 0; i < 6; i++)
        id.bytes[i] = (uint8_t)((uint64_t)time_ms >> (40 - 8 * i));
    return id;
}

static pl_uuid upper_bound(const audit_question_t *question)
{
    pl_uuid last, until = first_id_at(question->until_ms + 1);

    memset(last.bytes, 0xff, sizeof(last.bytes));
    if (!pl_uuid_is_nil(question->before))
        last = question->before;
    return question->until_ms && memcmp(until.bytes, last.bytes, sizeof(last.bytes)) < 0 ? until : last;
}

pl_err audit_ask(tx_t *tx, const audit_question_t *question, audit_t **entries, size_t *count)
{
    bool is_any = pl_uuid_is_nil(question->target);
    pl_db_statement *select = store_statement(tx, STORE_AUDIT_QUESTION, is_any ? SEARCH : SEARCH_TARGET);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, question->brand_id);
    pl_db_bind_uuid(select, 2, upper_bound(question));
    pl_db_bind_uuid(select, 3, first_id_at(question->since_ms));
    pl_db_bind_text(select, 4, question->actor);
    pl_db_bind_int(select, 5, question->action);
    pl_db_bind_int(select, 6, question->limit);
    if (!is_any)
        pl_db_bind_uuid(select, 7, question->target);
    err = store_collect(select, tx->arena, sizeof(audit_t), audit_map, &rows);
    *entries = rows.items;
    *count = rows.count;
    return err;
}
