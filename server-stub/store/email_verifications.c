/* SPDX-License-Identifier: Apache-2.0
 *
 * The email_verification table.
 */
#include "store/email_verifications.h"

#include "store/statements.h"

enum { INSERT, FORGET, FIND, LOCK, CHANGE, COUNT_TO, COUNT_FROM, DAY_MS = 24 * 3600 * 1000 };

#define COLUMNS                                                                                                    \
    "v.brand_id, v.id, v.email_folded, v.context, v.code_hash, v.attempts, v.address, v.created_at, v.expires_at," \
    " v.confirmed_at, v.used_at"

static const char *const sql[] = {
    [INSERT] = "INSERT INTO email_verification (brand_id, id, email_folded, context, code_hash, attempts, address, created_at,"
               "                                expires_at)"
               " VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8)",

    [FORGET] = "DELETE FROM email_verification WHERE brand_id = $1 AND created_at < $2",

    [FIND] = "SELECT " COLUMNS " FROM email_verification v WHERE v.brand_id = $1 AND v.id = $2",

    [LOCK] = "SELECT " COLUMNS " FROM email_verification v WHERE v.brand_id = $1 AND v.id = $2 FOR UPDATE",

    [CHANGE] = "UPDATE email_verification"
               " SET attempts = $3, confirmed_at = $4, used_at = $5"
               " WHERE brand_id = $1 AND id = $2 AND attempts = $6 AND coalesce(used_at, 0) = $7",

    [COUNT_TO] = "SELECT count(*), max(created_at) FROM email_verification"
                 " WHERE brand_id = $1 AND email_folded = $2 AND created_at > $3",

    [COUNT_FROM] = "SELECT count(*) FROM email_verification"
                   " WHERE brand_id = $1 AND address = $2 AND created_at > $3",
};

const store_set email_verifications_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_err forget(tx_t *tx, pl_uuid brand_id)
{
    pl_db_statement *delete = store_statement(tx, STORE_EMAIL_VERIFICATIONS, FORGET);

    pl_db_bind_uuid(delete, 1, brand_id);
    pl_db_bind_int(delete, 2, tx->now_ms - DAY_MS);
    return pl_db_err(pl_db_run(delete));
}

pl_err email_verifications_insert(tx_t *tx, const email_verification_t *verification)
{
    pl_db_statement *insert = store_statement(tx, STORE_EMAIL_VERIFICATIONS, INSERT);
    pl_err err;

    pl_db_bind_uuid(insert, 1, verification->brand_id);
    pl_db_bind_uuid(insert, 2, verification->id);
    pl_db_bind_text(insert, 3, verification->email);
    pl_db_bind_text(insert, 4, verification->context);
    pl_db_bind_blob(insert, 5, verification->code_hash, sizeof(verification->code_hash));
    pl_db_bind_text(insert, 6, verification->address);
    pl_db_bind_int(insert, 7, tx->now_ms);
    pl_db_bind_int(insert, 8, verification->expires_at_ms);
    err = pl_db_err(pl_db_run(insert));
    return err ? err : forget(tx, verification->brand_id);
}

static pl_err map(pl_db_statement *row, pl_arena *arena, email_verification_t *v)
{
    pl_err err;

    v->brand_id = pl_db_column_uuid(row, 0);
    v->id = pl_db_column_uuid(row, 1);
    if (pl_db_column_bytes(row, 4, v->code_hash, sizeof(v->code_hash)) != sizeof(v->code_hash))
        return pl_fail(PL_ERR_DATABASE, "a stored verification is damaged");
    v->attempts = pl_db_column_int(row, 5);
    v->created_at_ms = pl_db_column_int(row, 7);
    v->expires_at_ms = pl_db_column_int(row, 8);
    v->confirmed_at_ms = pl_db_column_int(row, 9);
    v->used_at_ms = pl_db_column_int(row, 10);
    if ((err = store_text(row, 2, arena, &v->email)) || (err = store_text(row, 3, arena, &v->context)))
        return err;
    return store_text(row, 6, arena, &v->address);
}

pl_err email_verifications_find(tx_t *tx, pl_uuid brand_id, pl_uuid id, email_verification_t *verification)
{
    pl_db_statement *select = store_statement(tx, STORE_EMAIL_VERIFICATIONS, store_is_writing(tx) ? LOCK : FIND);
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, id);
    if (!(err = store_one(select)))
        err = map(select, tx->arena, verification);
    pl_db_reset(select);
    return err;
}

pl_err email_verifications_change(tx_t *tx, const email_verification_t *before, const email_verification_t *after)
{
    pl_db_statement *update = store_statement(tx, STORE_EMAIL_VERIFICATIONS, CHANGE);

    pl_db_bind_uuid(update, 1, after->brand_id);
    pl_db_bind_uuid(update, 2, after->id);
    pl_db_bind_int(update, 3, after->attempts);
    store_bind_time(update, 4, after->confirmed_at_ms);
    store_bind_time(update, 5, after->used_at_ms);
    pl_db_bind_int(update, 6, before->attempts);
    pl_db_bind_int(update, 7, before->used_at_ms);
    return store_change_one(tx, update);
}

static pl_db_statement *with_text(const tx_t *tx, size_t index, const email_verification_t *like, int64_t since_ms)
{
    pl_db_statement *select = store_statement(tx, STORE_EMAIL_VERIFICATIONS, index);

    pl_db_bind_uuid(select, 1, like->brand_id);
    pl_db_bind_text(select, 2, index == COUNT_TO ? like->email : like->address);
    pl_db_bind_int(select, 3, since_ms);
    return select;
}

pl_err email_verifications_count_to(tx_t *tx, const email_verification_t *like, int64_t since_ms, int64_t *count,
                                    int64_t *newest_ms)
{
    pl_db_statement *select = with_text(tx, COUNT_TO, like, since_ms);
    pl_err err = store_one(select);

    if (!err) {
        *count = pl_db_column_int(select, 0);
        *newest_ms = pl_db_column_int(select, 1);
    }
    pl_db_reset(select);
    return err;
}

pl_err email_verifications_count_from(tx_t *tx, const email_verification_t *like, int64_t since_ms, int64_t *count)
{
    pl_db_statement *select = with_text(tx, COUNT_FROM, like, since_ms);
    pl_err err = store_one(select);

    if (!err)
        *count = pl_db_column_int(select, 0);
    pl_db_reset(select);
    return err;
}
