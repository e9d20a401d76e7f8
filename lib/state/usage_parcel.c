/* SPDX-License-Identifier: Apache-2.0
 *
 * Reports on their way to the validator: binding them to an activation, packing the next ones, and what its answer makes of them.
 */
#include <string.h>

#include "crypto/crypto.h"
#include "state/usage_rows.h"

typedef struct {
    pl_usage_log *log;
    pl_arena *arena;
    const char *license_id;
    const char *activation_id;
    pl_usage_parcel *parcel;
} packing;

typedef struct {
    pl_usage_log *log;
    const pl_usage_parcel *parcel;
    const pl_usage_claims *claims;
    int64_t now;
} settling;

/* ---- binding ---- */

/* Columns id, license, activation into the parcel. PL_ERR_NOT_FOUND. */
static pl_err read_place(pl_db_statement *select, pl_usage_parcel *parcel)
{
    pl_db_result result = pl_db_step(select);
    pl_err err = result == DB_DONE ? PL_ERR_NOT_FOUND : pl_db_err(result);

    if (!err) {
        memset(parcel, 0, sizeof *parcel);
        parcel->place = pl_db_column_int(select, 0);
        (void)pl_db_column_bytes(select, 1, parcel->license_id, sizeof parcel->license_id - 1);
        (void)pl_db_column_bytes(select, 2, parcel->activation_id, sizeof parcel->activation_id - 1);
    }
    pl_db_reset(select);
    return err;
}

static pl_err make_place(const packing *p, int64_t place)
{
    pl_db_statement *insert = p->log->statements[PL_USAGE_MAKE_PLACE];

    pl_db_bind_int(insert, 1, place);
    pl_db_bind_text(insert, 2, p->license_id);
    pl_db_bind_text(insert, 3, p->activation_id);
    return pl_db_err(pl_db_run(insert));
}

/* The last place where it is for this activation, else a new one: so that numbers in one have no gap. */
static pl_err bind(const packing *p)
{
    pl_db_statement *update = p->log->statements[PL_USAGE_BIND];
    pl_usage_parcel last = {.place = 0};
    pl_err err;

    if (!p->license_id || !p->activation_id || strlen(p->license_id) >= sizeof last.license_id ||
        strlen(p->activation_id) >= sizeof last.activation_id)
        return PL_ERR_NOT_FOUND;
    err = read_place(p->log->statements[PL_USAGE_FIND_LAST_PLACE], &last);
    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    if (err || strcmp(last.license_id, p->license_id) != 0 || strcmp(last.activation_id, p->activation_id) != 0) {
        last.place++;
        if ((err = make_place(p, last.place)))
            return err;
    }
    pl_db_bind_int(update, 1, last.place);
    return pl_db_err(pl_db_run(update));
}

/* ---- packing ---- */

/* On the wire a place is a log of its own. Two copies of one state name the same places alike. */
static pl_err name_log(const packing *p)
{
    pl_db_statement *select = p->log->statements[PL_USAGE_FIND_LOG];
    struct {
        uint8_t log[PL_USAGE_ID_SIZE];
        int64_t place;
        char activation_id[PL_USAGE_UUID_SIZE];
    } name = {{0}, p->parcel->place, {0}};
    uint8_t digest[PL_DIGEST_SIZE];
    pl_db_result result = pl_db_step(select);

    if (result == DB_ROW)
        (void)pl_db_column_bytes(select, 1, name.log, sizeof name.log);
    pl_db_reset(select);
    if (result != DB_ROW)
        return result == DB_DONE ? PL_ERR_NOT_FOUND : pl_db_err(result);
    memcpy(name.activation_id, p->parcel->activation_id, sizeof name.activation_id);
    pl_digest(pl_span_of(&name, sizeof name), digest);
    memcpy(p->parcel->batch.log, digest, PL_USAGE_ID_SIZE);
    return PL_OK;
}

static pl_err read_reports(const packing *p)
{
    pl_db_statement *select = p->log->statements[PL_USAGE_LIST_OF_PLACE];
    pl_usage_report *reports = pl_arena_take(p->arena, PL_USAGE_REPORTS_MAX * sizeof *reports);
    pl_db_result result = DB_DONE;
    pl_err err = reports ? PL_OK : pl_fail(PL_ERR_MEMORY, "reports of usage");
    size_t count = 0;

    pl_db_bind_int(select, 1, p->parcel->place);
    pl_db_bind_int(select, 2, PL_USAGE_REPORTS_MAX);
    while (!err && (result = pl_db_step(select)) == DB_ROW) {
        err = pl_usage_report_read(p->log, select, p->arena, &reports[count]);
        if (!err)
            count++;
        else if (err == PL_ERR_SIGNATURE)
            err = PL_OK; /* somebody altered it: the validator will miss it, and ask in vain */
    }
    pl_db_reset(select);
    p->parcel->batch.reports = reports;
    p->parcel->batch.count = count;
    if (err || result != DB_DONE)
        return err ? err : pl_db_err(result);
    return count ? PL_OK : PL_ERR_NOT_FOUND;
}

static pl_err pack(void *context, pl_db *db)
{
    const packing *p = context;
    pl_db_statement *from = p->log->statements[PL_USAGE_FIND_FROM];
    pl_db_statement *find = p->log->statements[PL_USAGE_FIND_PLACE];
    int64_t place;
    pl_err err = pl_usage_number(p->log->statements[PL_USAGE_FIND_PENDING], &place);

    (void)db;
    if (!err && place == 0 && !(err = bind(p)))
        err = pl_usage_number(p->log->statements[PL_USAGE_FIND_PENDING], &place);
    if (err)
        return err;
    pl_db_bind_int(find, 1, place);
    if ((err = read_place(find, p->parcel)) || (err = name_log(p)))
        return err;
    pl_db_bind_int(from, 1, place);
    if ((err = pl_usage_number(from, &p->parcel->batch.from)))
        return err;
    return read_reports(p);
}

pl_err pl_usage_log_pack(pl_usage_log *log, pl_arena *arena, const char *license_id, const char *activation_id,
                         pl_usage_parcel *parcel)
{
    packing p = {log, arena, license_id, activation_id, parcel};

    memset(parcel, 0, sizeof *parcel);
    return pl_db_transaction(log->db, pack, &p);
}

/* ---- settling ---- */

static pl_err acknowledge(const settling *s)
{
    pl_db_statement *update = s->log->statements[PL_USAGE_ACK];
    const pl_usage_batch *batch = &s->parcel->batch;
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < batch->count && batch->reports[i].sequence <= s->claims->sequence; i++) {
        pl_db_bind_int(update, 1, batch->reports[i].sequence);
        pl_db_bind_int(update, 2, s->parcel->place);
        err = pl_db_err(pl_db_run(update));
        if (!err && pl_db_changes(s->log->db) == 1) /* else another process was told first */
            err = pl_usage_pending_add(s->log, batch->reports[i].meter, -batch->reports[i].amount);
    }
    return err;
}

/* All pending sums anew, from the reports themselves. */
static pl_err count_again(const settling *s)
{
    pl_db_statement *select = s->log->statements[PL_USAGE_LIST_PENDING];
    pl_db_result result = DB_DONE;
    pl_usage_report report;
    pl_arena arena;
    pl_err err;

    if ((err = pl_db_script(s->log->db, "DELETE FROM usage_meter")))
        return err;
    pl_arena_init(&arena);
    while (!err && (result = pl_db_step(select)) == DB_ROW) {
        err = pl_usage_report_read(s->log, select, &arena, &report);
        if (!err)
            err = pl_usage_pending_add(s->log, report.meter, report.amount);
        else if (err == PL_ERR_SIGNATURE)
            err = PL_OK;
        pl_arena_recycle(&arena, 4096);
    }
    pl_db_reset(select);
    pl_arena_reset(&arena);
    return err || result == DB_DONE ? err : pl_db_err(result);
}

/* The validator lacks what it once had: it was restored from an older backup. What is kept here is sent again; what is not kept is told by from. */
static pl_err take_back(const settling *s)
{
    pl_db_statement *unack = s->log->statements[PL_USAGE_UNACK];
    pl_db_statement *drop = s->log->statements[PL_USAGE_DROP_BEFORE];
    pl_err err;

    if (!s->claims->again)
        return PL_OK;
    pl_db_bind_int(unack, 1, s->parcel->place);
    pl_db_bind_int(unack, 2, s->claims->again);
    if ((err = pl_db_err(pl_db_run(unack))))
        return err;
    if (pl_db_changes(s->log->db) > 0)
        return count_again(s);
    pl_db_bind_int(drop, 1, s->parcel->place);
    pl_db_bind_int(drop, 2, s->claims->again);
    return pl_db_err(pl_db_run(drop));
}

static pl_err note_balances(const settling *s)
{
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < s->claims->balance_count; i++) {
        const pl_usage_balance *balance = &s->claims->balances[i];
        pl_usage_meter meter;

        err = pl_usage_meter_read(s->log, balance->meter, &meter);
        if (err && err != PL_ERR_NOT_FOUND && err != PL_ERR_SIGNATURE)
            return err;
        meter.sum.used = balance->used;
        meter.sum.allowed = balance->allowed;
        meter.license = pl_usage_license_mark(s->parcel->license_id);
        err = pl_usage_meter_write(s->log, balance->meter, &meter);
    }
    return err;
}

/* What was acknowledged long ago and is not among the last. */
static pl_err prune(const settling *s)
{
    pl_db_statement *delete = s->log->statements[PL_USAGE_PRUNE];
    int64_t next;
    pl_err err = pl_usage_number(s->log->statements[PL_USAGE_FIND_LOG], &next);

    if (err)
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    pl_db_bind_int(delete, 1, next - PL_USAGE_KEPT_MAX);
    pl_db_bind_int(delete, 2, next - PL_USAGE_KEPT);
    pl_db_bind_int(delete, 3, s->now - PL_USAGE_KEPT_S);
    return pl_db_err(pl_db_run(delete));
}

/* No report of it is stored there, the acknowledged ones neither: all may be bound anew. */
static pl_err unbind(const settling *s)
{
    pl_db_statement *update = s->log->statements[PL_USAGE_UNBIND];
    pl_err err;

    pl_db_bind_int(update, 1, s->parcel->place);
    if ((err = pl_db_err(pl_db_run(update))))
        return err;
    return count_again(s);
}

/* Its activation is closed for what is not stored there yet: that is for the next one. */
static pl_err unbind_pending(const settling *s)
{
    pl_db_statement *update = s->log->statements[PL_USAGE_UNBIND_PENDING];

    if (s->claims->refusal != PL_USAGE_CLOSED)
        return PL_OK;
    pl_db_bind_int(update, 1, s->parcel->place);
    return pl_db_err(pl_db_run(update));
}

static pl_err settle(void *context, pl_db *db)
{
    const settling *s = context;
    pl_err err;

    (void)db;
    if (!s->claims)
        return unbind(s);
    if ((err = acknowledge(s)) || (err = take_back(s)) || (err = unbind_pending(s)) || (err = note_balances(s)))
        return err;
    return prune(s);
}

pl_err pl_usage_log_settle(pl_usage_log *log, const pl_usage_parcel *parcel, const pl_usage_claims *claims, int64_t now)
{
    settling s = {log, parcel, claims, now};

    return pl_db_transaction(log->db, settle, &s);
}
