/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /verify/email/start and /verify/email/confirm.
 */
#include "api/pospal.h"
#include "api/pospal_routes.h"
#include "licensing/email_verification.h"
#include "licensing/settings.h"

/* ---- start ---- */

static pl_err refuse_rate(pospal_reply_t *reply, int64_t wait_s)
{
    pl_err err = pospal_refuse(reply, 429, "RATE_LIMIT", "Too many verification requests. Please wait and try again.");

    pl_json_put_int(&reply->json, "retryAfter", wait_s);
    return err;
}

static pl_err work_start(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    verification_order_t order = {.brand_id = call->facade->brand_id, .email = pospal_email(call->body, "email")};
    char id_text[PL_UUID_TEXT_SIZE];
    const char *sender;
    int64_t wait_s;
    pl_uuid id;
    pl_err err;

    if (!order.email)
        return pospal_refuse(reply, 400, "INVALID_EMAIL", "Valid email is required");
    if (!(order.context = pospal_text(call->body, "context", VERIFICATION_CONTEXT_MAX)))
        order.context = "subscription_signup";
    if ((err = setting_read(tx, call->keyring, order.brand_id, SETTING_MAIL_FROM, &sender)))
        return err;
    if (!sender)
        return pospal_refuse(reply, 500, "EMAIL_SENDING_DISABLED", "Email sending is disabled");
    if ((err = email_verification_start(tx, call->keyring, &order, &id, &wait_s)))
        return err;
    if (wait_s)
        return refuse_rate(reply, wait_s);
    pl_uuid_format(id, id_text);
    pl_json_put_bool(pospal_answer(reply, 200), "success", true);
    pl_json_put_text(&reply->json, "verificationId", id_text);
    pl_json_put_int(&reply->json, "expiresInSeconds", VERIFICATION_LIFE_S);
    pl_json_put_int(&reply->json, "cooldownSeconds", VERIFICATION_COOLDOWN_S);
    return PL_OK;
}

/* ---- confirm ---- */

static pl_err refuse_outcome(const verification_outcome_t *outcome, pospal_reply_t *reply)
{
    pl_err err;

    switch (outcome->result) {
    case VERIFICATION_EXPIRED:
        return pospal_refuse(reply, 400, "CODE_EXPIRED", "Verification code has expired");
    case VERIFICATION_USED:
        return pospal_refuse(reply, 400, "ALREADY_USED", "Verification has already been used");
    case VERIFICATION_TOO_OFTEN:
        return pospal_refuse(reply, 429, "TOO_MANY_ATTEMPTS", "Too many attempts. Please request a new code.");
    case VERIFICATION_WRONG_CODE:
        err = pospal_refuse(reply, 400, "INVALID_CODE", "Invalid verification code");
        pl_json_put_int(&reply->json, "attemptsRemaining", outcome->attempts_left);
        return err;
    case VERIFICATION_UNKNOWN:
    case VERIFICATION_CONFIRMED:
        break;
    }
    return pospal_refuse(reply, 404, "NOT_FOUND", "Verification not found");
}

static pl_err answer_confirmed(const verification_answer_t *answer, const verification_outcome_t *outcome, pospal_reply_t *reply)
{
    char id_text[PL_UUID_TEXT_SIZE];

    pl_uuid_format(answer->id, id_text);
    pl_json_put_bool(pospal_answer(reply, 200), "success", true);
    pl_json_put_text(&reply->json, "verificationToken", outcome->token);
    pl_json_put_text(&reply->json, "verificationId", id_text);
    pl_json_put_int(&reply->json, "expiresInSeconds", outcome->expires_in_s);
    return PL_OK;
}

static pl_err work_confirm(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    verification_answer_t answer = {.brand_id = call->facade->brand_id, .email = pospal_email(call->body, "email")};
    const char *id = pospal_text(call->body, "verificationId", PL_UUID_TEXT_SIZE);
    verification_outcome_t outcome;
    pl_err err;

    if (!answer.email)
        return pospal_refuse(reply, 400, "INVALID_EMAIL", "Valid email is required");
    if (!id)
        return pospal_refuse(reply, 400, "VERIFICATION_ID_REQUIRED", "Verification ID is required");
    if (pl_uuid_parse(pl_span_text(id), &answer.id)) {
        pl_err_clear();
        return pospal_refuse(reply, 404, "NOT_FOUND", "Verification not found");
    }
    if (!(answer.code = pospal_text(call->body, "code", 16)))
        return pospal_refuse(reply, 400, "INVALID_CODE", "Verification code must have six digits");
    if ((err = email_verification_confirm(tx, call->keyring, &answer, &outcome)))
        return err;
    return outcome.result == VERIFICATION_CONFIRMED ? answer_confirmed(&answer, &outcome, reply)
                                                    : refuse_outcome(&outcome, reply);
}

static pl_err parse_start(const api_t *api, const request_t *request, void **in)
{
    return pospal_parse(api, request, work_start, in);
}

static pl_err parse_confirm(const api_t *api, const request_t *request, void **in)
{
    return pospal_parse(api, request, work_confirm, in);
}

const endpoint_t pospal_verify_start = {parse_start, pospal_act, pospal_reply, NULL};
const endpoint_t pospal_verify_confirm = {parse_confirm, pospal_act, pospal_reply, NULL};
