/* SPDX-License-Identifier: Apache-2.0
 *
 * Reports on their way to the validator: packing the next ones, and what its answer makes of them. Binding them is in usage_place.c.
 */
#include <string.h>

#include "crypto/crypto.h"
#include "state/usage_rows.h"

typedef struct {
    pl_usage_log *log;
    pl_arena *arena;
    const pl_usage_order *order;
    pl_usage_parcel *parcel;
    pl_usage_report *reports;
    size_t count;
    int64_t unreadable[PL_USAGE_REPORTS_MAX];
    size_t unreadable_count;
    bool is_empty;
} packing;

typedef struct {
    pl_usage_log *log;
    const pl_usage_parcel *parcel;
    const pl_usage_claims *claims;
    int64_t now;
} settling;

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

/* What can't be opened, or is missing, leaves a gap; the batch ends before it. */
static pl_err take_row(packing *p, pl_db_statement *row, bool *is_end)
{
    pl_usage_report *report = &p->reports[p->count];
    pl_err err = pl_usage_report_read(p->log, row, p->arena, report);

    if (err == PL_ERR_SIGNATURE)
        p->unreadable[p->unreadable_count++] = report->sequence;
    else if (!err && p->count > 0 && report->sequence != report[-1].sequence + 1)
        *is_end = true;
    else if (!err)
        p->count++;
    return err == PL_ERR_SIGNATURE ? PL_OK : err;
}

static pl_err read_reports(packing *p)
{
    pl_db_statement *select = p->log->statements[PL_USAGE_LIST_OF_PLACE];
    bool is_most = p->order->most > 0 && p->order->most < PL_USAGE_REPORTS_MAX;
    pl_db_result result = DB_DONE;
    bool is_end = false;
    pl_err err = PL_OK;

    p->count = p->unreadable_count = 0;
    if (!p->reports && !(p->reports = pl_arena_take(p->arena, PL_USAGE_REPORTS_MAX * sizeof *p->reports)))
        return pl_fail(PL_ERR_MEMORY, "reports of usage");
    pl_db_bind_int(select, 1, p->parcel->place);
    pl_db_bind_int(select, 2, p->order->after);
    pl_db_bind_int(select, 3, is_most ? (int64_t)p->order->most : PL_USAGE_REPORTS_MAX);
    while (!err && !is_end && (result = pl_db_step(select)) == DB_ROW)
        err = take_row(p, select, &is_end);
    pl_db_reset(select);
    p->parcel->batch.reports = p->reports;
    p->parcel->batch.count = p->count;
    return err || is_end || result == DB_DONE ? err : pl_db_err(result);
}

static pl_err mark(pl_usage_log *log, int64_t sequence, int64_t why)
{
    pl_db_statement *update = log->statements[PL_USAGE_SET_ASIDE];

    pl_db_bind_int(update, 1, sequence);
    pl_db_bind_int(update, 2, why);
    return pl_db_err(pl_db_run(update));
}

/* They stay, and count for nothing: not for what is pending either, since nobody knows of what meter they are. */
static pl_err set_aside(const packing *p)
{
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < p->unreadable_count; i++)
        err = mark(p->log, p->unreadable[i], PL_USAGE_UNREADABLE);
    return err || p->unreadable_count == 0 ? err : pl_usage_pending_count(p->log);
}

/*
 * The lowest number that can still come: where the one before the first is not kept, or not sent with it, there is a gap that the validator
 * is to pass over, else it would ask for that number for ever.
 */
static pl_err find_from(const packing *p)
{
    pl_db_statement *kept = p->log->statements[PL_USAGE_FIND_KEPT];
    pl_db_statement *lowest = p->log->statements[PL_USAGE_FIND_FROM];
    int64_t *from = &p->parcel->batch.from;
    int64_t first = p->reports[0].sequence;
    pl_err err = PL_ERR_NOT_FOUND;

    if (first - 1 != p->order->after) {
        pl_db_bind_int(kept, 1, p->parcel->place);
        pl_db_bind_int(kept, 2, first - 1);
        err = pl_usage_number(kept, from);
    }
    if (err == PL_ERR_NOT_FOUND)
        *from = first;
    if (err)
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    pl_db_bind_int(lowest, 1, p->parcel->place);
    return pl_usage_number(lowest, from);
}

/* PL_ERR_NOT_FOUND with unreadable_count: there may be more behind what was set aside. */
static pl_err pack_next(packing *p)
{
    pl_db_statement *pending = p->log->statements[PL_USAGE_FIND_PENDING];
    pl_db_statement *find = p->log->statements[PL_USAGE_FIND_PLACE];
    int64_t place;
    pl_err err;

    p->unreadable_count = 0;
    pl_db_bind_int(pending, 1, p->order->after);
    if ((err = pl_usage_number(pending, &place)))
        return err;
    pl_db_bind_int(find, 1, place);
    if ((err = pl_usage_place_read(find, p->parcel)) || (err = name_log(p)) || (err = read_reports(p)) || (err = set_aside(p)))
        return err;
    return p->count > 0 ? find_from(p) : PL_ERR_NOT_FOUND;
}

static pl_err pack(void *context, pl_db *db)
{
    packing *p = context;
    size_t set_aside = 0;
    pl_err err;

    (void)db;
    if ((err = pl_usage_place_bind(p->log, &p->order->holder)) ||
        (p->order->is_anew && (err = pl_db_err(pl_db_run(p->log->statements[PL_USAGE_TAKE_UP])))))
        return err;
    do {
        err = pack_next(p);
        set_aside += p->unreadable_count;
    } while (err == PL_ERR_NOT_FOUND && p->unreadable_count > 0);
    p->parcel->set_aside = set_aside;
    /* what was set aside is so, whatever is left to send */
    p->is_empty = err == PL_ERR_NOT_FOUND;
    return p->is_empty ? PL_OK : err;
}

pl_err pl_usage_log_pack(pl_usage_log *log, pl_arena *arena, const pl_usage_order *order, pl_usage_parcel *parcel)
{
    packing p = {.log = log, .arena = arena, .order = order, .parcel = parcel};
    pl_err err;

    memset(parcel, 0, sizeof *parcel);
    err = pl_db_transaction(log->db, pack, &p);
    return !err && p.is_empty ? PL_ERR_NOT_FOUND : err;
}

pl_err pl_usage_log_refuse(pl_usage_log *log, int64_t sequence)
{
    return mark(log, sequence, PL_USAGE_REFUSED);
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
        return pl_usage_pending_count(s->log);
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

/* No report of it is stored there, the acknowledged ones neither: all wait for the next activation of that license. */
static pl_err unbind(const settling *s)
{
    pl_db_statement *update = s->log->statements[PL_USAGE_UNBIND];
    pl_db_statement *empty = s->log->statements[PL_USAGE_EMPTY_PLACE];
    pl_err err;

    pl_db_bind_int(update, 1, s->parcel->place);
    pl_db_bind_int(empty, 1, s->parcel->place);
    if ((err = pl_db_err(pl_db_run(update))) || (err = pl_db_err(pl_db_run(empty))))
        return err;
    return pl_usage_pending_count(s->log);
}

/* Its activation is closed for what is not stored there yet: that is for the license's next one. */
static pl_err unbind_pending(const settling *s)
{
    pl_db_statement *update = s->log->statements[PL_USAGE_UNBIND_PENDING];
    int64_t place;
    pl_err err;

    if (s->claims->refusal != PL_USAGE_CLOSED)
        return PL_OK;
    if ((err = pl_usage_place_wait(s->log, s->parcel->license_id, &place)))
        return err;
    pl_db_bind_int(update, 1, s->parcel->place);
    pl_db_bind_int(update, 2, place);
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
