/* SPDX-License-Identifier: Apache-2.0
 *
 * What a license key is good for: POST /api/v1/licenses/validate and /licenses/{key}/activate/, /licenses/deactivate, /licenses/status/
 * and GET /licenses/{key}/. And the sign-up that there is not.
 */
#include "api/envelope_brand.h"
#include "api/path.h"
#include "api/product.h"

/* ---- reading ---- */

static pl_err open_call(const request_t *request, form_t *form, product_call_t **out)
{
    pl_span key = path_parameter(request->route->path, request->path, "key");
    product_call_t *call;
    pl_err err = product_open(request, form, out);

    if (err)
        return err;
    call = *out;
    call->is_strict = true;
    form->is_lenient = true;
    if (key.size && !(call->license_key = pl_arena_text(request->arena, key)))
        return PL_ERR_MEMORY;
    return PL_OK;
}

/* The kind is guessed alike each time, so the same text is the same seat. */
static pl_err parse_instance(const api_t *api, const request_t *request, form_need product, product_work work, void **in)
{
    product_call_t *call;
    const char *identifier = NULL;
    form_t form;
    pl_err err = open_call(request, &form, &call);

    if (err)
        return err;
    form_text(&form, "product_code", product, PRODUCT_NAME_MAX, &call->question.product);
    form_text(&form, "instance_identifier", FORM_REQUIRED, INSTANCE_IDENTIFIER_MAX, &identifier);
    if (identifier && instance_identifier_guess(identifier, call->spellings))
        form_fault(&form, "instance_identifier", "%s", pl_err_detail());
    call->name = (seat_name_t){.spellings = call->spellings, .count = 1};
    *in = call;
    return product_parsed(api, call, &form, work);
}

/* ---- refusals in that service's words ---- */

/* unknown: what is said of a key that is not there. */
static pl_err reword(pl_err err, const char *unknown)
{
    switch ((int)err) {
    case PL_ERR_UNKNOWN_KEY:
        return pl_fail(PL_ERR_UNKNOWN_KEY, "%s", unknown);
    case PL_ERR_NO_LICENSE:
        return pl_fail(PL_ERR_NO_LICENSE, "%s", unknown);
    case PL_ERR_NO_ACTIVATION:
        return pl_fail(PL_ERR_NO_ACTIVATION, "Active activation not found");
    case PL_ERR_LICENSE_CANCELLED:
        return pl_fail(PL_ERR_FORBIDDEN, "license has been revoked");
    case PL_ERR_LICENSE_SUSPENDED:
        return pl_fail(PL_ERR_FORBIDDEN, "license is suspended");
    case PL_ERR_LICENSE_EXPIRED:
        return pl_fail(PL_ERR_FORBIDDEN, "license has expired");
    case PL_ERR_LICENSE_NOT_STARTED:
        return pl_fail(PL_ERR_FORBIDDEN, "license has not begun yet");
    case PL_ERR_SEATS_TAKEN:
        return pl_fail(PL_ERR_FORBIDDEN, "Activation limit has expired");
    default:
        return err;
    }
}

static pl_err act_validate(const api_t *api, tx_t *tx, const void *in, void **out)
{
    return reword(product_act(api, tx, in, out), "License does not exist");
}

static pl_err act_deactivate(const api_t *api, tx_t *tx, const void *in, void **out)
{
    return reword(product_act(api, tx, in, out), "Active activation not found");
}

static pl_err act_status(const api_t *api, tx_t *tx, const void *in, void **out)
{
    return reword(product_act(api, tx, in, out), "License key not found");
}

/* ---- work ---- */

static pl_err work_validate(tx_t *tx, const product_call_t *call, const key_access_t *key, product_out_t *out)
{
    pl_json_writer *json = &out->reply->json;
    seat_outcome_t seat;
    pl_err err = instance_seat_activate(tx, key, call->spellings, NULL, &seat);

    if (err == PL_ERR_INVALID)
        return pl_fail(err, "product_code [the license key opens several products, name one]");
    if (err)
        return err;
    envelope_begin(json, seat.is_new ? "License successfully activated" : "License already activated on this instance");
    pl_json_open(json, "data", '{');
    brand_put_id(json, "activation_id", seat.seat.id);
    pl_json_put_text(json, "status", seat.is_new ? "activated" : "active");
    pl_json_close(json);
    pl_json_close(json);
    return PL_OK;
}

static pl_err work_deactivate(tx_t *tx, const product_call_t *call, const key_access_t *key, product_out_t *out)
{
    pl_json_writer *json = &out->reply->json;
    seat_outcome_t seat;
    pl_err err = instance_seat_release(tx, key, &call->name, &seat);

    if (err)
        return err;
    envelope_begin(json, "License successfully deactivated");
    pl_json_open(json, "data", '{');
    brand_put_id(json, "activation_id", seat.seat.id);
    pl_json_put_text(json, "status", "deactivated");
    pl_json_close(json);
    pl_json_close(json);
    return PL_OK;
}

static void put_entitlement(pl_json_writer *json, const license_view_t *view)
{
    int64_t remaining = view->seats - view->seats_taken;

    pl_json_open(json, NULL, '{');
    pl_json_put_text(json, "product_code", view->product.slug);
    pl_json_put_text(json, "status", envelope_status_word(view));
    brand_put_time(json, "expires_at", view->license.expires_at_ms);
    pl_json_put_int(json, "seat_limit", view->seats);
    pl_json_put_int(json, "active_seats", view->seats_taken);
    pl_json_put_int(json, "remaining_seats", remaining > 0 ? remaining : 0);
    pl_json_close(json);
}

static pl_err work_status(tx_t *tx, const product_call_t *call, const key_access_t *key, product_out_t *out)
{
    pl_json_writer *json = &out->reply->json;
    license_view_t *views;
    instance_seat_t seen;
    bool is_valid = false;
    pl_err err = product_views(tx, key, &views);

    if (err || (err = instance_seat_check_in_alone(tx, views, key->count, &seen)))
        return err;
    product_note_seen(tx, &seen, out);
    for (size_t i = 0; i < key->count; i++)
        is_valid |= views[i].is_in_order;
    envelope_begin(json, "License status");
    pl_json_open(json, "data", '{');
    pl_json_put_text(json, "license_key", call->license_key);
    brand_put_text(json, "customer_email", NULL); /* not for whoever has come by a key */
    pl_json_put_bool(json, "valid", is_valid);
    pl_json_open(json, "entitlements", '[');
    for (size_t i = 0; i < key->count; i++)
        put_entitlement(json, &views[i]);
    pl_json_close(json);
    pl_json_close(json);
    pl_json_close(json);
    return PL_OK;
}

static pl_err parse_validate(const api_t *api, const request_t *request, void **in)
{
    bool is_in_path = path_parameter(request->route->path, request->path, "key").size > 0;

    return parse_instance(api, request, is_in_path ? FORM_OPTIONAL : FORM_REQUIRED, work_validate, in);
}

static pl_err parse_deactivate(const api_t *api, const request_t *request, void **in)
{
    return parse_instance(api, request, FORM_OPTIONAL, work_deactivate, in);
}

static pl_err parse_status(const api_t *api, const request_t *request, void **in)
{
    product_call_t *call;
    form_t form;
    pl_err err = open_call(request, &form, &call);

    if (err)
        return err;
    *in = call;
    return product_parsed(api, call, &form, work_status);
}

/* ---- signing up ---- */

static pl_err parse_signup(const api_t *api, const request_t *request, void **in)
{
    (void)api;
    (void)request;
    (void)in;
    return pl_fail(PL_ERR_FORBIDDEN,
                   "nobody signs up for a brand here; whoever runs this server adds it: pospal-validator brand add");
}

const endpoint_t envelope_validate = {parse_validate, act_validate, product_reply, NULL};
const endpoint_t envelope_deactivate = {parse_deactivate, act_deactivate, product_reply, NULL};
const endpoint_t envelope_status = {parse_status, act_status, product_reply, NULL};
const endpoint_t envelope_signup = {parse_signup, NULL, NULL, NULL};
