/* SPDX-License-Identifier: Apache-2.0
 *
 * PATCH /api/v1/brand/licenses/{id}: seats, plan, entitlements, policy, metadata, and what is foreseen.
 */
#include "api/license_json.h"
#include "api/license_policy_form.h"
#include "api/vendor.h"

/* What was given; null takes away. */
typedef struct {
    license_t given;
    bool has_seats, has_plan, has_entitlements, has_metadata, has_policy, has_suspend_at, has_cancel_at;
} edit_t;

/* The members of a policy one by one: null as a whole takes all of it away. */
static pl_err apply_policy(tx_t *tx, const edit_t *edit, license_t *license)
{
    const char *before = license->policy;

    if (!edit->has_policy)
        return PL_OK;
    license->policy = NULL;
    return edit->given.policy ? license_policy_merge(tx->arena, before, edit->given.policy, &license->policy) : PL_OK;
}

static void apply(const edit_t *edit, license_t *license)
{
    const license_t *given = &edit->given;

    license->seats = edit->has_seats ? given->seats : license->seats;
    license->plan = edit->has_plan ? given->plan : license->plan;
    license->entitlements = edit->has_entitlements ? given->entitlements : license->entitlements;
    license->metadata = edit->has_metadata ? given->metadata : license->metadata;
    license->suspend_at_ms = edit->has_suspend_at ? given->suspend_at_ms : license->suspend_at_ms;
    license->cancel_at_ms = edit->has_cancel_at ? given->cancel_at_ms : license->cancel_at_ms;
}

static pl_err work_edit(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    license_view_t before, after;
    license_t license;
    pl_err err;

    if ((err = admin_license_find(tx, call->brand_id, call->id, &before)) ||
        (err = brand_check_version(call, before.license.version)))
        return err;
    license = before.license;
    apply(call->form, &license);
    if ((err = apply_policy(tx, call->form, &license)) || (err = admin_license_edit(tx, call->keyring, &before, &license)) ||
        (err = admin_license_find(tx, call->brand_id, call->id, &after)))
        return err;
    license_put(&reply->json, NULL, &after, NULL);
    return brand_put_version(tx, reply, after.license.version);
}

static void read(form_t *form, edit_t *edit)
{
    license_t *given = &edit->given;

    edit->has_seats = form_has(form, "max_seats");
    edit->has_plan = form_has(form, "plan");
    edit->has_entitlements = form_has(form, "entitlements");
    edit->has_metadata = form_has(form, "metadata");
    edit->has_policy = form_has(form, "policy");
    edit->has_suspend_at = form_has(form, "suspend_at");
    edit->has_cancel_at = form_has(form, "cancel_at");
    form_int(form, "max_seats", FORM_OPTIONAL, (form_range){1, SEATS_MAX}, &given->seats);
    form_text(form, "plan", FORM_OPTIONAL, LICENSE_PLAN_MAX, &given->plan);
    form_object(form, "entitlements", PRODUCT_ENTITLEMENTS_MAX, &given->entitlements);
    form_object(form, "metadata", METADATA_MAX, &given->metadata);
    license_policy_read_form(form, &given->policy);
    form_time(form, "suspend_at", FORM_OPTIONAL, &given->suspend_at_ms);
    form_time(form, "cancel_at", FORM_OPTIONAL, &given->cancel_at_ms);
}

static pl_err parse_edit(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    form_t form;
    pl_err err = brand_open(api, request, sizeof(edit_t), &call);

    if (err)
        return err;
    form_open(&form, request);
    if (!form.err)
        read(&form, call->form);
    return brand_parsed(call, &form, work_edit, in);
}

const endpoint_t brand_license_edit = {parse_edit, brand_act, brand_reply, NULL};
