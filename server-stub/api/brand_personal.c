/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /api/v1/brand/customers/{id}/export, POST /customers/{id}/erase: what is known of a person, and that it be known no more.
 */
#include "api/brand.h"
#include "api/vendor.h"
#include "licensing/personal_data.h"

static pl_err find(tx_t *tx, const brand_call_t *call, customer_t *customer)
{
    pl_err err = customers_find(tx, call->brand_id, call->id, customer);

    return err == PL_ERR_NOT_FOUND ? pl_fail(err, "the brand has no customer of that id") : err;
}

/* ---- export ---- */

static pl_err work_export(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    customer_t customer;
    pl_err err = find(tx, call, &customer);

    if (err)
        return err;
    pl_json_open(&reply->json, NULL, '{');
    err = personal_data_write(tx, call->keyring, &customer, PERSONAL_EXPORTED, &reply->json);
    pl_json_close(&reply->json);
    return err;
}

static pl_err parse_export(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    pl_err err = brand_open(api, request, 0, &call);

    return err ? err : brand_parsed_plain(call, work_export, in);
}

const endpoint_t brand_customer_export = {parse_export, brand_act, brand_reply, NULL};

/* ---- erase ---- */

typedef struct {
    bool cancel;
} erase_form_t;

static pl_err work_erase(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    const erase_form_t *given = call->form;
    customer_t customer;
    erasure_t erasure;
    pl_err err;

    if ((err = find(tx, call, &customer)) || (err = personal_data_erase(tx, &customer, given->cancel, &erasure)))
        return err;
    pl_json_open(&reply->json, NULL, '{');
    brand_put_id(&reply->json, "id", customer.id);
    pl_json_put_int(&reply->json, "licenses_cancelled", erasure.licenses);
    pl_json_put_int(&reply->json, "activations_released", erasure.activations);
    pl_json_put_int(&reply->json, "mails", erasure.mails);
    pl_json_put_int(&reply->json, "audit_entries", erasure.audit_rows);
    pl_json_put_int(&reply->json, "archive_entries", erasure.archive_rows);
    brand_put_text(&reply->json, "to_end_at_the_provider", erasure.subscriptions);
    pl_json_close(&reply->json);
    return PL_OK;
}

static pl_err parse_erase(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    erase_form_t *given;
    form_t form;
    pl_err err = brand_open(api, request, sizeof *given, &call);

    if (err)
        return err;
    given = call->form;
    form_open(&form, request);
    form_bool(&form, "cancel", &given->cancel);
    return brand_parsed(call, &form, work_erase, in);
}

const endpoint_t brand_customer_erase = {parse_erase, brand_act, brand_reply, NULL};
