/* SPDX-License-Identifier: Apache-2.0
 *
 * GET and POST /api/v1/brand/products, GET and PATCH /products/{id}: products and their policies.
 */
#include "api/listing.h"
#include "api/product_form.h"
#include "api/vendor.h"
#include "licensing/admin.h"

static pl_err find(tx_t *tx, const brand_call_t *call, product_t *product)
{
    pl_err err = products_find(tx, call->brand_id, call->id, product);

    return err == PL_ERR_NOT_FOUND ? pl_fail(err, "the brand has no product of that id") : err;
}

static pl_err put_one(tx_t *tx, brand_reply_t *reply, const product_t *product)
{
    product_put(&reply->json, product);
    return brand_put_version(tx, reply, product->version);
}

/* ---- one ---- */

static pl_err work_show(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    product_t product;
    pl_err err = find(tx, call, &product);

    return err ? err : put_one(tx, reply, &product);
}

static pl_err parse_show(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    pl_err err = brand_open(api, request, 0, &call);

    return err ? err : brand_parsed_plain(call, work_show, in);
}

const endpoint_t brand_product_show = {parse_show, brand_act, brand_reply, NULL};

/* ---- a new one ---- */

static pl_err work_add(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    const product_form_t *read = call->form;
    product_t product = {.slug = read->given.slug, .policy = admin_default_policy()};
    pl_err err;

    product_form_apply(read, &product);
    if ((err = admin_product_add(tx, call->brand_id, &product)))
        return err;
    reply->status = 201;
    err = brand_put_location(tx, call, reply, product.id);
    return err ? err : put_one(tx, reply, &product);
}

static pl_err parse_add(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    product_form_t *read;
    form_t form;
    pl_err err = brand_open(api, request, sizeof *read, &call);

    if (err)
        return err;
    read = call->form;
    form_open(&form, request);
    form_slug(&form, "slug", FORM_REQUIRED, &read->given.slug);
    product_form_read(&form, FORM_REQUIRED, read);
    return brand_parsed(call, &form, work_add, in);
}

const endpoint_t brand_product_add = {parse_add, brand_act, brand_reply, NULL};

/* ---- a change ---- */

static pl_err work_change(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    product_t before, product;
    pl_err err;

    if ((err = find(tx, call, &before)) || (err = brand_check_version(call, before.version)))
        return err;
    product = before;
    product_form_apply(call->form, &product);
    err = admin_product_change(tx, &before, &product);
    return err ? err : put_one(tx, reply, &product);
}

static pl_err parse_change(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    form_t form;
    pl_err err = brand_open(api, request, sizeof(product_form_t), &call);

    if (err)
        return err;
    form_open(&form, request);
    product_form_read(&form, FORM_OPTIONAL, call->form);
    return brand_parsed(call, &form, work_change, in);
}

const endpoint_t brand_product_change = {parse_change, brand_act, brand_reply, NULL};

/* ---- many ---- */

static const char *const columns[] = {"id", "slug", "name", "seats", "created_at", "version", NULL};

static pl_err put_item(void *context, pl_json_writer *json, size_t index)
{
    product_put(json, (const product_t *)context + index);
    return PL_OK;
}

static pl_err work_list(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    const brand_page_t *page = call->form;
    const product_t after = {.brand_id = call->brand_id, .id = page->after};
    product_t *products;
    size_t count;
    bool has_more;
    pl_err err = products_page(tx, &after, page->limit + 1, &products, &count);

    if (err)
        return err;
    has_more = brand_cut_page(page, &count);
    err = listing_write(tx, call, reply, &(listing_t){columns, count, pl_uuid_is_nil(page->after), put_item, products});
    return err || !has_more ? err : brand_link_next(tx, call, reply, products[count - 1].id);
}

static pl_err parse_list(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    form_t form;
    pl_err err = brand_open(api, request, sizeof(brand_page_t), &call);

    if (err)
        return err;
    form_open_query(&form, request);
    brand_read_page(&form, call->form);
    return brand_parsed(call, &form, work_list, in);
}

const endpoint_t brand_products_list = {parse_list, brand_act, brand_reply, NULL};
