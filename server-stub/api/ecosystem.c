/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /api/v1/ecosystem/brands, /customers and /licenses: what all brands have, and what one customer has of all of them, for the operator.
 * On a worker, for it is much to count; each look is in the installation's audit before it is answered. License keys are not told.
 */
#include "api/ecosystem.h"

#include "api/license_json.h"
#include "api/listing.h"
#include "licensing/operator_access.h"
#include "store/ecosystem.h"

typedef struct {
    const char *what; /* is looked at */
    brand_page_t page;
    const char *email; /* NULL: not asked for */
} look_t;

typedef struct {
    brand_call_t call;
    brand_reply_t *reply;
    const char *actor;
} run_t;

/* ---- the frame ---- */

static pl_err work_read(void *context, tx_t *tx)
{
    run_t *run = context;
    operator_key_t key;
    char id[PL_UUID_TEXT_SIZE];
    pl_err err = operator_key_admit(tx, run->call.api_key_hash, &key);

    if (err)
        return err;
    pl_uuid_format(key.id, id);
    if (!(run->actor = pl_arena_format(tx->arena, "operator_key:%s", id)))
        return PL_ERR_MEMORY;
    if (run->call.err)
        return pl_fail(run->call.err, "%s", run->call.detail ? run->call.detail : "");
    return run->call.work(tx, &run->call, run->reply);
}

static pl_err work_note(void *context, tx_t *tx)
{
    const run_t *run = context;
    const look_t *look = run->call.form;

    return operator_look_note(tx, look->what, look->email);
}

static pl_err act(const api_t *api, tx_t *tx, const void *in, void **out)
{
    run_t run = {*(const brand_call_t *)in, brand_reply_begin(tx->arena), NULL};
    tx_t about = *tx;
    pl_err err;

    (void)api;
    if (!run.reply)
        return PL_ERR_MEMORY;
    if ((err = store_read(tx->store, tx, work_read, &run)))
        return err;
    about.actor = run.actor;
    if ((err = store_write(tx->store, &about, work_note, &run)))
        return err;
    *out = run.reply;
    return run.reply->body.err;
}

/* asked: what, and an address where the query must have one. */
static pl_err parse(const api_t *api, const request_t *request, const look_t *asked, brand_work work, void **in)
{
    brand_call_t *call;
    look_t *look;
    form_t form;
    pl_err err = brand_open(api, request, sizeof *look, &call);

    if (err)
        return err;
    look = call->form;
    *look = *asked;
    form_open_query(&form, request);
    brand_read_page(&form, &look->page);
    if (look->email)
        form_email(&form, "email", FORM_REQUIRED, &look->email);
    return brand_parsed(call, &form, work, in);
}

static void put_brand(pl_json_writer *json, const brand_t *brand)
{
    pl_json_open(json, "brand", '{');
    brand_put_id(json, "id", brand->id);
    pl_json_put_text(json, "slug", brand->slug);
    pl_json_put_text(json, "name", brand->name);
    pl_json_close(json);
}

/* ---- brands ---- */

static const char *const brand_columns[] = {
    "id",          "slug",         "name",           "created_at",       "products",           "customers",
    "activations", "licenses.all", "licenses.valid", "licenses.expired", "licenses.suspended", "licenses.cancelled",
    NULL};

typedef struct {
    tx_t *tx;
    const brand_t *brands;
} brands_t;

static pl_err put_counted(void *context, pl_json_writer *json, size_t index)
{
    const brands_t *shown = context;
    const brand_t *brand = &shown->brands[index];
    brand_counts_t counts;
    pl_err err = ecosystem_count(shown->tx, brand->id, &counts);

    if (err)
        return err;
    pl_json_open(json, NULL, '{');
    brand_put_id(json, "id", brand->id);
    pl_json_put_text(json, "slug", brand->slug);
    pl_json_put_text(json, "name", brand->name);
    brand_put_time(json, "created_at", brand->created_at_ms);
    pl_json_put_int(json, "products", counts.products);
    pl_json_put_int(json, "customers", counts.customers);
    pl_json_put_int(json, "activations", counts.activations);
    pl_json_open(json, "licenses", '{');
    pl_json_put_int(json, "all", counts.licenses);
    pl_json_put_int(json, "valid", counts.licenses - counts.suspended - counts.cancelled - counts.ended);
    pl_json_put_int(json, "expired", counts.ended);
    pl_json_put_int(json, "suspended", counts.suspended);
    pl_json_put_int(json, "cancelled", counts.cancelled);
    pl_json_close(json);
    pl_json_close(json);
    return PL_OK;
}

static pl_err work_brands(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    const brand_page_t *page = &((const look_t *)call->form)->page;
    brands_t shown = {.tx = tx};
    brand_t *brands;
    size_t count;
    bool has_more;
    pl_err err = ecosystem_brands(tx, page->after, page->limit + 1, &brands, &count);

    if (err)
        return err;
    shown.brands = brands;
    has_more = brand_cut_page(page, &count);
    err = listing_write(tx, call, reply, &(listing_t){brand_columns, count, pl_uuid_is_nil(page->after), put_counted, &shown});
    return err || !has_more ? err : brand_link_next(tx, call, reply, brands[count - 1].id);
}

static pl_err parse_brands(const api_t *api, const request_t *request, void **in)
{
    return parse(api, request, &(look_t){.what = "brands"}, work_brands, in);
}

const endpoint_t ecosystem_brands_list = {parse_brands, act, brand_reply, NULL};

/* ---- customers ---- */

static const char *const customer_columns[] = {"id", "email", "name", "created_at", "brand.id", "brand.slug", "brand.name", NULL};

typedef struct {
    tx_t *tx;
    const customer_t *customers;
} customers_shown_t;

static pl_err put_customer(void *context, pl_json_writer *json, size_t index)
{
    const customers_shown_t *shown = context;
    const customer_t *customer = &shown->customers[index];
    brand_t brand;
    pl_err err = brands_find(shown->tx, customer->brand_id, &brand);

    if (err)
        return err;
    pl_json_open(json, NULL, '{');
    brand_put_id(json, "id", customer->id);
    pl_json_put_text(json, "email", customer->email);
    brand_put_text(json, "name", customer->name);
    brand_put_time(json, "created_at", pl_uuid_v7_time_ms(customer->id));
    put_brand(json, &brand);
    pl_json_close(json);
    return PL_OK;
}

/* The cursor is the brand of the last one: a brand has one customer of an address at most. */
static pl_err work_customers(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    const look_t *look = call->form;
    const customer_t wanted = {.brand_id = look->page.after, .email = look->email};
    bool is_first = pl_uuid_is_nil(look->page.after);
    customers_shown_t shown = {.tx = tx};
    customer_t *customers;
    size_t count;
    bool has_more;
    pl_err err = ecosystem_customers(tx, &wanted, look->page.limit + (is_first ? 1 : 2), &customers, &count);

    if (err)
        return err;
    if (!is_first && count && pl_uuid_equal(customers[0].brand_id, look->page.after)) {
        customers++;
        count--;
    }
    shown.customers = customers;
    count = count > (size_t)look->page.limit + 1 ? (size_t)look->page.limit + 1 : count;
    has_more = brand_cut_page(&look->page, &count);
    err = listing_write(tx, call, reply, &(listing_t){customer_columns, count, is_first, put_customer, &shown});
    return err || !has_more ? err : brand_link_next(tx, call, reply, customers[count - 1].brand_id);
}

static pl_err parse_customers(const api_t *api, const request_t *request, void **in)
{
    return parse(api, request, &(look_t){.what = "customers", .email = ""}, work_customers, in);
}

const endpoint_t ecosystem_customers_list = {parse_customers, act, brand_reply, NULL};

/* ---- licenses ---- */

static const char *const license_columns[] = {"id",         "key_tail",    "product_id",     "product_slug",
                                              "status",     "reason",      "plan",           "seat_limit",
                                              "seats_used", "starts_at",   "expires_at",     "renews",
                                              "created_at", "customer.id", "customer.email", "customer.name",
                                              "brand.id",   "brand.slug",  "brand.name",     NULL};

enum { BRANDS_AT_ONCE = 100 };

typedef struct {
    brand_t *brands; /* of each license */
    license_view_t *views;
    size_t count;
    size_t room;
    bool has_more;
    customer_t from; /* the address, and the brand to go on from */
    pl_uuid after;   /* the license of that brand to go on after */
} licenses_shown_t;

static pl_err put_license(void *context, pl_json_writer *json, size_t index)
{
    const licenses_shown_t *shown = context;

    pl_json_open(json, NULL, '{');
    license_put_members(json, &shown->views[index], NULL);
    put_brand(json, &shown->brands[index]);
    pl_json_close(json);
    return PL_OK;
}

static pl_err take_licenses(tx_t *tx, licenses_shown_t *shown, const customer_t *customer)
{
    license_filter_t filter = {.brand_id = customer->brand_id,
                               .customer_id = customer->id,
                               .after = pl_uuid_equal(customer->brand_id, shown->from.brand_id) ? shown->after : (pl_uuid){{0}},
                               .limit = (int64_t)(shown->room - shown->count)};
    license_list_t list;
    brand_t brand;
    pl_err err;

    if (filter.limit == 0) {
        filter.limit = 1;
        err = admin_license_list(tx, &filter, &list);
        shown->has_more |= !err && list.count > 0;
        return err;
    }
    if ((err = brands_find(tx, customer->brand_id, &brand)) || (err = admin_license_list(tx, &filter, &list)))
        return err;
    for (size_t i = 0; i < list.count; i++, shown->count++) {
        shown->views[shown->count] = list.items[i];
        shown->brands[shown->count] = brand;
    }
    shown->has_more |= list.has_more;
    return PL_OK;
}

static pl_err gather(tx_t *tx, licenses_shown_t *shown)
{
    customer_t wanted = shown->from;
    customer_t *customers;
    size_t count;
    pl_err err;

    do {
        if ((err = ecosystem_customers(tx, &wanted, BRANDS_AT_ONCE + 1, &customers, &count)))
            return err;
        for (size_t i = 0; !err && !shown->has_more && i < count && i < BRANDS_AT_ONCE; i++)
            err = take_licenses(tx, shown, &customers[i]);
        if (count > BRANDS_AT_ONCE)
            wanted.brand_id = customers[BRANDS_AT_ONCE].brand_id;
    } while (!err && !shown->has_more && count > BRANDS_AT_ONCE);
    return err;
}

/* The cursor is the last license: it names its brand. */
static pl_err find_start(tx_t *tx, const look_t *look, licenses_shown_t *shown)
{
    license_t last;
    pl_err err;

    shown->from.email = look->email;
    shown->after = look->page.after;
    if (pl_uuid_is_nil(look->page.after))
        return PL_OK;
    err = licenses_find_in_any_brand(tx, look->page.after, &last);
    shown->from.brand_id = last.brand_id;
    return err == PL_ERR_NOT_FOUND ? pl_fail(PL_ERR_INVALID, "cursor: there is no license of that id") : err;
}

static pl_err work_licenses(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    const look_t *look = call->form;
    licenses_shown_t shown = {.room = (size_t)look->page.limit};
    pl_err err;

    shown.views = pl_arena_take(tx->arena, shown.room * sizeof *shown.views);
    shown.brands = pl_arena_take(tx->arena, shown.room * sizeof *shown.brands);
    if (!shown.views || !shown.brands)
        return PL_ERR_MEMORY;
    if ((err = find_start(tx, look, &shown)) || (err = gather(tx, &shown)))
        return err;
    err = listing_write(tx, call, reply,
                        &(listing_t){license_columns, shown.count, pl_uuid_is_nil(look->page.after), put_license, &shown});
    return err || !shown.has_more ? err : brand_link_next(tx, call, reply, shown.views[shown.count - 1].license.id);
}

static pl_err parse_licenses(const api_t *api, const request_t *request, void **in)
{
    return parse(api, request, &(look_t){.what = "licenses", .email = ""}, work_licenses, in);
}

const endpoint_t ecosystem_licenses_list = {parse_licenses, act, brand_reply, NULL};
