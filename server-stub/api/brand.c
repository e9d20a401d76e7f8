/* SPDX-License-Identifier: Apache-2.0
 *
 * The frame of every route of the vendor's API: credentials, idempotency, versions, pages.
 */
#include "api/brand.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "api/path.h"
#include "base/timestamp.h"
#include "licensing/sealing.h"
#include "store/idempotency.h"

/* ---- reading ---- */

static const char *find_api_key(const request_t *request)
{
    static const char bearer[] = "Bearer ";
    const char *key = request->header(request, "X-API-Key");
    const char *authorization = request->header(request, "Authorization");

    if (!key && authorization && strncasecmp(authorization, bearer, sizeof bearer - 1) == 0)
        key = authorization + sizeof bearer - 1;
    return key && key[0] && strlen(key) <= API_KEY_TEXT_MAX ? key : NULL;
}

/* Two requests are the same when method, path and body are. */
static pl_err digest_request(const request_t *request, uint8_t digest[PL_DIGEST_SIZE])
{
    pl_buf text;

    pl_buf_init(&text);
    pl_buf_add_format(&text, "%d %s\n", (int)request->route->method, request->path);
    pl_buf_add(&text, request->body.data, request->body.size);
    if (!text.err)
        pl_digest(pl_buf_span(&text), digest);
    pl_buf_reset(&text);
    return text.err;
}

static bool is_word(const char *word)
{
    size_t size = strlen(word);

    return size >= 1 && size <= IDEMPOTENCY_WORD_MAX &&
           strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789-_.:+/=\"") == size;
}

pl_err brand_take_word(brand_call_t *call, const request_t *request, const char *word)
{
    if (!word || call->word || request->route->kind != KIND_WRITE)
        return PL_OK;
    call->word = word;
    if (!is_word(word))
        return pl_fail(PL_ERR_INVALID, "an Idempotency-Key has 1 to %d letters, digits and -_.:+/=", (int)IDEMPOTENCY_WORD_MAX);
    return digest_request(request, call->request);
}

static pl_err read_headers(const request_t *request, brand_call_t *call)
{
    const char *key = find_api_key(request);

    if (!key)
        return pl_fail(PL_ERR_UNAUTHORIZED, "Missing API key. Provide X-API-Key header.");
    pl_digest(pl_span_text(key), call->api_key_hash);
    call->if_match = request->header(request, "If-Match");
    call->accept = request->header(request, "Accept");
    return brand_take_word(call, request, request->header(request, "Idempotency-Key"));
}

/* An id that is none names nothing. */
static pl_err read_id(const request_t *request, const char *name, pl_uuid *id)
{
    pl_span text = path_parameter(request->route->path, request->path, name);

    if (text.size && pl_uuid_parse(text, id))
        return pl_fail(PL_ERR_NOT_FOUND, "the id in the path is no UUID");
    return PL_OK;
}

static void hold_back(brand_call_t *call, pl_arena *arena, pl_err err)
{
    if (!err || call->err)
        return;
    call->err = err;
    call->detail = pl_arena_text(arena, pl_span_text(pl_err_detail()));
}

pl_err brand_open(const api_t *api, const request_t *request, size_t form_size, brand_call_t **out)
{
    brand_call_t *call = pl_arena_take(request->arena, sizeof *call);
    pl_err err;

    if (!call || !(call->form = pl_arena_take(request->arena, form_size + 1)) ||
        !(call->keyring = keys_pin(api->keys, request->arena)))
        return PL_ERR_MEMORY;
    call->route = request->route;
    call->path = request->path;
    *out = call;
    if ((err = read_headers(request, call)))
        return err;
    hold_back(call, request->arena, read_id(request, "id", &call->id));
    hold_back(call, request->arena, read_id(request, "activation_id", &call->part));
    hold_back(call, request->arena, read_id(request, "session_id", &call->part));
    return PL_OK;
}

pl_err brand_parsed(brand_call_t *call, form_t *form, brand_work work, void **in)
{
    pl_err err = form_close(form);

    if (err == PL_ERR_MEMORY)
        return err;
    hold_back(call, form->request->arena, err);
    return brand_parsed_plain(call, work, in);
}

pl_err brand_parsed_plain(brand_call_t *call, brand_work work, void **in)
{
    call->work = work;
    *in = call;
    return PL_OK;
}

/* ---- replies that are kept ---- */

static sealed_place_t place_of(const brand_call_t *call, uint8_t name[PL_DIGEST_SIZE])
{
    pl_digest(pl_span_text(call->word), name);
    return (sealed_place_t){SEALED_REPLY, call->brand_id, pl_span_of(name, PL_DIGEST_SIZE)};
}

/* ETag, Location and body, a line each. */
static pl_err keep(tx_t *tx, const brand_call_t *call, const brand_reply_t *reply)
{
    idempotency_t kept = {.brand_id = call->brand_id, .word = call->word, .status = reply->status};
    uint8_t name[PL_DIGEST_SIZE];
    const sealed_place_t place = place_of(call, name);
    const char *plain = pl_arena_format(tx->arena, "%s\n%s\n%s", reply->etag ? reply->etag : "",
                                        reply->location ? reply->location : "", reply->body.size ? reply->body.data : "");
    size_t size = plain ? strlen(plain) : 0;
    uint8_t *sealed = plain ? pl_arena_take(tx->arena, size + PL_SEAL_OVERHEAD) : NULL;
    pl_err err;

    if (!sealed)
        return PL_ERR_MEMORY;
    if (size > IDEMPOTENCY_REPLY_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "the reply is too large to be kept under its Idempotency-Key; ask for less at once");
    memcpy(kept.request, call->request, sizeof kept.request);
    if ((err = seal_at(keyring_sealing_key(call->keyring), &place, pl_span_of(plain, size), sealed)))
        return err;
    kept.reply = pl_span_of(sealed, size + PL_SEAL_OVERHEAD);
    return idempotency_keep(tx, &kept);
}

static const char *take_line(char **rest)
{
    char *line = *rest;
    char *end = strchr(line, '\n');

    if (!end)
        return NULL;
    *end = '\0';
    *rest = end + 1;
    return line[0] ? line : NULL;
}

static pl_err replay(tx_t *tx, const brand_call_t *call, const idempotency_t *kept, brand_reply_t *reply)
{
    uint8_t name[PL_DIGEST_SIZE];
    const sealed_place_t place = place_of(call, name);
    char *plain;
    pl_err err;

    if (memcmp(kept->request, call->request, sizeof kept->request) != 0)
        return pl_fail(PL_ERR_REUSED_KEY, "the Idempotency-Key %s came with another request before", call->word);
    if (kept->reply.size < PL_SEAL_OVERHEAD)
        return pl_fail(PL_ERR_DATABASE, "a kept reply is damaged");
    if (!(plain = pl_arena_take(tx->arena, kept->reply.size - PL_SEAL_OVERHEAD + 1)))
        return PL_ERR_MEMORY;
    if ((err = unseal_at(keyring_sealing_key(call->keyring), &place, kept->reply, (uint8_t *)plain)))
        return err;
    reply->etag = take_line(&plain);
    reply->location = take_line(&plain);
    reply->status = (int)kept->status;
    reply->is_replay = true;
    pl_buf_add_text(&reply->body, plain);
    return PL_OK;
}

/* ---- acting ---- */

static pl_err admit(tx_t *tx, brand_call_t *call)
{
    char id[PL_UUID_TEXT_SIZE];
    pl_err err = api_key_admit(tx, call->api_key_hash, call->route->scope, &call->key);

    if (err)
        return err;
    call->brand_id = call->key.brand_id;
    pl_uuid_format(call->key.id, id);
    tx->actor = pl_arena_format(tx->arena, "api_key:%s", id);
    return tx->actor ? PL_OK : PL_ERR_MEMORY;
}

pl_err brand_screen(tx_t *tx, const void *in)
{
    const brand_call_t *call = in;
    api_key_t key;

    return api_key_admit(tx, call->api_key_hash, call->route->scope, &key);
}

/* What was kept for one API key is not given to another: there may be a secret in it that is shown once. */
static void bind_to_key(brand_call_t *call)
{
    uint8_t both[PL_DIGEST_SIZE + sizeof call->key.id.bytes];

    memcpy(both, call->request, PL_DIGEST_SIZE);
    memcpy(both + PL_DIGEST_SIZE, call->key.id.bytes, sizeof call->key.id.bytes);
    pl_digest(pl_span_of(both, sizeof both), call->request);
}

static void forget_body(void *reply)
{
    pl_buf_reset(&((brand_reply_t *)reply)->body);
}

brand_reply_t *brand_reply_begin(pl_arena *arena)
{
    brand_reply_t *reply = pl_arena_take(arena, sizeof *reply);

    if (!reply)
        return NULL;
    *reply = (brand_reply_t){.status = 200, .media_type = "application/json"};
    pl_buf_init(&reply->body);
    pl_json_writer_init(&reply->json, &reply->body);
    return pl_arena_on_reset(arena, forget_body, reply) ? NULL : reply;
}

/*
 * The same request may have been done while this one waited for the license, and the refusal be of its own change. PL_ERR_BUSY then: the
 * transaction is run again, without what the work has written, and finds the reply.
 */
static pl_err look_again(tx_t *tx, idempotency_t *kept, pl_err refusal)
{
    const char *detail = pl_arena_text(tx->arena, pl_span_text(pl_err_detail()));

    if (idempotency_find(tx, kept) == PL_OK)
        return pl_fail(PL_ERR_BUSY, "the same request was done at the same time; ask again for its reply");
    return pl_fail(refusal, "%s", detail ? detail : "");
}

static pl_err run_once(tx_t *tx, const brand_call_t *call, brand_reply_t *reply)
{
    idempotency_t kept = {.brand_id = call->brand_id, .word = call->word};
    pl_err err = idempotency_find(tx, &kept);

    if (!err)
        return replay(tx, call, &kept, reply);
    if (err != PL_ERR_NOT_FOUND)
        return err;
    err = call->work(tx, call, reply);
    return err ? look_again(tx, &kept, err) : keep(tx, call, reply);
}

pl_err brand_act(const api_t *api, tx_t *tx, const void *in, void **out)
{
    brand_call_t call = *(const brand_call_t *)in;
    brand_reply_t *reply = brand_reply_begin(tx->arena);
    pl_err err;

    if (!reply)
        return PL_ERR_MEMORY;
    if ((err = admit(tx, &call)))
        return err;
    key_uses_note(api->key_uses, &call.key, tx->now_ms); /* true whatever becomes of the transaction */
    if (call.err)
        return pl_fail(call.err, "%s", call.detail ? call.detail : "");
    if (call.word)
        bind_to_key(&call);
    if ((err = call.word ? run_once(tx, &call, reply) : call.work(tx, &call, reply)))
        return err;
    *out = reply;
    return reply->body.err;
}

pl_err brand_reply(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    const brand_reply_t *made = out;

    (void)arena;
    (void)in;
    if (made->ended)
        sessions_ended(api->sessions, made->ended->brand_id, made->ended->id);
    reply->status = made->status;
    reply->media_type = made->media_type;
    reply->cache_control = "no-store";
    reply->headers[0].name = "ETag";
    reply->headers[0].value = made->etag;
    reply->headers[1].name = "Location";
    reply->headers[1].value = made->location;
    reply->headers[2].name = "Link";
    reply->headers[2].value = made->link;
    reply->headers[3].name = "Idempotency-Replayed";
    reply->headers[3].value = made->is_replay ? "true" : NULL;
    pl_buf_add(reply->body, made->body.data, made->body.size);
    return PL_OK;
}

/* ---- versions and pages ---- */

pl_err brand_check_version(const brand_call_t *call, int64_t version)
{
    char etag[32];

    if (!call->if_match || strcmp(call->if_match, "*") == 0)
        return PL_OK;
    (void)snprintf(etag, sizeof etag, "\"%" PRId64 "\"", version);
    if (strcmp(call->if_match, etag) == 0)
        return PL_OK;
    return pl_fail(PL_ERR_CHANGED, "If-Match is %.64s and the object is at %s", call->if_match, etag);
}

pl_err brand_put_version(tx_t *tx, brand_reply_t *reply, int64_t version)
{
    reply->etag = pl_arena_format(tx->arena, "\"%" PRId64 "\"", version);
    return reply->etag ? PL_OK : PL_ERR_MEMORY;
}

void brand_read_page(form_t *form, brand_page_t *page)
{
    page->limit = BRAND_PAGE;
    form_int(form, "limit", FORM_OPTIONAL, (form_range){1, BRAND_PAGE_MAX}, &page->limit);
    form_uuid(form, "cursor", FORM_OPTIONAL, &page->after);
}

bool brand_cut_page(const brand_page_t *page, size_t *count)
{
    bool has_more = *count > (size_t)page->limit;

    *count -= has_more ? 1 : 0;
    return has_more;
}

pl_err brand_link_next(tx_t *tx, const brand_call_t *call, brand_reply_t *reply, pl_uuid last)
{
    char id[PL_UUID_TEXT_SIZE];

    pl_uuid_format(last, id);
    reply->link = pl_arena_format(tx->arena, "<%s?cursor=%s>; rel=\"next\"", call->path, id);
    return reply->link ? PL_OK : PL_ERR_MEMORY;
}

pl_err brand_put_location(tx_t *tx, const brand_call_t *call, brand_reply_t *reply, pl_uuid id)
{
    char text[PL_UUID_TEXT_SIZE];

    pl_uuid_format(id, text);
    reply->location = pl_arena_format(tx->arena, "%s/%s", call->route->path, text);
    return reply->location ? PL_OK : PL_ERR_MEMORY;
}

/* ---- members ---- */

void brand_put_text(pl_json_writer *json, const char *name, const char *text)
{
    if (text)
        pl_json_put_text(json, name, text);
    else
        pl_json_put_raw(json, name, pl_span_text("null"));
}

void brand_put_id(pl_json_writer *json, const char *name, pl_uuid id)
{
    char text[PL_UUID_TEXT_SIZE];

    pl_uuid_format(id, text);
    brand_put_text(json, name, pl_uuid_is_nil(id) ? NULL : text);
}

void brand_put_time(pl_json_writer *json, const char *name, int64_t unix_ms)
{
    char text[PL_TIMESTAMP_SIZE];

    pl_timestamp_format(unix_ms / 1000, text);
    brand_put_text(json, name, unix_ms ? text : NULL);
}

void brand_put_json(pl_json_writer *json, const char *name, const char *text)
{
    pl_json_put_raw(json, name, pl_span_text(text ? text : "null"));
}
