/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /api/v1/licenses/email-listing/ and GET /api/v1/licenses/by_email/: what one customer has of the caller's brand, and of no other.
 */
#include <inttypes.h>

#include "api/envelope_brand.h"
#include "store/brands.h"

enum { LISTED = 20, LISTED_MAX = 100 };

typedef struct {
    const char *email;
    int64_t limit;
    int64_t offset;
    bool is_page; /* {count, next, previous, results}; else the envelope alone */
} list_form_t;

static pl_err put_item(tx_t *tx, const brand_call_t *call, pl_json_writer *json, const license_view_t *view, const char *brand)
{
    const char *key;
    pl_err err = admin_license_key(tx, call->keyring, &view->license, &key);

    if (err)
        return err;
    pl_json_open(json, NULL, '{');
    brand_put_id(json, "license_id", view->license.id);
    pl_json_put_text(json, "license_key", key);
    pl_json_open(json, "brand", '{');
    brand_put_id(json, "id", call->brand_id);
    pl_json_put_text(json, "name", brand);
    pl_json_close(json);
    pl_json_open(json, "product", '{');
    brand_put_id(json, "id", view->product.id);
    pl_json_put_text(json, "code", view->product.slug);
    pl_json_put_text(json, "name", view->product.name);
    pl_json_close(json);
    pl_json_put_text(json, "status", envelope_status_word(view));
    brand_put_time(json, "expires_at", view->license.expires_at_ms);
    pl_json_put_bool(json, "is_active", view->is_in_order);
    pl_json_put_int(json, "active_seats", view->seats_taken);
    pl_json_close(json);
    return PL_OK;
}

static pl_err put_link(tx_t *tx, const brand_call_t *call, pl_json_writer *json, const char *name, int64_t offset)
{
    const list_form_t *form = call->form;
    const char *link;

    link = pl_arena_format(tx->arena, "%s?limit=%" PRId64 "&offset=%" PRId64, call->path, form->limit, offset);
    pl_json_put_text(json, name, link);
    return link ? PL_OK : PL_ERR_MEMORY;
}

static pl_err begin_page(tx_t *tx, const brand_call_t *call, pl_json_writer *json, int64_t count)
{
    const list_form_t *form = call->form;
    int64_t before = form->offset > form->limit ? form->offset - form->limit : 0;
    pl_err err = PL_OK;

    pl_json_open(json, NULL, '{');
    pl_json_put_int(json, "count", count);
    if (form->offset + form->limit < count)
        err = put_link(tx, call, json, "next", form->offset + form->limit);
    else
        brand_put_json(json, "next", NULL);
    if (!err && form->offset > 0)
        err = put_link(tx, call, json, "previous", before);
    else
        brand_put_json(json, "previous", NULL);
    pl_json_open(json, "results", '{');
    pl_json_put_bool(json, "success", true);
    pl_json_put_text(json, "message", "Licenses successfully listed");
    return err;
}

static pl_err work_list(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    const list_form_t *form = call->form;
    const license_filter_t filter = {.brand_id = call->brand_id, .email = form->email, .limit = LICENSE_PAGE_MAX};
    license_list_t list;
    brand_t brand;
    pl_err err;

    if ((err = brands_find(tx, call->brand_id, &brand)) || (err = admin_license_list(tx, &filter, &list)))
        return err;
    if (!form->is_page)
        envelope_begin(&reply->json, "Licenses successfully listed");
    else if ((err = begin_page(tx, call, &reply->json, (int64_t)list.count)))
        return err;
    pl_json_open(&reply->json, "data", '[');
    for (size_t i = (size_t)form->offset; !err && i < list.count && (int64_t)i < form->offset + form->limit; i++)
        err = put_item(tx, call, &reply->json, &list.items[i], brand.name);
    pl_json_close(&reply->json);
    if (form->is_page)
        pl_json_close(&reply->json);
    pl_json_close(&reply->json);
    return err;
}

static void read_range(const request_t *request, list_form_t *read, form_t *query)
{
    form_open_query(query, request);
    read->limit = LISTED;
    form_int(query, "limit", FORM_OPTIONAL, (form_range){1, INT64_MAX}, &read->limit);
    form_int(query, "offset", FORM_OPTIONAL, (form_range){0, LICENSE_PAGE_MAX}, &read->offset);
    if (read->limit > LISTED_MAX)
        read->limit = LISTED_MAX;
}

static pl_err parse_listing(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    list_form_t *read;
    form_t query;
    form_t form;
    pl_err err = envelope_open(api, request, sizeof *read, &call);

    if (err)
        return err;
    read = call->form;
    read->is_page = true;
    read_range(request, read, &query);
    form_open(&form, request);
    form.is_lenient = true;
    form_email(&form, "customer_email", FORM_REQUIRED, &read->email);
    form.faults += query.faults;
    form.first = query.first ? query.first : form.first;
    return brand_parsed(call, &form, work_list, in);
}

static pl_err parse_by_email(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    list_form_t *read;
    form_t query;
    pl_err err = envelope_open(api, request, sizeof *read, &call);

    if (err)
        return err;
    read = call->form;
    read_range(request, read, &query);
    form_email(&query, "customer_email", FORM_OPTIONAL, &read->email);
    form_email(&query, "email", read->email || query.faults ? FORM_OPTIONAL : FORM_REQUIRED, &read->email);
    return brand_parsed(call, &query, work_list, in);
}

const endpoint_t envelope_email_listing = {parse_listing, envelope_act, brand_reply, NULL};
const endpoint_t envelope_by_email = {parse_by_email, envelope_act, brand_reply, NULL};
