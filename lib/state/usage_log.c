/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening the usage log and recording in it. What is sent and what becomes of it is in usage_parcel.c.
 */
#include "state/usage_log.h"

#include <string.h>

#include "base/mem.h"
#include "crypto/crypto.h"
#include "state/usage_rows.h"

static pl_err open_in_memory(pl_usage_log *log)
{
    const pl_db_sqlite_options options = {":memory:", DB_READ_WRITE_CREATE, 0, false, false};
    pl_err err = pl_db_open_sqlite(&options, &log->db);

    if (err)
        return err;
    log->is_own = true;
    pl_random(log->key, sizeof log->key);
    return pl_db_script(log->db, PL_USAGE_SCHEMA PL_USAGE_SCHEMA_ASIDE);
}

pl_err pl_usage_log_open(pl_vault *vault, pl_usage_log **log)
{
    pl_usage_log *fresh = pl_alloc(sizeof *fresh);
    pl_err err;

    *log = NULL;
    if (!fresh)
        return pl_fail(PL_ERR_MEMORY, "no memory for the log of usage");
    if ((err = pl_vault_refusal(vault))) { /* what would be lost with the process is not said to be recorded */
        pl_free(fresh);
        return err;
    }
    if ((fresh->db = pl_vault_db(vault)))
        err = pl_vault_derive(vault, "pospal usage", fresh->key);
    else
        err = open_in_memory(fresh);
    if (!err)
        err = pl_usage_rows_prepare(fresh);
    if (err) {
        pl_usage_log_close(fresh);
        return err;
    }
    *log = fresh;
    return PL_OK;
}

/* The statements of the vault's connection go with it. */
void pl_usage_log_close(pl_usage_log *log)
{
    if (!log)
        return;
    if (log->is_own)
        pl_db_close(log->db);
    pl_wipe(log->key, sizeof log->key);
    pl_free(log);
}

/* ---- recording ---- */

typedef struct {
    pl_usage_log *log;
    const pl_usage_entry *entry;
} adding;

static pl_err make_log(pl_usage_log *log)
{
    pl_db_statement *insert = log->statements[PL_USAGE_MAKE_LOG];
    uint8_t id[PL_USAGE_ID_SIZE];

    pl_random(id, sizeof id);
    pl_db_bind_blob(insert, 1, id, sizeof id);
    return pl_db_err(pl_db_run(insert));
}

static pl_err take_number(pl_usage_log *log, int64_t *sequence)
{
    pl_db_statement *update = log->statements[PL_USAGE_SET_NEXT];
    pl_err err = pl_usage_number(log->statements[PL_USAGE_FIND_LOG], sequence);

    if (err == PL_ERR_NOT_FOUND) {
        *sequence = 1;
        err = make_log(log);
    }
    if (err)
        return err;
    pl_db_bind_int(update, 1, *sequence + 1);
    return pl_db_err(pl_db_run(update));
}

static pl_err add(void *context, pl_db *db)
{
    const adding *a = context;
    pl_usage_report report = {0, a->entry->meter, a->entry->amount, a->entry->at, {0}};
    bool is_known;
    int64_t place;
    pl_err err;

    (void)db;
    if ((err = pl_usage_once_find(a->log, a->entry->idempotency, &is_known)) || is_known)
        return err;
    pl_random(report.id, sizeof report.id);
    if ((err = take_number(a->log, &report.sequence)) || (err = pl_usage_place_choose(a->log, &a->entry->holder, &place)) ||
        (err = pl_usage_report_insert(a->log, &report, a->entry->idempotency, place)))
        return err;
    return pl_usage_pending_add(a->log, report.meter, report.amount);
}

pl_err pl_usage_log_add(pl_usage_log *log, const pl_usage_entry *entry)
{
    adding a = {log, entry};

    return pl_db_transaction(log->db, add, &a);
}

/* ---- looking ---- */

pl_err pl_usage_log_sum(pl_usage_log *log, const char *meter, const char *license_id, pl_usage_sum *sum)
{
    pl_usage_meter row;
    pl_err err = pl_usage_meter_read(log, meter, &row);

    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    if (row.license != pl_usage_license_mark(license_id)) {
        row.sum.used = 0;
        row.sum.allowed = PL_USAGE_UNLIMITED;
    }
    *sum = row.sum;
    return PL_OK;
}

static bool is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

pl_err pl_usage_log_meters(pl_usage_log *log, pl_arena *arena, const char **names, size_t room, size_t *count)
{
    pl_db_statement *select = log->statements[PL_USAGE_LIST_ALL];
    pl_db_result result = DB_DONE;
    pl_err err = PL_OK;

    *count = 0;
    while (!err && *count < room && (result = pl_db_step(select)) == DB_ROW) {
        pl_usage_report report = {0};

        err = pl_usage_report_read(log, select, arena, &report);
        if (!err && !is_among(report.meter, names, *count))
            names[(*count)++] = report.meter;
        if (err == PL_ERR_SIGNATURE)
            err = PL_OK;
    }
    pl_db_reset(select);
    if (err || result == DB_ROW || result == DB_DONE)
        return err;
    return pl_db_err(result);
}

pl_err pl_usage_log_count(pl_usage_log *log, pl_usage_counts *counts)
{
    pl_db_statement *select = log->statements[PL_USAGE_COUNT];
    pl_db_result result = pl_db_step(select);

    if (result == DB_ROW)
        *counts = (pl_usage_counts){pl_db_column_int(select, 0), pl_db_column_int(select, 1), pl_db_column_int(select, 2)};
    pl_db_reset(select);
    return pl_db_err(result);
}

static pl_err clear(void *context, pl_db *db)
{
    (void)context;
    return pl_db_script(db, "DELETE FROM usage_report; DELETE FROM usage_place; DELETE FROM usage_meter; DELETE FROM usage_log");
}

pl_err pl_usage_log_clear(pl_usage_log *log)
{
    return pl_db_transaction(log->db, clear, NULL);
}
