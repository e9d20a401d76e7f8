/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables mail and mail_attempt: writing and sending.
 */
#include "store/mails.h"

#include <string.h>

#include "store/customers.h"
#include "store/statements.h"

enum { INSERT, DUE, CLAIM, SETTLE, ATTEMPT, SENT_SINCE, ADDRESSEE };

static const char *const sql[] = {
    [INSERT] = "INSERT INTO mail (brand_id, id, purpose, template, language, customer_id, license_id, recipient, content, state,"
               "                  attempts, due_at, held_until, created_at, expires_at)"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, 0, $10, 0, $11, $12)"
               " ON CONFLICT (brand_id, purpose) DO NOTHING"
               " RETURNING due_at",

    [DUE] = "SELECT " MAIL_COLUMNS " FROM mail"
            " WHERE state = 1 AND due_at <= $1 AND held_until <= $1"
            "   AND EXISTS (SELECT 1 FROM brand_setting s WHERE s.brand_id = mail.brand_id AND s.name = 'mail_from')"
            " ORDER BY due_at"
            " LIMIT $2",

    [CLAIM] = "UPDATE mail SET held_until = $3, attempts = attempts + 1, expires_at = coalesce(expires_at, $4)"
              " WHERE brand_id = $1 AND id = $2 AND state = 1 AND due_at <= $5 AND held_until <= $5"
              " RETURNING " MAIL_COLUMNS,

    [SETTLE] =
        "UPDATE mail"
        " SET state = $3, due_at = $4, held_until = 0, settled_at = $5, provider_id = $6, error = $7,"
        "     content = CASE WHEN CAST($8 AS BIGINT) = 1 THEN NULL ELSE content END"
        " WHERE brand_id = $1 AND id = $2 AND state = 1 AND (held_until = $9 OR CAST($3 AS BIGINT) = 2)", /* sent is sent */

    [ATTEMPT] = "INSERT INTO mail_attempt (brand_id, mail_id, number, tried_at, duration_ms, state, answer)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7)",

    [SENT_SINCE] = "SELECT count(*) + (SELECT count(*) FROM mail h"
                   "                   WHERE h.brand_id = $1 AND lower(h.recipient) = $2 AND h.state = 1 AND h.held_until > $4"
                   "                     AND (h.template <> 'verification_code' OR CAST($5 AS BIGINT) = 1)),"
                   "       coalesce(min(m.settled_at), 0)"
                   " FROM mail m"
                   " WHERE m.brand_id = $1 AND lower(m.recipient) = $2 AND m.state = 2 AND m.settled_at > $3"
                   "   AND (m.template <> 'verification_code' OR CAST($5 AS BIGINT) = 1)",

    [ADDRESSEE] = "SELECT name, language FROM customer WHERE brand_id = $1 AND id = $2",
};

const store_set mails_set = {sql, sizeof(sql) / sizeof(sql[0])};

pl_err mails_insert(tx_t *tx, const mail_t *mail, bool *is_new)
{
    pl_db_statement *insert = store_statement(tx, STORE_MAILS, INSERT);
    pl_err err;

    pl_db_bind_uuid(insert, 1, mail->brand_id);
    pl_db_bind_uuid(insert, 2, mail->id);
    pl_db_bind_text(insert, 3, mail->purpose);
    pl_db_bind_text(insert, 4, mail->template);
    pl_db_bind_text(insert, 5, mail->language);
    store_bind_id(insert, 6, mail->customer_id);
    store_bind_id(insert, 7, mail->license_id);
    pl_db_bind_text(insert, 8, mail->recipient);
    pl_db_bind_blob(insert, 9, mail->content.data, mail->content.size);
    pl_db_bind_int(insert, 10, mail->due_at_ms);
    pl_db_bind_int(insert, 11, tx->now_ms);
    store_bind_time(insert, 12, mail->expires_at_ms);
    err = store_one(insert);
    pl_db_reset(insert);
    *is_new = !err;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

static pl_err map_texts(pl_db_statement *row, pl_arena *arena, mail_t *mail)
{
    pl_err err;

    if ((err = store_text(row, 2, arena, &mail->purpose)) || (err = store_text(row, 3, arena, &mail->template)) ||
        (err = store_text(row, 4, arena, &mail->language)) || (err = store_text(row, 7, arena, &mail->recipient)) ||
        (err = store_text(row, 15, arena, &mail->provider_id)))
        return err;
    return store_text(row, 16, arena, &mail->error);
}

pl_err mails_map(pl_db_statement *row, pl_arena *arena, void *item)
{
    mail_t *mail = item;

    *mail = (mail_t){.brand_id = pl_db_column_uuid(row, 0),
                     .id = pl_db_column_uuid(row, 1),
                     .customer_id = pl_db_column_uuid(row, 5),
                     .license_id = pl_db_column_uuid(row, 6),
                     .state = (mail_state)pl_db_column_int(row, 9),
                     .attempts = pl_db_column_int(row, 10),
                     .due_at_ms = pl_db_column_int(row, 11),
                     .held_until_ms = pl_db_column_int(row, 12),
                     .created_at_ms = pl_db_column_int(row, 13),
                     .settled_at_ms = pl_db_column_int(row, 14),
                     .expires_at_ms = pl_db_column_int(row, 17)};
    if (!pl_db_column_is_null(row, 8) && !(mail->content = pl_db_column_blob(row, 8, arena)).data)
        return PL_ERR_MEMORY;
    return map_texts(row, arena, mail);
}

pl_err mails_due(tx_t *tx, mail_t **list, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_MAILS, DUE);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_int(select, 1, tx->now_ms);
    pl_db_bind_int(select, 2, MAILS_LOOK_MAX);
    err = store_collect(select, tx->arena, sizeof(mail_t), mails_map, &rows);
    *list = rows.items;
    *count = rows.count;
    return err;
}

pl_err mails_claim(tx_t *tx, mail_t *mail, int64_t until_ms, int64_t expires_at_ms)
{
    pl_db_statement *update = store_statement(tx, STORE_MAILS, CLAIM);
    pl_err err;

    pl_db_bind_uuid(update, 1, mail->brand_id);
    pl_db_bind_uuid(update, 2, mail->id);
    pl_db_bind_int(update, 3, until_ms);
    pl_db_bind_int(update, 4, expires_at_ms);
    pl_db_bind_int(update, 5, tx->now_ms);
    if (!(err = store_one(update)))
        err = mails_map(update, tx->arena, mail);
    pl_db_reset(update);
    return err;
}

pl_err mails_settle(tx_t *tx, const mail_t *mail, bool wipes)
{
    pl_db_statement *update = store_statement(tx, STORE_MAILS, SETTLE);

    pl_db_bind_uuid(update, 1, mail->brand_id);
    pl_db_bind_uuid(update, 2, mail->id);
    pl_db_bind_int(update, 3, mail->state);
    pl_db_bind_int(update, 4, mail->due_at_ms);
    store_bind_time(update, 5, mail->settled_at_ms);
    pl_db_bind_text(update, 6, mail->provider_id);
    pl_db_bind_text(update, 7, mail->error);
    pl_db_bind_int(update, 8, wipes);
    pl_db_bind_int(update, 9, mail->held_until_ms);
    return store_change_one(tx, update);
}

pl_err mails_note_attempt(tx_t *tx, const mail_attempt_t *attempt)
{
    pl_db_statement *insert = store_statement(tx, STORE_MAILS, ATTEMPT);

    pl_db_bind_uuid(insert, 1, attempt->brand_id);
    pl_db_bind_uuid(insert, 2, attempt->mail_id);
    pl_db_bind_int(insert, 3, attempt->number);
    pl_db_bind_int(insert, 4, attempt->tried_at_ms);
    pl_db_bind_int(insert, 5, attempt->duration_ms);
    pl_db_bind_int(insert, 6, attempt->state);
    pl_db_bind_text(insert, 7, attempt->answer);
    return pl_db_err(pl_db_run(insert));
}

pl_err mails_sent_since(tx_t *tx, const mail_t *mail, int64_t since_ms, int64_t *count, int64_t *first_ms)
{
    pl_db_statement *select = store_statement(tx, STORE_MAILS, SENT_SINCE);
    const char *folded = customers_fold_email(tx->arena, mail->recipient);
    pl_err err;

    if (!folded)
        return PL_ERR_MEMORY;
    pl_db_bind_uuid(select, 1, mail->brand_id);
    pl_db_bind_text(select, 2, folded);
    pl_db_bind_int(select, 3, since_ms);
    pl_db_bind_int(select, 4, tx->now_ms);
    pl_db_bind_int(select, 5, strcmp(mail->template, "verification_code") == 0);
    if (!(err = store_one(select))) {
        *count = pl_db_column_int(select, 0);
        *first_ms = pl_db_column_int(select, 1);
    }
    pl_db_reset(select);
    return err;
}

pl_err mails_addressee(tx_t *tx, const mail_t *mail, const char **name, const char **language)
{
    pl_db_statement *select = store_statement(tx, STORE_MAILS, ADDRESSEE);
    pl_err err;

    *name = *language = NULL;
    pl_db_bind_uuid(select, 1, mail->brand_id);
    pl_db_bind_uuid(select, 2, mail->customer_id);
    if (!(err = store_one(select)) && !(err = store_text(select, 0, tx->arena, name)))
        err = store_text(select, 1, tx->arena, language);
    pl_db_reset(select);
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}
