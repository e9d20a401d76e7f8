/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests to Stripe: escaping, asking again, reading what failed.
 */
#include "billing/stripe.h"

#include <string.h>

#include "crypto/crypto.h"

enum { MESSAGE_MAX = 500 };

/* ---- forms ---- */

void stripe_form_init(stripe_form_t *form)
{
    pl_buf_init(&form->text);
    pl_buf_add_text(&form->text, "");
}

void stripe_form_reset(stripe_form_t *form)
{
    pl_buf_reset(&form->text);
}

static void add_escaped(pl_buf *out, const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";

    for (; *text; text++) {
        if (strchr(plain, *text))
            pl_buf_add(out, text, 1);
        else
            pl_buf_add_format(out, "%%%02X", (unsigned)(unsigned char)*text);
    }
}

void stripe_form_add(stripe_form_t *form, const char *name, const char *value)
{
    if (!value)
        return;
    if (form->text.size)
        pl_buf_add(&form->text, "&", 1);
    add_escaped(&form->text, name);
    pl_buf_add(&form->text, "=", 1);
    add_escaped(&form->text, value);
}

static const char *form_text(const stripe_form_t *form, pl_arena *arena)
{
    return form->text.err ? NULL : pl_arena_text(arena, pl_buf_span(&form->text));
}

/* ---- opening ---- */

/* This machine itself, for tests and for proxies on it. */
static bool is_local(const char *api)
{
    static const char *const hosts[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};

    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        size_t size = strlen(hosts[i]);

        if (strncmp(api, hosts[i], size) == 0 && strchr(":/", api[size]))
            return true; /* also at the text's end */
    }
    return false;
}

pl_err stripe_open(const stripe_options_t *options, stripe_t *stripe)
{
    *stripe = (stripe_t){.options = *options};
    if (!options->secret)
        return pl_fail(PL_ERR_PAYMENTS_UNSET, "the brand has no stripe_secret_key; set it by `pospal-validator brand set`");
    if (strncmp(options->api, "https://", 8) != 0 && !is_local(options->api))
        return pl_fail(PL_ERR_PAYMENTS_UNSET, "stripe_api must begin with https://: the brand's secret key goes there");
    stripe->line = options->transport.open(options->transport.context);
    return stripe->line ? PL_OK : PL_ERR_MEMORY;
}

void stripe_close(stripe_t *stripe)
{
    if (stripe->line)
        stripe->options.transport.close(stripe->line);
    stripe->line = NULL;
}

/* ---- what a reply means ---- */

static const char *keep(const stripe_t *stripe, const pl_json *error, const char *name)
{
    const char *text = NULL;

    if (pl_json_may_text(error, name, MESSAGE_MAX, &text))
        pl_err_clear();
    return text ? pl_arena_text(stripe->options.arena, pl_span_text(text)) : NULL;
}

static void read_error(stripe_t *stripe, const stripe_reply_t *reply)
{
    const pl_json *body, *error = NULL;

    stripe->error = (stripe_error_t){.status = reply->status,
                                     .request_id = pl_arena_text(stripe->options.arena, pl_span_text(reply->request_id))};
    if (pl_json_parse(stripe->options.arena, pl_buf_span(&reply->body), STRIPE_REPLY_MAX, &body) ||
        pl_json_may_object(body, "error", &error) || !error) {
        pl_err_clear();
        return;
    }
    stripe->error.type = keep(stripe, error, "type");
    stripe->error.code = keep(stripe, error, "code");
    stripe->error.message = keep(stripe, error, "message");
}

static bool is_their_failure(int status)
{
    return status == 0 || status == 429 || status >= 500;
}

static pl_err conclude(stripe_t *stripe, const stripe_reply_t *reply, const pl_json **json)
{
    pl_err err;

    if (reply->body.err == PL_ERR_MEMORY)
        return PL_ERR_MEMORY;
    if (reply->status >= 200 && reply->status < 300) {
        err = pl_json_parse(stripe->options.arena, pl_buf_span(&reply->body), STRIPE_REPLY_MAX, json);
        return !err || err == PL_ERR_MEMORY ? err : pl_fail(PL_ERR_PAYMENTS_DOWN, "Stripe's reply is no JSON object");
    }
    read_error(stripe, reply);
    if (reply->status == 0)
        return pl_fail(PL_ERR_PAYMENTS_DOWN, "Stripe does not answer: %s", reply->error);
    if (is_their_failure(reply->status))
        return pl_fail(PL_ERR_PAYMENTS_DOWN, "Stripe answers with status %d", reply->status);
    if (reply->status == 404)
        return pl_fail(PL_ERR_NOT_FOUND, "Stripe has none of that id: %s", stripe->error.message ? stripe->error.message : "");
    return pl_fail(PL_ERR_PAYMENTS_REFUSED, "Stripe refuses with status %d: %s", reply->status,
                   stripe->error.message ? stripe->error.message : "it does not say why");
}

/* ---- asking ---- */

/* Each pause is twice the last and a bit, so that many who failed together do not come again together. */
static int64_t pause_before(int attempt, const stripe_reply_t *reply)
{
    int64_t pause_ms = (int64_t)STRIPE_PAUSE_MS << attempt;
    uint8_t random;

    pl_random(&random, sizeof random);
    pause_ms += pause_ms * random / 1024;
    return reply->retry_after_s * 1000 > pause_ms ? reply->retry_after_s * 1000 : pause_ms;
}

static bool is_worth_another(const stripe_t *stripe, int attempt, const stripe_reply_t *reply)
{
    if (!stripe->options.pause || attempt + 1 >= STRIPE_ATTEMPTS || reply->body.err)
        return false;
    if (reply->retry_after_s * 1000 > STRIPE_PAUSE_MAX_MS) /* whoever asks cannot wait so long */
        return false;
    if (reply->should_retry >= 0)
        return reply->should_retry == 1;
    return is_their_failure(reply->status) || reply->status == 409; /* another one works on the same */
}

static pl_err ask(stripe_t *stripe, const stripe_request_t *request, const pl_json **json)
{
    stripe_reply_t reply;
    bool again;
    pl_err err;

    stripe->error = (stripe_error_t){.status = 0};
    for (int attempt = 0;; attempt++) {
        reply = (stripe_reply_t){.should_retry = -1};
        pl_buf_init(&reply.body);
        reply.body.limit = STRIPE_REPLY_MAX;
        stripe->options.transport.exchange(stripe->line, request, &reply);
        again = (reply.status < 200 || reply.status >= 300) && is_worth_another(stripe, attempt, &reply);
        err = again ? PL_OK : conclude(stripe, &reply, json);
        pl_buf_reset(&reply.body);
        if (!again)
            return err;
        stripe->options.pause(stripe->options.context, pause_before(attempt, &reply));
    }
}

static const char *make_url(const stripe_t *stripe, const char *path, const char *query)
{
    size_t size = strlen(stripe->options.api);

    size -= size && stripe->options.api[size - 1] == '/';
    return pl_arena_format(stripe->options.arena, "%.*s%s%s%s", (int)size, stripe->options.api, path, query ? "?" : "",
                           query ? query : "");
}

pl_err stripe_get(stripe_t *stripe, const char *path, const stripe_form_t *query, const pl_json **reply)
{
    const char *text = query ? form_text(query, stripe->options.arena) : NULL;
    const stripe_request_t request = {
        .url = query && !text ? NULL : make_url(stripe, path, text), .secret = stripe->options.secret, .version = STRIPE_VERSION};

    return request.url ? ask(stripe, &request, reply) : PL_ERR_MEMORY;
}

pl_err stripe_post(stripe_t *stripe, const char *path, const stripe_form_t *form, const char *idempotency_key,
                   const pl_json **reply)
{
    const stripe_request_t request = {.url = make_url(stripe, path, NULL),
                                      .secret = stripe->options.secret,
                                      .version = STRIPE_VERSION,
                                      .idempotency_key = idempotency_key,
                                      .form = form_text(form, stripe->options.arena)};

    return request.url && request.form && idempotency_key ? ask(stripe, &request, reply) : PL_ERR_MEMORY;
}

pl_err stripe_path(stripe_t *stripe, const char *collection, const char *id, const char **path)
{
    static const char fine[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t size = strlen(id);

    if (!size || size > STRIPE_ID_MAX || strspn(id, fine) != size)
        return pl_fail(PL_ERR_NOT_FOUND, "that is no id of Stripe's");
    *path = pl_arena_format(stripe->options.arena, "%s/%s", collection, id);
    return *path ? PL_OK : PL_ERR_MEMORY;
}
