/* SPDX-License-Identifier: Apache-2.0
 *
 * The payment table.
 */
#include "store/payments.h"

#include "store/statements.h"

enum { INSERT, CHANGE, FIND, LOCK, BY_CHARGE, BY_LICENSE };

#define COLUMNS                                                                                                            \
    "p.brand_id, p.id, p.provider, p.provider_invoice, p.provider_charge, p.license_id, p.customer_id, p.state, p.amount," \
    " p.refunded, p.currency, p.paid_at, p.told_at, p.disputed_at, p.created_at,"                                          \
    " p.provider_subscription"
#define ONE "SELECT " COLUMNS " FROM payment p WHERE p.brand_id = $1 AND p.provider = 'stripe' AND p.provider_invoice = $2"

static const char *const sql[] = {
    [INSERT] = "INSERT INTO payment (brand_id, id, provider, provider_invoice, provider_charge, license_id, customer_id, state,"
               "                     amount, refunded, currency, paid_at, told_at, disputed_at, created_at,"
               "                     provider_subscription)"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",

    [CHANGE] =
        "UPDATE payment"
        " SET provider_charge = $3, license_id = $4, customer_id = $5, state = $6, amount = $7, refunded = $8, currency = $9,"
        "     paid_at = $10, told_at = $11, disputed_at = $12, provider_subscription = $13"
        " WHERE brand_id = $1 AND id = $2",

    [FIND] = ONE,

    [LOCK] = ONE " FOR UPDATE",

    [BY_CHARGE] = "SELECT " COLUMNS " FROM payment p"
                  " WHERE p.brand_id = $1 AND p.provider = 'stripe' AND p.provider_charge = $2"
                  " LIMIT 1",

    [BY_LICENSE] = "SELECT " COLUMNS " FROM payment p"
                   " WHERE p.brand_id = $1"
                   "   AND p.id IN (SELECT x.id FROM payment x WHERE x.brand_id = $1 AND x.license_id = $2)"
                   " ORDER BY coalesce(p.paid_at, p.told_at) DESC, p.id DESC"
                   " LIMIT $3",
};

const store_set payments_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    payment_t *payment = item;
    pl_err err;

    *payment = (payment_t){
        .brand_id = pl_db_column_uuid(row, 0),
        .id = pl_db_column_uuid(row, 1),
        .license_id = pl_db_column_uuid(row, 5),
        .customer_id = pl_db_column_uuid(row, 6),
        .state = (payment_state)pl_db_column_int(row, 7),
        .amount = pl_db_column_int(row, 8),
        .refunded = pl_db_column_int(row, 9),
        .paid_at_ms = pl_db_column_int(row, 11),
        .told_at_ms = pl_db_column_int(row, 12),
        .disputed_at_ms = pl_db_column_int(row, 13),
        .created_at_ms = pl_db_column_int(row, 14),
    };
    if ((err = store_text(row, 2, arena, &payment->provider)) || (err = store_text(row, 3, arena, &payment->provider_invoice)) ||
        (err = store_text(row, 4, arena, &payment->provider_charge)) ||
        (err = store_text(row, 15, arena, &payment->provider_subscription)))
        return err;
    return store_text(row, 10, arena, &payment->currency);
}

pl_err payments_insert(tx_t *tx, const payment_t *payment)
{
    pl_db_statement *insert = store_statement(tx, STORE_PAYMENTS, INSERT);

    pl_db_bind_uuid(insert, 1, payment->brand_id);
    pl_db_bind_uuid(insert, 2, payment->id);
    pl_db_bind_text(insert, 3, payment->provider);
    pl_db_bind_text(insert, 4, payment->provider_invoice);
    pl_db_bind_text(insert, 5, payment->provider_charge);
    store_bind_id(insert, 6, payment->license_id);
    store_bind_id(insert, 7, payment->customer_id);
    pl_db_bind_int(insert, 8, payment->state);
    pl_db_bind_int(insert, 9, payment->amount);
    pl_db_bind_int(insert, 10, payment->refunded);
    pl_db_bind_text(insert, 11, payment->currency);
    store_bind_time(insert, 12, payment->paid_at_ms);
    pl_db_bind_int(insert, 13, payment->told_at_ms);
    pl_db_bind_int(insert, 14, payment->disputed_at_ms);
    pl_db_bind_int(insert, 15, tx->now_ms);
    pl_db_bind_text(insert, 16, payment->provider_subscription);
    return pl_db_err(pl_db_run(insert));
}

pl_err payments_change(tx_t *tx, const payment_t *payment)
{
    pl_db_statement *update = store_statement(tx, STORE_PAYMENTS, CHANGE);

    pl_db_bind_uuid(update, 1, payment->brand_id);
    pl_db_bind_uuid(update, 2, payment->id);
    pl_db_bind_text(update, 3, payment->provider_charge);
    store_bind_id(update, 4, payment->license_id);
    store_bind_id(update, 5, payment->customer_id);
    pl_db_bind_int(update, 6, payment->state);
    pl_db_bind_int(update, 7, payment->amount);
    pl_db_bind_int(update, 8, payment->refunded);
    pl_db_bind_text(update, 9, payment->currency);
    store_bind_time(update, 10, payment->paid_at_ms);
    pl_db_bind_int(update, 11, payment->told_at_ms);
    pl_db_bind_int(update, 12, payment->disputed_at_ms);
    pl_db_bind_text(update, 13, payment->provider_subscription);
    return store_change_one(tx, update);
}

static pl_err take(tx_t *tx, pl_db_statement *select, payment_t *payment)
{
    pl_err err = store_one(select);

    if (!err)
        err = map(select, tx->arena, payment);
    pl_db_reset(select);
    return err;
}

pl_err payments_find(tx_t *tx, pl_uuid brand_id, const char *provider_invoice, payment_t *payment)
{
    pl_db_statement *select = store_statement(tx, STORE_PAYMENTS, store_is_writing(tx) ? LOCK : FIND);

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_text(select, 2, provider_invoice);
    return take(tx, select, payment);
}

/* Found by its charge it is read again, locked. */
pl_err payments_find_by_charge(tx_t *tx, pl_uuid brand_id, const char *provider_charge, payment_t *payment)
{
    pl_db_statement *select = store_statement(tx, STORE_PAYMENTS, BY_CHARGE);
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_text(select, 2, provider_charge);
    err = take(tx, select, payment);
    return err || !store_is_writing(tx) ? err : payments_find(tx, brand_id, payment->provider_invoice, payment);
}

pl_err payments_list_by_license(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, payment_t **payments, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_PAYMENTS, BY_LICENSE);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, license_id);
    pl_db_bind_int(select, 3, PAYMENTS_PAGE_MAX);
    err = store_collect(select, tx->arena, sizeof(payment_t), map, &rows);
    *payments = rows.items;
    *count = rows.count;
    return err;
}

const char *payment_state_text(payment_state state)
{
    switch (state) {
    case PAYMENT_FAILED:
        return "failed";
    case PAYMENT_PAID:
        return "paid";
    case PAYMENT_REFUNDED:
        return "refunded";
    case PAYMENT_DISPUTED:
        return "disputed";
    case PAYMENT_LOST:
        break;
    }
    return "lost";
}
