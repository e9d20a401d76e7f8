/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /api/v1/brand/licenses and /licenses/{id}: what the brand has issued. Keys are told in full: who asks is who issued them.
 */
#include "api/license_json.h"
#include "api/listing.h"
#include "api/vendor.h"
#include "store/brands.h"

#include <string.h>

enum { METADATA_FILTER_MAX = 512 };

static pl_err put(tx_t *tx, const brand_call_t *call, pl_json_writer *json, const license_view_t *view, const brand_t *brand)
{
    const char *key;
    pl_err err = admin_license_key(tx, call->keyring, &view->license, &key);

    if (err)
        return err;
    pl_json_open(json, NULL, '{');
    pl_json_put_text(json, "brand_name", brand->name);
    license_put_members(json, view, key);
    pl_json_close(json);
    return PL_OK;
}

/* ---- one ---- */

static pl_err work_show(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    license_view_t view;
    brand_t brand;
    pl_err err;

    if ((err = admin_license_find(tx, call->brand_id, call->id, &view)) || (err = brands_find(tx, call->brand_id, &brand)) ||
        (err = put(tx, call, &reply->json, &view, &brand)))
        return err;
    return brand_put_version(tx, reply, view.license.version);
}

static pl_err parse_show(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    pl_err err = brand_open(api, request, 0, &call);

    return err ? err : brand_parsed_plain(call, work_show, in);
}

const endpoint_t brand_license_show = {parse_show, brand_act, brand_reply, NULL};

/* ---- many ---- */

static const char *const columns[] = {"id",         "license_key", "product_id",     "product_slug",  "status",
                                      "reason",     "plan",        "seat_limit",     "seats_used",    "starts_at",
                                      "expires_at", "renews",      "suspend_at",     "cancel_at",     "created_at",
                                      "version",    "customer.id", "customer.email", "customer.name", "entitlements",
                                      "metadata",   "policy",      "status_reason",  "check_in_by",   NULL};

typedef struct {
    tx_t *tx;
    const brand_call_t *call;
    license_list_t list;
    brand_t brand;
} page_t;

static pl_err put_item(void *context, pl_json_writer *json, size_t index)
{
    page_t *page = context;

    return put(page->tx, page->call, json, &page->list.items[index], &page->brand);
}

static pl_err work_list(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    license_filter_t filter = *(const license_filter_t *)call->form;
    page_t page = {.tx = tx, .call = call};
    listing_t listing = {columns, 0, pl_uuid_is_nil(filter.after), put_item, &page};
    pl_err err;

    filter.brand_id = call->brand_id;
    if ((err = brands_find(tx, call->brand_id, &page.brand)) || (err = admin_license_list(tx, &filter, &page.list)))
        return err;
    listing.count = page.list.count;
    err = listing_write(tx, call, reply, &listing);
    if (err || !page.list.has_more)
        return err;
    return brand_link_next(tx, call, reply, page.list.last);
}

static void read_condition(form_t *form, license_filter_t *filter)
{
    static const char *const words[] = {"valid", "suspended", "cancelled", "expired", "check_in_overdue", NULL};
    size_t index = SIZE_MAX;

    form_word(form, "status", FORM_OPTIONAL, words, &index);
    if (index != SIZE_MAX)
        filter->condition = (license_condition)(LICENSE_IS_VALID + index);
}

/* "order=4711": a name up to the first =, and its value. */
static void read_metadata(form_t *form, license_filter_t *filter)
{
    const char *text = NULL;
    const char *equals;

    form_text(form, "metadata", FORM_OPTIONAL, METADATA_FILTER_MAX, &text);
    equals = text ? strchr(text, '=') : NULL;
    if (text && (!equals || equals == text)) {
        form_fault(form, "metadata", "must be a member's name, = and its value, as in metadata=order=4711");
        return;
    }
    if (!text)
        return;
    filter->metadata_key = pl_arena_text(form->request->arena, pl_span_of(text, (size_t)(equals - text)));
    filter->metadata_value = equals + 1;
    if (!filter->metadata_key)
        form->err = PL_ERR_MEMORY;
}

static pl_err parse_list(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    license_filter_t *filter;
    brand_page_t page = {.limit = 0};
    form_t form;
    pl_err err = brand_open(api, request, sizeof *filter, &call);

    if (err)
        return err;
    filter = call->form;
    form_open_query(&form, request);
    brand_read_page(&form, &page);
    filter->after = page.after;
    filter->limit = page.limit;
    form_uuid(&form, "customer_id", FORM_OPTIONAL, &filter->customer_id);
    form_email(&form, "email", FORM_OPTIONAL, &filter->email);
    form_text(&form, "product", FORM_OPTIONAL, PRODUCT_SLUG_MAX, &filter->product);
    form_text(&form, "plan", FORM_OPTIONAL, LICENSE_PLAN_MAX, &filter->plan);
    form_time(&form, "expiring_before", FORM_OPTIONAL, &filter->expiring_before_ms);
    read_condition(&form, filter);
    read_metadata(&form, filter);
    return brand_parsed(call, &form, work_list, in);
}

const endpoint_t brand_licenses_list = {parse_list, brand_act, brand_reply, NULL};
