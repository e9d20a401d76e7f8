/* SPDX-License-Identifier: Apache-2.0
 *
 * A license as the vendor's API writes it.
 */
#include "api/license_json.h"

#include "licensing/license_policy.h"
#include "licensing/license_term.h"

const char *license_status_word(const license_view_t *view)
{
    switch (view->status) {
    case LICENSE_ACTIVE:
        return view->is_expired ? "expired" : view->is_overdue ? "check_in_overdue" : "valid";
    case LICENSE_SUSPENDED:
        return "suspended";
    case LICENSE_CANCELLED:
        break;
    }
    return "cancelled";
}

static void put_customer(pl_json_writer *json, const license_view_t *view)
{
    if (!view->customer.email) {
        pl_json_put_raw(json, "customer", pl_span_text("null"));
        return;
    }
    pl_json_open(json, "customer", '{');
    brand_put_id(json, "id", view->customer.id);
    pl_json_put_text(json, "email", view->customer.email);
    brand_put_text(json, "name", view->customer.name);
    pl_json_close(json);
}

static void put_seats(pl_json_writer *json, const license_view_t *view)
{
    int64_t remaining = view->seats - view->seats_taken;

    pl_json_put_int(json, "seat_limit", view->seats);
    pl_json_put_int(json, "seats_used", view->seats_taken);
    pl_json_put_int(json, "seats_remaining", remaining > 0 ? remaining : 0);
}

/* Days that its time will run from the first activation on; when the releases end that it may have. */
static void put_term(pl_json_writer *json, const license_view_t *view)
{
    const license_t *license = &view->license;
    bool keeps = license_term_keeps(license, &view->product.policy);

    if (license->duration_days)
        pl_json_put_int(json, "duration_days", license->duration_days);
    else
        brand_put_text(json, "duration_days", NULL);
    brand_put_time(json, "updates_until", keeps ? license_term_end_ms(license, &view->product.policy) : 0);
}

/* Why it is not valid: as devices are told, and the vendor's own words. That a license is overdue no device is told. */
static void put_reason(pl_json_writer *json, const license_view_t *view)
{
    const char *reason = view->reason ? pl_reason_text(view->reason) : NULL;

    brand_put_text(json, "reason", view->is_overdue ? "check_in_overdue" : reason);
    brand_put_text(json, "status_reason", view->license.status_reason);
}

static void put_policy(pl_json_writer *json, const license_view_t *view)
{
    brand_put_json(json, "policy", view->license.policy);
    license_policy_put(json, "effective_policy", &view->product);
    brand_put_time(json, "check_in_by", view->check_in_by_ms);
}

void license_put_members(pl_json_writer *json, const license_view_t *view, const char *key)
{
    const license_t *license = &view->license;

    brand_put_id(json, "id", license->id);
    brand_put_id(json, "product_id", license->product_id);
    pl_json_put_text(json, "product_slug", view->product.slug);
    pl_json_put_text(json, "product_name", view->product.name);
    pl_json_put_text(json, "status", license_status_word(view));
    put_reason(json, view);
    pl_json_put_text(json, "license_key", key);
    pl_json_put_text(json, "key_tail", view->key_tail);
    put_seats(json, view);
    brand_put_text(json, "plan", license->plan);
    brand_put_json(json, "entitlements", license->entitlements);
    brand_put_time(json, "starts_at", license->starts_at_ms);
    brand_put_time(json, "expires_at", license->expires_at_ms);
    put_term(json, view);
    put_policy(json, view);
    pl_json_put_bool(json, "renews", license->renews);
    brand_put_time(json, "suspend_at", license->suspend_at_ms);
    brand_put_time(json, "cancel_at", license->cancel_at_ms);
    brand_put_json(json, "metadata", license->metadata);
    brand_put_time(json, "created_at", pl_uuid_v7_time_ms(license->id));
    pl_json_put_int(json, "version", license->version);
    put_customer(json, view);
}

void license_put(pl_json_writer *json, const char *name, const license_view_t *view, const char *key)
{
    pl_json_open(json, name, '{');
    license_put_members(json, view, key);
    pl_json_close(json);
}
