/* SPDX-License-Identifier: Apache-2.0
 *
 * /api/v1/brand/webhooks: the addresses that hear of events. What was sent to them is in brand_webhook_deliveries.c.
 */
#include "api/brand.h"
#include "api/listing.h"
#include "api/vendor.h"
#include "licensing/events.h"
#include "licensing/webhooks.h"
#include "store/brands.h"

enum { EVENT_NAMES_MAX = 32, EVENT_NAME_MAX = 64 };

typedef struct {
    webhook_t asked; /* url, description, events: NULL where not told */
    bool has_description;
    bool has_state;
    bool is_enabled;
    int64_t overlap_hours;
} webhook_form_t;

/* ---- writing ---- */

static const char *state_word(webhook_state state)
{
    switch (state) {
    case WEBHOOK_ON:
        return "enabled";
    case WEBHOOK_OFF:
        return "disabled";
    case WEBHOOK_FAILED:
        break;
    }
    return "failed";
}

static void put_events(pl_json_writer *json, const char *events)
{
    pl_json_open(json, "events", '[');
    for (const char *word = events; *word; word += *word == ' ') {
        size_t size = strcspn(word, " ");

        pl_json_put_span(json, NULL, pl_span_of(word, size));
        word += size;
    }
    pl_json_close(json);
}

/* secret: shown when it was made; NULL. */
static void put_webhook(pl_json_writer *json, const webhook_t *webhook, const char *secret)
{
    pl_json_open(json, NULL, '{');
    brand_put_id(json, "id", webhook->id);
    pl_json_put_text(json, "url", webhook->url);
    brand_put_text(json, "description", webhook->description);
    put_events(json, webhook->events);
    pl_json_put_text(json, "status", state_word(webhook->state));
    pl_json_put_text(json, "secret", secret);
    brand_put_time(json, "old_secret_until", webhook->secret_before.size ? webhook->before_until_ms : 0);
    pl_json_put_int(json, "failures", webhook->failures);
    brand_put_time(json, "failing_since", webhook->failing_since_ms);
    brand_put_time(json, "created_at", webhook->created_at_ms);
    pl_json_put_int(json, "version", webhook->version);
    pl_json_close(json);
}

static pl_err answer(tx_t *tx, brand_reply_t *reply, const webhook_t *webhook, const char *secret)
{
    put_webhook(&reply->json, webhook, secret);
    return brand_put_version(tx, reply, webhook->version);
}

/* ---- reading ---- */

static void read_url(const api_t *api, form_t *form, form_need need, const char **url)
{
    const char *fault;

    form_text(form, "url", need, WEBHOOK_URL_MAX, url);
    if (*url && !address_url_is_fine(api->webhook_allowed, *url, &fault))
        form_fault(form, "url", "%s", fault);
}

/* Names as one text with spaces between. */
static void read_events(form_t *form, const request_t *request, const char **events)
{
    form_list list = {NULL, 0};
    const char *text = "";

    form_texts(form, "events", EVENT_NAMES_MAX, EVENT_NAME_MAX, &list);
    for (size_t i = 0; text && i < list.count; i++) {
        if (strcmp(list.values[i], "*") != 0 && !event_is_name(list.values[i]))
            form_fault(form, "events", "there is no event \"%.*s\"", EVENT_NAME_MAX, list.values[i]);
        text = pl_arena_format(request->arena, "%s%s%s", text, i ? " " : "", list.values[i]);
    }
    if (!text)
        form->err = PL_ERR_MEMORY;
    else if (strlen(text) > WEBHOOK_EVENTS_MAX)
        form_fault(form, "events", "that are too many; say [\"*\"] for all");
    else if (list.count > 0)
        *events = text;
}

/* For a change: what is read is written whole, so one at a time. */
static pl_err find(tx_t *tx, const brand_call_t *call, webhook_t *webhook)
{
    pl_err err = brands_lock(tx, call->brand_id);

    if (!err)
        err = webhooks_find(tx, call->brand_id, call->id, webhook);
    if (err == PL_ERR_NOT_FOUND)
        return pl_fail(err, "the brand has no webhook endpoint of that id");
    return err ? err : brand_check_version(call, webhook->version);
}

static pl_err parse_nothing(const api_t *api, const request_t *request, brand_work work, void **in)
{
    brand_call_t *call;
    form_t form;
    pl_err err = brand_open(api, request, 0, &call);

    if (err)
        return err;
    form_open(&form, request);
    return brand_parsed(call, &form, work, in);
}

/* ---- adding ---- */

static pl_err work_add(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    webhook_t webhook = ((const webhook_form_t *)call->form)->asked;
    char id[PL_UUID_TEXT_SIZE];
    const char *secret;
    pl_err err;

    webhook.brand_id = call->brand_id;
    if (!webhook.events)
        webhook.events = "*";
    if ((err = brands_lock(tx, call->brand_id)) || (err = webhook_add(tx, call->keyring, &webhook, &secret)))
        return err;
    pl_uuid_format(webhook.id, id);
    reply->status = 201;
    if (!(reply->location = pl_arena_format(tx->arena, "/api/v1/brand/webhooks/%s", id)))
        return PL_ERR_MEMORY;
    return answer(tx, reply, &webhook, secret);
}

static pl_err parse_add(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    webhook_form_t *asked;
    form_t form;
    pl_err err = brand_open(api, request, sizeof *asked, &call);

    if (err)
        return err;
    asked = call->form;
    form_open(&form, request);
    read_url(api, &form, FORM_REQUIRED, &asked->asked.url);
    form_text(&form, "description", FORM_OPTIONAL, WEBHOOK_DESCRIPTION_MAX, &asked->asked.description);
    read_events(&form, request, &asked->asked.events);
    return brand_parsed(call, &form, work_add, in);
}

const endpoint_t brand_webhook_add = {parse_add, brand_act, brand_reply, NULL};

/* ---- showing ---- */

static const char *const columns[] = {"id",       "url",           "description", "events",  "status", "old_secret_until",
                                      "failures", "failing_since", "created_at",  "version", NULL};

static pl_err put_item(void *context, pl_json_writer *json, size_t index)
{
    put_webhook(json, &((const webhook_t *)context)[index], NULL);
    return PL_OK;
}

static pl_err work_list(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    webhook_t *webhooks;
    size_t count;
    pl_err err = webhooks_list(tx, call->brand_id, &webhooks, &count);

    return err ? err : listing_write(tx, call, reply, &(listing_t){columns, count, true, put_item, webhooks});
}

static pl_err parse_list(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    pl_err err = brand_open(api, request, 0, &call);

    return err ? err : brand_parsed_plain(call, work_list, in);
}

const endpoint_t brand_webhooks_list = {parse_list, brand_act, brand_reply, NULL};

static pl_err work_show(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    webhook_t webhook;
    pl_err err = webhooks_find(tx, call->brand_id, call->id, &webhook);

    if (err == PL_ERR_NOT_FOUND)
        return pl_fail(err, "the brand has no webhook endpoint of that id");
    return err ? err : answer(tx, reply, &webhook, NULL);
}

static pl_err parse_show(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    pl_err err = brand_open(api, request, 0, &call);

    return err ? err : brand_parsed_plain(call, work_show, in);
}

const endpoint_t brand_webhook_show = {parse_show, brand_act, brand_reply, NULL};

/* ---- changing ---- */

static pl_err work_change(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    const webhook_form_t *form = call->form;
    webhook_t webhook;
    pl_err err;

    if ((err = find(tx, call, &webhook)))
        return err;
    if (form->asked.url)
        webhook.url = form->asked.url;
    if (form->has_description)
        webhook.description = form->asked.description;
    if (form->asked.events)
        webhook.events = form->asked.events;
    if (form->has_state)
        webhook.state = form->is_enabled ? WEBHOOK_ON : WEBHOOK_OFF;
    if ((err = webhook_change(tx, &webhook)))
        return err;
    return answer(tx, reply, &webhook, NULL);
}

static pl_err parse_change(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    webhook_form_t *asked;
    form_t form;
    pl_err err = brand_open(api, request, sizeof *asked, &call);

    if (err)
        return err;
    asked = call->form;
    form_open(&form, request);
    read_url(api, &form, FORM_OPTIONAL, &asked->asked.url);
    asked->has_description = form_has(&form, "description");
    form_text(&form, "description", FORM_OPTIONAL, WEBHOOK_DESCRIPTION_MAX, &asked->asked.description);
    read_events(&form, request, &asked->asked.events);
    asked->has_state = form_has(&form, "enabled");
    form_bool(&form, "enabled", &asked->is_enabled);
    return brand_parsed(call, &form, work_change, in);
}

const endpoint_t brand_webhook_change = {parse_change, brand_act, brand_reply, NULL};

static pl_err work_remove(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    webhook_t webhook;
    pl_err err = find(tx, call, &webhook);

    reply->status = 204;
    return err ? err : webhook_remove(tx, &webhook);
}

static pl_err parse_remove(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    pl_err err = brand_open(api, request, 0, &call);

    return err ? err : brand_parsed_plain(call, work_remove, in);
}

const endpoint_t brand_webhook_remove = {parse_remove, brand_act, brand_reply, NULL};

/* ---- secrets and tests ---- */

static pl_err work_rotate(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    const webhook_form_t *form = call->form;
    webhook_t webhook;
    const char *secret;
    pl_err err;

    if ((err = find(tx, call, &webhook)) || (err = webhook_rotate(tx, call->keyring, &webhook, form->overlap_hours, &secret)))
        return err;
    return answer(tx, reply, &webhook, secret);
}

static pl_err parse_rotate(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    webhook_form_t *asked;
    form_t form;
    pl_err err = brand_open(api, request, sizeof *asked, &call);

    if (err)
        return err;
    asked = call->form;
    asked->overlap_hours = WEBHOOK_OVERLAP_HOURS;
    form_open(&form, request);
    form_int(&form, "overlap_hours", FORM_OPTIONAL, (form_range){0, WEBHOOK_OVERLAP_HOURS_MAX}, &asked->overlap_hours);
    return brand_parsed(call, &form, work_rotate, in);
}

const endpoint_t brand_webhook_rotate = {parse_rotate, brand_act, brand_reply, NULL};

static pl_err work_test(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    webhook_t webhook;
    pl_err err;

    if ((err = find(tx, call, &webhook)) || (err = webhook_test(tx, &webhook)))
        return err;
    reply->status = 202;
    return answer(tx, reply, &webhook, NULL);
}

static pl_err parse_test(const api_t *api, const request_t *request, void **in)
{
    return parse_nothing(api, request, work_test, in);
}

const endpoint_t brand_webhook_test = {parse_test, brand_act, brand_reply, NULL};
