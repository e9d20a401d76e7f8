/* SPDX-License-Identifier: Apache-2.0
 *
 * The routes of the vendor's API, /api/v1/brand/.
 */
#ifndef POSPAL_API_VENDOR_H
#define POSPAL_API_VENDOR_H

#include "api/endpoint.h"

extern const endpoint_t brand_provision;
extern const endpoint_t brand_licenses_list;
extern const endpoint_t brand_license_show;
extern const endpoint_t brand_license_renew;
extern const endpoint_t brand_license_suspend;
extern const endpoint_t brand_license_resume;
extern const endpoint_t brand_license_cancel;
extern const endpoint_t brand_products_list;
extern const endpoint_t brand_product_show;
extern const endpoint_t brand_product_add;
extern const endpoint_t brand_product_change;
extern const endpoint_t brand_customers_list;
extern const endpoint_t brand_customer_show;
extern const endpoint_t brand_customer_add;
extern const endpoint_t brand_customer_change;
extern const endpoint_t brand_customer_export;
extern const endpoint_t brand_customer_erase;
extern const endpoint_t brand_refunds_list;
extern const endpoint_t brand_refund_show;
extern const endpoint_t brand_refund_approve;
extern const endpoint_t brand_refund_reject;
extern const endpoint_t brand_refund_settle;
extern const endpoint_t brand_license_edit;
extern const endpoint_t brand_license_reactivate;
extern const endpoint_t brand_license_transfer;
extern const endpoint_t brand_activations_list;
extern const endpoint_t brand_activation_release;
extern const endpoint_t brand_sessions_list;
extern const endpoint_t brand_session_end;
extern const endpoint_t brand_usage_list;
extern const endpoint_t brand_audit_list;
extern const endpoint_t brand_keys_list;
extern const endpoint_t brand_key_show;
extern const endpoint_t brand_key_add;
extern const endpoint_t brand_key_change;
extern const endpoint_t brand_key_rotate;
extern const endpoint_t brand_key_revoke;
extern const endpoint_t brand_webhook_add;
extern const endpoint_t brand_webhooks_list;
extern const endpoint_t brand_webhook_show;
extern const endpoint_t brand_webhook_change;
extern const endpoint_t brand_webhook_remove;
extern const endpoint_t brand_webhook_rotate;
extern const endpoint_t brand_webhook_test;
extern const endpoint_t brand_webhook_deliveries;
extern const endpoint_t brand_webhook_delivery;
extern const endpoint_t brand_webhook_redeliver;

#endif
