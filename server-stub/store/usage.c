/* SPDX-License-Identifier: Apache-2.0
 *
 * The usage tables.
 */
#include "store/usage.h"

#include "store/statements.h"

#include <string.h>

enum { FIND_LOG, PUT_LOG, ADD, ADD_UP, LIST_AFTER, LIST_BALANCES, COUNT_BALANCES, FIND_BALANCE, LIST, FIND_INTAKE, PUT_INTAKE };

#define OF_LOG " WHERE brand_id = $1 AND license_id = $2 AND activation_id = $3 AND log = $4"

static const char *const sql[] = {
    [FIND_LOG] = "SELECT acked, forks FROM usage_log" OF_LOG,

    [PUT_LOG] = "INSERT INTO usage_log (brand_id, license_id, activation_id, log, acked, forks)"
                " VALUES ($1, $2, $3, $4, $5, $6)"
                " ON CONFLICT (brand_id, license_id, activation_id, log) DO UPDATE"
                " SET acked = excluded.acked, forks = excluded.forks",

    /* Whose number is taken by another report came from a copy of the log. Nothing returned: it is there already. */
    [ADD] = "INSERT INTO usage_ledger (brand_id, license_id, activation_id, log, sequence, report_id, fork, meter, amount,"
            "                          used_at, received_at, released)"
            " SELECT $1, $2, $3, $4, $5, $6, (SELECT count(*) FROM usage_ledger" OF_LOG " AND sequence = $5 AND fork = 0),"
            "        $7, $8, $9, $10, $11"
            " WHERE true"
            " ON CONFLICT (brand_id, license_id, activation_id, log, sequence, report_id) DO NOTHING"
            " RETURNING fork",

    [ADD_UP] = "INSERT INTO usage_balance (brand_id, license_id, meter, used)"
               " VALUES ($1, $2, $3, $4)"
               " ON CONFLICT (brand_id, license_id, meter) DO UPDATE"
               " SET used = CASE WHEN usage_balance.used > 9223372036854775807 - excluded.used THEN 9223372036854775807"
               "                 ELSE usage_balance.used + excluded.used END",

    [LIST_AFTER] = "SELECT sequence FROM usage_ledger" OF_LOG " AND fork = 0 AND sequence > $5"
                   " ORDER BY sequence",

    [LIST_BALANCES] = "SELECT meter, used FROM usage_balance"
                      " WHERE brand_id = $1 AND license_id = $2 AND meter > $3"
                      " ORDER BY meter"
                      " LIMIT $4",

    [COUNT_BALANCES] = "SELECT count(*) FROM usage_balance"
                       " WHERE brand_id = $1 AND license_id = $2",

    [FIND_BALANCE] = "SELECT used FROM usage_balance"
                     " WHERE brand_id = $1 AND license_id = $2 AND meter = $3",

    [LIST] = "SELECT activation_id, sequence, meter, amount, used_at, fork, received_at, released"
             " FROM usage_ledger"
             " WHERE brand_id = $1 AND license_id = $2 AND (meter = $3 OR $3 IS NULL)"
             " ORDER BY activation_id, log, sequence, report_id"
             " LIMIT $4 OFFSET $5",

    [FIND_INTAKE] = "SELECT reports, logs, refused FROM usage_intake"
                    " WHERE brand_id = $1 AND license_id = $2 AND activation_id = $3 AND day = $4",

    [PUT_INTAKE] = "INSERT INTO usage_intake (brand_id, license_id, activation_id, day, reports, logs, refused)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7)"
                   " ON CONFLICT (brand_id, license_id, activation_id) DO UPDATE"
                   " SET day = excluded.day, reports = excluded.reports, logs = excluded.logs, refused = excluded.refused",
};

const store_set usage_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_db_statement *with_log(const tx_t *tx, size_t statement, const usage_log_t *log)
{
    pl_db_statement *bound = store_statement(tx, STORE_USAGE, statement);

    pl_db_bind_uuid(bound, 1, log->brand_id);
    pl_db_bind_uuid(bound, 2, log->license_id);
    pl_db_bind_uuid(bound, 3, log->activation_id);
    pl_db_bind_blob(bound, 4, log->log, sizeof(log->log));
    return bound;
}

pl_err usage_log_find(tx_t *tx, usage_log_t *log)
{
    pl_db_statement *select = with_log(tx, FIND_LOG, log);
    pl_err err = store_one(select);

    if (!err) {
        log->acked = pl_db_column_int(select, 0);
        log->forks = pl_db_column_int(select, 1);
    }
    pl_db_reset(select);
    return err;
}

pl_err usage_log_put(tx_t *tx, const usage_log_t *log)
{
    pl_db_statement *insert = with_log(tx, PUT_LOG, log);

    pl_db_bind_int(insert, 5, log->acked);
    pl_db_bind_int(insert, 6, log->forks);
    return pl_db_err(pl_db_run(insert));
}

static pl_err add_up(tx_t *tx, const usage_log_t *log, const pl_usage_report *report)
{
    pl_db_statement *upsert = store_statement(tx, STORE_USAGE, ADD_UP);

    pl_db_bind_uuid(upsert, 1, log->brand_id);
    pl_db_bind_uuid(upsert, 2, log->license_id);
    pl_db_bind_text(upsert, 3, report->meter);
    pl_db_bind_int(upsert, 4, report->amount);
    return pl_db_err(pl_db_run(upsert));
}

pl_err usage_add(tx_t *tx, const usage_log_t *log, const pl_usage_report *report, usage_added *added)
{
    pl_db_statement *insert = with_log(tx, ADD, log);
    pl_db_result result;

    pl_db_bind_int(insert, 5, report->sequence);
    pl_db_bind_blob(insert, 6, report->id, sizeof(report->id));
    pl_db_bind_text(insert, 7, report->meter);
    pl_db_bind_int(insert, 8, report->amount);
    pl_db_bind_int(insert, 9, report->at);
    pl_db_bind_int(insert, 10, tx->now_ms);
    pl_db_bind_int(insert, 11, log->released);
    result = pl_db_step(insert);
    *added = USAGE_REPEATED;
    if (result == DB_ROW) {
        *added = pl_db_column_int(insert, 0) ? USAGE_FORKED : USAGE_ADDED;
        result = pl_db_step(insert);
    }
    pl_db_reset(insert);
    if (result != DB_DONE)
        return pl_db_err(result);
    return *added == USAGE_REPEATED ? PL_OK : add_up(tx, log, report);
}

pl_err usage_count_on(tx_t *tx, const usage_log_t *log, int64_t *acked, int64_t *last)
{
    pl_db_statement *select = with_log(tx, LIST_AFTER, log);
    pl_db_result result;

    *last = *acked = log->acked;
    pl_db_bind_int(select, 5, log->acked);
    while ((result = pl_db_step(select)) == DB_ROW) {
        *last = pl_db_column_int(select, 0);
        if (*last != *acked + 1)
            break;
        *acked = *last;
    }
    pl_db_reset(select);
    return pl_db_err(result);
}

static pl_err map_balance(pl_db_statement *row, pl_arena *arena, void *item)
{
    pl_usage_balance *balance = item;

    balance->used = pl_db_column_int(row, 1);
    balance->allowed = PL_USAGE_UNLIMITED;
    return store_text(row, 0, arena, &balance->meter);
}

static pl_db_statement *with_license(const tx_t *tx, size_t statement, pl_uuid brand_id, pl_uuid license_id)
{
    pl_db_statement *bound = store_statement(tx, STORE_USAGE, statement);

    pl_db_bind_uuid(bound, 1, brand_id);
    pl_db_bind_uuid(bound, 2, license_id);
    return bound;
}

pl_err usage_balances_count(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, int64_t *count)
{
    pl_db_statement *select = with_license(tx, COUNT_BALANCES, brand_id, license_id);
    pl_err err = store_one(select);

    if (!err)
        *count = pl_db_column_int(select, 0);
    pl_db_reset(select);
    return err;
}

pl_err usage_balance_find(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, pl_usage_balance *balance)
{
    pl_db_statement *select = with_license(tx, FIND_BALANCE, brand_id, license_id);
    pl_err err;

    pl_db_bind_text(select, 3, balance->meter);
    if (!(err = store_one(select)))
        balance->used = pl_db_column_int(select, 0);
    pl_db_reset(select);
    return err;
}

pl_err usage_balances(tx_t *tx, const usage_balance_page_t *page, pl_usage_balance **balances, size_t *count)
{
    pl_db_statement *select = with_license(tx, LIST_BALANCES, page->brand_id, page->license_id);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_text(select, 3, page->after ? page->after : "");
    pl_db_bind_int(select, 4, page->limit);
    err = store_collect(select, tx->arena, sizeof(pl_usage_balance), map_balance, &rows);
    *balances = rows.items;
    *count = rows.count;
    return err;
}

static pl_err map_entry(pl_db_statement *row, pl_arena *arena, void *item)
{
    usage_entry_t *entry = item;

    entry->activation_id = pl_db_column_uuid(row, 0);
    entry->report.sequence = pl_db_column_int(row, 1);
    entry->report.amount = pl_db_column_int(row, 3);
    entry->report.at = pl_db_column_int(row, 4);
    entry->is_fork = pl_db_column_int(row, 5) != 0;
    entry->received_at_ms = pl_db_column_int(row, 6);
    entry->released = pl_db_column_int(row, 7);
    return store_text(row, 2, arena, &entry->report.meter);
}

pl_err usage_list(tx_t *tx, const usage_page_t *page, usage_entry_t **entries, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_USAGE, LIST);
    store_rows rows = {NULL, 0};
    pl_err err;

    pl_db_bind_uuid(select, 1, page->brand_id);
    pl_db_bind_uuid(select, 2, page->license_id);
    pl_db_bind_text(select, 3, page->meter);
    pl_db_bind_int(select, 4, page->limit);
    pl_db_bind_int(select, 5, page->after);
    err = store_collect(select, tx->arena, sizeof(usage_entry_t), map_entry, &rows);
    *entries = rows.items;
    *count = rows.count;
    return err;
}

pl_err usage_intake_find(tx_t *tx, usage_intake_t *intake)
{
    pl_db_statement *select = with_license(tx, FIND_INTAKE, intake->brand_id, intake->license_id);
    pl_err err;

    pl_db_bind_uuid(select, 3, intake->activation_id);
    pl_db_bind_int(select, 4, intake->day);
    if (!(err = store_one(select))) {
        intake->reports = pl_db_column_int(select, 0);
        intake->logs = pl_db_column_int(select, 1);
        intake->is_refused = pl_db_column_int(select, 2) != 0;
    }
    pl_db_reset(select);
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

pl_err usage_intake_put(tx_t *tx, const usage_intake_t *intake)
{
    pl_db_statement *upsert = with_license(tx, PUT_INTAKE, intake->brand_id, intake->license_id);

    pl_db_bind_uuid(upsert, 3, intake->activation_id);
    pl_db_bind_int(upsert, 4, intake->day);
    pl_db_bind_int(upsert, 5, intake->reports);
    pl_db_bind_int(upsert, 6, intake->logs);
    pl_db_bind_int(upsert, 7, intake->is_refused);
    return pl_db_err(pl_db_run(upsert));
}
