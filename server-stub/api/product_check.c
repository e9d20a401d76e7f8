/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /api/v1/product/licenses/check, and /api/v1/product/status: what the key's licenses are worth, and whether the instance has a
 * seat. A license that is not in order is no error: is_valid says so.
 */
#include "api/license_json.h"
#include "api/product.h"

typedef struct {
    license_view_t *views;
    size_t count;
    const license_view_t *main; /* where the instance has its seat; failing that the first in order, the first */
    bool is_valid;
    bool is_activated;
    instance_seat_t seat;
    instance_seat_t seen; /* the one that checks in; its id nil: none */
} check_t;

static void choose_main(check_t *check)
{
    for (size_t i = 0; i < check->count; i++) {
        const license_view_t *view = &check->views[i];

        if (check->is_activated && pl_uuid_equal(view->license.id, check->seat.license_id)) {
            check->main = view;
            break;
        }
        if (!check->main && view->is_in_order)
            check->main = view;
    }
    if (!check->main)
        check->main = check->views;
    check->is_valid = check->main->is_in_order;
}

/* The license of an instance that asks is not overdue: with this question it checks in. */
static pl_err check_in(tx_t *tx, const product_call_t *call, check_t *check)
{
    if (!call->name.count)
        return instance_seat_check_in_alone(tx, check->views, check->count, &check->seen);
    if (check->is_activated)
        check->seen = check->seat;
    for (size_t i = 0; check->is_activated && i < check->count; i++)
        if (pl_uuid_equal(check->views[i].license.id, check->seat.license_id))
            license_view_check_in(&check->views[i]);
    return PL_OK;
}

static pl_err look(tx_t *tx, const product_call_t *call, const key_access_t *key, check_t *check)
{
    pl_err err;

    if (key->count == 0)
        return pl_fail(PL_ERR_NO_LICENSE, "the license key opens no license of that product");
    check->count = key->count;
    if ((err = product_views(tx, key, &check->views)))
        return err;
    if (call->name.count) {
        err = instance_seat_find(tx, key, &call->name, &check->seat);
        check->is_activated = err == PL_OK;
    }
    if (err && err != PL_ERR_NO_ACTIVATION)
        return err;
    if ((err = check_in(tx, call, check)))
        return err;
    choose_main(check);
    return PL_OK;
}

static void put_activation(pl_json_writer *json, const check_t *check)
{
    if (!check->is_activated) {
        brand_put_json(json, "activation", NULL);
        return;
    }
    pl_json_open(json, "activation", '{');
    brand_put_id(json, "id", check->seat.id);
    brand_put_id(json, "license_id", check->seat.license_id);
    pl_json_put_text(json, "instance_type", seat_kind_text(check->seat.kind));
    pl_json_put_text(json, "instance_identifier", check->seat.identifier);
    brand_put_json(json, "instance_metadata", check->seat.metadata);
    brand_put_time(json, "activated_at", check->seat.activated_at_ms);
    brand_put_time(json, "last_checked_at", check->seat.checked_at_ms);
    pl_json_close(json);
}

static void put_check(pl_json_writer *json, const product_call_t *call, const check_t *check)
{
    int64_t used = 0;
    int64_t all = 0;

    pl_json_open(json, NULL, '{');
    pl_json_put_text(json, "license_key", call->license_key);
    pl_json_put_text(json, "status", check->is_valid ? "valid" : "invalid");
    pl_json_put_bool(json, "is_valid", check->is_valid);
    pl_json_put_bool(json, "is_activated", check->is_activated);
    product_put_license(json, "license", check->main);
    put_activation(json, check);
    pl_json_open(json, "licenses", '[');
    for (size_t i = 0; i < check->count; i++) {
        product_put_license(json, NULL, &check->views[i]);
        used += check->views[i].seats_taken;
        all += check->views[i].seats;
    }
    pl_json_close(json);
    pl_json_put_int(json, "total_seats_used", used);
    pl_json_put_int(json, "total_seats_available", all > used ? all - used : 0);
    pl_json_close(json);
}

static pl_err work_check(tx_t *tx, const product_call_t *call, const key_access_t *key, product_out_t *out)
{
    check_t check = {.views = NULL};
    pl_err err = look(tx, call, key, &check);

    if (err)
        return err;
    put_check(&out->reply->json, call, &check);
    if (!check.is_valid)
        out->refusal = license_status_word(check.main);
    product_note_seen(tx, &check.seen, out);
    return PL_OK;
}

static pl_err parse_check(const api_t *api, const request_t *request, void **in)
{
    product_call_t *call;
    form_t form;
    pl_err err = product_open(request, &form, &call);

    if (err)
        return err;
    product_read_instance(&form, call, FORM_OPTIONAL, false);
    *in = call;
    return product_parsed(api, call, &form, work_check);
}

const endpoint_t product_check = {parse_check, product_act, product_reply, NULL};
