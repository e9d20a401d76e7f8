/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of routes.
 */
#include "routes.h"

#include "api/brand.h"
#include "api/device.h"
#include "api/ecosystem.h"
#include "api/envelope.h"
#include "api/operator.h"
#include "api/pospal.h"
#include "api/pospal_money.h"
#include "api/pospal_routes.h"
#include "api/product.h"
#include "api/vendor.h"
#include "wire/beat.h"
#include "wire/device_request.h"

enum { NO_BODY = 0 };

/* clang-format off */
static const route_t table[] = {
    /* method    path                          role           rate         kind         body             endpoint, scope */
    {METHOD_POST, "/api/v1/device/validate",    ROLE_DEVICE,   RATE_DEVICE, KIND_READ,   PL_REQUEST_MAX,  &device_validate, NULL},
    {METHOD_POST, "/api/v1/device/activate",    ROLE_DEVICE,   RATE_DEVICE, KIND_WRITE,  PL_REQUEST_MAX,  &device_activate, NULL},
    {METHOD_POST, "/api/v1/device/deactivate",  ROLE_DEVICE,   RATE_DEVICE, KIND_WRITE,  PL_REQUEST_MAX,  &device_deactivate, NULL},
    {METHOD_POST, "/api/v1/device/request",     ROLE_DEVICE,   RATE_DEVICE, KIND_WRITE,  PL_REQUEST_MAX,  &device_request, NULL},
    {METHOD_POST, "/api/v1/device/release",     ROLE_DEVICE,   RATE_DEVICE, KIND_WRITE,  PL_REQUEST_MAX,  &device_release, NULL},
    {METHOD_POST, "/api/v1/device/session/beat",  ROLE_DEVICE, RATE_DEVICE, KIND_CACHED, PL_BEAT_MAX,     &device_session_beat, NULL},
    {METHOD_POST, "/api/v1/device/session/start", ROLE_DEVICE, RATE_DEVICE, KIND_WRITE,  PL_REQUEST_MAX,  &device_session_start, NULL},
    {METHOD_POST, "/api/v1/device/session/takeover", ROLE_DEVICE, RATE_DEVICE, KIND_WRITE, PL_REQUEST_MAX, &device_session_takeover, NULL},
    {METHOD_POST, "/api/v1/device/session/end",   ROLE_DEVICE, RATE_DEVICE, KIND_WRITE,  PL_REQUEST_MAX,  &device_session_end, NULL},
    {METHOD_POST, "/api/v1/device/session/list",  ROLE_DEVICE, RATE_DEVICE, KIND_READ,   PL_REQUEST_MAX,  &device_session_list, NULL},
    {METHOD_POST, "/api/v1/device/release-check", ROLE_DEVICE, RATE_DEVICE, KIND_READ,   PL_REQUEST_MAX,  &device_release_check, NULL},
    {METHOD_POST, "/api/v1/device/trial",         ROLE_DEVICE, RATE_DEVICE, KIND_WRITE,  PL_REQUEST_MAX,  &device_trial, NULL},
    {METHOD_POST, "/api/v1/device/usage",         ROLE_DEVICE, RATE_DEVICE, KIND_WRITE,  PL_USAGE_REQUEST_MAX, &device_usage, NULL},
    {METHOD_GET,  "/api/v1/device/keyset",      ROLE_PUBLIC,   RATE_DEVICE, KIND_MEMORY, NO_BODY,         &device_keyset, NULL},
    {METHOD_POST,  "/api/v1/brand/licenses/provision", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_provision, "licenses:write"},
    {METHOD_GET,   "/api/v1/brand/licenses", ROLE_BRAND, RATE_KEY, KIND_READ, NO_BODY, &brand_licenses_list, "licenses:read"},
    {METHOD_GET,   "/api/v1/brand/licenses/{id}", ROLE_BRAND, RATE_KEY, KIND_READ, NO_BODY, &brand_license_show, "licenses:read"},
    {METHOD_POST,  "/api/v1/brand/licenses/{id}/renew", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_license_renew, "licenses:write"},
    {METHOD_PATCH, "/api/v1/brand/licenses/{id}/renew", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_license_renew, "licenses:write"},
    {METHOD_POST,  "/api/v1/brand/licenses/{id}/suspend", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_license_suspend, "licenses:write"},
    {METHOD_PATCH, "/api/v1/brand/licenses/{id}/suspend", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_license_suspend, "licenses:write"},
    {METHOD_POST,  "/api/v1/brand/licenses/{id}/resume", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_license_resume, "licenses:write"},
    {METHOD_PATCH, "/api/v1/brand/licenses/{id}/resume", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_license_resume, "licenses:write"},
    {METHOD_POST,  "/api/v1/brand/licenses/{id}/cancel", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_license_cancel, "licenses:write"},
    {METHOD_PATCH, "/api/v1/brand/licenses/{id}/cancel", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_license_cancel, "licenses:write"},
    {METHOD_GET,   "/api/v1/brand/products", ROLE_BRAND, RATE_KEY, KIND_READ, NO_BODY, &brand_products_list, "products:read"},
    {METHOD_POST,  "/api/v1/brand/products", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_product_add, "products:write"},
    {METHOD_GET,   "/api/v1/brand/products/{id}", ROLE_BRAND, RATE_KEY, KIND_READ, NO_BODY, &brand_product_show, "products:read"},
    {METHOD_PATCH, "/api/v1/brand/products/{id}", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_product_change, "products:write"},
    {METHOD_PATCH, "/api/v1/brand/licenses/{id}", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_license_edit, "licenses:write"},
    {METHOD_POST,  "/api/v1/brand/licenses/{id}/reactivate", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_license_reactivate, "licenses:write"},
    {METHOD_POST,  "/api/v1/brand/licenses/{id}/transfer", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_license_transfer, "licenses:write"},
    {METHOD_GET,   "/api/v1/brand/customers", ROLE_BRAND, RATE_KEY, KIND_READ, NO_BODY, &brand_customers_list, "customers:read"},
    {METHOD_POST,  "/api/v1/brand/customers", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_customer_add, "customers:write"},
    {METHOD_GET,   "/api/v1/brand/customers/{id}", ROLE_BRAND, RATE_KEY, KIND_READ, NO_BODY, &brand_customer_show, "customers:read"},
    {METHOD_PATCH, "/api/v1/brand/customers/{id}", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_customer_change, "customers:write"},
    {METHOD_GET,   "/api/v1/brand/customers/{id}/export", ROLE_BRAND, RATE_KEY, KIND_WRITE, NO_BODY, &brand_customer_export, "customers:write"}, /* audited */
    {METHOD_POST,  "/api/v1/brand/customers/{id}/erase", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_customer_erase, "customers:write"},
    {METHOD_GET,   "/api/v1/brand/refund-requests", ROLE_BRAND, RATE_KEY, KIND_READ, NO_BODY, &brand_refunds_list, "billing:read"},
    {METHOD_GET,   "/api/v1/brand/refund-requests/{id}", ROLE_BRAND, RATE_KEY, KIND_READ, NO_BODY, &brand_refund_show, "billing:read"},
    {METHOD_POST,  "/api/v1/brand/refund-requests/{id}/approve", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_refund_approve, "billing:write"},
    {METHOD_POST,  "/api/v1/brand/refund-requests/{id}/reject", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_refund_reject, "billing:write"},
    {METHOD_POST,  "/api/v1/brand/refund-requests/{id}/settle", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_refund_settle, "billing:write"},
    {METHOD_GET,   "/api/v1/brand/licenses/{id}/activations", ROLE_BRAND, RATE_KEY, KIND_READ, NO_BODY, &brand_activations_list, "activations:read"},
    {METHOD_POST,  "/api/v1/brand/licenses/{id}/activations/{activation_id}/release", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_activation_release, "activations:write"},
    {METHOD_GET,   "/api/v1/brand/licenses/{id}/sessions", ROLE_BRAND, RATE_KEY, KIND_READ, NO_BODY, &brand_sessions_list, "sessions:read"},
    {METHOD_POST,  "/api/v1/brand/licenses/{id}/sessions/{session_id}/end", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_session_end, "sessions:write"},
    {METHOD_GET,   "/api/v1/brand/licenses/{id}/usage", ROLE_BRAND, RATE_KEY, KIND_READ, NO_BODY, &brand_usage_list, "usage:read"},
    {METHOD_GET,   "/api/v1/brand/audit", ROLE_BRAND, RATE_KEY, KIND_READ, NO_BODY, &brand_audit_list, "audit:read"},
    {METHOD_GET,   "/api/v1/brand/keys", ROLE_BRAND, RATE_KEY, KIND_READ, NO_BODY, &brand_keys_list, "keys:read"},
    {METHOD_POST,  "/api/v1/brand/keys", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_key_add, "keys:write"},
    {METHOD_GET,   "/api/v1/brand/keys/{id}", ROLE_BRAND, RATE_KEY, KIND_READ, NO_BODY, &brand_key_show, "keys:read"},
    {METHOD_PATCH, "/api/v1/brand/keys/{id}", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_key_change, "keys:write"},
    {METHOD_POST,  "/api/v1/brand/keys/{id}/rotate", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_key_rotate, "keys:write"},
    {METHOD_POST,  "/api/v1/brand/keys/{id}/revoke", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_key_revoke, "keys:write"},
    {METHOD_POST,   "/api/v1/product/licenses/activate", ROLE_PRODUCT, RATE_KEY, KIND_WRITE, PRODUCT_BODY_MAX, &product_activate, NULL},
    {METHOD_POST,   "/api/v1/product/activate", ROLE_PRODUCT, RATE_KEY, KIND_WRITE, PRODUCT_BODY_MAX, &product_activate, NULL},
    {METHOD_GET,    "/api/v1/product/licenses/check", ROLE_PRODUCT, RATE_KEY, KIND_READ, NO_BODY, &product_check, NULL},
    {METHOD_GET,    "/api/v1/product/status", ROLE_PRODUCT, RATE_KEY, KIND_READ, NO_BODY, &product_check, NULL},
    {METHOD_POST,   "/api/v1/product/licenses/deactivate", ROLE_PRODUCT, RATE_KEY, KIND_WRITE, PRODUCT_BODY_MAX, &product_deactivate, NULL},
    {METHOD_DELETE, "/api/v1/product/activations/{id}", ROLE_PRODUCT, RATE_KEY, KIND_WRITE, NO_BODY, &product_deactivate_by_id, NULL},
    {METHOD_POST, "/api/v1/licenses", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &envelope_provision, "licenses:write"},
    {METHOD_POST, "/api/v1/licenses/provision", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &envelope_provision, "licenses:write"},
    {METHOD_POST, "/api/v1/licenses/{id}/suspend", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &envelope_suspend, "licenses:write"},
    {METHOD_POST, "/api/v1/licenses/{id}/revoke", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &envelope_revoke, "licenses:write"},
    {METHOD_POST, "/api/v1/licenses/{id}/reinstate", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &envelope_reinstate, "licenses:write"},
    {METHOD_POST, "/api/v1/licenses/email-listing", ROLE_BRAND, RATE_KEY, KIND_READ, BRAND_BODY_MAX, &envelope_email_listing, "licenses:read"},
    {METHOD_GET,  "/api/v1/licenses/by_email", ROLE_BRAND, RATE_KEY, KIND_READ, NO_BODY, &envelope_by_email, "licenses:read"},
    {METHOD_POST, "/api/v1/licenses/validate", ROLE_PRODUCT, RATE_KEY, KIND_WRITE, PRODUCT_BODY_MAX, &envelope_validate, NULL},
    {METHOD_POST, "/api/v1/licenses/deactivate", ROLE_PRODUCT, RATE_KEY, KIND_WRITE, PRODUCT_BODY_MAX, &envelope_deactivate, NULL},
    {METHOD_POST, "/api/v1/licenses/status", ROLE_PRODUCT, RATE_KEY, KIND_READ, PRODUCT_BODY_MAX, &envelope_status, NULL},
    {METHOD_POST, "/api/v1/licenses/{key}/activate", ROLE_PRODUCT, RATE_KEY, KIND_WRITE, PRODUCT_BODY_MAX, &envelope_validate, NULL},
    {METHOD_GET,  "/api/v1/licenses/{key}", ROLE_PRODUCT, RATE_KEY, KIND_READ, NO_BODY, &envelope_status, NULL},
    {METHOD_POST, "/api/v1/auth/brands/signup", ROLE_PUBLIC, RATE_DEVICE, KIND_MEMORY, PRODUCT_BODY_MAX, &envelope_signup, NULL},
    {METHOD_GET,  "/ready",                     ROLE_PUBLIC,   RATE_NONE,   KIND_READ,   NO_BODY,         &operator_readyz, NULL},
    {METHOD_GET,  "/health/db",                 ROLE_PUBLIC,   RATE_NONE,   KIND_READ,   NO_BODY,         &operator_readyz, NULL},
    {METHOD_POST,   "/api/v1/brand/webhooks", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_webhook_add, "webhooks:write"},
    {METHOD_GET,    "/api/v1/brand/webhooks", ROLE_BRAND, RATE_KEY, KIND_READ, NO_BODY, &brand_webhooks_list, "webhooks:read"},
    {METHOD_GET,    "/api/v1/brand/webhooks/{id}", ROLE_BRAND, RATE_KEY, KIND_READ, NO_BODY, &brand_webhook_show, "webhooks:read"},
    {METHOD_PATCH,  "/api/v1/brand/webhooks/{id}", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_webhook_change, "webhooks:write"},
    {METHOD_DELETE, "/api/v1/brand/webhooks/{id}", ROLE_BRAND, RATE_KEY, KIND_WRITE, NO_BODY, &brand_webhook_remove, "webhooks:write"},
    {METHOD_POST,   "/api/v1/brand/webhooks/{id}/rotate-secret", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_webhook_rotate, "webhooks:write"},
    {METHOD_POST,   "/api/v1/brand/webhooks/{id}/test", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_webhook_test, "webhooks:write"},
    {METHOD_GET,    "/api/v1/brand/webhooks/{id}/deliveries", ROLE_BRAND, RATE_KEY, KIND_READ, NO_BODY, &brand_webhook_deliveries, "webhooks:read"},
    {METHOD_GET,    "/api/v1/brand/webhook-deliveries/{id}", ROLE_BRAND, RATE_KEY, KIND_READ, NO_BODY, &brand_webhook_delivery, "webhooks:read"},
    {METHOD_POST,   "/api/v1/brand/webhook-deliveries/{id}/redeliver", ROLE_BRAND, RATE_KEY, KIND_WRITE, BRAND_BODY_MAX, &brand_webhook_redeliver, "webhooks:write"},
    {METHOD_GET,  "/api/v1/ecosystem/brands", ROLE_OPERATOR, RATE_KEY, KIND_SLOW, NO_BODY, &ecosystem_brands_list, NULL},
    {METHOD_GET,  "/api/v1/ecosystem/customers", ROLE_OPERATOR, RATE_KEY, KIND_SLOW, NO_BODY, &ecosystem_customers_list, NULL},
    {METHOD_GET,  "/api/v1/ecosystem/licenses", ROLE_OPERATOR, RATE_KEY, KIND_SLOW, NO_BODY, &ecosystem_licenses_list, NULL},
    {METHOD_GET,  "/.well-known/jwks.json",     ROLE_PUBLIC,   RATE_NONE,   KIND_READ,   NO_BODY,         &operator_jwks, NULL},
    {METHOD_GET,  "/livez",                     ROLE_PUBLIC,   RATE_NONE,   KIND_MEMORY, NO_BODY,         &operator_livez, NULL},
    {METHOD_GET,  "/readyz",                    ROLE_PUBLIC,   RATE_NONE,   KIND_READ,   NO_BODY,         &operator_readyz, NULL},
    {METHOD_GET,  "/metrics",                   ROLE_OBSERVER, RATE_NONE,   KIND_MEMORY, NO_BODY,         &operator_metrics, NULL},
    {METHOD_GET,  "/openapi.json",              ROLE_PUBLIC,   RATE_NONE,   KIND_MEMORY, NO_BODY,         &operator_openapi, NULL},
    {METHOD_POST, "/validate-unified", ROLE_FACADE, RATE_DEVICE, KIND_WRITE, POSPAL_BODY_MAX, &pospal_validate_unified, NULL},
    {METHOD_POST, "/validate", ROLE_FACADE, RATE_DEVICE, KIND_WRITE, POSPAL_BODY_MAX, &pospal_validate, NULL},
    {METHOD_POST, "/instant-validate", ROLE_FACADE, RATE_DEVICE, KIND_WRITE, POSPAL_BODY_MAX, &pospal_instant_validate, NULL},
    {METHOD_POST, "/session/start", ROLE_FACADE, RATE_DEVICE, KIND_WRITE, POSPAL_BODY_MAX, &pospal_session_start, NULL},
    {METHOD_POST, "/session/heartbeat", ROLE_FACADE, RATE_DEVICE, KIND_WRITE, POSPAL_BODY_MAX, &pospal_session_heartbeat, NULL},
    {METHOD_POST, "/session/end", ROLE_FACADE, RATE_DEVICE, KIND_WRITE, POSPAL_BODY_MAX, &pospal_session_end, NULL},
    {METHOD_POST, "/session/takeover", ROLE_FACADE, RATE_DEVICE, KIND_WRITE, POSPAL_BODY_MAX, &pospal_session_takeover, NULL},
    {METHOD_POST, "/session/disconnect-email", ROLE_FACADE, RATE_DEVICE, KIND_WRITE, POSPAL_BODY_MAX, &pospal_session_disconnect_email, NULL},
    {METHOD_POST, "/license/activation-email", ROLE_FACADE, RATE_DEVICE, KIND_WRITE, POSPAL_BODY_MAX, &pospal_activation_email, NULL},
    {METHOD_POST, "/recover-license", ROLE_FACADE, RATE_DEVICE, KIND_WRITE, POSPAL_BODY_MAX, &pospal_recover_license, NULL},
    {METHOD_POST, "/refund-request", ROLE_FACADE, RATE_DEVICE, KIND_WRITE, POSPAL_BODY_MAX, &pospal_refund_request, NULL},
    {METHOD_POST, "/verify/email/start", ROLE_FACADE, RATE_DEVICE, KIND_WRITE, POSPAL_BODY_MAX, &pospal_verify_start, NULL},
    {METHOD_POST, "/verify/email/confirm", ROLE_FACADE, RATE_DEVICE, KIND_WRITE, POSPAL_BODY_MAX, &pospal_verify_confirm, NULL},
    {METHOD_POST, "/check-duplicate", ROLE_FACADE, RATE_DEVICE, KIND_READ, POSPAL_BODY_MAX, &pospal_check_duplicate, NULL},
    {METHOD_POST, "/trial/register", ROLE_FACADE, RATE_DEVICE, KIND_WRITE, POSPAL_BODY_MAX, &pospal_trial_register, NULL},
    {METHOD_POST, "/trial/status", ROLE_FACADE, RATE_DEVICE, KIND_READ, POSPAL_BODY_MAX, &pospal_trial_status, NULL},
    {METHOD_POST, "/webhook", ROLE_FACADE, RATE_DEVICE, KIND_SLOW, POSPAL_EVENT_MAX, &pospal_webhook, NULL},
    {METHOD_GET,  "/pricing", ROLE_FACADE, RATE_DEVICE, KIND_SLOW, NO_BODY, &pospal_pricing, NULL},
    {METHOD_POST, "/pricing", ROLE_FACADE, RATE_DEVICE, KIND_SLOW, POSPAL_BODY_MAX, &pospal_pricing, NULL},
    {METHOD_POST, "/create-checkout-session", ROLE_FACADE, RATE_DEVICE, KIND_SLOW, POSPAL_BODY_MAX, &pospal_create_checkout, NULL},
    {METHOD_POST, "/create-portal-session", ROLE_FACADE, RATE_DEVICE, KIND_SLOW, POSPAL_BODY_MAX, &pospal_create_portal, NULL},
    {METHOD_POST, "/customer-portal", ROLE_FACADE, RATE_DEVICE, KIND_SLOW, POSPAL_BODY_MAX, &pospal_customer_portal, NULL},
    {METHOD_POST, "/invoice-refund", ROLE_FACADE, RATE_DEVICE, KIND_WRITE, POSPAL_BODY_MAX, &pospal_invoice_refund, NULL},
    {METHOD_GET,  "/trial/status", ROLE_FACADE, RATE_DEVICE, KIND_READ, NO_BODY, &pospal_trial_status, NULL},
    {METHOD_GET,  "/docs",                      ROLE_PUBLIC,   RATE_NONE,   KIND_MEMORY, NO_BODY,         &operator_docs, NULL},
    {METHOD_GET,  "/docs/start.js",             ROLE_PUBLIC,   RATE_NONE,   KIND_MEMORY, NO_BODY,         &operator_docs, NULL},
    {METHOD_GET,  "/docs/swagger-ui-bundle.js", ROLE_PUBLIC,   RATE_NONE,   KIND_MEMORY, NO_BODY,         &operator_docs, NULL},
    {METHOD_GET,  "/docs/swagger-ui.css",       ROLE_PUBLIC,   RATE_NONE,   KIND_MEMORY, NO_BODY,         &operator_docs, NULL},
    {METHOD_GET,  "/health",                    ROLE_OBSERVER, RATE_NONE,   KIND_SLOW,   NO_BODY,         &operator_health, NULL},
};
/* clang-format on */

routes_t all_routes(void)
{
    routes_t routes = {table, sizeof table / sizeof *table};

    return routes;
}
