/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /api/v1/brand/licenses/{id}/activations, POST /activations/{activation_id}/release: the seats of a license.
 */
#include "api/license_json.h"
#include "api/listing.h"
#include "api/vendor.h"
#include "store/activation_pages.h"

typedef struct {
    activation_page_t page;
    const activation_row_t *rows;
    int64_t rank; /* of the last live one before the page */
    int64_t seats;
} shown_t;

static void put(pl_json_writer *json, const activation_row_t *row, bool is_over_limit)
{
    pl_json_open(json, NULL, '{');
    brand_put_id(json, "id", row->id);
    brand_put_id(json, "license_id", row->license_id);
    pl_json_put_text(json, "status", row->released_at_ms ? "released" : "active");
    pl_json_put_text(json, "kind", seat_kind_text(row->kind));
    brand_put_text(json, "identifier", row->identifier);
    brand_put_json(json, "metadata", row->metadata);
    brand_put_text(json, "device_name", row->device_name);
    brand_put_id(json, "instance_id", row->instance_id);
    brand_put_time(json, "activated_at", pl_uuid_v7_time_ms(row->id));
    brand_put_time(json, "last_seen_at", row->validated_at_ms);
    brand_put_time(json, "released_at", row->released_at_ms);
    pl_json_put_bool(json, "released_by_vendor", row->taken_at_ms != 0);
    pl_json_put_bool(json, "is_over_limit", is_over_limit);
    pl_json_close(json);
}

/* ---- many ---- */

static const char *const columns[] = {
    "id",          "license_id",   "status",       "kind",        "identifier",         "device_name",
    "instance_id", "activated_at", "last_seen_at", "released_at", "released_by_vendor", "is_over_limit",
    NULL};

/* The oldest seats are within the limit, whatever it is now. */
static pl_err put_item(void *context, pl_json_writer *json, size_t index)
{
    shown_t *shown = context;
    const activation_row_t *row = &shown->rows[index];
    bool is_live = row->released_at_ms == 0;

    shown->rank += is_live;
    put(json, row, is_live && shown->rank > shown->seats);
    return PL_OK;
}

static pl_err work_list(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    shown_t shown = *(const shown_t *)call->form;
    const brand_page_t page = {.limit = shown.page.limit++};
    const listing_t listing = {columns, 0, pl_uuid_is_nil(shown.page.after), put_item, &shown};
    listing_t filled = listing;
    license_view_t view;
    activation_row_t *rows;
    bool has_more;
    pl_err err;

    shown.page.brand_id = call->brand_id;
    shown.page.license_id = call->id;
    if ((err = admin_license_find(tx, call->brand_id, call->id, &view)) ||
        (err = activation_pages_count_before(tx, &shown.page, &shown.rank)) ||
        (err = activation_pages_list(tx, &shown.page, &rows, &filled.count)))
        return err;
    shown.rows = rows;
    shown.seats = view.seats;
    has_more = brand_cut_page(&page, &filled.count);
    err = listing_write(tx, call, reply, &filled);
    return err || !has_more ? err : brand_link_next(tx, call, reply, rows[filled.count - 1].id);
}

static pl_err parse_list(const api_t *api, const request_t *request, void **in)
{
    static const char *const statuses[] = {"active", "released", "all", NULL};
    brand_page_t page = {.limit = 0};
    brand_call_t *call;
    shown_t *shown;
    form_t form;
    size_t status = 0;
    pl_err err = brand_open(api, request, sizeof *shown, &call);

    if (err)
        return err;
    shown = call->form;
    form_open_query(&form, request);
    brand_read_page(&form, &page);
    form_word(&form, "status", FORM_OPTIONAL, statuses, &status);
    shown->page = (activation_page_t){.after = page.after, .limit = page.limit, .is_live = status != 1, .is_ended = status != 0};
    return brand_parsed(call, &form, work_list, in);
}

const endpoint_t brand_activations_list = {parse_list, brand_act, brand_reply, NULL};

/* ---- release ---- */

static pl_err work_release(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    activation_row_t row = {.brand_id = call->brand_id, .license_id = call->id, .id = call->part};
    license_view_t view;
    pl_err err;

    if ((err = admin_license_find(tx, call->brand_id, call->id, &view)))
        return err;
    err = activation_pages_find(tx, &row);
    if (!err && !row.released_at_ms && !(err = admin_activation_release(tx, &view.license, call->part)))
        err = activation_pages_find(tx, &row);
    if (err)
        return err == PL_ERR_NOT_FOUND ? pl_fail(err, "the license has no activation of that id") : err;
    put(&reply->json, &row, false);
    return PL_OK;
}

static pl_err parse_release(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    form_t form;
    pl_err err = brand_open(api, request, 0, &call);

    if (err)
        return err;
    form_open(&form, request);
    return brand_parsed(call, &form, work_release, in);
}

const endpoint_t brand_activation_release = {parse_release, brand_act, brand_reply, NULL};
