/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /session/disconnect-email, /license/activation-email, /recover-license and /check-duplicate: what is asked with an e-mail address.
 */
#include "api/pospal_mail.h"

#include <string.h>

#include "api/pospal_customer.h"
#include "api/pospal_routes.h"
#include "licensing/subscriber_mail.h"

pl_err pospal_mail_disconnected(tx_t *tx, const pospal_call_t *call, pl_uuid license_id, bool *is_mailed)
{
    license_t license;
    customer_t customer;
    subscriber_t subscriber;
    pl_err err = licenses_find(tx, call->facade->brand_id, license_id, &license);

    if (err || pl_uuid_is_nil(license.customer_id))
        return err;
    if ((err = customers_find(tx, license.brand_id, license.customer_id, &customer)))
        return err;
    subscriber = (subscriber_t){.license = license, .customer = customer};
    return subscriber_mail_disconnected(tx, call->keyring, &subscriber, NULL, is_mailed);
}

/* ---- with a token ---- */

static const char *read_token(const pospal_call_t *call)
{
    const char *token = pospal_text(call->body, "unlock_token", POSPAL_TEXT_MAX);

    return token ? token : pospal_text(call->body, "unlockToken", POSPAL_TEXT_MAX);
}

/* Whether one is found, by address and token; where not, it is refused as those programs know it. */
static pl_err find(tx_t *tx, const pospal_call_t *call, const char *email, subscriber_t *subscriber, pospal_reply_t *reply)
{
    const char *token = read_token(call);
    customer_t customer;
    pl_err err = customers_find_by_email(tx, call->facade->brand_id, email, &customer);

    if (err == PL_ERR_NOT_FOUND)
        (void)pospal_refuse(reply, 404, NULL, "Customer not found");
    if (err)
        return err;
    err = token ? pospal_find_subscriber(tx, call, email, token, subscriber) : PL_ERR_NOT_FOUND;
    if (err == PL_ERR_NOT_FOUND)
        (void)pospal_refuse(reply, 403, NULL, "Unlock token mismatch");
    return err;
}

static const char *read_hostname(const pospal_call_t *call)
{
    const pl_json *device = pospal_object(call->body, "device_info");

    if (!device)
        device = pospal_object(call->body, "deviceInfo");
    return device ? pospal_text(device, "hostname", PL_DEVICE_NAME_MAX) : NULL;
}

static pl_err answer_success(pospal_reply_t *reply)
{
    pl_json_put_bool(pospal_answer(reply, 200), "success", true);
    return PL_OK;
}

static pl_err work_disconnect(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    const char *email = pospal_email(call->body, "email");
    subscriber_t subscriber;
    pl_err err;

    if (!email)
        return pospal_refuse(reply, 400, NULL, "Missing email");
    err = find(tx, call, email, &subscriber, reply);
    if (err)
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    if ((err = subscriber_mail_disconnected(tx, call->keyring, &subscriber, read_hostname(call), NULL)))
        return err;
    return answer_success(reply);
}

static pl_err work_activation(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    const char *email = pospal_email(call->body, "email");
    subscriber_t subscriber;
    pl_err err;

    if (!email || !read_token(call))
        return pospal_refuse(reply, 400, NULL, "Missing email or unlock token");
    err = find(tx, call, email, &subscriber, reply);
    if (err)
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    if ((err = subscriber_mail_welcome(tx, call->keyring, &subscriber, NULL)))
        return err;
    return answer_success(reply);
}

/* ---- with an address alone ---- */

/* The same whatever comes of it. */
static pl_err work_recover(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    const char *email = pospal_email(call->body, "email");
    pl_err err;

    if (!email)
        return pospal_refuse(reply, 400, NULL, "Valid email is required");
    if ((err = subscriber_mail_recovery(tx, call->keyring, call->facade, email)))
        return err;
    pl_json_put_bool(pospal_answer(reply, 200), "success", true);
    pl_json_put_text(&reply->json, "message",
                     "If there is a license for this e-mail address, its unlock token is on the way to it.");
    return PL_OK;
}

/*
 * As that API's customer row had it, which knew no "expired": who is over-due by a subscription that goes on is active, and led to the
 * portal; another one may buy again.
 */
static const char *raw_status(const subscriber_t *subscriber)
{
    if (strcmp(subscriber->status, "expired") != 0)
        return subscriber->status;
    return subscriber->has_subscription && subscriber->subscription.provider_subscription &&
                   subscriber->subscription.state == SUBSCRIPTION_ACTIVE
               ? "active"
               : "inactive";
}

static pl_err answer_duplicate(const subscriber_t *subscriber, pospal_reply_t *reply)
{
    pl_json_writer *json = pospal_answer(reply, 200);
    const char *status = subscriber ? raw_status(subscriber) : "";
    bool is_active = strcmp(status, "active") == 0;

    pl_json_put_bool(json, "isDuplicate", subscriber != NULL);
    pl_json_put_bool(json, "isReturningCustomer", subscriber && !is_active);
    if (!subscriber) {
        pl_json_put_text(json, "message", "There is no subscription for this e-mail address yet.");
        return PL_OK;
    }
    pl_json_put_text(json, "subscriptionStatus", status);
    if (is_active)
        pospal_put_null(json, "portalUrl"); /* for who shows the token: POST /create-portal-session */
    pl_json_put_text(json, "message",
                     is_active ? "There is an active subscription for this e-mail address."
                               : "There was a subscription for this e-mail address; it can be taken up again.");
    return PL_OK;
}

static pl_err work_duplicate(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    const char *email = pospal_email(call->body, "email");
    subscriber_t subscriber;
    pl_err err;

    if (!email)
        return pospal_refuse(reply, 400, NULL, "Valid email is required");
    err = subscriber_find_by_email(tx, call->facade, email, &subscriber);
    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    return answer_duplicate(err ? NULL : &subscriber, reply);
}

static pl_err parse_disconnect(const api_t *api, const request_t *request, void **in)
{
    return pospal_parse(api, request, work_disconnect, in);
}

static pl_err parse_activation(const api_t *api, const request_t *request, void **in)
{
    return pospal_parse(api, request, work_activation, in);
}

static pl_err parse_recover(const api_t *api, const request_t *request, void **in)
{
    return pospal_parse(api, request, work_recover, in);
}

static pl_err parse_duplicate(const api_t *api, const request_t *request, void **in)
{
    return pospal_parse(api, request, work_duplicate, in);
}

const endpoint_t pospal_session_disconnect_email = {parse_disconnect, pospal_act, pospal_reply, NULL};
const endpoint_t pospal_activation_email = {parse_activation, pospal_act, pospal_reply, NULL};
const endpoint_t pospal_recover_license = {parse_recover, pospal_act, pospal_reply, NULL};
const endpoint_t pospal_check_duplicate = {parse_duplicate, pospal_act, pospal_reply, NULL};
