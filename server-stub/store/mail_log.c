/* SPDX-License-Identifier: Apache-2.0
 *
 * The log of mail: reading it, sending again, forgetting.
 */
#include "store/mails.h"

#include "store/customers.h"
#include "store/statements.h"

#include <string.h>

enum { LIST, LIST_STATE, LIST_TO, FIND, ATTEMPTS, HURRY, MEASURE, EXPIRE, WIPE };

static const int64_t KEPT_MS = (int64_t)MAIL_CONTENT_KEPT_DAYS * 24 * 3600 * 1000;

static const char *const sql[] = {
    [LIST] = "SELECT " MAIL_COLUMNS " FROM mail WHERE brand_id = $1 AND id < $2"
             " ORDER BY id DESC"
             " LIMIT $3",

    [LIST_STATE] = "SELECT " MAIL_COLUMNS " FROM mail WHERE brand_id = $1 AND id < $2 AND state = $4"
                   " ORDER BY id DESC"
                   " LIMIT $3",

    [LIST_TO] = "SELECT " MAIL_COLUMNS " FROM mail WHERE brand_id = $1 AND id < $2 AND lower(recipient) = $4"
                " ORDER BY id DESC"
                " LIMIT $3",

    [FIND] = "SELECT " MAIL_COLUMNS " FROM mail WHERE brand_id = $1 AND id = $2",

    [ATTEMPTS] = "SELECT a.number, a.tried_at, a.duration_ms, a.state, a.answer FROM mail_attempt a"
                 " WHERE a.brand_id = $1 AND a.mail_id = $2"
                 " ORDER BY a.number",

    [HURRY] = "UPDATE mail SET due_at = $3 WHERE brand_id = $1 AND id = $2 AND state = 1 AND held_until <= $3",

    [MEASURE] = "SELECT count(*), coalesce(min(w.due_at), 0)"
                " FROM (SELECT due_at FROM mail WHERE state = 1 ORDER BY due_at LIMIT $1) w",

    [EXPIRE] = "UPDATE mail SET state = 3, settled_at = $1, content = NULL,"
               "                error = coalesce(error, 'it was of no use any more before it could be sent')"
               " WHERE state = 1 AND (brand_id, id) IN"
               "  (SELECT m.brand_id, m.id FROM mail m WHERE m.state = 1 AND m.expires_at <= $1 AND m.held_until <= $1"
               "   ORDER BY m.expires_at LIMIT $2)",

    [WIPE] = "UPDATE mail SET content = NULL"
             " WHERE (brand_id, id) IN"
             "  (SELECT m.brand_id, m.id FROM mail m WHERE m.content IS NOT NULL AND m.settled_at <= $1"
             "   ORDER BY m.settled_at LIMIT $2)",
};

const store_set mail_log_set = {sql, sizeof(sql) / sizeof(sql[0])};

pl_err mails_list(tx_t *tx, const mail_page_t *page, mail_t **list, size_t *count)
{
    size_t which = page->recipient ? LIST_TO : page->state ? LIST_STATE : LIST;
    pl_db_statement *select = store_statement(tx, STORE_MAIL_LOG, which);
    const char *folded = page->recipient ? customers_fold_email(tx->arena, page->recipient) : NULL;
    store_rows rows = {NULL, 0};
    pl_uuid before = page->before;
    pl_err err;

    if (page->recipient && !folded)
        return PL_ERR_MEMORY;
    if (pl_uuid_is_nil(before))
        memset(before.bytes, 0xff, sizeof(before.bytes));
    pl_db_bind_uuid(select, 1, page->brand_id);
    pl_db_bind_uuid(select, 2, before);
    pl_db_bind_int(select, 3, page->limit);
    if (which == LIST_TO)
        pl_db_bind_text(select, 4, folded);
    else if (which == LIST_STATE)
        pl_db_bind_int(select, 4, page->state);
    err = store_collect(select, tx->arena, sizeof(mail_t), mails_map, &rows);
    *list = rows.items;
    *count = rows.count;
    return err;
}

pl_err mails_find(tx_t *tx, pl_uuid brand_id, pl_uuid id, mail_t *mail)
{
    pl_db_statement *select = store_statement(tx, STORE_MAIL_LOG, FIND);
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, id);
    if (!(err = store_one(select)))
        err = mails_map(select, tx->arena, mail);
    pl_db_reset(select);
    return err;
}

static pl_err map_attempt(pl_db_statement *row, pl_arena *arena, void *item)
{
    mail_attempt_t *attempt = item;

    *attempt = (mail_attempt_t){.number = pl_db_column_int(row, 0),
                                .tried_at_ms = pl_db_column_int(row, 1),
                                .duration_ms = pl_db_column_int(row, 2),
                                .state = (mail_state)pl_db_column_int(row, 3)};
    return store_text(row, 4, arena, &attempt->answer);
}

pl_err mails_attempts(tx_t *tx, const mail_t *mail, mail_attempt_t **list, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_MAIL_LOG, ATTEMPTS);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, mail->brand_id);
    pl_db_bind_uuid(select, 2, mail->id);
    err = store_collect(select, tx->arena, sizeof(mail_attempt_t), map_attempt, &rows);
    *list = rows.items;
    *count = rows.count;
    return err;
}

pl_err mails_hurry(tx_t *tx, const mail_t *mail)
{
    pl_db_statement *update = store_statement(tx, STORE_MAIL_LOG, HURRY);

    pl_db_bind_uuid(update, 1, mail->brand_id);
    pl_db_bind_uuid(update, 2, mail->id);
    pl_db_bind_int(update, 3, tx->now_ms);
    return store_change_one(tx, update);
}

pl_err mails_measure(tx_t *tx, mail_queue_t *queue)
{
    pl_db_statement *select = store_statement(tx, STORE_MAIL_LOG, MEASURE);
    int64_t first_ms;
    pl_err err;

    pl_db_bind_int(select, 1, MAILS_COUNTED_MAX);
    if (!(err = store_one(select))) {
        first_ms = pl_db_column_int(select, 1);
        queue->waiting = pl_db_column_int(select, 0);
        queue->lag_ms = queue->waiting && first_ms < tx->now_ms ? tx->now_ms - first_ms : 0;
    }
    pl_db_reset(select);
    return err;
}

static pl_err sweep(tx_t *tx, size_t which, int64_t until_ms)
{
    pl_db_statement *update = store_statement(tx, STORE_MAIL_LOG, which);

    pl_db_bind_int(update, 1, until_ms);
    pl_db_bind_int(update, 2, MAIL_SWEEP);
    return pl_db_err(pl_db_run(update));
}

pl_err mails_sweep(tx_t *tx)
{
    pl_err err = sweep(tx, EXPIRE, tx->now_ms);

    return err ? err : sweep(tx, WIPE, tx->now_ms - KEPT_MS);
}
