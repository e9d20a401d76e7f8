/* SPDX-License-Identifier: Apache-2.0
 *
 * GET and POST /api/v1/brand/keys, GET and PATCH /keys/{id}, POST /keys/{id}/rotate and /revoke: the brand's API keys. A key reaches
 * those keys only whose scopes it has itself, and gives away no others.
 */
#include "api/listing.h"
#include "api/vendor.h"
#include "store/brands.h"

enum { SCOPES_MAX = 32, SCOPE_MAX = 64, OVERLAP_MS = 24 * 3600 * 1000 };

/* ---- writing ---- */

static const char *status_of(const api_key_t *key, int64_t now_ms)
{
    if (key->revoked_at_ms)
        return "revoked";
    return key->expires_at_ms && key->expires_at_ms <= now_ms ? "expired" : "active";
}

static void put_scopes(pl_json_writer *json, const char *scopes)
{
    pl_json_open(json, "scopes", '[');
    while (*(scopes += strspn(scopes, " "))) {
        size_t size = strcspn(scopes, " ");

        pl_json_put_span(json, NULL, pl_span_of(scopes, size));
        scopes += size;
    }
    pl_json_close(json);
}

/* shown: the key itself; NULL: it is told once only. */
static void put_members(pl_json_writer *json, const api_key_t *key, const char *shown, int64_t now_ms)
{
    brand_put_id(json, "id", key->id);
    pl_json_put_text(json, "name", key->name);
    put_scopes(json, key->scopes);
    pl_json_put_text(json, "status", status_of(key, now_ms));
    pl_json_put_text(json, "key", shown);
    brand_put_text(json, "tail", key->tail);
    brand_put_time(json, "created_at", key->created_at_ms);
    brand_put_time(json, "expires_at", key->expires_at_ms);
    brand_put_time(json, "revoked_at", key->revoked_at_ms);
    brand_put_time(json, "last_used_at", key->last_used_at_ms);
    pl_json_put_int(json, "version", key->version);
}

static pl_err put_one(tx_t *tx, brand_reply_t *reply, const api_key_t *key)
{
    pl_json_open(&reply->json, NULL, '{');
    put_members(&reply->json, key, NULL, tx->now_ms);
    pl_json_close(&reply->json);
    return brand_put_version(tx, reply, key->version);
}

/* ---- finding ---- */

static pl_err refuse_more(const brand_call_t *call, const char *scopes)
{
    if (api_scopes_include(call->key.scopes, scopes))
        return PL_OK;
    return pl_fail(PL_ERR_FORBIDDEN, "that API key lacks some of the scopes %s", scopes);
}

static pl_err find(tx_t *tx, const brand_call_t *call, api_key_t *key)
{
    pl_err err = api_keys_find(tx, call->brand_id, call->id, key);

    return err == PL_ERR_NOT_FOUND ? pl_fail(err, "the brand has no API key of that id") : err;
}

/* One after the other: a key that is being revoked must not be written back by who read it before. */
static pl_err find_to_change(tx_t *tx, const brand_call_t *call, api_key_t *key)
{
    pl_err err;

    if ((err = brands_lock(tx, call->brand_id)) || (err = find(tx, call, key)) || (err = refuse_more(call, key->scopes)))
        return err;
    return brand_check_version(call, key->version);
}

/* ---- one ---- */

static pl_err work_show(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    api_key_t key;
    pl_err err = find(tx, call, &key);

    return err ? err : put_one(tx, reply, &key);
}

static pl_err parse_show(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    pl_err err = brand_open(api, request, 0, &call);

    return err ? err : brand_parsed_plain(call, work_show, in);
}

const endpoint_t brand_key_show = {parse_show, brand_act, brand_reply, NULL};

/* ---- a new one, a change ---- */

typedef struct {
    const char *name;
    const char *scopes; /* joined; NULL: not given */
    int64_t expires_at_ms;
    bool has_expires_at;
} key_form_t;

static const char *join(pl_arena *arena, const form_list *list)
{
    const char *scopes = "";

    for (size_t i = 0; scopes && i < list->count; i++)
        scopes = pl_arena_format(arena, "%s%s%s", scopes, i ? " " : "", list->values[i] ? list->values[i] : "");
    return scopes;
}

static void read_scopes(form_t *form, const char **scopes)
{
    form_list list = {NULL, 0};

    form_texts(form, "scopes", SCOPES_MAX, SCOPE_MAX, &list);
    if (!list.values)
        return;
    *scopes = join(form->request->arena, &list);
    if (!*scopes)
        form->err = PL_ERR_MEMORY;
    else if (!api_scopes_are_valid(*scopes))
        form_fault(form, "scopes",
                   "must be scopes that there are, such as licenses:read or licenses:write; docs/VENDOR-API.md names them");
}

static pl_err work_add(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    const key_form_t *read = call->form;
    const api_key_order_t order = {read->name, read->scopes, read->expires_at_ms};
    const char *shown;
    api_key_t key;
    pl_err err;

    if ((err = refuse_more(call, order.scopes)) || (err = api_key_add(tx, call->brand_id, &order, &key, &shown)))
        return err;
    reply->status = 201;
    pl_json_open(&reply->json, NULL, '{');
    put_members(&reply->json, &key, shown, tx->now_ms);
    pl_json_close(&reply->json);
    err = brand_put_location(tx, call, reply, key.id);
    return err ? err : brand_put_version(tx, reply, key.version);
}

static pl_err work_change(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    const key_form_t *read = call->form;
    api_key_t before, key;
    pl_err err;

    if ((err = find_to_change(tx, call, &before)))
        return err;
    key = before;
    key.name = read->name ? read->name : before.name;
    key.scopes = read->scopes ? read->scopes : before.scopes;
    key.expires_at_ms = read->has_expires_at ? read->expires_at_ms : before.expires_at_ms;
    if ((err = refuse_more(call, key.scopes)) || (err = api_key_change(tx, &before, &key)))
        return err;
    return put_one(tx, reply, &key);
}

static pl_err parse_body(const api_t *api, const request_t *request, form_need need, brand_work work, void **in)
{
    brand_call_t *call;
    key_form_t *read;
    form_t form;
    pl_err err = brand_open(api, request, sizeof *read, &call);

    if (err)
        return err;
    read = call->form;
    form_open(&form, request);
    read->has_expires_at = !form.err && form_has(&form, "expires_at");
    form_text(&form, "name", need, API_KEY_NAME_MAX, &read->name);
    read_scopes(&form, &read->scopes);
    form_time(&form, "expires_at", FORM_OPTIONAL, &read->expires_at_ms);
    if (need == FORM_REQUIRED && !form.err && !form_has(&form, "scopes"))
        form_fault(&form, "scopes", "this member is required");
    return brand_parsed(call, &form, work, in);
}

static pl_err parse_add(const api_t *api, const request_t *request, void **in)
{
    return parse_body(api, request, FORM_REQUIRED, work_add, in);
}

static pl_err parse_change(const api_t *api, const request_t *request, void **in)
{
    return parse_body(api, request, FORM_OPTIONAL, work_change, in);
}

const endpoint_t brand_key_add = {parse_add, brand_act, brand_reply, NULL};
const endpoint_t brand_key_change = {parse_change, brand_act, brand_reply, NULL};

/* ---- rotation and revocation ---- */

static pl_err work_rotate(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    const key_form_t *read = call->form;
    const char *shown;
    api_key_t old, made;
    pl_err err;

    if ((err = find_to_change(tx, call, &old)) ||
        (err = api_key_rotate(tx, &old, read->has_expires_at ? read->expires_at_ms : tx->now_ms + OVERLAP_MS, &made, &shown)))
        return err;
    reply->status = 201;
    pl_json_open(&reply->json, NULL, '{');
    put_members(&reply->json, &made, shown, tx->now_ms);
    pl_json_open(&reply->json, "replaces", '{');
    put_members(&reply->json, &old, NULL, tx->now_ms);
    pl_json_close(&reply->json);
    pl_json_close(&reply->json);
    return brand_put_version(tx, reply, made.version);
}

static pl_err parse_rotate(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    key_form_t *read;
    form_t form;
    pl_err err = brand_open(api, request, sizeof *read, &call);

    if (err)
        return err;
    read = call->form;
    form_open(&form, request);
    form_time(&form, "old_expires_at", FORM_OPTIONAL, &read->expires_at_ms);
    read->has_expires_at = read->expires_at_ms != 0;
    return brand_parsed(call, &form, work_rotate, in);
}

const endpoint_t brand_key_rotate = {parse_rotate, brand_act, brand_reply, NULL};

static pl_err work_revoke(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    api_key_t key;
    pl_err err;

    if ((err = find_to_change(tx, call, &key)))
        return err;
    if (pl_uuid_equal(key.id, call->key.id))
        return pl_fail(PL_ERR_STATE, "that is the API key you ask with; revoke it with another one");
    err = api_key_revoke(tx, &key);
    return err ? err : put_one(tx, reply, &key);
}

static pl_err parse_revoke(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    form_t form;
    pl_err err = brand_open(api, request, 0, &call);

    if (err)
        return err;
    form_open(&form, request);
    return brand_parsed(call, &form, work_revoke, in);
}

const endpoint_t brand_key_revoke = {parse_revoke, brand_act, brand_reply, NULL};

/* ---- many ---- */

static const char *const columns[] = {"id",         "name",       "scopes",     "status",       "tail",
                                      "created_at", "expires_at", "revoked_at", "last_used_at", NULL};

typedef struct {
    const api_key_t *keys;
    int64_t now_ms;
} shown_t;

static pl_err put_item(void *context, pl_json_writer *json, size_t index)
{
    const shown_t *shown = context;

    pl_json_open(json, NULL, '{');
    put_members(json, &shown->keys[index], NULL, shown->now_ms);
    pl_json_close(json);
    return PL_OK;
}

static pl_err work_list(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    const brand_page_t *page = call->form;
    const api_key_t after = {.brand_id = call->brand_id, .id = page->after};
    shown_t shown = {NULL, tx->now_ms};
    api_key_t *keys;
    size_t count;
    bool has_more;
    pl_err err = api_keys_page(tx, &after, page->limit + 1, &keys, &count);

    if (err)
        return err;
    shown.keys = keys;
    has_more = brand_cut_page(page, &count);
    err = listing_write(tx, call, reply, &(listing_t){columns, count, pl_uuid_is_nil(page->after), put_item, &shown});
    return err || !has_more ? err : brand_link_next(tx, call, reply, keys[count - 1].id);
}

static pl_err parse_list(const api_t *api, const request_t *request, void **in)
{
    brand_call_t *call;
    form_t form;
    pl_err err = brand_open(api, request, sizeof(brand_page_t), &call);

    if (err)
        return err;
    form_open_query(&form, request);
    brand_read_page(&form, call->form);
    return brand_parsed(call, &form, work_list, in);
}

const endpoint_t brand_keys_list = {parse_list, brand_act, brand_reply, NULL};
