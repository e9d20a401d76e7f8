/* SPDX-License-Identifier: Apache-2.0
 *
 * The refund_request table.
 */
#include "store/refund_requests.h"

#include "store/statements.h"

enum { INSERT, FIND, LOCK, CHANGE, PAGE, PAGE_OF_STATE, OF_CUSTOMER, ERASE };

#define COLUMNS                                                                                                  \
    "r.brand_id, r.id, r.customer_id, r.license_id, r.provider_invoice, r.reason, r.details, r.state, r.amount," \
    " r.provider_refund, r.note, r.created_at, r.decided_at, r.decided_by"

static const char *const sql[] = {
    [INSERT] =
        "INSERT INTO refund_request (brand_id, id, customer_id, license_id, provider_invoice, reason, details, state, amount,"
        "                            provider_refund, note, created_at, decided_at, decided_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
        " ON CONFLICT (brand_id, id) DO NOTHING"
        " RETURNING created_at",

    [FIND] = "SELECT " COLUMNS " FROM refund_request r WHERE r.brand_id = $1 AND r.id = $2",

    [LOCK] = "SELECT " COLUMNS " FROM refund_request r WHERE r.brand_id = $1 AND r.id = $2 FOR UPDATE",

    [CHANGE] = "UPDATE refund_request"
               " SET state = $3, amount = $4, provider_refund = $5, note = $6, decided_at = $7, decided_by = $8"
               " WHERE brand_id = $1 AND id = $2",

    [PAGE] = "SELECT " COLUMNS " FROM refund_request r"
             " WHERE r.brand_id = $1 AND r.id > $2"
             " ORDER BY r.id"
             " LIMIT $3",

    [PAGE_OF_STATE] = "SELECT " COLUMNS " FROM refund_request r"
                      " WHERE r.brand_id = $1 AND r.state = $4 AND r.id > $2"
                      " ORDER BY r.id"
                      " LIMIT $3",

    [OF_CUSTOMER] = "SELECT " COLUMNS " FROM refund_request r"
                    " WHERE r.brand_id = $1 AND r.customer_id = $2 AND r.id > $4"
                    " ORDER BY r.id DESC"
                    " LIMIT $3",

    [ERASE] = "UPDATE refund_request"
              " SET reason = 'erased', details = NULL, note = NULL"
              " WHERE brand_id = $1 AND customer_id = $2",
};

const store_set refund_requests_set = {sql, sizeof(sql) / sizeof(sql[0])};

const char *refund_state_text(refund_state state)
{
    switch (state) {
    case REFUND_PENDING:
        return "pending";
    case REFUND_APPROVED:
        return "approved";
    case REFUND_REJECTED:
        return "rejected";
    case REFUND_MADE:
        break;
    }
    return "refunded";
}

/* NULL for what is not told. */
static void bind_amount(pl_db_statement *statement, int index, int64_t amount)
{
    if (amount < 0)
        pl_db_bind_null(statement, index);
    else
        pl_db_bind_int(statement, index, amount);
}

pl_err refund_requests_insert(tx_t *tx, const refund_request_t *request, bool *is_new)
{
    pl_db_statement *insert = store_statement(tx, STORE_REFUND_REQUESTS, INSERT);
    pl_err err;

    pl_db_bind_uuid(insert, 1, request->brand_id);
    pl_db_bind_uuid(insert, 2, request->id);
    pl_db_bind_uuid(insert, 3, request->customer_id);
    pl_db_bind_uuid(insert, 4, request->license_id);
    pl_db_bind_text(insert, 5, request->invoice);
    pl_db_bind_text(insert, 6, request->reason);
    pl_db_bind_text(insert, 7, request->details);
    pl_db_bind_int(insert, 8, request->state);
    bind_amount(insert, 9, request->amount);
    pl_db_bind_text(insert, 10, request->provider_refund);
    pl_db_bind_text(insert, 11, request->note);
    pl_db_bind_int(insert, 12, request->created_at_ms);
    store_bind_time(insert, 13, request->decided_at_ms);
    pl_db_bind_text(insert, 14, request->decided_by);
    err = store_one(insert);
    pl_db_reset(insert);
    *is_new = !err;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

static pl_err map_texts(pl_db_statement *row, pl_arena *arena, refund_request_t *request)
{
    const struct {
        int column;
        const char **text;
    } texts[] = {{4, &request->invoice},         {5, &request->reason}, {6, &request->details},
                 {9, &request->provider_refund}, {10, &request->note},  {13, &request->decided_by}};
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < sizeof texts / sizeof *texts; i++)
        err = store_text(row, texts[i].column, arena, texts[i].text);
    return err;
}

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    refund_request_t *request = item;

    request->brand_id = pl_db_column_uuid(row, 0);
    request->id = pl_db_column_uuid(row, 1);
    request->customer_id = pl_db_column_uuid(row, 2);
    request->license_id = pl_db_column_uuid(row, 3);
    request->state = (refund_state)pl_db_column_int(row, 7);
    request->amount = pl_db_column_is_null(row, 8) ? -1 : pl_db_column_int(row, 8);
    request->created_at_ms = pl_db_column_int(row, 11);
    request->decided_at_ms = pl_db_column_int(row, 12);
    return map_texts(row, arena, request);
}

pl_err refund_requests_find(tx_t *tx, pl_uuid brand_id, pl_uuid id, refund_request_t *request)
{
    pl_db_statement *select = store_statement(tx, STORE_REFUND_REQUESTS, store_is_writing(tx) ? LOCK : FIND);
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, id);
    if (!(err = store_one(select)))
        err = map(select, tx->arena, request);
    pl_db_reset(select);
    return err;
}

pl_err refund_requests_change(tx_t *tx, const refund_request_t *request)
{
    pl_db_statement *update = store_statement(tx, STORE_REFUND_REQUESTS, CHANGE);

    pl_db_bind_uuid(update, 1, request->brand_id);
    pl_db_bind_uuid(update, 2, request->id);
    pl_db_bind_int(update, 3, request->state);
    bind_amount(update, 4, request->amount);
    pl_db_bind_text(update, 5, request->provider_refund);
    pl_db_bind_text(update, 6, request->note);
    store_bind_time(update, 7, request->decided_at_ms);
    pl_db_bind_text(update, 8, request->decided_by);
    return store_change_one(tx, update);
}

static pl_err collect(tx_t *tx, pl_db_statement *select, refund_request_t **requests, size_t *count)
{
    store_rows rows = {NULL, 0};
    pl_err err = store_collect(select, tx->arena, sizeof(refund_request_t), map, &rows);

    *requests = rows.items;
    *count = rows.count;
    return err;
}

pl_err refund_requests_list(tx_t *tx, const refund_request_t *after, int64_t limit, refund_request_t **requests, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_REFUND_REQUESTS, after->state ? PAGE_OF_STATE : PAGE);

    pl_db_bind_uuid(select, 1, after->brand_id);
    pl_db_bind_uuid(select, 2, after->id);
    pl_db_bind_int(select, 3, limit);
    if (after->state)
        pl_db_bind_int(select, 4, after->state);
    return collect(tx, select, requests, count);
}

pl_err refund_requests_list_of(tx_t *tx, pl_uuid brand_id, pl_uuid customer_id, refund_request_t **requests, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_REFUND_REQUESTS, OF_CUSTOMER);

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, customer_id);
    pl_db_bind_int(select, 3, REFUND_PAGE_MAX);
    pl_db_bind_uuid(select, 4, (pl_uuid){{0}}); /* all: it makes the planner prefer the index to the primary key */
    return collect(tx, select, requests, count);
}

pl_err refund_requests_erase(tx_t *tx, pl_uuid brand_id, pl_uuid customer_id)
{
    pl_db_statement *update = store_statement(tx, STORE_REFUND_REQUESTS, ERASE);

    pl_db_bind_uuid(update, 1, brand_id);
    pl_db_bind_uuid(update, 2, customer_id);
    return pl_db_err(pl_db_run(update));
}
