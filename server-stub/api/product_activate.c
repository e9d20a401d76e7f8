/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /api/v1/product/licenses/activate, and /api/v1/product/activate: 201 for a seat that was taken, 200 for one that the instance had.
 */
#include "api/product.h"

static pl_err work_activate(tx_t *tx, const product_call_t *call, const key_access_t *key, product_out_t *out)
{
    brand_reply_t *reply = out->reply;
    seat_outcome_t seat;
    pl_err err = instance_seat_activate(tx, key, call->spellings, call->metadata, &seat);

    if (err)
        return err;
    reply->status = seat.is_new ? 201 : 200;
    pl_json_open(&reply->json, NULL, '{');
    brand_put_id(&reply->json, "activation_id", seat.seat.id);
    brand_put_id(&reply->json, "license_id", seat.view.license.id);
    pl_json_put_text(&reply->json, "product_slug", seat.view.product.slug);
    pl_json_put_text(&reply->json, "status", "active");
    pl_json_put_text(&reply->json, "instance_type", seat_kind_text(seat.seat.kind));
    pl_json_put_text(&reply->json, "instance_identifier", seat.seat.identifier);
    brand_put_json(&reply->json, "instance_metadata", seat.seat.metadata);
    product_put_seats(&reply->json, &seat.view);
    brand_put_time(&reply->json, "activated_at", seat.seat.activated_at_ms);
    brand_put_time(&reply->json, "expires_at", seat.view.license.expires_at_ms);
    pl_json_put_text(&reply->json, "message", "License activated successfully");
    pl_json_close(&reply->json);
    return PL_OK;
}

static pl_err parse_activate(const api_t *api, const request_t *request, void **in)
{
    product_call_t *call;
    form_t form;
    pl_err err = product_open(request, &form, &call);

    if (err)
        return err;
    product_read_instance(&form, call, FORM_REQUIRED, true);
    form_object(&form, "instance_metadata", INSTANCE_METADATA_MAX, &call->metadata);
    *in = call;
    return product_parsed(api, call, &form, work_activate);
}

const endpoint_t product_activate = {parse_activate, product_act, product_reply, NULL};
