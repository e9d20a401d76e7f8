/* SPDX-License-Identifier: Apache-2.0
 *
 * Tills that cost little; see light_till.h.
 */
#include "support/light_till.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "token/claims_json.h"
#include "token/proof.h"
#include "wire/device_reply.h"

enum { HTTP_OK = 200, COMPONENTS = 3 };

light_till light_till_make(int number, const char *key)
{
    pl_fingerprint fingerprint = {.count = {1, 1, 1, 0, 0, 0}};
    light_till t = {.device = {.key = key, .product = SESSION_PRODUCT}};
    uint8_t digest[PL_DIGEST_SIZE], random[16] = {0};

    for (int i = 0; i < COMPONENTS; i++) {
        const int source[] = {number, i};

        pl_digest(pl_span_of(source, sizeof source), digest);
        memcpy(fingerprint.value[i][0], digest, PL_FINGERPRINT_VALUE_SIZE);
    }
    memcpy(random, &number, sizeof number);
    pl_fingerprint_format(&fingerprint, t.device.fingerprint);
    pl_uuid_format(pl_uuid_v4(random), t.device.instance_id);
    pl_device_key_new(t.device.public_key, t.device.secret);
    return t;
}

static void prove(const till *device, const pl_device_request *request, pl_act act, pl_buf *proof)
{
    uint8_t digest[PL_DIGEST_SIZE];
    bool is_needed;
    pl_proof claims = {.act = pl_act_proof(act), .activation_id = device->activation_id, .issued_at = 1};

    assert_int_equal(pl_act_proof_digest(act, request, digest, &is_needed), PL_OK);
    claims.digest = is_needed ? digest : NULL;
    memcpy(claims.nonce, request->nonce, PL_NONCE_SIZE);
    if (claims.act)
        pl_proof_write(&claims, device->secret, proof);
}

static void write_request(const till *device, const session_shop *vendor, pl_act act, pl_buf *body)
{
    const pl_roots *roots = &vendor->v.roots;
    pl_device_request request = {.root_count = roots->count,
                                 .product = device->product,
                                 .key = device->key,
                                 .fingerprint = device->fingerprint,
                                 .instance_id = device->instance_id,
                                 .activation_id = device->activation_id[0] ? device->activation_id : NULL,
                                 .has_device_key = act == PL_ACT_ACTIVATE,
                                 .session_id = device->session_id,
                                 .reason = act == PL_ACT_SESSION_TAKEOVER ? "a simulation" : NULL};
    pl_buf proof;

    pl_buf_init(&proof);
    for (size_t i = 0; i < roots->count; i++)
        request.roots[i] = roots->keys[i].kid;
    memcpy(request.device_key, device->public_key, sizeof request.device_key);
    pl_random(request.nonce, sizeof request.nonce);
    prove(device, &request, act, &proof);
    request.proof = proof.size ? proof.data : NULL;
    pl_device_request_write(&request, body);
    pl_buf_reset(&proof);
}

static void take_session(light_till *t, const pl_claims *claims)
{
    const pl_session_claims *session = claims->session;

    assert_int_equal(pl_uuid_parse(pl_span_text(claims->issuer), &t->brand_id), PL_OK);
    assert_int_equal(pl_uuid_parse(pl_span_text(session->session_id), &t->session_id), PL_OK);
    assert_int_equal(pl_device_unseal(t->device.secret, pl_span_of(session->sealed_key, sizeof session->sealed_key), t->key),
                     PL_OK);
    t->lease_ms = session->lease_s * 1000;
    t->beat_ms = session->beat_ms;
}

static light_answer take_answer(light_till *t, pl_span body)
{
    light_answer answer = {PL_VERDICT_NONE, PL_SESSION_NONE, 0};
    pl_device_reply reply;
    pl_claims claims;
    pl_arena arena;
    pl_jws jws;

    pl_arena_init(&arena);
    assert_int_equal(pl_device_reply_read(&arena, body, &reply), PL_OK);
    assert_int_equal(pl_jws_parse(&arena, reply.answer, &jws), PL_OK);
    assert_int_equal(pl_claims_read(&arena, &jws, &claims), PL_OK);
    answer.verdict = claims.verdict;
    if (claims.activation_id)
        (void)snprintf(t->device.activation_id, sizeof t->device.activation_id, "%s", claims.activation_id);
    if (claims.session) {
        answer.state = claims.session->state;
        answer.retry_at = claims.session->retry_at;
        if (answer.state == PL_SESSION_HELD)
            take_session(t, &claims);
    }
    pl_arena_reset(&arena);
    return answer;
}

static bool gets_through(till_line line)
{
    return line == TILL_LINE_FINE;
}

light_answer light_till_ask(light_till *t, session_shop *vendor, pl_act act, till_line line)
{
    light_answer answer = {PL_VERDICT_NONE, PL_SESSION_NONE, 0};
    char session[PL_UUID_TEXT_SIZE];
    till device = t->device;
    pl_buf body, reply;
    int status;

    if (line == TILL_LINE_CUT)
        return answer;
    pl_buf_init(&body);
    pl_buf_init(&reply);
    pl_uuid_format(t->session_id, session);
    device.session_id = act == PL_ACT_SESSION_END ? session : NULL;
    write_request(&device, vendor, act, &body);
    status = session_shop_serve(vendor, pl_act_path(act), pl_buf_span(&body), &reply);
    if (status == HTTP_OK && gets_through(line))
        answer = take_answer(t, pl_buf_span(&reply));
    pl_buf_reset(&body);
    pl_buf_reset(&reply);
    return answer;
}

pl_session_state light_till_beat(light_till *t, session_shop *vendor, int64_t number, till_line line)
{
    pl_beat beat = {.brand_id = t->brand_id, .session_id = t->session_id, .number = number};
    pl_beat_reply told = {.state = PL_SESSION_NONE};
    pl_buf body, reply;
    pl_arena arena;
    int status;

    if (line == TILL_LINE_CUT)
        return PL_SESSION_NONE;
    pl_arena_init(&arena);
    pl_buf_init(&body);
    pl_buf_init(&reply);
    pl_beat_write(&beat, t->key, &body);
    status = session_shop_serve(vendor, PL_BEAT_PATH, pl_buf_span(&body), &reply);
    if (status == HTTP_OK && gets_through(line))
        assert_int_equal(pl_beat_reply_read(&arena, pl_buf_span(&reply), &beat, t->key, &told), PL_OK);
    else if (status != 0 && status != HTTP_OK && gets_through(line))
        told.state = PL_SESSION_LAPSED; /* unknown: start anew */
    if (told.state == PL_SESSION_HELD) {
        t->lease_ms = told.lease_s * 1000;
        t->beat_ms = told.beat_ms;
    }
    pl_buf_reset(&body);
    pl_buf_reset(&reply);
    pl_arena_reset(&arena);
    return told.state;
}
