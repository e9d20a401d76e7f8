/* SPDX-License-Identifier: Apache-2.0
 *
 * The frame of every route of POSPal's licensing API.
 */
#include "api/pospal.h"

#include <string.h>

#include "base/text.h"
#include "base/timestamp.h"
#include "platform/clock.h"
#include "store/customers.h"

static const char no_cache[] = "no-cache, no-store, must-revalidate";

/* ---- opening ---- */

pl_err pospal_open(const api_t *api, const request_t *request, pospal_call_t **out)
{
    pospal_call_t *call = pl_arena_take(request->arena, sizeof *call);
    const brand_keys_t *brand;

    if (!call || !(call->keyring = keys_pin(api->keys, request->arena)))
        return PL_ERR_MEMORY;
    call->began_us = pl_clock_monotonic_us();
    call->facade = facade_find(call->keyring, request->header(request, "Host"));
    brand = call->facade ? keyring_find_brand(call->keyring, call->facade->brand_id) : NULL;
    if (!brand)
        return pl_fail(PL_ERR_NOT_FOUND, "this host serves no such API; see facade bind");
    call->api = api;
    call->request = request;
    call->brand = brand->id_text;
    call->shape = POSPAL_PLAIN;
    (void)pospal_shape_of(request->path, &call->shape);
    call->raw = request->body;
    call->origin = request->header(request, "Origin");
    call->request_id = request->id;
    *out = call;
    return PL_OK;
}

pl_err pospal_parse(const api_t *api, const request_t *request, pospal_work work, void **in)
{
    pospal_call_t *call;
    pl_span body = request->body.size ? request->body : pl_span_text("{}");
    pl_err err = pospal_open(api, request, &call);

    if (err || (err = pl_json_parse(request->arena, body, POSPAL_EVENT_MAX, &call->body)))
        return err;
    call->work = work;
    *in = call;
    return PL_OK;
}

/* ---- reading ---- */

const char *pospal_text(const pl_json *object, const char *name, size_t max)
{
    const char *text = pl_json_text(pl_json_get(object, name));

    return text && *text && strlen(text) <= max && pl_text_is_clean(text) ? text : NULL;
}

const pl_json *pospal_object(const pl_json *object, const char *name)
{
    const pl_json *found = pl_json_get(object, name);

    return found && pl_json_is_object(found) ? found : NULL;
}

const char *pospal_email(const pl_json *object, const char *name)
{
    const char *email = pospal_text(object, name, CUSTOMER_EMAIL_MAX);

    return email && customers_email_is_valid(email) && strchr(strchr(email, '@') + 1, '.') ? email : NULL;
}

int64_t pospal_spent_ms(const pospal_call_t *call)
{
    return (pl_clock_monotonic_us() - call->began_us) / 1000;
}

/* ---- writing ---- */

static void begin(pospal_reply_t *reply, int status)
{
    reply->status = status;
    reply->refusal = NULL;
    reply->is_refusal = status >= 400 && status < 500 && status != 409 && status != 429;
    pl_buf_clear(&reply->body);
    pl_json_writer_init(&reply->json, &reply->body);
    pl_json_open(&reply->json, NULL, '{');
}

pl_json_writer *pospal_answer(pospal_reply_t *reply, int status)
{
    begin(reply, status);
    if (reply->call->shape == POSPAL_UNIFIED) {
        pl_json_put_bool(&reply->json, "success", true);
        pospal_put_stamp(&reply->json, reply->now_ms, reply->call->request_id);
    }
    return &reply->json;
}

pl_err pospal_refuse(pospal_reply_t *reply, int status, const char *code, const char *message)
{
    const pospal_refusal_t refusal = {code, message, false, reply->now_ms, reply->call->request_id};

    begin(reply, status);
    reply->refusal = code ? code : "UNKNOWN_ERROR";
    pospal_put_refusal(&reply->json, reply->call->shape, &refusal);
    return PL_OK;
}

pl_err pospal_refuse_list(pospal_reply_t *reply, const char *code, const char *const *messages, size_t count)
{
    const pospal_refusal_t refusal = {code, NULL, true, reply->now_ms, reply->call->request_id};

    begin(reply, 400);
    reply->refusal = code;
    pospal_put_refusals(&reply->json, &refusal, messages, count);
    return PL_OK;
}

void pospal_put_null(pl_json_writer *json, const char *name)
{
    pl_json_put_raw(json, name, pl_span_text("null"));
}

void pospal_put_text(pl_json_writer *json, const char *name, const char *text)
{
    if (text)
        pl_json_put_text(json, name, text);
    else
        pospal_put_null(json, name);
}

void pospal_put_time(pl_json_writer *json, const char *name, int64_t unix_ms)
{
    char text[PL_TIMESTAMP_SIZE];

    if (unix_ms)
        pl_timestamp_format_ms(unix_ms, text);
    pospal_put_text(json, name, unix_ms ? text : NULL);
}

/* ---- acting and replying ---- */

static void reset_body(void *body)
{
    pl_buf_reset(body);
}

static pospal_reply_t *begin_reply(tx_t *tx, const pospal_call_t *call)
{
    pospal_reply_t *reply = pl_arena_take(tx->arena, sizeof *reply);

    if (!reply)
        return NULL;
    pl_buf_init(&reply->body);
    if (pl_arena_on_reset(tx->arena, reset_body, &reply->body) != 0)
        return NULL;
    reply->call = call;
    reply->now_ms = tx->now_ms;
    reply->cache_s = -1;
    return reply;
}

pl_err pospal_act(const api_t *api, tx_t *tx, const void *in, void **out)
{
    const pospal_call_t *call = in;
    pospal_reply_t *made = begin_reply(tx, call);
    pl_err err;

    (void)api;
    if (!made)
        return PL_ERR_MEMORY;
    if ((err = call->work(tx, call, made)))
        return err;
    if (call->shape == POSPAL_UNIFIED) {
        if (made->status >= 400)
            pl_json_put_int(&made->json, "responseTime", pospal_spent_ms(call));
        pospal_put_metadata(&made->json, made->status < 400);
    }
    pl_json_close(&made->json);
    *out = made;
    return made->body.err;
}

static pl_err add_headers(pl_arena *arena, const pospal_reply_t *made, reply_t *reply)
{
    size_t count = 0;

    reply->cache_control =
        made->cache_s < 0 ? no_cache : pl_arena_format(arena, "private, max-age=%lld", (long long)made->cache_s);
    if (made->cache_s >= 0) {
        char now[PL_TIMESTAMP_SIZE];

        pl_timestamp_format_ms(made->now_ms, now);
        reply->headers[count].name = "X-Validation-Timestamp";
        reply->headers[count++].value = pl_arena_text(arena, pl_span_text(now));
    }
    if (made->call->shape == POSPAL_UNIFIED && made->status < 400) {
        reply->headers[count].name = "X-API-Version";
        reply->headers[count++].value = "2.0";
        reply->headers[count].name = "X-Response-Time";
        reply->headers[count++].value = pl_arena_format(arena, "%lld", (long long)pospal_spent_ms(made->call));
        reply->headers[count].name = "X-Cache-Strategy";
        reply->headers[count++].value = made->strategy ? made->strategy : "none";
    } else if (made->cache_s >= 0) {
        reply->headers[count].name = "X-Cache-Duration";
        reply->headers[count++].value = pl_arena_format(arena, "%lld", (long long)made->cache_s);
    }
    for (size_t i = 0; i < count; i++)
        if (!reply->headers[i].value)
            return PL_ERR_MEMORY;
    return reply->cache_control ? PL_OK : PL_ERR_MEMORY;
}

/* Who was refused too often hears no more why. */
pl_err pospal_reply(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    const pospal_reply_t *made = out;

    for (size_t i = 0; i < sizeof made->ended / sizeof *made->ended; i++)
        if (!pl_uuid_is_nil(made->ended[i]))
            sessions_ended(api->sessions, made->call->facade->brand_id, made->ended[i]);
    (void)in;
    reply->refusal = made->refusal;
    reply->is_refusal = made->is_refusal;
    if (made->is_refusal && reply->is_tired)
        return pl_fail(PL_ERR_RATE_LIMITED, "too many refused requests from this address");
    reply->status = made->status;
    reply->brand = made->call->brand;
    pl_buf_add(reply->body, made->body.data, made->body.size);
    return add_headers(arena, made, reply);
}
