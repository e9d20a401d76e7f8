/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /webhook: an event of the payment provider. Its signature is over the bytes as they came; nothing of them is believed before it is
 * found good. What fails is answered so that the provider sends it again.
 */
#include "api/pospal_money.h"

#include <string.h>

#include "billing/stripe_signature.h"

static pl_err refuse_signature(const pospal_call_t *call, pospal_reply_t *reply, const char *why)
{
    pl_err err = pospal_refuse(reply, 400, NULL, why);

    billing_note(call->api->billing, NULL, BILLING_COUNT_REFUSED);
    pl_err_clear();
    return err;
}

/* ---- what came of it ---- */

static void put_customer(pospal_reply_t *reply, const billing_result_t *result)
{
    char text[PL_UUID_TEXT_SIZE];

    if (pl_uuid_is_nil(result->customer_id))
        return;
    pl_uuid_format(result->customer_id, text);
    pl_json_put_text(&reply->json, "customer_id", text);
}

static pl_err answer_done(const inbox_answer_t *answer, pospal_reply_t *reply)
{
    pl_json_writer *json = pospal_answer(reply, 200);

    if (answer->row->is_note) {
        pl_json_put_bool(json, "received", true);
        return PL_OK;
    }
    pl_json_put_bool(json, "success", true);
    if (strcmp(answer->row->type, "customer.subscription.updated") == 0) {
        pl_json_put_bool(json, "cancellationNotified", answer->result.is_cancellation_told);
        pl_json_put_bool(json, "cancellationReversalNotified", answer->result.is_reversal_told);
    }
    put_customer(reply, &answer->result);
    return PL_OK;
}

static pl_err answer_ignored(const inbox_answer_t *answer, pospal_reply_t *reply)
{
    pl_json_writer *json = pospal_answer(reply, 200);

    if (answer->row)
        pl_json_put_bool(json, "success", true);
    pl_json_put_bool(json, "received", true);
    pl_json_put_bool(json, answer->row ? "ignored" : "unhandled", true);
    return PL_OK;
}

static pl_err answer_again(const inbox_answer_t *answer, pospal_reply_t *reply)
{
    bool is_done = answer->verdict == INBOX_WAS_DONE;
    pl_json_writer *json = pospal_answer(reply, 200);

    pl_json_put_bool(json, "received", true);
    pl_json_put_bool(json, is_done ? "idempotent" : "duplicate", true);
    pl_json_put_text(json, "message", is_done ? "Event already processed" : "Event is being processed");
    if (is_done)
        pospal_put_time(json, "processed_at", answer->settled_at_ms);
    return PL_OK;
}

/* It was signed by the provider: that it failed is not counted against the address that it came from. */
static pl_err answer_failed(pospal_reply_t *reply, int status, const char *why)
{
    pl_err err = pospal_refuse(reply, status, NULL, why);

    reply->is_refusal = false;
    return err;
}

static pl_err answer_event(const inbox_answer_t *answer, pospal_reply_t *reply)
{
    switch (answer->verdict) {
    case INBOX_DONE:
        return answer_done(answer, reply);
    case INBOX_IGNORED:
        return answer_ignored(answer, reply);
    case INBOX_WAS_DONE:
    case INBOX_IN_WORK:
        return answer_again(answer, reply);
    case INBOX_UNKNOWN:
        return answer_failed(reply, 404, "Customer not found");
    case INBOX_INVALID:
        return answer_failed(reply, 400, answer->detail ? answer->detail : "The event is not valid");
    case INBOX_FAILED:
        break;
    }
    return answer_failed(reply, 500, "Webhook processing failed");
}

static pl_err work_webhook(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    const char *signature = call->in;
    pospal_money_t money;
    inbox_answer_t answer;
    pl_err err;

    if (!signature)
        return refuse_signature(call, reply, "Missing stripe signature");
    if ((err = pospal_money_open(tx, call, &money)))
        return err;
    money.about.actor = "stripe";
    if (!money.account.webhook_secrets)
        return answer_failed(reply, 500, "The secret of this webhook is not set");
    if (stripe_signature_check(money.account.webhook_secrets, signature, call->raw, tx->now_ms / 1000))
        return refuse_signature(call, reply, pl_arena_format(tx->arena, "Invalid stripe signature: %s", pl_err_detail()));
    if ((err = inbox_take(&money.work, call->raw, &answer)))
        return err;
    return answer_event(&answer, reply);
}

/* The body is not read as JSON here: first its signature must fit. */
static pl_err parse_webhook(const api_t *api, const request_t *request, void **in)
{
    const char *signature = request->header(request, "Stripe-Signature");
    pospal_call_t *call;
    pl_err err = pospal_open(api, request, &call);

    if (err)
        return err;
    call->work = work_webhook;
    call->in = signature ? pl_arena_text(request->arena, pl_span_text(signature)) : NULL;
    *in = call;
    return !signature || call->in ? PL_OK : PL_ERR_MEMORY;
}

const endpoint_t pospal_webhook = {parse_webhook, pospal_act, pospal_reply, NULL};
