/* SPDX-License-Identifier: Apache-2.0
 *
 * The frame of every route of the product API: the license key, the instance, what is shown of a license.
 */
#include "api/product.h"

#include <string.h>
#include <strings.h>

#include "api/license_json.h"
#include "licensing/judge.h"
#include "licensing/license_term.h"

enum { KEY_TEXT_MAX = 2 * PL_LICENSE_KEY_MAX };

static const char strict_prefix[] = "/api/v1/product/licenses/";

/* ---- reading ---- */

pl_err product_open(const request_t *request, form_t *form, product_call_t **out)
{
    static const char bearer[] = "Bearer ";
    product_call_t *call = pl_arena_take(request->arena, sizeof *call);
    const char *authorization = request->header(request, "Authorization");

    if (!call)
        return PL_ERR_MEMORY;
    call->is_strict = strncmp(request->path, strict_prefix, sizeof strict_prefix - 1) == 0;
    call->license_key = request->header(request, "X-License-Key");
    if (!call->license_key && authorization && strncasecmp(authorization, bearer, sizeof bearer - 1) == 0)
        call->license_key = authorization + sizeof bearer - 1;
    if (!call->license_key)
        call->license_key = request->query(request, "license_key");
    if (request->route->body_max)
        form_open(form, request);
    else
        form_open_query(form, request);
    form->is_lenient |= !request->route->body_max && !call->is_strict;
    *out = call;
    return PL_OK;
}

/* Every spelling that a text without a kind may have been activated under. */
static void read_spellings(product_call_t *call, const char *text)
{
    static const seat_kind kinds[PRODUCT_SPELLINGS_MAX] = {SEAT_URL, SEAT_HOSTNAME, SEAT_MACHINE_ID};

    for (size_t i = 0; i < PRODUCT_SPELLINGS_MAX; i++)
        if (instance_identifier_read(kinds[i], text, &call->spellings[call->name.count]) == PL_OK)
            call->name.count++;
}

void product_read_instance(form_t *form, product_call_t *call, form_need need, bool is_one)
{
    static const char *const words[] = {"url", "hostname", "machine_id", NULL};
    size_t word = 3;
    const char *text = NULL;
    pl_err err = PL_OK;

    form_text(form, "instance_identifier", need, INSTANCE_IDENTIFIER_MAX, &text);
    form_word(form, "instance_type", FORM_OPTIONAL, words, &word);
    if (!text)
        return;
    if (words[word])
        err = instance_identifier_read(instance_kind_parse(words[word]), text, call->spellings);
    else if (is_one)
        err = instance_identifier_guess(text, call->spellings);
    else
        read_spellings(call, text);
    if (!call->name.count)
        call->name.count = err ? 0 : 1;
    if (!call->name.count)
        form_fault(form, "instance_identifier", "%s", pl_err_detail());
    pl_err_clear();
    call->name.spellings = call->spellings;
}

static void note_key(const request_t *request, const product_call_t *call, bool is_key)
{
    uint8_t digest[PL_DIGEST_SIZE];

    if (!request->rated)
        return;
    pl_digest(pl_span_text(call->license_key), digest);
    memcpy(request->rated->name, is_key ? call->question.hash : digest, sizeof request->rated->name);
    request->rated->is_set = true;
}

/* A text that is no key has a hash that no key has, and is looked for like any other. */
static pl_err hash_key(const api_t *api, form_t *form, product_call_t *call)
{
    const keyring_t *keyring = keys_pin(api->keys, form->request->arena);
    bool is_key;

    if (!keyring)
        return PL_ERR_MEMORY;
    is_key = keyring_hash_key(keyring, pl_span_text(call->license_key), call->question.hash) == PL_OK;
    if (!is_key)
        memset(call->question.hash, 0, sizeof call->question.hash);
    pl_err_clear();
    note_key(form->request, call, is_key);
    return PL_OK;
}

static pl_err miss_key(const form_t *form, const product_call_t *call)
{
    if (form->err)
        return form->err;
    if (!call->is_strict)
        return pl_fail(PL_ERR_UNAUTHORIZED, "Missing license key. Provide X-License-Key header or license_key query param.");
    return pl_fail(PL_ERR_INVALID, "license_key: this member is required");
}

pl_err product_parsed(const api_t *api, product_call_t *call, form_t *form, product_work work)
{
    const char *in_body = NULL;
    pl_err err;

    form_text(form, "license_key", FORM_OPTIONAL, KEY_TEXT_MAX, &in_body);
    form_text(form, "brand", FORM_OPTIONAL, PRODUCT_SLUG_MAX, &call->question.brand);
    form_text(form, "product_slug", FORM_OPTIONAL, 100, &call->question.product);
    if (!call->license_key)
        call->license_key = in_body;
    if (!call->license_key && call->is_strict && !form->err)
        form_fault(form, "license_key", "this member is required");
    err = form_close(form);
    if (err == PL_ERR_MEMORY)
        return err;
    if (!call->license_key)
        return err && call->is_strict ? err : miss_key(form, call);
    call->err = err;
    call->detail = err ? pl_arena_text(form->request->arena, pl_span_text(pl_err_detail())) : NULL;
    call->work = work;
    return hash_key(api, form, call);
}

/* ---- acting and replying ---- */

pl_err product_screen(tx_t *tx, const void *in)
{
    key_access_t key;

    return key_access_find(tx, &((const product_call_t *)in)->question, &key);
}

pl_err product_act(const api_t *api, tx_t *tx, const void *in, void **out)
{
    const product_call_t *call = in;
    product_out_t *made = pl_arena_take(tx->arena, sizeof *made);
    key_access_t key;
    pl_err err;

    (void)api;
    if (!made || !(made->reply = brand_reply_begin(tx->arena)))
        return PL_ERR_MEMORY;
    err = key_access_find(tx, &call->question, &key);
    if (err == PL_ERR_UNKNOWN_KEY && !call->is_strict)
        return pl_fail(PL_ERR_UNAUTHORIZED, "Invalid license key");
    if (err)
        return err;
    if (call->err)
        return pl_fail(call->err, "%s", call->detail ? call->detail : "");
    if ((err = call->work(tx, call, &key, made)))
        return err;
    *out = made;
    return made->reply->body.err;
}

pl_err product_reply(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    const product_out_t *made = out;

    if (!pl_uuid_is_nil(made->seen.activation_id))
        sightings_note_seen(api->sightings, &made->seen);
    reply->refusal = made->refusal;
    return brand_reply(api, arena, in, made->reply, reply);
}

/* ---- licenses ---- */

void product_put_seats(pl_json_writer *json, const license_view_t *view)
{
    int64_t remaining = view->seats - view->seats_taken;

    pl_json_put_int(json, "seat_limit", view->seats);
    pl_json_put_int(json, "seats_used", view->seats_taken);
    pl_json_put_int(json, "seats_remaining", remaining > 0 ? remaining : 0);
}

void product_put_license(pl_json_writer *json, const char *name, const license_view_t *view)
{
    const license_t *license = &view->license;

    pl_json_open(json, name, '{');
    brand_put_id(json, "id", license->id);
    brand_put_id(json, "product_id", license->product_id);
    pl_json_put_text(json, "product_slug", view->product.slug);
    pl_json_put_text(json, "product_name", view->product.name);
    pl_json_put_text(json, "status", license_status_word(view));
    product_put_seats(json, view);
    brand_put_text(json, "plan", license->plan);
    brand_put_json(json, "entitlements", license->entitlements);
    brand_put_time(json, "starts_at", license->starts_at_ms);
    brand_put_time(json, "expires_at", license->expires_at_ms);
    brand_put_time(json, "updates_until",
                   license_term_keeps(license, &view->product.policy) ? license_term_end_ms(license, &view->product.policy) : 0);
    brand_put_time(json, "created_at", pl_uuid_v7_time_ms(license->id));
    pl_json_close(json);
}

void product_note_seen(const tx_t *tx, const instance_seat_t *seat, product_out_t *out)
{
    if (!pl_uuid_is_nil(seat->id) && tx->now_ms - seat->checked_at_ms >= SIGHTING_AFTER_MS)
        out->seen = (sighting_t){
            .brand_id = seat->brand_id, .license_id = seat->license_id, .activation_id = seat->id, .at_ms = tx->now_ms};
}

pl_err product_views(tx_t *tx, const key_access_t *key, license_view_t **views)
{
    pl_err err = PL_OK;

    *views = pl_arena_take(tx->arena, (key->count + 1) * sizeof **views);
    if (!*views)
        return PL_ERR_MEMORY;
    for (size_t i = 0; !err && i < key->count; i++)
        err = admin_license_find(tx, key->brand_id, key->licenses[i].id, &(*views)[i]);
    return err;
}
