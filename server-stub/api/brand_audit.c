/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /api/v1/brand/audit: who changed what, and when.
 */
#include "api/listing.h"
#include "api/vendor.h"
#include "store/audit_search.h"

enum { ACTOR_MAX = 64, ACTION_MAX = 64 };

static const char *const columns[] = {"id",     "at",    "actor",   "action",     "target", "metadata",
                                      "before", "after", "address", "request_id", "note",   NULL};

static pl_err put_item(void *context, pl_json_writer *json, size_t index)
{
    const audit_t *entry = (const audit_t *)context + index;

    pl_json_open(json, NULL, '{');
    brand_put_id(json, "id", entry->id);
    brand_put_time(json, "at", pl_uuid_v7_time_ms(entry->id));
    pl_json_put_text(json, "actor", entry->actor);
    pl_json_put_text(json, "action", audit_action_text(entry->action));
    brand_put_id(json, "target", entry->target);
    brand_put_json(json, "metadata", entry->metadata);
    brand_put_json(json, "before", entry->before);
    brand_put_json(json, "after", entry->after);
    brand_put_text(json, "address", entry->address);
    brand_put_text(json, "request_id", entry->request_id);
    brand_put_text(json, "note", entry->note);
    pl_json_close(json);
    return PL_OK;
}

static pl_err work_list(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    audit_search_t search = *(const audit_search_t *)call->form;
    audit_page_t page;
    pl_err err;

    search.brand_id = call->brand_id;
    if ((err = audit_search(tx, &search, &page)))
        return err;
    err =
        listing_write(tx, call, reply, &(listing_t){columns, page.count, pl_uuid_is_nil(search.before), put_item, page.entries});
    return err || !page.has_more ? err : brand_link_next(tx, call, reply, page.last);
}

static void read(form_t *form, audit_search_t *search)
{
    brand_page_t page = {.limit = 0};
    const char *action = NULL;

    brand_read_page(form, &page);
    search->before = page.after;
    search->limit = page.limit;
    form_uuid(form, "target", FORM_OPTIONAL, &search->target);
    form_text(form, "actor", FORM_OPTIONAL, ACTOR_MAX, &search->actor);
    form_text(form, "action", FORM_OPTIONAL, ACTION_MAX, &action);
    if (action && (search->action = audit_action_parse(action)) == 0)
        form_fault(form, "action", "there is no such action; docs/VENDOR-API.md names them");
    form_time(form, "since", FORM_OPTIONAL, &search->since_ms);
    form_time(form, "until", FORM_OPTIONAL, &search->until_ms);
}

static pl_err parse_list(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    form_t form;
    pl_err err = brand_open(api, request, sizeof(audit_search_t), &call);

    if (err)
        return err;
    form_open_query(&form, request);
    read(&form, call->form);
    return brand_parsed(call, &form, work_list, in);
}

const endpoint_t brand_audit_list = {parse_list, brand_act, brand_reply, NULL};
