/* SPDX-License-Identifier: Apache-2.0
 *
 * A connection with its statements, the transaction runners, and the small helpers with which rows are mapped.
 */
#include "store/store.h"

#include "base/mem.h"
#include "crypto/crypto.h"
#include "storage/migrate.h"
#include "store/db_postgres.h"
#include "store/db_postgres_url.h"
#include "store/ids.h"
#include "store/schema.h"
#include "store/statements.h"

#include <string.h>

/* 16 MB at most: the upper levels of the trees of a million licenses, so that a look-up reads one or two pages of the file. */
static const char PAGE_CACHE[] = "PRAGMA cache_size=-16384";

enum { CONNECT_TIMEOUT_S = 5, STATEMENT_TIMEOUT_MS = 10000 };

struct store {
    pl_db *db;
    bool is_shared;
    bool is_writing; /* inside store_write */
    ids_t ids;
    pl_db_statement *statements[STORE_SET_COUNT][STORE_STATEMENTS_MAX];
};

static const store_set *const sets[STORE_SET_COUNT] = {
    [STORE_ACTIVATIONS] = &activations_set,
    [STORE_API_KEYS] = &api_keys_set,
    [STORE_AUDIT] = &audit_set,
    [STORE_BRANDS] = &brands_set,
    [STORE_CUSTOMERS] = &customers_set,
    [STORE_IDEMPOTENCY] = &idempotency_set,
    [STORE_INSTANCE_SEATS] = &instance_seats_set,
    [STORE_LICENSE_KEYS] = &license_keys_set,
    [STORE_LICENSES] = &licenses_set,
    [STORE_META] = &meta_set,
    [STORE_PRODUCTS] = &products_set,
    [STORE_SESSIONS] = &sessions_set,
    [STORE_SIGNING_KEYS] = &signing_keys_set,
    [STORE_OFFLINE_RELEASES] = &offline_releases_set,
    [STORE_REVOCATIONS] = &revocations_set,
    [STORE_RELEASES] = &releases_set,
    [STORE_TRIALS] = &trials_set,
    [STORE_USAGE] = &usage_set,
    [STORE_ACTIVATION_PAGES] = &activation_pages_set,
    [STORE_AUDIT_SEARCH] = &audit_search_set,
    [STORE_AUDIT_SEALS] = &audit_seals_set,
    [STORE_LEASES] = &leases_set,
    [STORE_WEBHOOKS] = &webhooks_set,
    [STORE_DELIVERIES] = &deliveries_set,
    [STORE_DELIVERY_LOG] = &delivery_log_set,
    [STORE_EXPIRY] = &expiry_set,
    [STORE_SETTINGS] = &settings_set,
    [STORE_SUBSCRIPTIONS] = &subscriptions_set,
    [STORE_MAILS] = &mails_set,
    [STORE_FACADES] = &facades_set,
    [STORE_LICENSE_SEEN] = &license_seen_set,
    [STORE_CLIENT_SESSIONS] = &client_sessions_set,
    [STORE_MAIL_REQUESTS] = &mail_requests_set,
    [STORE_EMAIL_VERIFICATIONS] = &email_verifications_set,
    [STORE_TRIAL_HARDWARE] = &trial_hardware_set,
    [STORE_INSTANT_REDEMPTIONS] = &instant_redemptions_set,
    [STORE_REFUND_REQUESTS] = &refund_requests_set,
    [STORE_INBOUND_EVENTS] = &inbound_events_set,
    [STORE_PAYMENTS] = &payments_set,
    [STORE_OPERATOR_KEYS] = &operator_keys_set,
    [STORE_ECOSYSTEM] = &ecosystem_set,
    [STORE_MAIL_LOG] = &mail_log_set,
    [STORE_ARCHIVE] = &archive_set,
    [STORE_ARRIVALS] = &arrivals_set,
    [STORE_CHORES] = &chores_set,
    [STORE_PERSONAL] = &personal_set,
    [STORE_TALLIES] = &tallies_set,
};

static pl_err prepare_set(store_t *store, size_t set)
{
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < sets[set]->count; i++)
        err = pl_db_prepare(store->db, sets[set]->sql[i], &store->statements[set][i]);
    return err;
}

static pl_err prepare_all(store_t *store)
{
    pl_err err = PL_OK;

    for (size_t set = 0; !err && set < STORE_SET_COUNT; set++)
        err = prepare_set(store, set);
    return err;
}

static pl_err check_version(pl_db *db)
{
    int known = (int)store_migration_count;
    int version;
    pl_err err = pl_migrate_version(db, &version);

    if (err || version == known)
        return err;
    if (version == 0)
        return pl_fail(PL_ERR_NOT_FOUND, "the database is empty; `init` makes an installation in it");
    if (version > known)
        return pl_fail(PL_ERR_TOO_NEW, "the database has schema version %d and this program knows %d; upgrade the program",
                       version, known);
    return pl_fail(PL_ERR_STATE, "the database has schema version %d; open it for writing once to bring it to %d", version,
                   known);
}

static pl_err open_postgres(const store_options_t *options, pl_db **db)
{
    const pl_db_postgres_options postgres = {
        .url = options->database,
        .mode = options->mode,
        .connect_timeout_s = options->connect_timeout_s ? options->connect_timeout_s : CONNECT_TIMEOUT_S,
        .statement_timeout_ms = options->statement_timeout_ms ? options->statement_timeout_ms : STATEMENT_TIMEOUT_MS,
        .busy_timeout_ms = options->busy_timeout_ms,
        .pause = options->pause,
    };

    return pl_db_open_postgres(&postgres, db);
}

static pl_err open_sqlite(const store_options_t *options, pl_db **db)
{
    const pl_db_sqlite_options sqlite = {options->database, options->mode, options->busy_timeout_ms, true, true};
    pl_err err = pl_db_open_sqlite(&sqlite, db);

    return err ? err : pl_db_script(*db, PAGE_CACHE);
}

pl_err store_open(const store_options_t *options, int64_t now_ms, store_t **out)
{
    store_t *store = pl_alloc(sizeof(*store));
    pl_err err;

    if (!store)
        return PL_ERR_MEMORY;
    store->is_shared = postgres_url_is(options->database);
    if ((err = (store->is_shared ? open_postgres : open_sqlite)(options, &store->db)))
        goto fail;
    if (options->mode == DB_READ_WRITE_CREATE)
        err = pl_migrate(store->db, store_migrations, store_migration_count, now_ms);
    else
        err = check_version(store->db);
    if (err || (err = prepare_all(store)))
        goto fail;
    *out = store;
    return PL_OK;
fail:
    store_close(store);
    return err;
}

void store_close(store_t *store)
{
    if (!store)
        return;
    pl_db_close(store->db);
    pl_free(store);
}

pl_err store_check(store_t *store)
{
    pl_db_statement *check;
    char said[3];
    bool is_whole;
    pl_err err = store->is_shared ? PL_OK : pl_db_prepare(store->db, "PRAGMA integrity_check(1)", &check);

    if (err || store->is_shared)
        return err;
    if (pl_db_step(check) != DB_ROW)
        return PL_ERR_DATABASE;
    is_whole = pl_db_column_bytes(check, 0, said, sizeof said) == 2 && memcmp(said, "ok", 2) == 0;
    pl_db_reset(check);
    return is_whole ? PL_OK : pl_fail(PL_ERR_DATABASE, "the database is damaged");
}

pl_db *store_db(store_t *store)
{
    return store->db;
}

bool store_is_shared(const store_t *store)
{
    return store->is_shared;
}

/* ---- transactions ---- */

typedef struct {
    tx_t tx;
    store_work work;
    void *context;
} write_run;

static pl_err run_work(void *context, pl_db *db)
{
    write_run *run = context;

    (void)db;
    return run->work(run->context, &run->tx);
}

pl_err store_write(store_t *store, const tx_t *about, store_work work, void *context)
{
    write_run run = {*about, work, context};
    pl_err err;

    run.tx.store = store;
    store->is_writing = true;
    err = pl_db_transaction(store->db, run_work, &run);
    store->is_writing = false;
    return err;
}

pl_err store_read(store_t *store, const tx_t *about, store_work work, void *context)
{
    tx_t tx = *about;
    pl_err err = pl_db_err(pl_db_begin_read(store->db));

    if (err)
        return err;
    tx.store = store;
    err = work(context, &tx);
    pl_db_rollback(store->db);
    return err;
}

pl_uuid store_new_id(const tx_t *tx)
{
    uint8_t random[10];

    pl_random(random, sizeof(random));
    return ids_next(&tx->store->ids, tx->now_ms, random);
}

/* ---- statements and rows ---- */

pl_db_statement *store_statement(const tx_t *tx, store_set_name set, size_t index)
{
    return tx->store->statements[set][index];
}

bool store_is_writing(const tx_t *tx)
{
    return tx->store->is_writing;
}

pl_err store_one(pl_db_statement *statement)
{
    pl_db_result result = pl_db_step(statement);

    return result == DB_DONE ? PL_ERR_NOT_FOUND : pl_db_err(result);
}

pl_err store_change_one(const tx_t *tx, pl_db_statement *statement)
{
    pl_err err = pl_db_err(pl_db_run(statement));

    if (err)
        return err;
    return pl_db_changes(tx->store->db) == 1 ? PL_OK : PL_ERR_NOT_FOUND;
}

pl_err store_text(pl_db_statement *statement, int column, pl_arena *arena, const char **text)
{
    *text = pl_db_column_text(statement, column, arena);
    return *text || pl_db_column_is_null(statement, column) ? PL_OK : PL_ERR_MEMORY;
}

void store_bind_time(pl_db_statement *statement, int index, int64_t time_ms)
{
    if (time_ms)
        pl_db_bind_int(statement, index, time_ms);
    else
        pl_db_bind_null(statement, index);
}

void store_bind_id(pl_db_statement *statement, int index, pl_uuid id)
{
    if (pl_uuid_is_nil(id))
        pl_db_bind_null(statement, index);
    else
        pl_db_bind_uuid(statement, index, id);
}

/* Grows where the count is a power of two: the arena cannot give back, so copies are few. */
void *store_rows_add(store_rows *rows, pl_arena *arena, size_t item_size)
{
    if ((rows->count & (rows->count - 1)) == 0) {
        size_t room = rows->count ? rows->count * 2 : 1;
        void *items = pl_arena_take(arena, room * item_size);

        if (!items)
            return NULL;
        if (rows->count)
            memcpy(items, rows->items, rows->count * item_size);
        rows->items = items;
    }
    return (char *)rows->items + item_size * rows->count++;
}

pl_err store_collect(pl_db_statement *statement, pl_arena *arena, size_t item_size, store_map map, store_rows *rows)
{
    pl_db_result result;
    pl_err err = PL_OK;

    while ((result = pl_db_step(statement)) == DB_ROW) {
        void *item = store_rows_add(rows, arena, item_size);

        err = item ? map(statement, arena, item) : PL_ERR_MEMORY;
        if (err) {
            pl_db_reset(statement);
            return err;
        }
    }
    return pl_db_err(result);
}
