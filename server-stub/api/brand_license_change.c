/* SPDX-License-Identifier: Apache-2.0
 *
 * POST (or PATCH) /api/v1/brand/licenses/{id}/renew, /suspend, /resume, /cancel, /reactivate, /transfer: the life of a license.
 */
#include "api/license_json.h"
#include "api/vendor.h"

typedef struct {
    int64_t expires_at_ms;
    const char *reason; /* the vendor's own words */
    const char *email;  /* of the next customer */
    const char *name;
} change_t;

typedef pl_err (*change_fn)(tx_t *tx, const brand_call_t *call, license_t *license);

/* The license with what was changed, and a sentence for those who read nothing else. */
static pl_err change(tx_t *tx, const brand_call_t *call, brand_reply_t *reply, change_fn apply, const char *message)
{
    license_view_t view;
    pl_err err;

    if ((err = admin_license_find(tx, call->brand_id, call->id, &view)) ||
        (err = brand_check_version(call, view.license.version)) || (err = apply(tx, call, &view.license)) ||
        (err = admin_license_find(tx, call->brand_id, call->id, &view)))
        return err;
    pl_json_open(&reply->json, NULL, '{');
    pl_json_put_text(&reply->json, "message", message);
    license_put(&reply->json, "license", &view, NULL);
    pl_json_close(&reply->json);
    return brand_put_version(tx, reply, view.license.version);
}

static pl_err apply_renew(tx_t *tx, const brand_call_t *call, license_t *license)
{
    return admin_license_renew(tx, license, ((const change_t *)call->form)->expires_at_ms);
}

static license_cause_t cause_of(const brand_call_t *call)
{
    return (license_cause_t){PL_REASON_NONE, ((const change_t *)call->form)->reason};
}

static pl_err apply_suspend(tx_t *tx, const brand_call_t *call, license_t *license)
{
    const license_cause_t cause = cause_of(call);

    return admin_license_change(tx, license, LICENSE_SUSPEND, &cause);
}

static pl_err apply_resume(tx_t *tx, const brand_call_t *call, license_t *license)
{
    const license_cause_t cause = cause_of(call);

    return admin_license_change(tx, license, LICENSE_RESUME, &cause);
}

static pl_err apply_cancel(tx_t *tx, const brand_call_t *call, license_t *license)
{
    const license_cause_t cause = cause_of(call);

    return admin_license_change(tx, license, LICENSE_CANCEL, &cause);
}

static pl_err apply_reactivate(tx_t *tx, const brand_call_t *call, license_t *license)
{
    const license_cause_t cause = cause_of(call);

    return admin_license_reactivate(tx, call->keyring, license, &cause);
}

static pl_err apply_transfer(tx_t *tx, const brand_call_t *call, license_t *license)
{
    const change_t *asked = call->form;
    customer_t to = {.email = asked->email, .name = asked->name};

    return admin_license_transfer(tx, license, &to);
}

static pl_err work_renew(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    return change(tx, call, reply, apply_renew, "License renewed successfully");
}

static pl_err work_suspend(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    return change(tx, call, reply, apply_suspend, "License suspended successfully");
}

static pl_err work_resume(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    return change(tx, call, reply, apply_resume, "License resumed successfully");
}

static pl_err work_cancel(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    return change(tx, call, reply, apply_cancel, "License cancelled successfully");
}

static pl_err work_reactivate(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    return change(tx, call, reply, apply_reactivate, "License reactivated successfully");
}

static pl_err work_transfer(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    return change(tx, call, reply, apply_transfer, "License transferred successfully");
}

static pl_err parse_renew(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    form_t form;
    pl_err err = brand_open(api, request, sizeof(change_t), &call);

    if (err)
        return err;
    form_open(&form, request);
    form_time(&form, "expiration_date", FORM_REQUIRED, &((change_t *)call->form)->expires_at_ms);
    return brand_parsed(call, &form, work_renew, in);
}

static pl_err parse_reason(const api_t *api, const request_t *request, brand_work work, void **in)
{
    brand_call_t *call;
    form_t form;
    pl_err err = brand_open(api, request, sizeof(change_t), &call);

    if (err)
        return err;
    form_open(&form, request);
    form_text(&form, "reason", FORM_OPTIONAL, LICENSE_REASON_MAX, &((change_t *)call->form)->reason);
    return brand_parsed(call, &form, work, in);
}

static pl_err parse_suspend(const api_t *api, const request_t *request, void **in)
{
    return parse_reason(api, request, work_suspend, in);
}

static pl_err parse_resume(const api_t *api, const request_t *request, void **in)
{
    return parse_reason(api, request, work_resume, in);
}

static pl_err parse_cancel(const api_t *api, const request_t *request, void **in)
{
    return parse_reason(api, request, work_cancel, in);
}

static pl_err parse_reactivate(const api_t *api, const request_t *request, void **in)
{
    return parse_reason(api, request, work_reactivate, in);
}

static pl_err parse_transfer(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    change_t *asked;
    form_t form;
    pl_err err = brand_open(api, request, sizeof *asked, &call);

    if (err)
        return err;
    asked = call->form;
    form_open(&form, request);
    form_email(&form, "customer_email", FORM_REQUIRED, &asked->email);
    form_text(&form, "customer_name", FORM_OPTIONAL, CUSTOMER_NAME_MAX, &asked->name);
    return brand_parsed(call, &form, work_transfer, in);
}

const endpoint_t brand_license_renew = {parse_renew, brand_act, brand_reply, NULL};
const endpoint_t brand_license_suspend = {parse_suspend, brand_act, brand_reply, NULL};
const endpoint_t brand_license_resume = {parse_resume, brand_act, brand_reply, NULL};
const endpoint_t brand_license_cancel = {parse_cancel, brand_act, brand_reply, NULL};
const endpoint_t brand_license_reactivate = {parse_reactivate, brand_act, brand_reply, NULL};
const endpoint_t brand_license_transfer = {parse_transfer, brand_act, brand_reply, NULL};
