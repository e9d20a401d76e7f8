/* SPDX-License-Identifier: Apache-2.0
 *
 * /api/v1/brand/webhooks/{id}/deliveries and /api/v1/brand/webhook-deliveries/{id}: what was sent, what came of it, and sending it again.
 */
#include "api/listing.h"
#include "api/vendor.h"
#include "licensing/webhooks.h"
#include "store/brands.h"

static const char *const states[] = {"any", "waiting", "delivered", "dead", NULL}; /* by delivery_state */

static void put_members(pl_json_writer *json, const delivery_t *delivery)
{
    char event[PL_UUID_TEXT_SIZE];
    char id[PL_UUID_TEXT_SIZE + 4] = "evt_";

    pl_uuid_format(delivery->event_id, event);
    memcpy(id + 4, event, sizeof event);
    brand_put_id(json, "id", delivery->id);
    brand_put_id(json, "endpoint_id", delivery->endpoint_id);
    pl_json_put_text(json, "webhook_id", id);
    pl_json_put_text(json, "type", delivery->type);
    pl_json_put_text(json, "status", states[delivery->state]);
    pl_json_put_int(json, "attempts", delivery->attempts);
    pl_json_put_int(json, "http_status", delivery->status);
    brand_put_time(json, "next_attempt_at", delivery->state == DELIVERY_WAITING ? delivery->due_at_ms : 0);
    brand_put_time(json, "created_at", delivery->created_at_ms);
}

/* ---- the list ---- */

static const char *const columns[] = {"id",       "endpoint_id", "webhook_id",      "type",       "status",
                                      "attempts", "http_status", "next_attempt_at", "created_at", NULL};

static pl_err put_item(void *context, pl_json_writer *json, size_t index)
{
    pl_json_open(json, NULL, '{');
    put_members(json, &((const delivery_t *)context)[index]);
    pl_json_close(json);
    return PL_OK;
}

static pl_err work_list(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    delivery_page_t page = *(const delivery_page_t *)call->form;
    const brand_page_t shown = {.limit = page.limit++};
    listing_t listing = {columns, 0, pl_uuid_is_nil(page.before), put_item, NULL};
    bool has_more;
    webhook_t webhook;
    delivery_t *list;
    pl_err err = webhooks_find(tx, call->brand_id, call->id, &webhook);

    if (err == PL_ERR_NOT_FOUND)
        return pl_fail(err, "the brand has no webhook endpoint of that id");
    page.brand_id = call->brand_id;
    page.endpoint_id = call->id;
    if (err || (err = deliveries_list(tx, &page, &list, &listing.count)))
        return err;
    has_more = brand_cut_page(&shown, &listing.count);
    listing.context = list;
    err = listing_write(tx, call, reply, &listing);
    return err || !has_more ? err : brand_link_next(tx, call, reply, list[listing.count - 1].id);
}

static pl_err parse_list(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    brand_page_t page = {.limit = 0};
    delivery_page_t *asked;
    size_t state = 0;
    form_t form;
    pl_err err = brand_open(api, request, sizeof *asked, &call);

    if (err)
        return err;
    asked = call->form;
    form_open_query(&form, request);
    brand_read_page(&form, &page);
    form_word(&form, "status", FORM_OPTIONAL, states, &state);
    asked->before = page.after;
    asked->limit = page.limit;
    asked->state = (int64_t)state;
    return brand_parsed(call, &form, work_list, in);
}

const endpoint_t brand_webhook_deliveries = {parse_list, brand_act, brand_reply, NULL};

/* ---- one ---- */

static void put_attempt(pl_json_writer *json, const attempt_t *attempt)
{
    pl_json_open(json, NULL, '{');
    pl_json_put_int(json, "number", attempt->number);
    brand_put_time(json, "sent_at", attempt->sent_at_ms);
    pl_json_put_int(json, "duration_ms", attempt->duration_ms);
    pl_json_put_int(json, "http_status", attempt->status);
    brand_put_text(json, "answer", attempt->answer);
    brand_put_text(json, "error", attempt->error);
    pl_json_close(json);
}

static pl_err put_delivery(tx_t *tx, const delivery_t *delivery, pl_json_writer *json)
{
    attempt_t *attempts;
    size_t count;
    pl_err err = attempts_list(tx, delivery->brand_id, delivery->id, &attempts, &count);

    if (err)
        return err;
    pl_json_open(json, NULL, '{');
    put_members(json, delivery);
    brand_put_json(json, "payload", delivery->payload);
    pl_json_open(json, "attempts_made", '[');
    for (size_t i = 0; i < count; i++)
        put_attempt(json, &attempts[i]);
    pl_json_close(json);
    pl_json_close(json);
    return PL_OK;
}

static pl_err find(tx_t *tx, const brand_call_t *call, delivery_t *delivery)
{
    pl_err err = deliveries_find(tx, call->brand_id, call->id, delivery);

    return err == PL_ERR_NOT_FOUND ? pl_fail(err, "the brand has no delivery of that id") : err;
}

static pl_err work_show(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    delivery_t delivery;
    pl_err err = find(tx, call, &delivery);

    return err ? err : put_delivery(tx, &delivery, &reply->json);
}

static pl_err parse_show(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    pl_err err = brand_open(api, request, 0, &call);

    return err ? err : brand_parsed_plain(call, work_show, in);
}

const endpoint_t brand_webhook_delivery = {parse_show, brand_act, brand_reply, NULL};

static pl_err work_redeliver(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    delivery_t delivery;
    pl_err err;

    if ((err = brands_lock(tx, call->brand_id)) || (err = find(tx, call, &delivery)) || (err = webhook_redeliver(tx, &delivery)))
        return err;
    reply->status = 202;
    return put_delivery(tx, &delivery, &reply->json);
}

static pl_err parse_redeliver(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    form_t form;
    pl_err err = brand_open(api, request, 0, &call);

    if (err)
        return err;
    form_open(&form, request);
    return brand_parsed(call, &form, work_redeliver, in);
}

const endpoint_t brand_webhook_redeliver = {parse_redeliver, brand_act, brand_reply, NULL};
