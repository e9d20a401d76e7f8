/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables mail and mail_attempt.
 */
#include "store/mails.h"

#include "store/statements.h"

enum { INSERT };

static const char *const sql[] = {
    [INSERT] = "INSERT INTO mail (brand_id, id, purpose, template, language, customer_id, license_id, recipient, content, state,"
               "                  attempts, due_at, held_until, created_at)"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, 0, $10, 0, $11)"
               " ON CONFLICT (brand_id, purpose) DO NOTHING"
               " RETURNING due_at",
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
    err = store_one(insert);
    pl_db_reset(insert);
    *is_new = !err;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}
