/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /refund-request.
 */
#include <string.h>

#include "api/pospal_customer.h"
#include "api/pospal_routes.h"
#include "base/text.h"
#include "licensing/subscriber_refund.h"

/* What people write has lines; they are kept as spaces. */
static const char *read_lines(pl_arena *arena, const pl_json *object, const char *name)
{
    const char *text = pl_json_text(pl_json_get(object, name));
    char *copy = text && strlen(text) <= REFUND_DETAILS_MAX ? pl_arena_text(arena, pl_span_text(text)) : NULL;

    for (char *at = copy; at && *at; at++)
        if ((unsigned char)*at < ' ')
            *at = ' ';
    return copy && *copy && pl_text_is_clean(copy) ? copy : NULL;
}

static pl_err work_refund(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    const char *email = pospal_email(call->body, "email");
    const char *token = pospal_text(call->body, "unlockToken", POSPAL_TEXT_MAX);
    const refund_wish_t wish = {.reason = pospal_text(call->body, "reason", REFUND_REASON_MAX),
                                .details = read_lines(tx->arena, call->body, "details"),
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
