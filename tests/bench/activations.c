/* SPDX-License-Identifier: Apache-2.0
 *
 * activations_vs_single_commits: durable activations per second over 256 connections, each of a device never seen before, against rows
 * committed one at a time with the same durability (write-ahead log, synchronous=FULL) on the same disk.
 */
#include "figures.h"
#include "load.h"
#include "measure.h"
#include "storage/db.h"

enum {
    LICENSES = 4000,
    LICENSES_QUICK = 20,
    CONNECTIONS = 256,
    CALLS = 6000, /* in a round */
    CALLS_QUICK = 100,
    COMMITS = 200,
    COMMITS_QUICK = 5,
    ROUNDS = 7,
    ROUNDS_QUICK = 2,
    ROW_SIZE = 100
};

typedef struct {
    pl_db *db;
    pl_db_statement *insert;
    int64_t next;
} single_t;

static pl_err single_open(const scratch_t *scratch, single_t *single)
{
    char path[DIRECTORY_SIZE];
    pl_db_sqlite_options options = {
        .path = path, .mode = DB_READ_WRITE_CREATE, .busy_timeout_ms = 1000, .is_durable = true, .uses_wal = true};
    pl_err err;

    scratch_file(scratch, "single.db", path);
    *single = (single_t){.next = 1};
    if ((err = pl_db_open_sqlite(&options, &single->db)) ||
        (err = pl_db_script(single->db, "CREATE TABLE row (id BIGINT NOT NULL PRIMARY KEY, data BLOB NOT NULL)")))
        return err;
    return pl_db_prepare(single->db, "INSERT INTO row (id, data) VALUES ($1, $2)", &single->insert);
}

/* Outside BEGIN and COMMIT each statement is a transaction. */
static pl_err commit_rows(single_t *single, int count, double *per_second)
{
    static const char data[ROW_SIZE] = "a row as large as an activation's";
    double began = wall_ns();
    pl_err err = PL_OK;

    for (int i = 0; i < count && !err; i++) {
        pl_db_bind_int(single->insert, 1, single->next++);
        pl_db_bind_blob(single->insert, 2, data, sizeof data);
        err = pl_db_err(pl_db_run(single->insert));
    }
    *per_second = count / ((wall_ns() - began) / 1e9);
    return err;
}

/* That all of them are there, and live: what was acknowledged was done. */
static pl_err check_count(const shop_t *shop, int64_t expected)
{
    pl_db_statement *count;
    pl_db *db = store_db(instance_store(shop->instance));
    int64_t found = 0;
    pl_err err = pl_db_prepare(db, "SELECT count(*) FROM activation WHERE released_at IS NULL", &count);

    if (err)
        return err;
    if (pl_db_step(count) == DB_ROW)
        found = pl_db_column_int(count, 0);
    pl_db_reset(count);
    return found == expected
               ? PL_OK
               : pl_fail(PL_ERR_STATE, "%lld live activations, %lld were acknowledged", (long long)found, (long long)expected);
}

typedef struct {
    const shop_t *shop;
    load_t *load;
    single_t single;
    size_t calls;
    int commits;
    uint64_t next_device;
    samples_t grouped, singles, ratios;
} race_t;

static pl_err run_round(race_t *race)
{
    calls_t calls;
    load_result_t result;
    double singles;
    pl_err err = calls_activate(race->shop, race->next_device, race->calls, &calls);

    race->next_device += race->calls;
    if (!err && !(err = commit_rows(&race->single, race->commits, &singles)) &&
        !(err = load_run(race->load, &calls, 3600, &result))) {
        double grouped = (double)result.replies / result.seconds;

        samples_add(&race->grouped, grouped);
        samples_add(&race->singles, singles);
        samples_add(&race->ratios, grouped / singles);
    }
    calls_free(&calls);
    return err;
}

static pl_err measure(bench_t *bench, race_t *race)
{
    int rounds = bench->is_quick ? ROUNDS_QUICK : ROUNDS;
    pl_err err = PL_OK;

    for (int i = 0; i < rounds && !err; i++)
        err = run_round(race);
    if (err || (err = check_count(race->shop, (int64_t)race->next_device)))
        return err;
    figure_set(bench, ACTIVATIONS_VS_SINGLE_COMMITS, samples_median(&race->ratios), "%.0f/s against %.0f/s, %d connections",
               samples_median(&race->grouped), samples_median(&race->singles), CONNECTIONS);
    return PL_OK;
}

pl_err bench_activations(bench_t *bench)
{
    static race_t race;
    site_t site;
    pl_err err;

    race.calls = bench->is_quick ? CALLS_QUICK : CALLS;
    race.commits = bench->is_quick ? COMMITS_QUICK : COMMITS;
    if (!(err = site_open(bench, bench->is_quick ? LICENSES_QUICK : LICENSES, &site)) &&
        !(err = single_open(&site.scratch, &race.single)) && !(err = load_open(&site.server, CONNECTIONS, &race.load))) {
        race.shop = &site.shop;
        race.next_device = site.shop.license_count; /* those below hold a seat already */
        err = measure(bench, &race);
    }
    load_close(race.load);
    pl_db_close(race.single.db);
    return site_close(&site, err);
}
