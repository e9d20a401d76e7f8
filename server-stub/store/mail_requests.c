/* SPDX-License-Identifier: Apache-2.0
 *
 * The mail_request table.
 */
#include "store/mail_requests.h"

#include "store/statements.h"

enum { INSERT, FORGET, COUNT_EMAIL, COUNT_ADDRESS, COUNT_BOTH, DAY_MS = 24 * 3600 * 1000 };

static const char *const sql[] = {
    [INSERT] = "INSERT INTO mail_request (brand_id, id, kind, email_folded, address, created_at)"
               " VALUES ($1, $2, $3, $4, $5, $6)",

    [FORGET] = "DELETE FROM mail_request WHERE brand_id = $1 AND created_at < $2",

    [COUNT_EMAIL] = "SELECT count(*) FROM mail_request"
                    " WHERE brand_id = $1 AND kind = $2 AND email_folded = $3 AND created_at > $4",

    [COUNT_ADDRESS] = "SELECT count(*) FROM mail_request"
                      " WHERE brand_id = $1 AND kind = $2 AND address = $3 AND created_at > $4",

    [COUNT_BOTH] = "SELECT count(*) FROM mail_request"
                   " WHERE brand_id = $1 AND kind = $2 AND email_folded = $3 AND created_at > $4 AND address = $5",
};

const store_set mail_requests_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_err forget(tx_t *tx, pl_uuid brand_id)
{
    pl_db_statement *delete = store_statement(tx, STORE_MAIL_REQUESTS, FORGET);

    pl_db_bind_uuid(delete, 1, brand_id);
    pl_db_bind_int(delete, 2, tx->now_ms - DAY_MS);
    return pl_db_err(pl_db_run(delete));
}

pl_err mail_requests_insert(tx_t *tx, const mail_request_t *request)
{
    pl_db_statement *insert = store_statement(tx, STORE_MAIL_REQUESTS, INSERT);
    pl_err err;

    pl_db_bind_uuid(insert, 1, request->brand_id);
    pl_db_bind_uuid(insert, 2, store_new_id(tx));
    pl_db_bind_int(insert, 3, request->kind);
    pl_db_bind_text(insert, 4, request->email);
    pl_db_bind_text(insert, 5, request->address);
    pl_db_bind_int(insert, 6, tx->now_ms);
    err = pl_db_err(pl_db_run(insert));
    return err ? err : forget(tx, request->brand_id);
}

static pl_db_statement *with_key(const tx_t *tx, size_t index, const mail_request_t *like, int64_t since_ms)
{
    pl_db_statement *select = store_statement(tx, STORE_MAIL_REQUESTS, index);

    pl_db_bind_uuid(select, 1, like->brand_id);
    pl_db_bind_int(select, 2, like->kind);
    pl_db_bind_text(select, 3, index == COUNT_ADDRESS ? like->address : like->email);
    pl_db_bind_int(select, 4, since_ms);
    if (index == COUNT_BOTH)
        pl_db_bind_text(select, 5, like->address);
    return select;
}

static pl_err read_count(pl_db_statement *select, int64_t *count)
{
    pl_err err = store_one(select);

    if (!err)
        *count = pl_db_column_int(select, 0);
    pl_db_reset(select);
    return err;
}

pl_err mail_requests_count(tx_t *tx, const mail_request_t *like, int64_t since_ms, mail_request_counts_t *counts)
{
    pl_err err;

    if ((err = read_count(with_key(tx, COUNT_EMAIL, like, since_ms), &counts->of_email)) ||
        (err = read_count(with_key(tx, COUNT_ADDRESS, like, since_ms), &counts->of_address)))
        return err;
    return read_count(with_key(tx, COUNT_BOTH, like, since_ms), &counts->of_both);
}
