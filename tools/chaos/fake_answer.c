/* SPDX-License-Identifier: Apache-2.0
 *
 * What the fake validator answers: whose a request is, what becomes of it, and how the line spoils it. Sessions, usage and trials are in
 * files of their own.
 */
#include "chaos/fake_validator.h"

#include <string.h>

#include "chaos/fake_document.h"
#include "chaos/fake_seats.h"
#include "chaos/fake_sessions.h"
#include "chaos/fake_trials.h"
#include "chaos/fake_usage.h"
#include "token/license_file.h"
#include "token/proof.h"
#include "wire/beat.h"
#include "wire/device_reply.h"
#include "wire/offline_request.h"

/* ---- what it decides ---- */

static int64_t later(int64_t now, int64_t seconds)
{
    return seconds ? now + seconds : 0;
}

static void set_times(const fake_validator *v, pl_claims *claims)
{
    int64_t now = fake_validator_now(v);

    claims->issued_at = now;
    claims->refresh_at = later(now, v->refresh_s);
    claims->check_by = later(now, v->check_s);
    claims->grace_until = later(now, v->grace_s);
    claims->emergency_seconds = v->emergency_s;
}

static fake_license *find_by_key(fake_validator *v, const char *key)
{
    for (size_t i = 0; i < FAKE_LICENSES_MAX; i++)
        if (v->licenses[i].key && strcmp(v->licenses[i].key, key) == 0 && v->licenses[i].is_known)
            return &v->licenses[i];
    return NULL;
}

static fake_license *find_by_id(fake_validator *v, const char *id)
{
    for (size_t i = 0; i < FAKE_LICENSES_MAX; i++)
        if (v->licenses[i].key && strcmp(v->licenses[i].license_id, id) == 0 && v->licenses[i].is_known)
            return &v->licenses[i];
    return NULL;
}

static pl_verdict release_seat(fake_validator *v, fake_seat *seat, const pl_device_request *request)
{
    pl_proof expected = {.act = "deactivate", .activation_id = request->activation_id};

    if (!seat)
        return PL_VERDICT_NOT_ACTIVATED;
    memcpy(expected.nonce, request->nonce, sizeof expected.nonce);
    if (pl_proof_verify(pl_span_text(request->proof), seat->device_key, &expected))
        return PL_VERDICT_WRONG_DEVICE;
    fake_session_end_of(v, seat);
    seat->gave_license_id = seat->license_id;
    seat->license_id = NULL;
    return PL_VERDICT_RELEASED;
}

/* What the license itself is worth. */
static pl_verdict judge(const fake_validator *v, const fake_license *license, pl_reason *reason)
{
    bool has_ended = license->expires_at && license->expires_at <= fake_validator_now(v);

    *reason = license->verdict == PL_VERDICT_ACTIVE && has_ended ? PL_REASON_LICENSE_ENDED : license->reason;
    return license->verdict == PL_VERDICT_ACTIVE && has_ended ? PL_VERDICT_EXPIRED : license->verdict;
}

static pl_verdict decide_seat(fake_validator *v, fake_call *call, pl_verdict worth)
{
    if (call->act == PL_ACT_USAGE) {
        call->seat = fake_usage_seat(v, call);
        return worth != PL_VERDICT_ACTIVE || (call->seat && call->seat->license_id) ? worth : PL_VERDICT_NOT_ACTIVATED;
    }
    call->seat = fake_seat_find(v, call->license, call->request);
    if (call->act == PL_ACT_DEACTIVATE)
        return release_seat(v, call->seat, call->request);
    if (worth != PL_VERDICT_ACTIVE)
        return worth;
    if (call->act == PL_ACT_ACTIVATE || call->act == PL_ACT_TRIAL) {
        call->seat = fake_seat_take(v, call->license, call->request);
        return call->seat ? PL_VERDICT_ACTIVE : PL_VERDICT_NO_SEAT;
    }
    return call->seat ? PL_VERDICT_ACTIVE : PL_VERDICT_NOT_ACTIVATED;
}

static void describe(const fake_validator *v, const fake_call *call, fake_draft *d)
{
    pl_claims *claims = &d->claims;

    fake_draft_describe(d, call->license);
    claims->release = call->act == PL_ACT_RELEASE_CHECK ? v->release : NULL;
    if (!call->seat || (call->act == PL_ACT_USAGE && !call->seat->license_id))
        return;
    fake_draft_bind(d, call->seat->fingerprint, call->seat->device_name);
    claims->activation_id = call->seat->activation;
    claims->has_device_key = true;
    memcpy(claims->device_key, call->seat->device_key, sizeof claims->device_key);
}

/* Sessions are a matter of a license that is good, but for the list. */
static pl_err answer_more(fake_validator *v, fake_call *call, fake_draft *d)
{
    if (call->act == PL_ACT_USAGE)
        return fake_usage_take(v, call, d);
    if (call->act < PL_ACT_SESSION_START || call->act > PL_ACT_SESSION_LIST)
        return PL_OK;
    if (d->claims.verdict != PL_VERDICT_ACTIVE)
        call->seat = NULL;
    return fake_session_answer(v, call, d);
}

static pl_err find_license(fake_validator *v, fake_call *call, fake_draft *d)
{
    const pl_device_request *request = call->request;

    if (call->act == PL_ACT_TRIAL)
        return fake_trial_find(v, request, d, &call->license);
    call->license = call->act == PL_ACT_USAGE ? find_by_id(v, request->license_id)
                    : request->key            ? find_by_key(v, request->key)
                                              : NULL;
    return PL_OK;
}

static pl_err answer_request(fake_validator *v, pl_act act, const pl_device_request *request, fake_draft *d)
{
    fake_call call = {act, request, NULL, NULL};
    pl_claims *claims = &d->claims;
    pl_verdict worth;
    pl_err err;

    fake_draft_name(d, v);
    claims->kind = PL_CLAIMS_ANSWER;
    claims->verdict = PL_VERDICT_UNKNOWN_KEY;
    set_times(v, claims);
    if ((err = find_license(v, &call, d)) || !call.license)
        return err;
    worth = judge(v, call.license, &claims->reason);
    claims->verdict = decide_seat(v, &call, worth);
    describe(v, &call, d);
    return answer_more(v, &call, d);
}

/* ---- what becomes of it ---- */

static void count(fake_validator *v, pl_act act)
{
    switch (act) {
    case PL_ACT_ACTIVATE:
        v->activations++;
        break;
    case PL_ACT_VALIDATE:
        v->validations++;
        break;
    case PL_ACT_DEACTIVATE:
        v->deactivations++;
        break;
    case PL_ACT_USAGE:
        v->usages++;
        break;
    case PL_ACT_TRIAL:
        v->trials++;
        break;
    case PL_ACT_RELEASE_CHECK:
        v->release_checks++;
        break;
    case PL_ACT_SESSION_START:
        v->starts++;
        break;
    case PL_ACT_SESSION_TAKEOVER:
        v->takeovers++;
        break;
    case PL_ACT_SESSION_END:
        v->ends++;
        break;
    case PL_ACT_SESSION_LIST:
        v->lists++;
        break;
    }
}

static void spoil(const fake_validator *v, pl_claims *claims)
{
    if (v->line == LINE_OTHER_NONCE)
        claims->nonce[0] ^= 1;
    if (v->line == LINE_OTHER_REQUEST)
        claims->request_digest[0] ^= 1;
    if (v->line == LINE_OTHER_PRODUCT)
        claims->product = "kitchen";
    if (v->line == LINE_UNKNOWN_VERDICT)
        claims->verdict = PL_VERDICT_NONE;
}

static void sign_answer(const fake_validator *v, const pl_claims *claims, pl_buf *token)
{
    const pl_key_pair *pair = &v->pairs[v->answer_key];
    pl_jwk jwk;

    if (v->line == LINE_STRANGER || v->line == LINE_FORGED)
        pair = &v->roots[FAKE_ROOT_OF_A_STRANGER];
    if (v->line == LINE_LICENSE_KEY)
        pair = &v->pairs[v->license_key];
    jwk = fake_jwk_of(pair);
    fake_must(!pl_claims_sign(claims, pair, jwk.kid, token), "the answer is signed");
}

/* The rule of server-stub/licensing/answer.c. */
static bool lacks_keyset(const fake_validator *v, const pl_device_request *request)
{
    pl_jwk root = fake_jwk_of(&v->roots[v->root]);
    bool is_told = request->keyset_root && strcmp(request->keyset_root, root.kid) == 0;

    if (!is_told && !v->overlooks_root)
        return true;
    if (request->keyset_epoch != v->keyset.epoch)
        return request->keyset_epoch < v->keyset.epoch;
    return request->keyset_sequence < v->keyset.sequence;
}

static void add_keyset(const fake_validator *v, const pl_device_request *request, pl_buf *token)
{
    pl_keyset forged = v->keyset;

    if (v->line == LINE_FORGED) {
        forged.keys[0].jwk = fake_jwk_of(&v->roots[FAKE_ROOT_OF_A_STRANGER]);
        forged.keys[0].docs = 1u << PL_DOC_ANSWER;
        forged.sequence = 99;
        forged.issued_at = fake_validator_now(v);
        fake_must(!pl_keyset_sign(&forged, &v->roots[FAKE_ROOT_OF_A_STRANGER], token), "the forgery is signed");
    } else if (v->sends_keyset && lacks_keyset(v, request)) {
        fake_validator_keyset(v, token);
    }
}

static pl_err reply_to(fake_validator *v, pl_act act, pl_span body, const pl_device_request *request, pl_buf *out)
{
    fake_draft d = {.claims = {.has_nonce = true}};
    pl_err err = answer_request(v, act, request, &d);
    pl_device_reply reply;
    pl_buf answer, keyset;

    if (err)
        return err;
    pl_buf_init(&answer);
    pl_buf_init(&keyset);
    memcpy(d.claims.nonce, request->nonce, sizeof d.claims.nonce);
    pl_digest(body, d.claims.request_digest);
    spoil(v, &d.claims);
    sign_answer(v, &d.claims, &answer);
    add_keyset(v, request, &keyset);
    reply = (pl_device_reply){.answer = pl_buf_span(&answer), .keyset = pl_buf_span(&keyset), .revocations = v->revocations};
    pl_device_reply_write(&reply, out);
    pl_buf_reset(&answer);
    pl_buf_reset(&keyset);
    return PL_OK;
}

/* On a line that replays, the reply before takes the place of this one. */
static void keep_reply(fake_validator *v, pl_buf *body)
{
    if (v->line == LINE_REPLAY) {
        pl_buf_clear(body);
        pl_buf_add(body, v->last_reply.data, v->last_reply.size);
    }
    pl_buf_clear(&v->last_reply);
    pl_buf_add(&v->last_reply, body->data, body->size);
    fake_must(!v->last_reply.err, "there is memory for the reply");
}

static pl_err answer_act(fake_validator *v, pl_act act, pl_span request, pl_buf *body)
{
    pl_device_request read;
    pl_arena arena;
    pl_err err;

    count(v, act);
    pl_arena_init(&arena);
    if (!(err = pl_device_request_read(&arena, act, request, &read)))
        err = reply_to(v, act, request, &read, body);
    pl_arena_reset(&arena);
    return err;
}

static pl_err answer_beat(fake_validator *v, pl_span request, pl_buf *body)
{
    pl_arena arena;
    pl_err err;

    v->beats++;
    pl_arena_init(&arena);
    err = fake_session_beat(v, &arena, request, body);
    pl_arena_reset(&arena);
    return err;
}

static pl_err answer_path(fake_validator *v, const char *path, pl_span request, pl_buf *body)
{
    if (strcmp(path, PL_BEAT_PATH) == 0)
        return answer_beat(v, request, body);
    for (pl_act act = PL_ACT_ACTIVATE; act <= PL_ACT_RELEASE_CHECK; act++)
        if (strcmp(path, pl_act_path(act)) == 0)
            return answer_act(v, act, request, body);
    return pl_fail(PL_ERR_NOT_FOUND, "the chaos server has no such route");
}

pl_err fake_validator_answer(fake_validator *v, const char *path, pl_span request, pl_buf *body)
{
    pl_err err = answer_path(v, path, request, body);

    if (!err)
        keep_reply(v, body);
    return err;
}

void fake_validator_answer_carried(fake_validator *v, const char *text_of_request, pl_buf *text)
{
    char canonical[PL_OFFLINE_REQUEST_MAX + 1], fingerprint[PL_FINGERPRINT_TEXT_SIZE];
    pl_device_request request = {.instance_id = "", .fingerprint = fingerprint};
    fake_draft d = {.claims = {.has_nonce = true}};
    pl_offline_request offline;
    pl_buf answer, keyset;

    pl_buf_init(&answer);
    pl_buf_init(&keyset);
    fake_must(!pl_offline_request_read(pl_span_text(text_of_request), &offline, canonical), "the offline request is well-formed");
    request.key = fake_key_spelled(v, offline.key);
    pl_fingerprint_format(&offline.fingerprint, fingerprint);
    memcpy(request.device_key, offline.device_key, sizeof request.device_key);
    pl_mutex_lock(v->mutex);
    fake_must(!answer_request(v, PL_ACT_ACTIVATE, &request, &d), "it is answered");
    pl_offline_nonce(offline.nonce, d.claims.nonce);
    pl_digest(pl_span_text(canonical), d.claims.request_digest);
    spoil(v, &d.claims);
    sign_answer(v, &d.claims, &answer);
    add_keyset(v, &request, &keyset);
    pl_mutex_unlock(v->mutex);
    pl_license_file_join(text, pl_buf_span(&answer), pl_buf_span(&keyset));
    fake_must(!text->err, "there is memory for the answer");
    pl_buf_reset(&answer);
    pl_buf_reset(&keyset);
}
