/* SPDX-License-Identifier: Apache-2.0
 *
 * Personal data in the tables customer, mail, mail_attempt, payment, activation, session, inbound_event and email_verification.
 */
#include "store/personal.h"

#include "store/statements.h"

enum {
    FIND,
    BY_NUMBER,
    MAILS,
    MAILS_TO,
    PAYMENTS,
    ERASE_CUSTOMER,
    ERASE_MAIL,
    ERASE_ATTEMPTS,
    ERASE_SEATS,
    ERASE_SESSIONS,
    ERASE_EVENTS,
    ERASE_VERIFICATIONS,
    ERASE_ASKED,
    EMPTY_MAIL
};

#define LETTER_COLUMNS                                                                                                   \
    "m.brand_id, m.id, m.purpose, m.template, m.language, m.customer_id, m.license_id, m.recipient, m.content, m.state," \
    " m.attempts, m.due_at, m.created_at, m.settled_at, m.provider_id, m.error"

static const char *const sql[] = {
    [FIND] = "SELECT number, phone, language, erased_at FROM customer WHERE brand_id = $1 AND id = $2",

    [BY_NUMBER] = "SELECT id FROM customer WHERE brand_id = $1 AND number = $2",

    [MAILS] = "SELECT " LETTER_COLUMNS " FROM mail m"
              " WHERE m.brand_id = $1 AND m.customer_id = $2"
              " ORDER BY m.created_at DESC"
              " LIMIT $3",

    [MAILS_TO] = "SELECT " LETTER_COLUMNS " FROM mail m"
                 " WHERE m.brand_id = $1 AND lower(m.recipient) = $2 AND m.customer_id IS NULL"
                 " ORDER BY m.created_at DESC"
                 " LIMIT $3",

    [PAYMENTS] =
        "SELECT provider, provider_invoice, provider_charge, license_id, state, amount, refunded, currency, paid_at, told_at"
        " FROM payment"
        " WHERE brand_id = $1"
        "   AND id IN (SELECT c.id FROM payment c WHERE c.brand_id = $1 AND c.customer_id = $2)" /* from the index alone */
        " ORDER BY id DESC"
        " LIMIT $3",

    [ERASE_CUSTOMER] = "UPDATE customer"
                       " SET email_folded = $3, email = NULL, name = NULL, metadata = NULL, phone = NULL, language = NULL,"
                       "     erased_at = $4, version = version + 1"
                       " WHERE brand_id = $1 AND id = $2",

    [ERASE_MAIL] = "UPDATE mail"
                   " SET purpose = $3, recipient = 'erased', content = NULL, provider_id = NULL, error = NULL,"
                   "     state = CASE WHEN state = 1 THEN 4 ELSE state END, settled_at = coalesce(settled_at, $4)"
                   " WHERE brand_id = $1 AND id = $2",

    [ERASE_ATTEMPTS] = "UPDATE mail_attempt SET answer = NULL WHERE brand_id = $1 AND mail_id = $2",

    [ERASE_SEATS] = "UPDATE activation"
                    " SET device_name = NULL, metadata = NULL, identifier = CASE WHEN kind > 0 THEN 'erased' END"
                    " WHERE brand_id = $1 AND license_id = $2 AND released_at IS NOT NULL",

    [ERASE_SESSIONS] = "UPDATE session SET reason = NULL WHERE brand_id = $1 AND license_id = $2 AND reason IS NOT NULL",

    [ERASE_EVENTS] = "UPDATE inbound_event SET body = $3 WHERE brand_id = $1 AND customer_id = $2 AND state <> 1",

    [ERASE_VERIFICATIONS] = "DELETE FROM email_verification WHERE brand_id = $1 AND email_folded = $2",

    [ERASE_ASKED] = "DELETE FROM mail_request WHERE brand_id = $1 AND kind = 1 AND email_folded = $2",

    [EMPTY_MAIL] = "UPDATE mail SET content = NULL WHERE brand_id = $1 AND purpose = $2",
};

const store_set personal_set = {sql, sizeof(sql) / sizeof(sql[0])};

/* ---- looking ---- */

pl_err personal_find(tx_t *tx, pl_uuid brand_id, pl_uuid customer_id, person_t *person)
{
    pl_db_statement *select = store_statement(tx, STORE_PERSONAL, FIND);
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, customer_id);
    if (!(err = store_one(select))) {
        person->number = pl_db_column_int(select, 0);
        person->erased_at_ms = pl_db_column_int(select, 3);
        if (!(err = store_text(select, 1, tx->arena, &person->phone)))
            err = store_text(select, 2, tx->arena, &person->language);
    }
    pl_db_reset(select);
    return err;
}

pl_err personal_find_number(tx_t *tx, pl_uuid brand_id, int64_t number, pl_uuid *customer_id)
{
    pl_db_statement *select = store_statement(tx, STORE_PERSONAL, BY_NUMBER);
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_int(select, 2, number);
    if (!(err = store_one(select)))
        *customer_id = pl_db_column_uuid(select, 0);
    pl_db_reset(select);
    return err;
}

static pl_err map_mail_texts(pl_db_statement *row, pl_arena *arena, mail_t *mail)
{
    const struct {
        int column;
        const char **text;
    } texts[] = {{2, &mail->purpose},   {3, &mail->template},     {4, &mail->language},
                 {7, &mail->recipient}, {14, &mail->provider_id}, {15, &mail->error}};
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < sizeof texts / sizeof *texts; i++)
        err = store_text(row, texts[i].column, arena, texts[i].text);
    return err;
}

static pl_err map_mail(pl_db_statement *row, pl_arena *arena, void *item)
{
    mail_t *mail = item;

    mail->brand_id = pl_db_column_uuid(row, 0);
    mail->id = pl_db_column_uuid(row, 1);
    mail->customer_id = pl_db_column_uuid(row, 5);
    mail->license_id = pl_db_column_uuid(row, 6);
    mail->content = pl_db_column_blob(row, 8, arena);
    mail->state = (mail_state)pl_db_column_int(row, 9);
    mail->attempts = pl_db_column_int(row, 10);
    mail->due_at_ms = pl_db_column_int(row, 11);
    mail->created_at_ms = pl_db_column_int(row, 12);
    mail->settled_at_ms = pl_db_column_int(row, 13);
    return map_mail_texts(row, arena, mail);
}

static pl_err collect_mails(tx_t *tx, pl_db_statement *select, mail_t **mails, size_t *count)
{
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_int(select, 3, PERSONAL_PAGE_MAX);
    err = store_collect(select, tx->arena, sizeof(mail_t), map_mail, &rows);
    *mails = rows.items;
    *count = rows.count;
    return err;
}

pl_err personal_list_mails(tx_t *tx, pl_uuid brand_id, pl_uuid customer_id, mail_t **mails, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_PERSONAL, MAILS);

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, customer_id);
    return collect_mails(tx, select, mails, count);
}

pl_err personal_list_mails_to(tx_t *tx, pl_uuid brand_id, const char *recipient, mail_t **mails, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_PERSONAL, MAILS_TO);

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_text(select, 2, recipient);
    return collect_mails(tx, select, mails, count);
}

static pl_err map_payment(pl_db_statement *row, pl_arena *arena, void *item)
{
    paid_t *paid = item;
    pl_err err;

    paid->license_id = pl_db_column_uuid(row, 3);
    paid->state = pl_db_column_int(row, 4);
    paid->amount = pl_db_column_int(row, 5);
    paid->refunded = pl_db_column_int(row, 6);
    paid->paid_at_ms = pl_db_column_int(row, 8);
    paid->told_at_ms = pl_db_column_int(row, 9);
    if ((err = store_text(row, 0, arena, &paid->provider)) || (err = store_text(row, 1, arena, &paid->invoice)) ||
        (err = store_text(row, 2, arena, &paid->charge)))
        return err;
    return store_text(row, 7, arena, &paid->currency);
}

pl_err personal_list_payments(tx_t *tx, pl_uuid brand_id, pl_uuid customer_id, paid_t **payments, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_PERSONAL, PAYMENTS);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, customer_id);
    pl_db_bind_int(select, 3, PERSONAL_PAGE_MAX);
    err = store_collect(select, tx->arena, sizeof(paid_t), map_payment, &rows);
    *payments = rows.items;
    *count = rows.count;
    return err;
}

/* ---- erasing ---- */

/* A statement whose first two parameters are a brand's id and one of its own. */
static pl_db_statement *begin(tx_t *tx, size_t index, pl_uuid brand_id, pl_uuid id)
{
    pl_db_statement *statement = store_statement(tx, STORE_PERSONAL, index);

    pl_db_bind_uuid(statement, 1, brand_id);
    pl_db_bind_uuid(statement, 2, id);
    return statement;
}

pl_err personal_erase_customer(tx_t *tx, pl_uuid brand_id, pl_uuid customer_id, const char *address_after)
{
    pl_db_statement *update = begin(tx, ERASE_CUSTOMER, brand_id, customer_id);

    pl_db_bind_text(update, 3, address_after);
    pl_db_bind_int(update, 4, tx->now_ms);
    return store_change_one(tx, update);
}

pl_err personal_erase_mail(tx_t *tx, const mail_t *mail, const char *purpose_after)
{
    pl_db_statement *update = begin(tx, ERASE_MAIL, mail->brand_id, mail->id);
    pl_err err;

    pl_db_bind_text(update, 3, purpose_after);
    pl_db_bind_int(update, 4, tx->now_ms);
    err = store_change_one(tx, update);
    return err ? err : pl_db_err(pl_db_run(begin(tx, ERASE_ATTEMPTS, mail->brand_id, mail->id)));
}

pl_err personal_erase_seats(tx_t *tx, pl_uuid brand_id, pl_uuid license_id)
{
    pl_err err = pl_db_err(pl_db_run(begin(tx, ERASE_SEATS, brand_id, license_id)));

    return err ? err : pl_db_err(pl_db_run(begin(tx, ERASE_SESSIONS, brand_id, license_id)));
}

pl_err personal_erase_events(tx_t *tx, pl_uuid brand_id, pl_uuid customer_id)
{
    pl_db_statement *update = begin(tx, ERASE_EVENTS, brand_id, customer_id);

    pl_db_bind_blob(update, 3, "", 0);
    return pl_db_err(pl_db_run(update));
}

pl_err personal_empty_mail(tx_t *tx, pl_uuid brand_id, const char *purpose)
{
    pl_db_statement *update = store_statement(tx, STORE_PERSONAL, EMPTY_MAIL);

    pl_db_bind_uuid(update, 1, brand_id);
    pl_db_bind_text(update, 2, purpose);
    return pl_db_err(pl_db_run(update));
}

pl_err personal_erase_verifications(tx_t *tx, pl_uuid brand_id, const char *email_folded)
{
    static const size_t each[] = {ERASE_VERIFICATIONS, ERASE_ASKED};
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < sizeof each / sizeof each[0]; i++) {
        pl_db_statement *statement = store_statement(tx, STORE_PERSONAL, each[i]);

        pl_db_bind_uuid(statement, 1, brand_id);
        pl_db_bind_text(statement, 2, email_folded);
        err = pl_db_err(pl_db_run(statement));
    }
    return err;
}
