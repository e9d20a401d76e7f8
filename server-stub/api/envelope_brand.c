/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /api/v1/licenses/, /licenses/provision/ and /licenses/{id}/suspend/, /revoke/, /reinstate/.
 */
#include "api/envelope_brand.h"

#include "licensing/provision.h"

/* ---- the frame ---- */

pl_err envelope_open(const api_t *api, const request_t *request, size_t form_size, brand_call_t **call)
{
    pl_err err = brand_open(api, request, form_size, call);

    return err == PL_ERR_UNAUTHORIZED ? pl_fail(err, "Missing API Key") : err;
}

pl_err envelope_act(const api_t *api, tx_t *tx, const void *in, void **out)
{
    pl_err err = brand_act(api, tx, in, out);

    return err == PL_ERR_UNAUTHORIZED ? pl_fail(err, "Invalid API Key") : err;
}

void envelope_begin(pl_json_writer *json, const char *message)
{
    pl_json_open(json, NULL, '{');
    pl_json_put_text(json, "message", message);
    pl_json_put_bool(json, "success", true);
}

const char *envelope_status_word(const license_view_t *view)
{
    switch (view->status) {
    case LICENSE_ACTIVE:
        return "valid";
    case LICENSE_SUSPENDED:
        return "suspended";
    case LICENSE_CANCELLED:
        break;
    }
    return "cancelled";
}

/* ---- provisioning ---- */

typedef struct {
    pl_uuid product_id;
    const char *email;
    int64_t expires_at_ms;
} provision_form_t;

/* A key that went with one of its licenses to somebody else opens nothing more: who has it would get what another one buys. */
static pl_err is_theirs_alone(tx_t *tx, const license_t *license, pl_uuid product_id, bool *is_so)
{
    license_t *opened;
    size_t count = 0;
    pl_err err = licenses_list_by_key(tx, license->brand_id, license->key_hash, &opened, &count);

    *is_so = count < LICENSE_PAGE_MAX;
    for (size_t i = 0; !err && i < count; i++)
        *is_so = *is_so && pl_uuid_equal(opened[i].customer_id, license->customer_id) &&
                 !pl_uuid_equal(opened[i].product_id, product_id);
    return err;
}

/*
 * The key that the customer, and nobody else, has from this brand, so that it opens this product too; NULL: there is none, or it
 * opens the product already, and then another is made.
 */
static pl_err find_key(tx_t *tx, const brand_call_t *call, const provision_form_t *form, const char **key)
{
    const license_filter_t filter = {.brand_id = call->brand_id, .email = form->email, .limit = LICENSE_PAGE_MAX};
    const license_t *found = NULL;
    license_list_t list;
    bool is_theirs;
    pl_err err = admin_license_list(tx, &filter, &list);

    *key = NULL;
    for (size_t i = 0; !err && i < list.count; i++) {
        const license_t *license = &list.items[i].license;

        if (pl_uuid_equal(license->product_id, form->product_id))
            return PL_OK;
        if (found || list.items[i].status == LICENSE_CANCELLED)
            continue;
        err = is_theirs_alone(tx, license, form->product_id, &is_theirs);
        found = !err && is_theirs ? license : NULL;
    }
    return found && !err ? admin_license_key(tx, call->keyring, found, key) : err;
}

static pl_err work_provision(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    const provision_form_t *form = call->form;
    provision_t order = {.terms = {.brand_id = call->brand_id, .email = form->email, .expires_at_ms = form->expires_at_ms}};
    provisioned_t made;
    product_t product;
    pl_err err = products_find(tx, call->brand_id, form->product_id, &product);

    if (err == PL_ERR_NOT_FOUND)
        return pl_fail(PL_ERR_INVALID, "Product does not belong to brand");
    if (err || (err = find_key(tx, call, form, &order.terms.key)))
        return err;
    order.products = &product.slug;
    order.count = 1;
    if ((err = provision(tx, call->keyring, &order, &made)))
        return err;
    reply->status = 201;
    envelope_begin(&reply->json, "License successfully provisioned");
    pl_json_open(&reply->json, "data", '{');
    brand_put_id(&reply->json, "license_id", made.licenses[0].license.id);
    pl_json_put_text(&reply->json, "license_key", made.key);
    pl_json_put_text(&reply->json, "status", envelope_status_word(&made.licenses[0]));
    brand_put_time(&reply->json, "expires_at", made.licenses[0].license.expires_at_ms);
    pl_json_close(&reply->json);
    pl_json_close(&reply->json);
    return PL_OK;
}

static pl_err parse_provision(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    provision_form_t *read;
    form_t form;
    pl_err err = envelope_open(api, request, sizeof *read, &call);

    if (err)
        return err;
    read = call->form;
    form_open(&form, request);
    form.is_lenient = true;
    form_uuid(&form, "product_id", FORM_REQUIRED, &read->product_id);
    form_email(&form, "customer_email", FORM_REQUIRED, &read->email);
    form_time(&form, "expires_at", FORM_REQUIRED, &read->expires_at_ms);
    return brand_parsed(call, &form, work_provision, in);
}

/* ---- the life of a license ---- */

typedef struct {
    const char *reason;
    bool frees_seats;
} change_form_t;

static pl_err free_seats(tx_t *tx, const license_t *license)
{
    activation_t *seats;
    size_t count;
    pl_err err = activations_list_live(tx, license->brand_id, license->id, &seats, &count);

    for (size_t i = 0; !err && i < count; i++)
        err = admin_activation_release(tx, license, seats[i].id);
    return err;
}

static pl_err change(tx_t *tx, const brand_call_t *call, license_t *license, license_change what)
{
    const license_cause_t cause = {PL_REASON_NONE, ((const change_form_t *)call->form)->reason};

    return admin_license_change(tx, license, what, &cause);
}

static pl_err find(tx_t *tx, const brand_call_t *call, license_view_t *view)
{
    pl_err err = admin_license_find(tx, call->brand_id, call->id, view);

    return err == PL_ERR_NOT_FOUND ? pl_fail(err, "License does not exist") : err;
}

static pl_err put_changed(tx_t *tx, const brand_call_t *call, brand_reply_t *reply, const char *message)
{
    license_view_t view;
    pl_err err = find(tx, call, &view);

    if (err)
        return err;
    envelope_begin(&reply->json, message);
    pl_json_open(&reply->json, "data", '{');
    brand_put_id(&reply->json, "license_id", view.license.id);
    pl_json_put_text(&reply->json, "status", envelope_status_word(&view));
    pl_json_close(&reply->json);
    pl_json_close(&reply->json);
    return PL_OK;
}

static pl_err work_suspend(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    const change_form_t *form = call->form;
    license_view_t view;
    pl_err err = find(tx, call, &view);

    if (err)
        return err;
    err = change(tx, call, &view.license, LICENSE_SUSPEND);
    if (err == PL_ERR_STATE)
        return pl_fail(PL_ERR_INVALID, "Cancelled licenses cannot be suspended");
    if (err || (form->frees_seats && (err = free_seats(tx, &view.license))))
        return err;
    return put_changed(tx, call, reply, "License successfully suspended");
}

static pl_err work_revoke(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    license_view_t view;
    pl_err err;

    if ((err = find(tx, call, &view)) || (err = change(tx, call, &view.license, LICENSE_CANCEL)) ||
        (err = free_seats(tx, &view.license)))
        return err;
    return put_changed(tx, call, reply, "License successfully Revoked");
}

static pl_err work_reinstate(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    license_view_t view;
    pl_err err = find(tx, call, &view);

    if (!err && view.status != LICENSE_SUSPENDED)
        return pl_fail(PL_ERR_FORBIDDEN, "Only suspended licenses can be reinstated");
    if (err || (err = change(tx, call, &view.license, LICENSE_RESUME)))
        return err;
    return put_changed(tx, call, reply, "License successfully Reinstated");
}

static pl_err parse_change(const api_t *api, const request_t *request, brand_work work, void **in)
{
    brand_call_t *call;
    change_form_t *read;
    form_t form;
    pl_err err = envelope_open(api, request, sizeof *read, &call);

    if (err)
        return err;
    read = call->form;
    form_open(&form, request);
    form.is_lenient = true;
    form_text(&form, "reason", FORM_OPTIONAL, LICENSE_REASON_MAX, &read->reason);
    form_bool(&form, "deactivate_existing", &read->frees_seats);
    return brand_parsed(call, &form, work, in);
}

static pl_err parse_suspend(const api_t *api, const request_t *request, void **in)
{
    return parse_change(api, request, work_suspend, in);
}

static pl_err parse_revoke(const api_t *api, const request_t *request, void **in)
{
    return parse_change(api, request, work_revoke, in);
}

static pl_err parse_reinstate(const api_t *api, const request_t *request, void **in)
{
    return parse_change(api, request, work_reinstate, in);
}

const endpoint_t envelope_provision = {parse_provision, envelope_act, brand_reply, NULL};
const endpoint_t envelope_suspend = {parse_suspend, envelope_act, brand_reply, NULL};
const endpoint_t envelope_revoke = {parse_revoke, envelope_act, brand_reply, NULL};
const endpoint_t envelope_reinstate = {parse_reinstate, envelope_act, brand_reply, NULL};
