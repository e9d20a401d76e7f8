/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of customers, licenses and activations, page by page.
 */
#include "transfer/export.h"

#include "base/json.h"
#include "base/timestamp.h"
#include "licensing/admin_licenses.h"
#include "store/audit.h"
#include "store/brands.h"
#include "transfer/csv.h"

enum { PAGE = 200, CELLS_MAX = 24, NUMBER_SIZE = 24, ARENA_KEPT = 1 << 20 };

typedef enum { CELL_TEXT, CELL_NUMBER, CELL_BOOL, CELL_TIME } cell_kind;

typedef struct {
    const char *name;
    cell_kind kind;
    const char *text; /* NULL: none */
    int64_t number;   /* a time: Unix ms; 0: none */
} cell_t;

typedef struct {
    const export_order_t *order;
    export_report_t *report;
    pl_arena arena; /* of a page */
    pl_buf page;
    pl_uuid brand_id;
    const keyring_t *keyring;
    pl_uuid after;
    bool has_more;
    bool has_header; /* CSV: written */
} export_t;

/* ---- one record ---- */

static const char *cell_text(pl_arena *arena, const cell_t *cell)
{
    char text[PL_TIMESTAMP_SIZE];

    switch (cell->kind) {
    case CELL_TEXT:
        return cell->text ? cell->text : "";
    case CELL_NUMBER:
        return pl_arena_format(arena, "%lld", (long long)cell->number);
    case CELL_BOOL:
        return cell->number ? "true" : "false";
    case CELL_TIME:
        break;
    }
    if (!cell->number)
        return "";
    pl_timestamp_format(cell->number / 1000, text);
    return pl_arena_text(arena, pl_span_text(text));
}

static void write_json(export_t *export, const char *type, const cell_t *cells, size_t count)
{
    pl_json_writer json;

    pl_json_writer_init(&json, &export->page);
    pl_json_open(&json, NULL, '{');
    pl_json_put_text(&json, "type", type);
    for (size_t i = 0; i < count; i++) {
        const char *text = cell_text(&export->arena, &cells[i]);

        if (cells[i].kind == CELL_NUMBER)
            pl_json_put_int(&json, cells[i].name, cells[i].number);
        else if (cells[i].kind == CELL_BOOL)
            pl_json_put_bool(&json, cells[i].name, cells[i].number != 0);
        else if (text && *text)
            pl_json_put_text(&json, cells[i].name, text);
    }
    pl_json_close(&json);
    pl_buf_add_text(&export->page, "\n");
}

static void write_csv(export_t *export, const cell_t *cells, size_t count)
{
    const char *texts[CELLS_MAX];

    for (size_t i = 0; i < count; i++)
        texts[i] = cells[i].name;
    if (!export->has_header)
        csv_write(&export->page, texts, count);
    export->has_header = true;
    for (size_t i = 0; i < count; i++)
        texts[i] = cell_text(&export->arena, &cells[i]);
    csv_write(&export->page, texts, count);
}

static void write_record(export_t *export, const char *type, const cell_t *cells, size_t count)
{
    if (export->order->is_json)
        write_json(export, type, cells, count);
    else
        write_csv(export, cells, count);
}

/* ---- pages ---- */

static pl_err page_of_customers(void *context, tx_t *tx)
{
    export_t *export = context;
    const customer_t after = {.brand_id = export->brand_id, .id = export->after};
    customer_t *customers;
    size_t count;
    pl_err err = customers_page(tx, &after, PAGE, &customers, &count);

    if (err)
        return err;
    for (size_t i = 0; i < count; i++) {
        const cell_t cells[] = {{"email", CELL_TEXT, customers[i].email, 0},
                                {"name", CELL_TEXT, customers[i].name, 0},
                                {"customer_metadata", CELL_TEXT, customers[i].metadata, 0}};

        write_record(export, "customer", cells, sizeof cells / sizeof *cells);
        export->after = customers[i].id;
    }
    export->report->customers += (int64_t)count;
    export->has_more = count == PAGE;
    return PL_OK;
}

static void write_license(export_t *export, const license_view_t *view, const char *key)
{
    const license_t *license = &view->license; /* as it is now: what was foreseen and has come is settled */
    char id[PL_UUID_TEXT_SIZE];
    const cell_t cells[] = {
        {"key", CELL_TEXT, key, 0},
        {"product", CELL_TEXT, view->product.slug, 0},
        {"email", CELL_TEXT, view->customer.email, 0},
        {"name", CELL_TEXT, view->customer.name, 0},
        {"status", CELL_TEXT, license_state_text(view->status), 0},
        {"reason", CELL_TEXT, view->reason ? pl_reason_text(view->reason) : NULL, 0},
        {"seats", CELL_NUMBER, NULL, license->seats},
        {"starts_at", CELL_TIME, NULL, license->starts_at_ms},
        {"expires_at", CELL_TIME, NULL, license->expires_at_ms},
        {"renews", CELL_BOOL, NULL, license->renews},
        {"plan", CELL_TEXT, license->plan, 0},
        {"entitlements", CELL_TEXT, license->entitlements, 0},
        {"duration_days", CELL_NUMBER, NULL, license->duration_days},
        {"metadata", CELL_TEXT, license->metadata, 0},
        {"policy", CELL_TEXT, license->policy, 0},
        {"suspend_at", CELL_TIME, NULL, license->suspend_at_ms},
        {"cancel_at", CELL_TIME, NULL, license->cancel_at_ms},
        {"status_reason", CELL_TEXT, license->status_reason, 0},
        {"customer_metadata", CELL_TEXT, view->customer.metadata, 0},
        {"license_id", CELL_TEXT, id, 0},
    };

    pl_uuid_format(license->id, id);
    write_record(export, "license", cells, sizeof cells / sizeof *cells);
    export->report->licenses++;
}

static pl_err write_activations(export_t *export, tx_t *tx, const license_view_t *view, const char *key)
{
    activation_t *activations;
    size_t count;
    pl_err err = activations_list_all(tx, view->license.brand_id, view->license.id, &activations, &count);

    for (size_t i = 0; !err && i < count; i++) {
        char id[PL_UUID_TEXT_SIZE];
        const cell_t cells[] = {
            {"key", CELL_TEXT, key, 0},
            {"product", CELL_TEXT, view->product.slug, 0},
            {"instance", CELL_TEXT, activations[i].identifier, 0},
            {"kind", CELL_TEXT, seat_kind_text(activations[i].kind), 0},
            {"activation_id", CELL_TEXT, id, 0},
            {"device_name", CELL_TEXT, activations[i].device_name, 0},
            {"activated_at", CELL_TIME, NULL, activations[i].activated_at_ms},
            {"validated_at", CELL_TIME, NULL, activations[i].validated_at_ms},
            {"released_at", CELL_TIME, NULL, activations[i].released_at_ms},
        };

        pl_uuid_format(activations[i].id, id);
        write_record(export, "activation", cells, sizeof cells / sizeof *cells);
        export->report->activations++;
    }
    return err;
}

static pl_err write_view(export_t *export, tx_t *tx, license_view_t *view)
{
    const char *key;
    pl_err err = admin_license_key(tx, export->keyring, &view->license, &key);

    if (err)
        return err;
    license_settle(&view->license, tx->now_ms, view->status);
    if (export->order->what & EXPORT_LICENSES)
        write_license(export, view, key);
    return export->order->what & EXPORT_ACTIVATIONS ? write_activations(export, tx, view, key) : PL_OK;
}

static pl_err page_of_licenses(void *context, tx_t *tx)
{
    export_t *export = context;
    const license_filter_t filter = {.brand_id = export->brand_id, .after = export->after, .limit = PAGE};
    license_list_t list;
    pl_err err = admin_license_list(tx, &filter, &list);

    for (size_t i = 0; !err && i < list.count; i++) {
        err = write_view(export, tx, &list.items[i]);
        export->after = list.items[i].license.id;
    }
    export->has_more = !err && list.has_more;
    return err;
}

/* ---- the whole ---- */

static pl_err write_pages(export_t *export, store_work page)
{
    pl_err err;

    export->after = (pl_uuid){{0}};
    do {
        pl_arena_recycle(&export->arena, ARENA_KEPT);
        pl_buf_clear(&export->page);
        if ((err = instance_read(export->order->instance, &export->arena, page, export)) || (err = export->page.err) ||
            (err = export->order->write(export->order->context, pl_buf_span(&export->page))))
            return err;
    } while (export->has_more);
    return PL_OK;
}

static pl_err begin(void *context, tx_t *tx)
{
    export_t *export = context;
    audit_t entry = {.action = AUDIT_EXPORTED};
    brand_t brand;
    pl_err err = brands_find_by_slug(tx, export->order->brand, &brand);

    if (err)
        return err == PL_ERR_NOT_FOUND ? pl_fail(err, "there is no brand \"%s\"", export->order->brand) : err;
    export->brand_id = entry.brand_id = brand.id;
    entry.metadata = pl_arena_format(tx->arena, "{\"customers\":%s,\"licenses\":%s,\"activations\":%s}",
                                     export->order->what & EXPORT_CUSTOMERS ? "true" : "false",
                                     export->order->what & EXPORT_LICENSES ? "true" : "false",
                                     export->order->what & EXPORT_ACTIVATIONS ? "true" : "false");
    return entry.metadata ? audit_append(tx, &entry) : PL_ERR_MEMORY;
}

static pl_err run(export_t *export)
{
    const export_order_t *order = export->order;
    pl_err err = instance_write(order->instance, &export->arena, begin, export);

    if (!err && order->what & EXPORT_CUSTOMERS)
        err = write_pages(export, page_of_customers);
    if (!err && order->what & (EXPORT_LICENSES | EXPORT_ACTIVATIONS))
        err = write_pages(export, page_of_licenses);
    return err;
}

pl_err export_run(const export_order_t *order, export_report_t *report)
{
    export_t export = {.order = order, .report = report};
    pl_arena pinned;
    pl_err err;

    *report = (export_report_t){0};
    if (!order->is_json && (order->what & (order->what - 1)))
        return pl_fail(PL_ERR_INVALID, "CSV has rows of one kind in a file: name one, or take JSON lines");
    pl_arena_init(&pinned);
    pl_arena_init(&export.arena);
    pl_buf_init(&export.page);
    export.keyring = keys_pin(instance_keys(order->instance), &pinned);
    err = export.keyring ? run(&export) : PL_ERR_MEMORY;
    pl_buf_reset(&export.page);
    pl_arena_reset(&export.arena);
    pl_arena_reset(&pinned);
    return err;
}
