/* SPDX-License-Identifier: Apache-2.0
 *
 * Making a till; see till.h. The transport takes the request, as the validator would, and signs an answer to it.
 */
#include "till.h"

#include <string.h>
#include <time.h>

#include "machine.h"
#include "wire/device_reply.h"
#include "wire/device_request.h"

enum { DAY_S = 86400 };

static pl_err sign_answer(const issuer_t *issuer, pl_span body, const pl_device_request *request, pl_buf *token)
{
    int64_t now_s = (int64_t)time(NULL);
    pl_claims claims = issuer_claims(now_s);
    pl_err err;

    claims.kind = PL_CLAIMS_ANSWER;
    claims.refresh_at = now_s + DAY_S;
    claims.check_by = now_s + 3 * DAY_S;
    claims.grace_until = now_s + 10 * DAY_S;
    claims.emergency_seconds = DAY_S;
    claims.activation_id = "018f4c1e-0000-7000-8000-00000000f001";
    if ((err = pl_fingerprint_parse(pl_span_text(request->fingerprint), &claims.device)))
        return err;
    claims.has_device_key = request->has_device_key;
    memcpy(claims.device_key, request->device_key, sizeof claims.device_key);
    claims.has_nonce = true;
    memcpy(claims.nonce, request->nonce, sizeof claims.nonce);
    pl_digest(body, claims.request_digest);
    return pl_claims_sign(&claims, &issuer->answer, issuer->answer_kid, token);
}

static pl_err write_reply(const issuer_t *issuer, pl_span body, pl_buf *token, pl_buf *out)
{
    pl_device_request request;
    pl_device_reply reply;
    pl_arena arena;
    pl_err err;

    pl_arena_init(&arena);
    if (!(err = pl_device_request_read(&arena, PL_ACT_ACTIVATE, body, &request)) &&
        !(err = sign_answer(issuer, body, &request, token))) {
        reply = (pl_device_reply){.answer = pl_buf_span(token), .keyset = pl_buf_span(&issuer->keyset_token)};
        pl_device_reply_write(&reply, out);
        err = out->err;
    }
    pl_arena_reset(&arena);
    return err;
}

static pospal_result_t serve(void *context, const pospal_exchange_t *exchange, pospal_reply *reply)
{
    pospal_result_t result = POSPAL_ERROR_UNREACHABLE;
    pl_buf token, out;

    pl_buf_init(&token);
    pl_buf_init(&out);
    if (!write_reply(context, pl_span_of(exchange->body, exchange->body_size), &token, &out))
        result = pospal_reply_set(reply, 200, "Content-Type: application/json", out.data, out.size);
    pl_buf_reset(&out);
    pl_buf_reset(&token);
    return result;
}

static pl_err open_with(const till_t *till, pospal_transport_fn transport, pospal_client **client)
{
    pospal_options *options = pospal_options_new();
    pospal_result_t result;

    pospal_options_set_product(options, ISSUER_PRODUCT, "2.4.0");
    pospal_options_set(options, POSPAL_OPTION_SERVER, "https://license.example.com");
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, till->issuer.roots_jwks.data);
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, till->data);
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, till->hardware);
    if (transport)
        pospal_options_set_transport(options, transport, (void *)&till->issuer);
    result = pospal_client_open(options, client);
    pospal_options_free(options);
    return result ? pl_fail(PL_ERR_STATE, "a client can't be opened: %s", pospal_error_detail()) : PL_OK;
}

static pl_err activate(const till_t *till)
{
    pospal_client *client;
    pospal_result_t result;
    pl_err err = open_with(till, serve, &client);

    if (err)
        return err;
    result = pospal_client_activate(client, "A-KEY-OF-ANY-SHAPE", NULL);
    if (result)
        err = pl_fail(PL_ERR_STATE, "the till can't be activated: %s, %s", pospal_result_name(result), pospal_error_detail());
    pospal_client_close(client);
    return err;
}

pl_err till_make(const bench_t *bench, till_t *till)
{
    pl_err err;

    memset(till, 0, sizeof *till);
    if ((err = issuer_init(&till->issuer)) || (err = scratch_make(bench, &till->scratch)) ||
        (err = machine_choose(&till->scratch, till->hardware)))
        return err;
    till->is_this_machine = strcmp(till->hardware, "/") == 0;
    scratch_file(&till->scratch, "data", till->data);
    return activate(till);
}

void till_remove(till_t *till)
{
    scratch_remove(&till->scratch);
    issuer_reset(&till->issuer);
}

pl_err till_open(const till_t *till, pospal_client **client)
{
    return open_with(till, NULL, client);
}
