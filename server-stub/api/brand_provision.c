/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /api/v1/brand/licenses/provision: a license key for a customer, with a license of each product named.
 */
#include "api/license_json.h"
#include "api/license_policy_form.h"
#include "api/vendor.h"
#include "licensing/provision.h"
#include "store/idempotency.h"

static void read_terms(form_t *form, license_order_t *terms)
{
    form_email(form, "customer_email", FORM_REQUIRED, &terms->email);
    form_text(form, "customer_name", FORM_OPTIONAL, CUSTOMER_NAME_MAX, &terms->name);
    form_text(form, "license_key", FORM_OPTIONAL, PL_LICENSE_KEY_MAX, &terms->key);
    form_text(form, "plan", FORM_OPTIONAL, LICENSE_PLAN_MAX, &terms->plan);
    form_int(form, "max_seats", FORM_OPTIONAL, (form_range){1, SEATS_MAX}, &terms->seats);
    form_time(form, "starts_at", FORM_OPTIONAL, &terms->starts_at_ms);
    form_time(form, "expiration_date", FORM_OPTIONAL, &terms->expires_at_ms);
    form_bool(form, "renews", &terms->renews);
    form_object(form, "entitlements", PRODUCT_ENTITLEMENTS_MAX, &terms->entitlements);
    form_object(form, "metadata", METADATA_MAX, &terms->metadata);
    license_policy_read_form(form, &terms->policy);
}

static pl_err work_provision(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    provision_t order = *(const provision_t *)call->form;
    provisioned_t made;
    pl_err err;

    order.terms.brand_id = call->brand_id;
    if ((err = provision(tx, call->keyring, &order, &made)))
        return err;
    reply->status = 201;
    pl_json_open(&reply->json, NULL, '{');
    pl_json_open(&reply->json, "license_key", '{');
    brand_put_id(&reply->json, "id", made.licenses[0].license.id);
    pl_json_put_text(&reply->json, "key", made.key);
    brand_put_id(&reply->json, "brand_id", call->brand_id);
    pl_json_put_text(&reply->json, "customer_email", order.terms.email);
    brand_put_id(&reply->json, "customer_id", made.licenses[0].customer.id);
    brand_put_time(&reply->json, "created_at", tx->now_ms);
    pl_json_close(&reply->json);
    pl_json_open(&reply->json, "licenses", '[');
    for (size_t i = 0; i < made.count; i++)
        license_put(&reply->json, NULL, &made.licenses[i], NULL);
    pl_json_close(&reply->json);
    pl_json_close(&reply->json);
    return PL_OK;
}

static pl_err parse_provision(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    provision_t *order;
    form_list products = {NULL, 0};
    size_t faults;
    const char *word = NULL;
    form_t form;
    pl_err err = brand_open(api, request, sizeof *order, &call);

    if (err)
        return err;
    order = call->form;
    form_open(&form, request);
    read_terms(&form, &order->terms);
    form_text(&form, "idempotency_key", FORM_OPTIONAL, IDEMPOTENCY_WORD_MAX, &word);
    faults = form.faults;
    form_texts(&form, "products", PROVISION_PRODUCTS_MAX, PRODUCT_SLUG_MAX, &products);
    order->products = products.values;
    order->count = products.count;
    if (!form.err && form.faults == faults && order->count == 0)
        form_fault(&form, "products", "name at least one product, by its id or slug");
    if ((err = brand_take_word(call, request, word)))
        return err;
    return brand_parsed(call, &form, work_provision, in);
}

const endpoint_t brand_provision = {parse_provision, brand_act, brand_reply, NULL};
