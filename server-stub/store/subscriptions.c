/* SPDX-License-Identifier: Apache-2.0
 *
 * The subscription table.
 */
#include "store/subscriptions.h"

#include "store/statements.h"

enum {
    INSERT,
    CHANGE,
    BY_LICENSE,
    BY_PROVIDER,
    BY_PROVIDER_CUSTOMER,
    BY_CHECKOUT,
    UNCOMPARED,
    LOCK,
    UNREMINDED,
    REMINDED,
    BESIDE
};

#define COLUMNS                                                                                                     \
    "s.brand_id, s.id, s.license_id, s.customer_id, s.provider, s.provider_customer, s.provider_subscription,"      \
    " s.provider_checkout, s.state, s.ends_with_period, s.period_start, s.period_end, s.next_billing_at, s.amount," \
    " s.currency, s.failures, s.told_at, s.compared_at, s.version, s.created_at, s.begun_at,"                       \
    " s.is_beside"

static const char *const sql[] = {
    [INSERT] =
        "INSERT INTO subscription (brand_id, id, license_id, customer_id, provider, provider_customer,"
        "                          provider_subscription, provider_checkout, state, ends_with_period, period_start,"
        "                          period_end, next_billing_at, amount, currency, failures, told_at, compared_at, begun_at,"
        "                          is_beside, version, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, 1, $21)",

    [CHANGE] =
        "UPDATE subscription"
        " SET customer_id = $4, provider = $5, provider_customer = $6, provider_subscription = $7, provider_checkout = $8,"
        "     state = $9, ends_with_period = $10, period_start = $11, period_end = $12, next_billing_at = $13, amount = $14,"
        "     currency = $15, failures = $16, told_at = $17, compared_at = $18, begun_at = $19, is_beside = $20, version = "
        "version + 1"
        " WHERE brand_id = $1 AND id = $2 AND version = $3"
        " RETURNING version",

    [BY_LICENSE] = "SELECT " COLUMNS " FROM subscription s WHERE s.brand_id = $1 AND s.license_id = $2 AND s.is_beside = 0",

    [BY_PROVIDER] = "SELECT " COLUMNS " FROM subscription s"
                    " WHERE s.brand_id = $1 AND s.provider = $2 AND s.provider_subscription = $3",

    [BY_PROVIDER_CUSTOMER] = "SELECT " COLUMNS " FROM subscription s"
                             " WHERE s.brand_id = $1 AND s.provider = $2 AND s.provider_customer = $3"
                             " ORDER BY s.id DESC"
                             " LIMIT 1",

    [BY_CHECKOUT] = "SELECT " COLUMNS " FROM subscription s"
                    " WHERE s.brand_id = $1 AND s.provider = $2 AND s.provider_checkout = $3"
                    " ORDER BY s.id DESC"
                    " LIMIT 1",

    [UNCOMPARED] = "SELECT " COLUMNS " FROM subscription s"
                   " WHERE s.brand_id = $1 AND s.compared_at < $2"
                   " ORDER BY s.compared_at, s.id"
                   " LIMIT $3",

    [LOCK] = "SELECT " COLUMNS " FROM subscription s WHERE s.brand_id = $1 AND s.id = $2 FOR UPDATE",

    [UNREMINDED] = "SELECT " COLUMNS " FROM subscription s"
                   " WHERE s.brand_id = $1 AND s.next_billing_at > $2 AND s.next_billing_at <= $3"
                   "   AND s.is_beside = 0 AND s.state = 2 AND s.ends_with_period = 0 AND s.reminded_for < s.next_billing_at"
                   " ORDER BY s.next_billing_at"
                   " LIMIT $4",

    [REMINDED] = "UPDATE subscription SET reminded_for = next_billing_at WHERE brand_id = $1 AND id = $2",

    [BESIDE] = "SELECT " COLUMNS " FROM subscription s"
               " WHERE s.brand_id = $1"
               "   AND s.id IN (SELECT x.id FROM subscription x"
               "                WHERE x.brand_id = $1 AND x.license_id = $2 AND x.is_beside = 1)"
               " ORDER BY s.begun_at DESC, s.id DESC"
               " LIMIT $3",
};

const store_set subscriptions_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_err map_texts(pl_db_statement *row, pl_arena *arena, subscription_t *subscription)
{
    const struct {
        int column;
        const char **text;
    } texts[] = {{4, &subscription->provider},
                 {5, &subscription->provider_customer},
                 {6, &subscription->provider_subscription},
                 {7, &subscription->provider_checkout},
                 {14, &subscription->currency}};
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < sizeof(texts) / sizeof(texts[0]); i++)
        err = store_text(row, texts[i].column, arena, texts[i].text);
    return err;
}

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    subscription_t *subscription = item;

    *subscription = (subscription_t){
        .brand_id = pl_db_column_uuid(row, 0),
        .id = pl_db_column_uuid(row, 1),
        .license_id = pl_db_column_uuid(row, 2),
        .customer_id = pl_db_column_uuid(row, 3),
        .state = (subscription_state)pl_db_column_int(row, 8),
        .ends_with_period = pl_db_column_int(row, 9) != 0,
        .period_start_ms = pl_db_column_int(row, 10),
        .period_end_ms = pl_db_column_int(row, 11),
        .next_billing_at_ms = pl_db_column_int(row, 12),
        .amount = pl_db_column_is_null(row, 13) ? -1 : pl_db_column_int(row, 13),
        .failures = pl_db_column_int(row, 15),
        .told_at_ms = pl_db_column_int(row, 16),
        .compared_at_ms = pl_db_column_int(row, 17),
        .version = pl_db_column_int(row, 18),
        .created_at_ms = pl_db_column_int(row, 19),
        .begun_at_ms = pl_db_column_int(row, 20),
        .is_beside = pl_db_column_int(row, 21) != 0,
    };
    return map_texts(row, arena, subscription);
}

/* From the provider to its place: $from and on. */
static void bind_terms(pl_db_statement *statement, int from, const subscription_t *subscription)
{
    pl_db_bind_text(statement, from, subscription->provider);
    pl_db_bind_text(statement, from + 1, subscription->provider_customer);
    pl_db_bind_text(statement, from + 2, subscription->provider_subscription);
    pl_db_bind_text(statement, from + 3, subscription->provider_checkout);
    pl_db_bind_int(statement, from + 4, subscription->state);
    pl_db_bind_int(statement, from + 5, subscription->ends_with_period);
    store_bind_time(statement, from + 6, subscription->period_start_ms);
    store_bind_time(statement, from + 7, subscription->period_end_ms);
    store_bind_time(statement, from + 8, subscription->next_billing_at_ms);
    if (subscription->amount < 0)
        pl_db_bind_null(statement, from + 9);
    else
        pl_db_bind_int(statement, from + 9, subscription->amount);
    pl_db_bind_text(statement, from + 10, subscription->currency);
    pl_db_bind_int(statement, from + 11, subscription->failures);
    pl_db_bind_int(statement, from + 12, subscription->told_at_ms);
    pl_db_bind_int(statement, from + 13, subscription->compared_at_ms);
    pl_db_bind_int(statement, from + 14, subscription->begun_at_ms);
    pl_db_bind_int(statement, from + 15, subscription->is_beside);
}

pl_err subscriptions_insert(tx_t *tx, const subscription_t *subscription)
{
    pl_db_statement *insert = store_statement(tx, STORE_SUBSCRIPTIONS, INSERT);

    pl_db_bind_uuid(insert, 1, subscription->brand_id);
    pl_db_bind_uuid(insert, 2, subscription->id);
    pl_db_bind_uuid(insert, 3, subscription->license_id);
    pl_db_bind_uuid(insert, 4, subscription->customer_id);
    bind_terms(insert, 5, subscription);
    pl_db_bind_int(insert, 21, tx->now_ms);
    return pl_db_err(pl_db_run(insert));
}

pl_err subscriptions_change(tx_t *tx, subscription_t *subscription)
{
    pl_db_statement *update = store_statement(tx, STORE_SUBSCRIPTIONS, CHANGE);
    pl_err err;

    pl_db_bind_uuid(update, 1, subscription->brand_id);
    pl_db_bind_uuid(update, 2, subscription->id);
    pl_db_bind_int(update, 3, subscription->version);
    pl_db_bind_uuid(update, 4, subscription->customer_id);
    bind_terms(update, 5, subscription);
    if (!(err = store_one(update)))
        subscription->version = pl_db_column_int(update, 0);
    pl_db_reset(update);
    return err == PL_ERR_NOT_FOUND ? PL_ERR_CHANGED : err;
}

static pl_err take(tx_t *tx, pl_db_statement *select, subscription_t *subscription)
{
    pl_err err = store_one(select);

    if (!err)
        err = map(select, tx->arena, subscription);
    pl_db_reset(select);
    return err;
}

/* Who may change it reads it again, locked: between the two it may have been changed. */
static pl_err find(tx_t *tx, pl_db_statement *select, subscription_t *subscription)
{
    pl_db_statement *lock = store_statement(tx, STORE_SUBSCRIPTIONS, LOCK);
    pl_err err = take(tx, select, subscription);

    if (err || !store_is_writing(tx))
        return err;
    pl_db_bind_uuid(lock, 1, subscription->brand_id);
    pl_db_bind_uuid(lock, 2, subscription->id);
    return take(tx, lock, subscription);
}

pl_err subscriptions_find_by_license(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, subscription_t *subscription)
{
    pl_db_statement *select = store_statement(tx, STORE_SUBSCRIPTIONS, BY_LICENSE);

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, license_id);
    return find(tx, select, subscription);
}

static pl_err find_by_text(tx_t *tx, int statement, const subscription_t *like, const char *text, subscription_t *subscription)
{
    pl_db_statement *select = store_statement(tx, STORE_SUBSCRIPTIONS, (size_t)statement);

    pl_db_bind_uuid(select, 1, like->brand_id);
    pl_db_bind_text(select, 2, like->provider);
    pl_db_bind_text(select, 3, text);
    return find(tx, select, subscription);
}

pl_err subscriptions_find_by_provider(tx_t *tx, pl_uuid brand_id, const char *provider, const char *provider_subscription,
                                      subscription_t *subscription)
{
    const subscription_t like = {.brand_id = brand_id, .provider = provider};

    return find_by_text(tx, BY_PROVIDER, &like, provider_subscription, subscription);
}

pl_err subscriptions_find_by_provider_customer(tx_t *tx, pl_uuid brand_id, const char *provider, const char *provider_customer,
                                               subscription_t *subscription)
{
    const subscription_t like = {.brand_id = brand_id, .provider = provider};

    return find_by_text(tx, BY_PROVIDER_CUSTOMER, &like, provider_customer, subscription);
}

pl_err subscriptions_find_by_checkout(tx_t *tx, pl_uuid brand_id, const char *provider, const char *provider_checkout,
                                      subscription_t *subscription)
{
    const subscription_t like = {.brand_id = brand_id, .provider = provider};

    return find_by_text(tx, BY_CHECKOUT, &like, provider_checkout, subscription);
}

pl_err subscriptions_list_beside(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, subscription_t **subscriptions, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_SUBSCRIPTIONS, BESIDE);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, license_id);
    pl_db_bind_int(select, 3, SUBSCRIPTIONS_BESIDE_MAX);
    err = store_collect(select, tx->arena, sizeof(subscription_t), map, &rows);
    *subscriptions = rows.items;
    *count = rows.count;
    return err;
}

pl_err subscriptions_list_uncompared(tx_t *tx, pl_uuid brand_id, int64_t before_ms, subscription_t **subscriptions, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_SUBSCRIPTIONS, UNCOMPARED);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_int(select, 2, before_ms);
    pl_db_bind_int(select, 3, SUBSCRIPTIONS_PAGE_MAX);
    err = store_collect(select, tx->arena, sizeof(subscription_t), map, &rows);
    *subscriptions = rows.items;
    *count = rows.count;
    return err;
}

pl_err subscriptions_list_unreminded(tx_t *tx, pl_uuid brand_id, int64_t until_ms, subscription_t **subscriptions, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_SUBSCRIPTIONS, UNREMINDED);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_int(select, 2, tx->now_ms);
    pl_db_bind_int(select, 3, until_ms);
    pl_db_bind_int(select, 4, SUBSCRIPTIONS_PAGE_MAX);
    err = store_collect(select, tx->arena, sizeof(subscription_t), map, &rows);
    *subscriptions = rows.items;
    *count = rows.count;
    return err;
}

pl_err subscriptions_note_reminded(tx_t *tx, const subscription_t *subscription)
{
    pl_db_statement *update = store_statement(tx, STORE_SUBSCRIPTIONS, REMINDED);

    pl_db_bind_uuid(update, 1, subscription->brand_id);
    pl_db_bind_uuid(update, 2, subscription->id);
    return store_change_one(tx, update);
}
