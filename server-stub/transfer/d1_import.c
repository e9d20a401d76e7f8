/* SPDX-License-Identifier: Apache-2.0
 *
 * A table in chunks: each is read, and written in one transaction, a savepoint for each row. What a row comes to is in d1_customer.c and
 * d1_record.c.
 */
#include "transfer/d1_import.h"

#include "licensing/rehearsal.h"
#include "platform/clock.h"
#include "store/brands.h"

enum {
    ARENA_KEPT = 1 << 20,
    PAUSE_MS = 25 /* between chunks, in which a server gets the write lock */,
    CHUNK_BYTES = 4 << 20,
    CUSTOMERS_AT_ONCE = 50 /* each is issued a license, and a document signed to try it */
};

typedef struct {
    d1_row_t row;
    d1_result_t result;
    const char *reason; /* refused */
} entry_t;

typedef struct {
    const d1_order_t *order;
    d1_report_t *report;
    pl_arena *kept; /* the report's */
    pl_arena arena; /* a chunk's */
    d1_place_t place;
    d1_table table;
    bool has_begun; /* a chunk was written */
    entry_t entries[D1_CHUNK];
    size_t count;
} import_t;

/* Errors of the row itself; all others end the import. */
static bool is_of_row(pl_err err)
{
    return err == PL_ERR_INVALID || err == PL_ERR_MALFORMED || err == PL_ERR_TOO_LARGE || err == PL_ERR_KEY_TYPO ||
           err == PL_ERR_NOT_FOUND || err == PL_ERR_CONFLICT || err == PL_ERR_STATE || err == PL_ERR_CHANGED;
}

static pl_err refuse(import_t *import, entry_t *entry, pl_err err)
{
    const char *detail = pl_err_detail();

    if (!is_of_row(err))
        return err;
    entry->result = (d1_result_t){D1_REFUSED, NULL};
    entry->reason = pl_arena_text(&import->arena, pl_span_text(detail[0] ? detail : pl_err_sentence(err)));
    return entry->reason ? PL_OK : PL_ERR_MEMORY;
}

/* ---- a chunk ---- */

static size_t size_of(const d1_row_t *row)
{
    size_t size = 0;

    for (size_t i = 0; i < D1_VALUES_MAX; i++)
        size += row->values[i] ? pl_span_text(row->values[i]).size : 0;
    return size;
}

static pl_err read_chunk(import_t *import)
{
    bool is_slow = import->table == D1_CUSTOMERS || import->order->dry_run; /* which brings the customers along again */
    size_t limit = is_slow ? CUSTOMERS_AT_ONCE : D1_CHUNK;
    size_t size = 0;
    bool more = true;
    pl_err err = PL_OK;

    pl_arena_recycle(&import->arena, ARENA_KEPT);
    import->count = 0;
    while (!err && more && import->count < limit && size < CHUNK_BYTES) {
        entry_t *entry = &import->entries[import->count];

        *entry = (entry_t){.reason = NULL};
        err = d1_next(import->place.d1, &import->arena, &entry->row, &more);
        import->count += more;
        size += size_of(&entry->row);
    }
    return err;
}

static pl_err import_row(const import_t *import, tx_t *tx, entry_t *entry)
{
    entry->result = (d1_result_t){D1_ADDED, NULL};
    if (entry->row.fault)
        return pl_fail(PL_ERR_INVALID, "%s", entry->row.fault);
    if (entry->row.table == D1_CUSTOMERS)
        return d1_import_customer(tx, &import->place, &entry->row, &entry->result);
    return d1_import_record(tx, &import->place, &entry->row, &entry->result);
}

static pl_err write_entry(import_t *import, tx_t *tx, entry_t *entry)
{
    pl_db *db = store_db(tx->store);
    pl_err err;

    pl_err_clear();
    if ((err = pl_db_err(pl_db_savepoint(db))))
        return err;
    err = import_row(import, tx, entry);
    if (!err)
        return pl_db_err(pl_db_savepoint_release(db));
    if (!is_of_row(err))
        return err;
    pl_db_savepoint_rollback(db);
    return refuse(import, entry, err);
}

/* May be run again: outcomes are written anew. */
static pl_err write_chunk(void *context, tx_t *tx)
{
    import_t *import = context;
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < import->count; i++)
        err = write_entry(import, tx, &import->entries[i]);
    return err;
}

/* ---- the report ---- */

static pl_err remark(import_t *import, const entry_t *entry, const char *text, d1_remark_t *list, size_t *count)
{
    const char *id = entry->row.values[D1_ID] ? entry->row.values[D1_ID] : "";

    if (*count == D1_REMARKS_MAX)
        return PL_OK;
    list[*count] = (d1_remark_t){entry->row.table, pl_arena_format(import->kept, "%.64s", id),
                                 pl_arena_text(import->kept, pl_span_text(text))};
    return list[*count].row && list[(*count)++].text ? PL_OK : PL_ERR_MEMORY;
}

static pl_err report_entry(import_t *import, const entry_t *entry)
{
    d1_report_t *report = import->report;
    d1_count_t *counts = &report->counts[import->table];

    counts->rows++;
    switch (entry->result.outcome) {
    case D1_ADDED:
        counts->added++;
        break;
    case D1_SAME:
        counts->same++;
        break;
    case D1_CHANGED:
        counts->changed++;
        break;
    case D1_LEFT:
        counts->left++;
        break;
    case D1_REFUSED:
        counts->refused++;
        return remark(import, entry, entry->reason, report->refusals, &report->refusal_count);
    }
    return entry->result.note ? remark(import, entry, entry->result.note, report->notes, &report->note_count) : PL_OK;
}

static pl_err report_chunk(import_t *import)
{
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < import->count; i++)
        err = report_entry(import, &import->entries[i]);
    return err;
}

int64_t d1_report_refused(const d1_report_t *report)
{
    int64_t refused = 0;

    for (size_t i = 0; i < D1_TABLES; i++)
        refused += report->counts[i].refused;
    return refused;
}

/* ---- the whole ---- */

static pl_err import_table(import_t *import, d1_table table)
{
    instance_t *instance = import->order->instance;
    pl_err err;

    import->table = table;
    if ((err = d1_begin(import->place.d1, table)))
        return err;
    for (;;) {
        if ((err = read_chunk(import)) || import->count == 0)
            return err;
        if (import->has_begun)
            pl_clock_sleep_ms(PAUSE_MS);
        import->has_begun = true;
        err = (import->order->dry_run ? instance_rehearse : instance_write)(instance, &import->arena, write_chunk, import);
        if (err || (err = report_chunk(import)))
            return err;
    }
}

static pl_err find_place(void *context, tx_t *tx)
{
    import_t *import = context;
    brand_t brand;
    pl_err err = brands_find_by_slug(tx, import->order->brand, &brand);

    if (err)
        return err == PL_ERR_NOT_FOUND ? pl_fail(err, "there is no brand \"%s\"", import->order->brand) : err;
    import->place.brand_id = brand.id;
    err = products_find_by_slug(tx, brand.id, import->order->product, &import->place.product);
    return err == PL_ERR_NOT_FOUND ? pl_fail(err, "the brand has no product \"%s\"", import->order->product) : err;
}

static pl_err run(import_t *import)
{
    pl_err err = instance_read(import->order->instance, import->kept, find_place, import);

    if (!err && !(err = d1_open(import->kept, import->order->path, &import->place.d1))) {
        import->report->strangers = d1_strangers(import->place.d1);
        for (size_t table = 0; !err && table < D1_TABLES; table++)
            err = import_table(import, (d1_table)table);
        d1_close(import->place.d1);
    }
    return err;
}

pl_err d1_import_run(pl_arena *arena, const d1_order_t *order, d1_report_t *report)
{
    import_t *import = pl_arena_take(arena, sizeof *import);
    pl_err err;

    *report = (d1_report_t){.refusals = pl_arena_take(arena, D1_REMARKS_MAX * sizeof(d1_remark_t)),
                            .notes = pl_arena_take(arena, D1_REMARKS_MAX * sizeof(d1_remark_t))};
    if (!import || !report->refusals || !report->notes)
        return PL_ERR_MEMORY;
    *import = (import_t){.order = order, .report = report, .kept = arena};
    import->place = (d1_place_t){
        .keyring = keys_pin(instance_keys(order->instance), arena), .update = order->update, .dry_run = order->dry_run};
    if (!import->place.keyring)
        return PL_ERR_MEMORY;
    pl_arena_init(&import->arena);
    err = run(import);
    pl_arena_reset(&import->arena);
    return err;
}
