/* SPDX-License-Identifier: Apache-2.0
 *
 * Imported rows of the tables customer, license_seen, mail and inbound_event.
 */
#include "store/arrivals.h"

#include "store/statements.h"

enum { NUMBER, SEEN, MAIL, EVENT };

static const char *const sql[] = {
    [NUMBER] = "UPDATE customer SET number = $3"
               " WHERE brand_id = $1 AND id = $2 AND number IS NULL"
               "   AND NOT EXISTS (SELECT 1 FROM customer o WHERE o.brand_id = $1 AND o.number = $3)"
               " RETURNING number",

    [SEEN] =
        "INSERT INTO license_seen (brand_id, license_id, seen_at, validated_at)"
        " VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (brand_id, license_id)"
        " DO UPDATE SET seen_at = excluded.seen_at, validated_at = coalesce(excluded.validated_at, license_seen.validated_at)"
        " WHERE license_seen.seen_at < excluded.seen_at",

    [MAIL] = "INSERT INTO mail (brand_id, id, purpose, template, customer_id, license_id, recipient, state, attempts, due_at,"
             "                  held_until, created_at, settled_at, provider_id, error)"
             " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, 0, $9, $10, $11, $12)"
             " ON CONFLICT DO NOTHING"
             " RETURNING due_at",

    [EVENT] = "INSERT INTO inbound_event (brand_id, provider, event_id, type, created_at, received_at, state, attempts, due_at,"
              "                           held_until, settled_at, customer_id, outcome, body)"
              " VALUES ($1, $2, $3, $4, $5, $5, 2, 1, $5, 0, $6, $7, 'imported', $8)"
              " ON CONFLICT (brand_id, provider, event_id) DO NOTHING"
              " RETURNING due_at",
};

const store_set arrivals_set = {sql, sizeof(sql) / sizeof(sql[0])};

/* Whether the statement gave a row. */
static pl_err ask(pl_db_statement *statement, bool *is_there)
{
    pl_err err = store_one(statement);

    pl_db_reset(statement);
    *is_there = !err;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

pl_err arrivals_number(tx_t *tx, pl_uuid brand_id, pl_uuid customer_id, int64_t number, bool *is_set)
{
    pl_db_statement *update = store_statement(tx, STORE_ARRIVALS, NUMBER);

    pl_db_bind_uuid(update, 1, brand_id);
    pl_db_bind_uuid(update, 2, customer_id);
    pl_db_bind_int(update, 3, number);
    return ask(update, is_set);
}

pl_err arrivals_seen(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, int64_t seen_at_ms, int64_t validated_at_ms)
{
    pl_db_statement *insert = store_statement(tx, STORE_ARRIVALS, SEEN);

    pl_db_bind_uuid(insert, 1, brand_id);
    pl_db_bind_uuid(insert, 2, license_id);
    pl_db_bind_int(insert, 3, seen_at_ms);
    store_bind_time(insert, 4, validated_at_ms);
    return pl_db_err(pl_db_run(insert));
}

pl_err arrivals_mail(tx_t *tx, const mail_t *mail, bool *is_new)
{
    pl_db_statement *insert = store_statement(tx, STORE_ARRIVALS, MAIL);

    pl_db_bind_uuid(insert, 1, mail->brand_id);
    pl_db_bind_uuid(insert, 2, mail->id);
    pl_db_bind_text(insert, 3, mail->purpose);
    pl_db_bind_text(insert, 4, mail->template);
    store_bind_id(insert, 5, mail->customer_id);
    store_bind_id(insert, 6, mail->license_id);
    pl_db_bind_text(insert, 7, mail->recipient);
    pl_db_bind_int(insert, 8, mail->state);
    pl_db_bind_int(insert, 9, mail->created_at_ms);
    store_bind_time(insert, 10, mail->settled_at_ms);
    pl_db_bind_text(insert, 11, mail->provider_id);
    pl_db_bind_text(insert, 12, mail->error);
    return ask(insert, is_new);
}

pl_err arrivals_event(tx_t *tx, const arrived_event_t *event, bool *is_new)
{
    pl_db_statement *insert = store_statement(tx, STORE_ARRIVALS, EVENT);

    pl_db_bind_uuid(insert, 1, event->brand_id);
    pl_db_bind_text(insert, 2, event->provider);
    pl_db_bind_text(insert, 3, event->event_id);
    pl_db_bind_text(insert, 4, event->type);
    pl_db_bind_int(insert, 5, event->created_at_ms);
    store_bind_time(insert, 6, event->settled_at_ms);
    store_bind_id(insert, 7, event->customer_id);
    pl_db_bind_blob(insert, 8, "", 0);
    return ask(insert, is_new);
}
