/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /api/v1/brand/licenses and /licenses/{id}: what the brand has issued. Keys are told in full: who asks is who issued them.
 */
#include "api/license_json.h"
#include "api/vendor.h"
#include "store/brands.h"

static pl_err put(tx_t *tx, const brand_call_t *call, brand_reply_t *reply, const license_view_t *view, const brand_t *brand)
{
    const char *key;
    pl_err err = admin_license_key(tx, call->keyring, &view->license, &key);

    if (err)
        return err;
    pl_json_open(&reply->json, NULL, '{');
    pl_json_put_text(&reply->json, "brand_name", brand->name);
    license_put_members(&reply->json, view, key);
    pl_json_close(&reply->json);
    return PL_OK;
}

/* ---- one ---- */

static pl_err work_show(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    license_view_t view;
    brand_t brand;
    pl_err err;

    if ((err = admin_license_find(tx, call->brand_id, call->id, &view)) || (err = brands_find(tx, call->brand_id, &brand)) ||
        (err = put(tx, call, reply, &view, &brand)))
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

static pl_err work_list(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    license_filter_t filter = *(const license_filter_t *)call->form;
    license_list_t list;
    brand_t brand;
    pl_err err;

    filter.brand_id = call->brand_id;
    if ((err = brands_find(tx, call->brand_id, &brand)) || (err = admin_license_list(tx, &filter, &list)))
        return err;
    pl_json_open(&reply->json, NULL, '[');
    for (size_t i = 0; !err && i < list.count; i++)
        err = put(tx, call, reply, &list.items[i], &brand);
    pl_json_close(&reply->json);
    if (err || !list.has_more)
        return err;
    return brand_link_next(tx, call, reply, list.items[list.count - 1].license.id);
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
    form_email(&form, "email", FORM_OPTIONAL, &filter->email);
    form_text(&form, "product", FORM_OPTIONAL, PRODUCT_SLUG_MAX, &filter->product);
    form_text(&form, "plan", FORM_OPTIONAL, LICENSE_PLAN_MAX, &filter->plan);
    return brand_parsed(call, &form, work_list, in);
}

const endpoint_t brand_licenses_list = {parse_list, brand_act, brand_reply, NULL};
