/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /api/v1/product/licenses/deactivate, by identifier or activation id, and DELETE /api/v1/product/activations/{id}. Whatever the
 * license is worth, a seat may be given back.
 */
#include "api/path.h"
#include "api/product.h"

static pl_err work_deactivate(tx_t *tx, const product_call_t *call, const key_access_t *key, product_out_t *out)
{
    brand_reply_t *reply = out->reply;
    seat_outcome_t seat;
    pl_err err = instance_seat_release(tx, key, &call->name, &seat);

    if (err)
        return err;
    pl_json_open(&reply->json, NULL, '{');
    brand_put_id(&reply->json, "activation_id", seat.seat.id);
    brand_put_id(&reply->json, "license_id", seat.view.license.id);
    pl_json_put_text(&reply->json, "status", "deactivated");
    product_put_seats(&reply->json, &seat.view);
    pl_json_put_text(&reply->json, "message", "Seat deactivated successfully");
    pl_json_close(&reply->json);
    return PL_OK;
}

static pl_err parse_deactivate(const api_t *api, const request_t *request, void **in)
{
    product_call_t *call;
    form_t form;
    pl_err err = product_open(request, &form, &call);

    if (err)
        return err;
    form_uuid(&form, "activation_id", FORM_OPTIONAL, &call->name.id);
    product_read_instance(&form, call, FORM_OPTIONAL, false);
    if (!form.err && !form.faults && pl_uuid_is_nil(call->name.id) && !call->name.count)
        form_fault(&form, "instance_identifier", "name the instance, or its activation_id");
    *in = call;
    return product_parsed(api, call, &form, work_deactivate);
}

static pl_err parse_by_id(const api_t *api, const request_t *request, void **in)
{
    product_call_t *call;
    form_t form;
    pl_err err = product_open(request, &form, &call);

    if (err)
        return err;
    *in = call;
    if ((err = product_parsed(api, call, &form, work_deactivate)))
        return err;
    if (pl_uuid_parse(path_parameter(request->route->path, request->path, "id"), &call->name.id)) {
        call->err = PL_ERR_NO_ACTIVATION;
        call->detail = "the id in the path is no UUID";
    }
    return PL_OK;
}

const endpoint_t product_deactivate = {parse_deactivate, product_act, product_reply, NULL};
const endpoint_t product_deactivate_by_id = {parse_by_id, product_act, product_reply, NULL};
