/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing events, and what of a license changed.
 */
#include "licensing/event_json.h"

#include "base/json.h"
#include "base/timestamp.h"
#include "licensing/admin_licenses.h"

#include <string.h>

static void put_id(pl_json_writer *json, const char *name, pl_uuid id)
{
    char text[PL_UUID_TEXT_SIZE];

    pl_uuid_format(id, text);
    if (!pl_uuid_is_nil(id))
        pl_json_put_text(json, name, text);
}

static void put_time(pl_json_writer *json, const char *name, int64_t unix_ms)
{
    char text[PL_TIMESTAMP_SIZE];

    pl_timestamp_format(unix_ms / 1000, text);
    if (unix_ms)
        pl_json_put_text(json, name, text);
    else
        pl_json_put_raw(json, name, pl_span_text("null"));
}

static const char *status_text(license_status status, bool is_expired, bool is_overdue)
{
    switch (status) {
    case LICENSE_ACTIVE:
        return is_expired ? "expired" : is_overdue ? "check_in_overdue" : "valid";
    case LICENSE_SUSPENDED:
        return "suspended";
    case LICENSE_CANCELLED:
        break;
    }
    return "cancelled";
}

/* The members bear the names that the vendor's API gives them; the customer is told by his id alone. */
static void put_license(pl_json_writer *json, const license_view_t *view)
{
    const license_t *license = &view->license;

    pl_json_open(json, "license", '{');
    put_id(json, "id", license->id);
    put_id(json, "product_id", license->product_id);
    pl_json_put_text(json, "product_slug", view->product.slug);
    put_id(json, "customer_id", license->customer_id);
    pl_json_put_text(json, "status", status_text(view->status, view->is_expired, view->is_overdue));
    if (view->reason)
        pl_json_put_text(json, "reason", pl_reason_text(view->reason));
    pl_json_put_text(json, "key_tail", view->key_tail);
    pl_json_put_text(json, "plan", license->plan);
    pl_json_put_int(json, "seat_limit", view->seats);
    pl_json_put_int(json, "seats_used", view->seats_taken);
    put_time(json, "starts_at", license->starts_at_ms);
    put_time(json, "expires_at", license->expires_at_ms);
    pl_json_put_bool(json, "renews", license->renews);
    pl_json_put_int(json, "version", license->version);
    pl_json_close(json);
}

static pl_err put_data(tx_t *tx, const event_t *event, pl_json_writer *json)
{
    license_view_t view;
    pl_err err;

    if (!pl_uuid_is_nil(event->license_id)) {
        if ((err = admin_license_find(tx, event->brand_id, event->license_id, &view)))
            return err;
        put_license(json, &view);
    }
    put_id(json, pl_uuid_is_nil(event->license_id) ? "endpoint_id" : "activation_id", event->target);
    if (event->days)
        pl_json_put_int(json, "days", event->days);
    if (event->details)
        pl_json_put_raw(json, "details", pl_span_text(event->details));
    return PL_OK;
}

pl_err event_write(tx_t *tx, const event_t *event, pl_uuid id, int64_t number, const char **payload)
{
    char text[PL_UUID_TEXT_SIZE], at[PL_TIMESTAMP_SIZE];
    pl_json_writer json;
    pl_buf out;
    pl_err err;

    pl_uuid_format(id, text);
    pl_timestamp_format_ms(tx->now_ms, at);
    pl_buf_init(&out);
    pl_json_writer_init(&json, &out);
    pl_json_open(&json, NULL, '{');
    pl_json_put_text(&json, "id", pl_arena_format(tx->arena, "evt_%s", text));
    pl_json_put_text(&json, "type", event->type);
    pl_json_put_text(&json, "timestamp", at);
    put_id(&json, "brand_id", event->brand_id);
    if (number)
        pl_json_put_int(&json, "sequence", number);
    pl_json_open(&json, "data", '{');
    err = put_data(tx, event, &json);
    pl_json_close(&json);
    pl_json_close(&json);
    if (!err && !(err = out.err) && !(*payload = pl_arena_text(tx->arena, pl_buf_span(&out))))
        err = PL_ERR_MEMORY;
    pl_buf_reset(&out);
    return err;
}

/* ---- what changed ---- */

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void put_text(pl_json_writer *json, const char *name, const char *text)
{
    if (text)
        pl_json_put_text(json, name, text);
    else
        pl_json_put_raw(json, name, pl_span_text("null"));
}

/* Customers are told by their ids: whom an id means is forgotten with the customer's row. */
static void put_changed(pl_json_writer *json, const license_t *one, const license_t *other)
{
    if (one->status != other->status)
        pl_json_put_text(json, "status", status_text(one->status, false, false));
    if (one->reason != other->reason)
        put_text(json, "reason", one->reason ? pl_reason_text(one->reason) : NULL);
    if (one->seats != other->seats)
        pl_json_put_int(json, "seats", one->seats);
    if (one->renews != other->renews)
        pl_json_put_bool(json, "renews", one->renews);
    if (one->starts_at_ms != other->starts_at_ms)
        put_time(json, "starts_at", one->starts_at_ms);
    if (one->expires_at_ms != other->expires_at_ms)
        put_time(json, "expires_at", one->expires_at_ms);
    if (!is_same(one->plan, other->plan))
        put_text(json, "plan", one->plan);
    if (!pl_uuid_equal(one->customer_id, other->customer_id))
        put_id(json, "customer_id", one->customer_id);
    if (one->suspend_at_ms != other->suspend_at_ms)
        put_time(json, "suspend_at", one->suspend_at_ms);
    if (one->cancel_at_ms != other->cancel_at_ms)
        put_time(json, "cancel_at", one->cancel_at_ms);
    if (!is_same(one->policy, other->policy))
        pl_json_put_raw(json, "policy", pl_span_text(one->policy ? one->policy : "null"));
    if (one->duration_days != other->duration_days)
        pl_json_put_int(json, "duration_days", one->duration_days);
    if (!is_same(one->entitlements, other->entitlements))
        pl_json_put_raw(json, "entitlements", pl_span_text(one->entitlements ? one->entitlements : "null"));
}

/* mark: the commitment to the vendor's words, which are not in the clear here; NULL: they are as they were, or none. */
static pl_err write_changed(pl_arena *arena, const license_t *one, const license_t *other, const char *mark, const char **text)
{
    pl_json_writer json;
    pl_buf out;
    pl_err err;

    pl_buf_init(&out);
    pl_json_writer_init(&json, &out);
    pl_json_open(&json, NULL, '{');
    put_changed(&json, one, other);
    if (!is_same(one->status_reason, other->status_reason))
        put_text(&json, "status_reason", mark);
    pl_json_close(&json);
    err = out.err;
    if (!err && !(*text = pl_arena_text(arena, pl_buf_span(&out))))
        err = PL_ERR_MEMORY;
    pl_buf_reset(&out);
    return err;
}

pl_err event_license_change(pl_arena *arena, const license_t *was, const license_t *is, audit_t *entry)
{
    const char *marks[2] = {NULL, NULL};
    pl_err err;

    if ((was->status_reason && !(marks[0] = audit_commit(arena, entry, was->status_reason))) ||
        (is->status_reason && !(marks[1] = audit_commit(arena, entry, is->status_reason))))
        return PL_ERR_MEMORY;
    err = write_changed(arena, was, is, marks[0], &entry->before);
    return err ? err : write_changed(arena, is, was, marks[1], &entry->after);
}
