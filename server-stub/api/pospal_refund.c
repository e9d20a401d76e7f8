/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /refund-request.
 */
#include "api/pospal_customer.h"
#include "api/pospal_routes.h"
#include "licensing/subscriber_refund.h"

static pl_err work_refund(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    const char *email = pospal_email(call->body, "email");
    const char *token = pospal_text(call->body, "unlockToken", POSPAL_TEXT_MAX);
    const refund_wish_t wish = {.reason = pospal_text(call->body, "reason", REFUND_REASON_MAX),
                                .details = pospal_text(call->body, "details", REFUND_DETAILS_MAX),
                                .invoice = pospal_text(call->body, "invoiceId", PROVIDER_ID_MAX)};
    subscriber_t subscriber;
    pl_err err;

    if (!email || !token || !wish.reason)
        return pospal_refuse(reply, 400, NULL, "Email, unlock token and reason are required");
    err = pospal_find_subscriber(tx, call, email, token, &subscriber);
    if (err == PL_ERR_NOT_FOUND)
        return pospal_refuse(reply, 401, NULL, "Invalid credentials");
    if (err || (err = subscriber_ask_refund(tx, call->keyring, &subscriber, &wish)))
        return err;
    pl_json_put_bool(pospal_answer(reply, 200), "success", true);
    pl_json_put_text(&reply->json, "message", "Your refund request was received. You will hear from us by e-mail.");
    return PL_OK;
}

static pl_err parse_refund(const api_t *api, const request_t *request, void **in)
{
    return pospal_parse(api, request, work_refund, in);
}

const endpoint_t pospal_refund_request = {parse_refund, pospal_act, pospal_reply, NULL};
