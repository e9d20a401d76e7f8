/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /api/v1/brand/refund-requests, GET /refund-requests/{id}, POST /refund-requests/{id}/approve, /reject and /settle: refunds that
 * customers asked for.
 */
#include "api/listing.h"
#include "api/vendor.h"
#include "licensing/refunds.h"

enum { REFUND_ID_MAX = 255 };

static const int64_t AMOUNT_MAX = INT64_C(1000000000000);

static void put(pl_json_writer *json, const refund_request_t *request)
{
    pl_json_open(json, NULL, '{');
    brand_put_id(json, "id", request->id);
    pl_json_put_text(json, "state", refund_state_text(request->state));
    brand_put_id(json, "customer_id", request->customer_id);
    brand_put_id(json, "license_id", request->license_id);
    brand_put_text(json, "invoice", request->invoice);
    pl_json_put_text(json, "reason", request->reason);
    brand_put_text(json, "details", request->details);
    if (request->amount < 0)
        pl_json_put_raw(json, "amount", pl_span_text("null"));
    else
        pl_json_put_int(json, "amount", request->amount);
    brand_put_text(json, "refund", request->provider_refund);
    brand_put_text(json, "note", request->note);
    brand_put_time(json, "created_at", request->created_at_ms);
    brand_put_time(json, "decided_at", request->decided_at_ms);
    brand_put_text(json, "decided_by", request->decided_by);
    pl_json_close(json);
}

static pl_err find(tx_t *tx, const brand_call_t *call, refund_request_t *request)
{
    pl_err err = refund_requests_find(tx, call->brand_id, call->id, request);

    return err == PL_ERR_NOT_FOUND ? pl_fail(err, "the brand has no refund request of that id") : err;
}

/* ---- many ---- */

static const char *const columns[] = {"id",     "state",  "customer_id", "license_id", "invoice",    "reason",     "details",
                                      "amount", "refund", "note",        "created_at", "decided_at", "decided_by", NULL};

typedef struct {
    brand_page_t page;
    size_t state; /* 0: any */
} query_t;

static pl_err put_item(void *context, pl_json_writer *json, size_t index)
{
    put(json, (const refund_request_t *)context + index);
    return PL_OK;
}

static pl_err work_list(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    const query_t *asked = call->form;
    const refund_request_t after = {.brand_id = call->brand_id, .id = asked->page.after, .state = (refund_state)asked->state};
    refund_request_t *requests;
    size_t count;
    bool has_more;
    pl_err err = refund_requests_list(tx, &after, asked->page.limit + 1, &requests, &count);

    if (err)
        return err;
    has_more = brand_cut_page(&asked->page, &count);
    err = listing_write(tx, call, reply, &(listing_t){columns, count, pl_uuid_is_nil(asked->page.after), put_item, requests});
    return err || !has_more ? err : brand_link_next(tx, call, reply, requests[count - 1].id);
}

static pl_err parse_list(const api_t *api, const request_t *request, void **in)
{
    static const char *const words[] = {"any", "pending", "approved", "rejected", "refunded", NULL}; /* by refund_state */
    brand_call_t *call;
    query_t *asked;
    form_t form;
    pl_err err = brand_open(api, request, sizeof *asked, &call);

    if (err)
        return err;
    asked = call->form;
    form_open_query(&form, request);
    brand_read_page(&form, &asked->page);
    form_word(&form, "state", FORM_OPTIONAL, words, &asked->state);
    return brand_parsed(call, &form, work_list, in);
}

const endpoint_t brand_refunds_list = {parse_list, brand_act, brand_reply, NULL};

/* ---- one ---- */

static pl_err work_show(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    refund_request_t request;
    pl_err err = find(tx, call, &request);

    if (!err)
        put(&reply->json, &request);
    return err;
}

static pl_err parse_show(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    pl_err err = brand_open(api, request, 0, &call);

    return err ? err : brand_parsed_plain(call, work_show, in);
}

const endpoint_t brand_refund_show = {parse_show, brand_act, brand_reply, NULL};

/* ---- deciding ---- */

typedef struct {
    const char *note;
    const char *refund;
    int64_t amount;
} decision_t;

static pl_err work_approve(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    refund_request_t request;
    pl_err err;

    if ((err = find(tx, call, &request)) || (err = refund_approve(tx, &request, ((const decision_t *)call->form)->note)))
        return err;
    put(&reply->json, &request);
    return PL_OK;
}

static pl_err work_reject(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    refund_request_t request;
    pl_err err;

    if ((err = find(tx, call, &request)) || (err = refund_reject(tx, &request, ((const decision_t *)call->form)->note)))
        return err;
    put(&reply->json, &request);
    return PL_OK;
}

static pl_err work_settle(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    const decision_t *given = call->form;
    refund_request_t request;
    pl_err err;

    if ((err = find(tx, call, &request)) || (err = refund_settle(tx, &request, given->refund, given->amount)))
        return err;
    put(&reply->json, &request);
    return PL_OK;
}

static pl_err open_decision(const api_t *api, const request_t *request, brand_call_t **call, form_t *form)
{
    pl_err err = brand_open(api, request, sizeof(decision_t), call);

    if (!err)
        form_open(form, request);
    return err;
}

static pl_err parse_decision(const api_t *api, const request_t *request, brand_work work, void **in)
{
    brand_call_t *call;
    form_t form;
    pl_err err = open_decision(api, request, &call, &form);

    if (err)
        return err;
    form_text(&form, "note", FORM_OPTIONAL, REFUND_NOTE_MAX, &((decision_t *)call->form)->note);
    return brand_parsed(call, &form, work, in);
}

static pl_err parse_approve(const api_t *api, const request_t *request, void **in)
{
    return parse_decision(api, request, work_approve, in);
}

static pl_err parse_reject(const api_t *api, const request_t *request, void **in)
{
    return parse_decision(api, request, work_reject, in);
}

static pl_err parse_settle(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    decision_t *given;
    form_t form;
    pl_err err = open_decision(api, request, &call, &form);

    if (err)
        return err;
    given = call->form;
    given->amount = -1;
    form_text(&form, "refund", FORM_REQUIRED, REFUND_ID_MAX, &given->refund);
    form_int(&form, "amount", FORM_OPTIONAL, (form_range){1, AMOUNT_MAX}, &given->amount);
    return brand_parsed(call, &form, work_settle, in);
}

const endpoint_t brand_refund_approve = {parse_approve, brand_act, brand_reply, NULL};
const endpoint_t brand_refund_reject = {parse_reject, brand_act, brand_reply, NULL};
const endpoint_t brand_refund_settle = {parse_settle, brand_act, brand_reply, NULL};
