/* SPDX-License-Identifier: Apache-2.0
 *
 * A file in chunks: each is read, held against what the file said before, and written in one transaction, a savepoint for each row. What
 * a row comes to is in import_row.c.
 */
#include "transfer/import.h"

#include <string.h>

#include "license/license_key.h"
#include "licensing/rehearsal.h"
#include "platform/clock.h"
#include "store/brands.h"
#include "transfer/seen.h"

enum { ARENA_KEPT = 1 << 20, PAUSE_MS = 25 /* between chunks, in which a server gets the write lock */ };

typedef struct {
    import_row_t row;
    row_outcome outcome;
    bool is_decided;  /* without the database */
    bool is_repeated; /* the file said the same before */
    bool is_shared;   /* another brand has the key too */
    const char *reason;
} entry_t;

typedef struct {
    const import_order_t *order;
    import_report_t *report;
    pl_arena *kept; /* the report's */
    pl_arena arena; /* a chunk's */
    rows_t rows;
    seen_t seen;
    import_place_t place;
    entry_t entries[IMPORT_CHUNK];
    size_t count;
} import_t;

/* ---- reading a chunk ---- */

/* Errors of the row itself; all others end the import. */
static bool is_of_row(pl_err err)
{
    return err == PL_ERR_INVALID || err == PL_ERR_MALFORMED || err == PL_ERR_TOO_LARGE || err == PL_ERR_KEY_TYPO ||
           err == PL_ERR_NOT_FOUND || err == PL_ERR_CONFLICT || err == PL_ERR_STATE;
}

static pl_err refuse(import_t *import, entry_t *entry, pl_err err)
{
    const char *detail = pl_err_detail();

    if (!is_of_row(err))
        return err;
    entry->outcome = ROW_REFUSED;
    entry->reason = pl_arena_text(&import->arena, pl_span_text(detail[0] ? detail : pl_err_sentence(err)));
    return entry->reason ? PL_OK : PL_ERR_MEMORY;
}

static const char *or_none(const char *text)
{
    return text ? text : "";
}

/* What the row is about: the customer's address, or the key as it is compared, with its product and the seat's identifier. */
static pl_err name_row(import_t *import, const import_row_t *row, const char **name)
{
    char normal[PL_LICENSE_KEY_MAX + 1];
    pl_err err;

    if (import->order->mapping->kind == IMPORT_CUSTOMERS) {
        *name = customers_fold_email(&import->arena, row->email);
        return *name ? PL_OK : PL_ERR_MEMORY;
    }
    if ((err = pl_license_key_normalize(pl_span_text(row->key), normal)))
        return err;
    *name = pl_arena_format(&import->arena, "%s\x1f%s\x1f%s", normal, row->product, or_none(row->instance));
    return *name ? PL_OK : PL_ERR_MEMORY;
}

static const char *content_of(pl_arena *arena, const import_row_t *row)
{
    return pl_arena_format(arena, "%s\x1f%s\x1f%s\x1f%s\x1f%s\x1f%s\x1f%d\x1f%d\x1f%lld\x1f%lld\x1f%lld\x1f%lld\x1f%d",
                           or_none(row->email), or_none(row->name), or_none(row->plan), or_none(row->entitlements),
                           or_none(row->metadata), or_none(row->policy), (int)row->status, (int)row->reason,
                           (long long)row->seats, (long long)row->starts_at_ms, (long long)row->expires_at_ms,
                           (long long)row->duration_days, row->renews);
}

static pl_err hold_against_file(import_t *import, entry_t *entry)
{
    const char *content = content_of(&import->arena, &entry->row);
    int64_t line = entry->row.line;
    seen_result result;
    const char *name;
    pl_err err;

    if (!content)
        return PL_ERR_MEMORY;
    if ((err = name_row(import, &entry->row, &name)) ||
        (err = seen_note(&import->seen, pl_span_text(name), pl_span_text(content), &line, &result)))
        return err;
    entry->is_repeated = result == SEEN_SAME;
    return result == SEEN_OTHER ? pl_fail(PL_ERR_CONFLICT, "line %lld has the same %s with other data", (long long)line,
                                          import->order->mapping->kind == IMPORT_CUSTOMERS ? "address" : "key")
                                : PL_OK;
}

static pl_err read_entry(import_t *import, const row_t *row)
{
    entry_t *entry = &import->entries[import->count++];
    pl_err err;

    pl_err_clear(); /* what is told of a row is its own */
    *entry = (entry_t){.row.line = row->line};
    if ((err = mapping_apply(import->order->mapping, &import->arena, row, &entry->row)) ||
        (err = hold_against_file(import, entry))) {
        entry->is_decided = true;
        return refuse(import, entry, err);
    }
    return PL_OK;
}

static pl_err read_chunk(import_t *import)
{
    bool more = true;
    row_t row;
    pl_err err = PL_OK;

    pl_arena_recycle(&import->arena, ARENA_KEPT);
    import->count = 0;
    while (!err && more && import->count < IMPORT_CHUNK)
        if (!(err = rows_next(&import->rows, &import->arena, &row, &more)) && more)
            err = read_entry(import, &row);
    return err;
}

/* ---- writing it ---- */

static pl_err import_row(import_t *import, tx_t *tx, entry_t *entry)
{
    pl_err err;

    switch (import->order->mapping->kind) {
    case IMPORT_CUSTOMERS:
        return import_customer(tx, &import->place, &entry->row, &entry->outcome);
    case IMPORT_LICENSES:
        err = import_license(tx, &import->place, &entry->row, &entry->outcome);
        return err ? err : import_key_is_shared(tx, &import->place, &entry->row, &entry->is_shared);
    case IMPORT_ACTIVATIONS:
        break;
    }
    return import_seat(tx, &import->place, &entry->row, &entry->outcome);
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

    tx->has_no_events = import->order->no_events;
    for (size_t i = 0; !err && i < import->count; i++)
        if (!import->entries[i].is_decided)
            err = write_entry(import, tx, &import->entries[i]);
    return err;
}

static pl_err report_refusal(import_t *import, const entry_t *entry)
{
    import_report_t *report = import->report;
    import_refusal_t refusal = {entry->row.line, NULL};

    report->refused++;
    if (report->refusal_count == IMPORT_REFUSALS_MAX)
        return PL_OK;
    refusal.reason = pl_arena_text(import->kept, pl_span_text(entry->reason));
    report->refusals[report->refusal_count++] = refusal;
    return refusal.reason ? PL_OK : PL_ERR_MEMORY;
}

/* What was new when the file said it first is not when it says it again, also where a dry run has forgotten that since. */
static row_outcome outcome_of(const import_t *import, const entry_t *entry)
{
    bool is_written = entry->outcome == ROW_ADDED || (entry->outcome == ROW_CHANGED && import->order->update);

    return entry->is_repeated && is_written ? ROW_SAME : entry->outcome;
}

static pl_err report_chunk(import_t *import)
{
    pl_err err = PL_OK;

    import->report->rows += (int64_t)import->count;
    for (size_t i = 0; !err && i < import->count; i++) {
        import->report->shared += import->entries[i].is_shared;
        switch (outcome_of(import, &import->entries[i])) {
        case ROW_ADDED:
            import->report->added++;
            break;
        case ROW_SAME:
            import->report->same++;
            break;
        case ROW_CHANGED:
            import->report->changed++;
            break;
        case ROW_REFUSED:
            err = report_refusal(import, &import->entries[i]);
            break;
        }
    }
    return err;
}

/* ---- the whole ---- */

static pl_err find_brand(void *context, tx_t *tx)
{
    import_t *import = context;
    brand_t brand;
    pl_err err = brands_find_by_slug(tx, import->order->brand, &brand);

    import->place.brand_id = brand.id;
    return err == PL_ERR_NOT_FOUND ? pl_fail(err, "there is no brand \"%s\"", import->order->brand) : err;
}

/* Reads all of it once, so that a file that is broken at its end is refused before its beginning is written. */
static pl_err look_through(import_t *import)
{
    const import_order_t *order = import->order;
    bool more = true;
    row_t row;
    pl_err err;

    if ((err = rows_open(&import->rows, import->kept, order->text, order->mapping->separator)) ||
        (err = mapping_check(order->mapping, &import->rows)))
        return err;
    while (!err && more) {
        pl_arena_recycle(&import->arena, ARENA_KEPT);
        err = rows_next(&import->rows, &import->arena, &row, &more);
    }
    return err ? err : rows_open(&import->rows, import->kept, order->text, order->mapping->separator);
}

static pl_err run_chunks(import_t *import)
{
    instance_t *instance = import->order->instance;
    pl_err err = PL_OK;

    for (;;) {
        if ((err = read_chunk(import)) || import->count == 0)
            return err;
        if (import->report->rows > 0)
            pl_clock_sleep_ms(PAUSE_MS);
        err = (import->order->dry_run ? instance_rehearse : instance_write)(instance, &import->arena, write_chunk, import);
        if (err || (err = report_chunk(import)))
            return err;
    }
}

pl_err import_run(pl_arena *arena, const import_order_t *order, import_report_t *report)
{
    import_t *import = pl_arena_take(arena, sizeof(*import));
    pl_err err;

    *report = (import_report_t){.refusals = pl_arena_take(arena, IMPORT_REFUSALS_MAX * sizeof(import_refusal_t))};
    if (!import || !report->refusals)
        return PL_ERR_MEMORY;
    *import = (import_t){.order = order, .report = report, .kept = arena};
    import->place = (import_place_t){.update = order->update, .keyring = keys_pin(instance_keys(order->instance), arena)};
    if (!import->place.keyring)
        return PL_ERR_MEMORY;
    pl_arena_init(&import->arena);
    seen_init(&import->seen);
    if (!(err = look_through(import)) && !(err = instance_read(order->instance, &import->arena, find_brand, import)))
        err = run_chunks(import);
    seen_free(&import->seen);
    pl_arena_reset(&import->arena);
    return err;
}
