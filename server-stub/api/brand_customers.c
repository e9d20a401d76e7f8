/* SPDX-License-Identifier: Apache-2.0
 *
 * GET and POST /api/v1/brand/customers, GET and PATCH /customers/{id}: who bought.
 */
#include "api/license_json.h"
#include "api/listing.h"
#include "api/vendor.h"
#include "licensing/admin_customers.h"

enum { LICENSES_SHOWN = 100 };

static void put_members(pl_json_writer *json, const customer_t *customer)
{
    brand_put_id(json, "id", customer->id);
    pl_json_put_text(json, "email", customer->email);
    brand_put_text(json, "name", customer->name);
    brand_put_json(json, "metadata", customer->metadata);
    brand_put_time(json, "created_at", pl_uuid_v7_time_ms(customer->id));
    pl_json_put_int(json, "version", customer->version);
}

static pl_err find(tx_t *tx, const brand_call_t *call, customer_t *customer)
{
    pl_err err = customers_find(tx, call->brand_id, call->id, customer);

    return err == PL_ERR_NOT_FOUND ? pl_fail(err, "the brand has no customer of that id") : err;
}

/* ---- one ---- */

static pl_err put_licenses(tx_t *tx, brand_reply_t *reply, const customer_t *customer)
{
    const license_filter_t filter = {.brand_id = customer->brand_id, .customer_id = customer->id, .limit = LICENSES_SHOWN};
    license_list_t list;
    pl_err err = admin_license_list(tx, &filter, &list);

    if (err)
        return err;
    pl_json_open(&reply->json, "licenses", '[');
    for (size_t i = 0; i < list.count; i++)
        license_put(&reply->json, NULL, &list.items[i], NULL);
    pl_json_close(&reply->json);
    pl_json_put_bool(&reply->json, "has_more_licenses", list.has_more);
    return PL_OK;
}

static pl_err work_show(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    customer_t customer;
    pl_err err = find(tx, call, &customer);

    if (err)
        return err;
    pl_json_open(&reply->json, NULL, '{');
    put_members(&reply->json, &customer);
    err = put_licenses(tx, reply, &customer);
    pl_json_close(&reply->json);
    return err ? err : brand_put_version(tx, reply, customer.version);
}

static pl_err parse_show(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    pl_err err = brand_open(api, request, 0, &call);

    return err ? err : brand_parsed_plain(call, work_show, in);
}

const endpoint_t brand_customer_show = {parse_show, brand_act, brand_reply, NULL};

/* ---- a new one, a change ---- */

typedef struct {
    customer_t given;
    bool has_name, has_metadata;
} customer_form_t;

/* Without licenses: a reply that is kept must not be large. */
static pl_err put_alone(tx_t *tx, brand_reply_t *reply, const customer_t *customer)
{
    pl_json_open(&reply->json, NULL, '{');
    put_members(&reply->json, customer);
    pl_json_close(&reply->json);
    return brand_put_version(tx, reply, customer->version);
}

static pl_err work_add(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    customer_t customer = ((const customer_form_t *)call->form)->given;
    pl_err err;

    customer.brand_id = call->brand_id;
    if ((err = admin_customer_add(tx, &customer)))
        return err;
    reply->status = 201;
    err = brand_put_location(tx, call, reply, customer.id);
    return err ? err : put_alone(tx, reply, &customer);
}

static pl_err work_change(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    const customer_form_t *read = call->form;
    customer_t before, customer;
    pl_err err;

    if ((err = find(tx, call, &before)) || (err = brand_check_version(call, before.version)))
        return err;
    customer = before;
    customer.email = read->given.email ? read->given.email : before.email;
    customer.name = read->has_name ? read->given.name : before.name;
    customer.metadata = read->has_metadata ? read->given.metadata : before.metadata;
    err = admin_customer_change(tx, &before, &customer);
    return err ? err : put_alone(tx, reply, &customer);
}

static pl_err parse_body(const api_t *api, const request_t *request, form_need need, brand_work work, void **in)
{
    brand_call_t *call;
    customer_form_t *read;
    form_t form;
    pl_err err = brand_open(api, request, sizeof *read, &call);

    if (err)
        return err;
    read = call->form;
    form_open(&form, request);
    read->has_name = !form.err && form_has(&form, "name");
    read->has_metadata = !form.err && form_has(&form, "metadata");
    form_email(&form, "email", need, &read->given.email);
    form_text(&form, "name", FORM_OPTIONAL, CUSTOMER_NAME_MAX, &read->given.name);
    form_object(&form, "metadata", METADATA_MAX, &read->given.metadata);
    return brand_parsed(call, &form, work, in);
}

static pl_err parse_add(const api_t *api, const request_t *request, void **in)
{
    return parse_body(api, request, FORM_REQUIRED, work_add, in);
}

static pl_err parse_change(const api_t *api, const request_t *request, void **in)
{
    return parse_body(api, request, FORM_OPTIONAL, work_change, in);
}

const endpoint_t brand_customer_add = {parse_add, brand_act, brand_reply, NULL};
const endpoint_t brand_customer_change = {parse_change, brand_act, brand_reply, NULL};

/* ---- many ---- */

static const char *const columns[] = {"id", "email", "name", "created_at", "version", "metadata", NULL};

typedef struct {
    brand_page_t page;
    const char *email;
} query_t;

static pl_err put_item(void *context, pl_json_writer *json, size_t index)
{
    pl_json_open(json, NULL, '{');
    put_members(json, (const customer_t *)context + index);
    pl_json_close(json);
    return PL_OK;
}

static pl_err find_all(tx_t *tx, const brand_call_t *call, customer_t **customers, size_t *count)
{
    const query_t *asked = call->form;
    const customer_t after = {.brand_id = call->brand_id, .id = asked->page.after};
    pl_err err;

    if (!asked->email)
        return customers_page(tx, &after, asked->page.limit + 1, customers, count);
    if (!(*customers = pl_arena_take(tx->arena, sizeof **customers)))
        return PL_ERR_MEMORY;
    err = customers_find_by_email(tx, call->brand_id, asked->email, *customers);
    *count = err ? 0 : 1;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

static pl_err work_list(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    const brand_page_t *page = &((const query_t *)call->form)->page;
    customer_t *customers;
    size_t count;
    bool has_more;
    pl_err err = find_all(tx, call, &customers, &count);

    if (err)
        return err;
    has_more = brand_cut_page(page, &count);
    err = listing_write(tx, call, reply, &(listing_t){columns, count, pl_uuid_is_nil(page->after), put_item, customers});
    return err || !has_more ? err : brand_link_next(tx, call, reply, customers[count - 1].id);
}

static pl_err parse_list(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    query_t *asked;
    form_t form;
    pl_err err = brand_open(api, request, sizeof *asked, &call);

    if (err)
        return err;
    asked = call->form;
    form_open_query(&form, request);
    brand_read_page(&form, &asked->page);
    form_email(&form, "email", FORM_OPTIONAL, &asked->email);
    return brand_parsed(call, &form, work_list, in);
}

const endpoint_t brand_customers_list = {parse_list, brand_act, brand_reply, NULL};
