/* SPDX-License-Identifier: Apache-2.0
 *
 * Migrations: each runs once, in order, in a transaction that also records it; a second process waits for the first and finds it done.
 */
#include "storage/migrate.h"

static const char CREATE_VERSION[] = "CREATE TABLE IF NOT EXISTS schema_version ("
                                     "  version BIGINT NOT NULL PRIMARY KEY,"
                                     "  applied_at BIGINT NOT NULL"
                                     ")";
static const char SELECT_VERSION[] = "SELECT coalesce(max(version), 0) FROM schema_version";
static const char INSERT_VERSION[] = "INSERT INTO schema_version (version, applied_at) VALUES ($1, $2)";

typedef struct {
    const pl_migration *migration;
    int64_t now_ms;
} migration_run;

static pl_err read_version(pl_db *db, int *version)
{
    pl_db_statement *select;
    pl_db_result result;
    pl_err err = pl_db_prepare(db, SELECT_VERSION, &select);

    if (err)
        return err;
    result = pl_db_step(select);
    if (result == DB_ROW)
        *version = (int)pl_db_column_int(select, 0);
    pl_db_reset(select);
    return pl_db_err(result);
}

static pl_err record(pl_db *db, const migration_run *run)
{
    pl_db_statement *insert;
    pl_err err = pl_db_prepare(db, INSERT_VERSION, &insert);

    if (err)
        return err;
    pl_db_bind_int(insert, 1, run->migration->number);
    pl_db_bind_int(insert, 2, run->now_ms);
    return pl_db_err(pl_db_run(insert));
}

static pl_err apply(void *context, pl_db *db)
{
    const migration_run *run = context;
    int version = 0;
    pl_err err = read_version(db, &version);

    if (err || version >= run->migration->number)
        return err;        /* done by another process while we waited for the lock */
    err = record(db, run); /* first: where no lock covers all, another process waits here, and then finds it done */
    if (err)
        return err == PL_ERR_CONFLICT ? PL_ERR_BUSY : err;
    return pl_db_script(db, run->migration->sql);
}

/* Two processes that make it at once may both find none. */
static pl_err make_version_table(pl_db *db)
{
    pl_err err = pl_db_script(db, CREATE_VERSION);
    bool has_table = false;

    if (!err || pl_db_has_table(db, "schema_version", &has_table))
        return err;
    return has_table ? PL_OK : err;
}

pl_err pl_migrate_version(pl_db *db, int *version)
{
    bool has_table = false;
    pl_err err = pl_db_has_table(db, "schema_version", &has_table);

    *version = 0;
    return err || !has_table ? err : read_version(db, version);
}

pl_err pl_migrate(pl_db *db, const pl_migration *migrations, size_t count, int64_t now_ms)
{
    int version;
    int newest = count ? migrations[count - 1].number : 0;
    pl_err err = pl_migrate_version(db, &version);

    if (err)
        return err;
    if (version > newest)
        return pl_fail(PL_ERR_TOO_NEW, "the database has schema version %d and this program knows %d; upgrade the program",
                       version, newest);
    if (version == newest)
        return PL_OK;
    err = make_version_table(db);
    for (size_t i = 0; !err && i < count; i++) {
        migration_run run = {&migrations[i], now_ms};

        if (migrations[i].number > version)
            err = pl_db_transaction(db, apply, &run);
    }
    return err;
}
