/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers: what an outcome becomes as claims, and the reply around it.
 */
#include "licensing/answer.h"

#include "license/policy.h"
#include "licensing/entitlement_text.h"
#include "licensing/license_claims.h"
#include "token/issue.h"
#include "wire/device_reply.h"

#include <string.h>

enum { MS = 1000, OFFLINE_REFRESH_S = 86400, NO_SEAT_LEASE_S = 300 /* how long a denial for want of a seat rules on the till */ };

static void describe_request(const device_call_t *call, const outcome_t *outcome, pl_claims *claims)
{
    claims->kind = PL_CLAIMS_ANSWER;
    claims->product = call->request.product;
    claims->issued_at = outcome->decided_at_ms / MS;
    claims->verdict = outcome->verdict;
    claims->reason = outcome->reason;
    claims->has_nonce = true;
    memcpy(claims->nonce, call->request.nonce, sizeof(claims->nonce));
    memcpy(claims->request_digest, call->digest, sizeof(claims->request_digest));
}

static void describe_device(const outcome_t *outcome, claims_texts_t *texts, pl_claims *claims)
{
    const activation_t *activation = &outcome->activation;

    if (!outcome->has_activation)
        return;
    claims->has_device = true;
    claims->device = activation->fingerprint;
    claims->match = outcome->product.policy.match;
    claims->device_name = activation->device_name;
    pl_uuid_format(activation->id, texts->activation_id);
    claims->activation_id = texts->activation_id;
    claims->has_device_key = true;
    memcpy(claims->device_key, activation->device_key, sizeof(claims->device_key));
}

void answer_times(const outcome_t *outcome, pl_claims *claims)
{
    bool is_active = outcome->verdict == PL_VERDICT_ACTIVE;
    int64_t age_s = outcome->validated_before_ms < 0 ? -1 : (outcome->decided_at_ms - outcome->validated_before_ms) / MS;
    const product_policy_t *policy = &outcome->product.policy;

    claims->refresh_at = claims->issued_at + pl_policy_cache_times(is_active, age_s).refresh_s;
    if (outcome->verdict == PL_VERDICT_NO_SEAT)
        claims->check_by = claims->issued_at + NO_SEAT_LEASE_S;
    if (!is_active)
        return;
    claims->emergency_seconds = policy->emergency_s;
    if (outcome->is_offline) {
        /* who can't come back in three days gets as long as the policy says; who can is asked for again from the next day on */
        claims->refresh_at = claims->issued_at + OFFLINE_REFRESH_S;
        claims->check_by = claims->issued_at + policy->offline_s;
        claims->grace_until = claims->check_by;
        return;
    }
    claims->check_by = claims->issued_at + policy->check_by_s;
    claims->grace_until = claims->issued_at + policy->grace_s;
}

static void name_answer(const brand_keys_t *brand, const outcome_t *outcome, claims_texts_t *texts, pl_claims *claims)
{
    uint8_t random[10];

    pl_random(random, sizeof(random));
    license_claims_name(claims, texts, brand, pl_uuid_v7(outcome->decided_at_ms, random), outcome->product.id);
}

static pl_err describe(pl_arena *arena, const device_call_t *call, const outcome_t *outcome, claims_texts_t *texts,
                       pl_claims *claims)
{
    describe_request(call, outcome, claims);
    if (outcome->has_license)
        license_claims_describe(claims, texts, &outcome->license, &outcome->product.policy, outcome->customer_name);
    describe_device(outcome, texts, claims);
    answer_times(outcome, claims);
    claims->session = outcome->session;
    claims->usage = outcome->usage;
    claims->trial = outcome->trial;
    claims->release = outcome->release;
    if (outcome->verdict != PL_VERDICT_ACTIVE)
        return PL_OK;
    return entitlement_text_read(arena, outcome->product.entitlements, outcome->license.entitlements, &claims->entitlements);
}

/* Numbers compare under one root only: a thief of another root may have signed the highest there is. */
static bool lacks_keyset(const pl_device_request *request, const brand_keys_t *brand)
{
    const pl_keyset *keyset = &brand->keyset;

    if (!request->keyset_root || strcmp(request->keyset_root, brand->roots.keys[keyset->root_rank].kid) != 0)
        return true;
    if (request->keyset_epoch != keyset->epoch)
        return request->keyset_epoch < keyset->epoch;
    return request->keyset_sequence < keyset->sequence;
}

pl_err answer_sign(pl_arena *arena, const keyring_t *keyring, const device_call_t *call, const outcome_t *outcome, pl_buf *body)
{
    const brand_keys_t *brand = keyring_find_brand(keyring, call->brand_id);
    pl_claims claims = {.epoch = keyring_epoch(keyring)};
    pl_device_reply reply = {.answer = {NULL, 0}};
    claims_texts_t texts;
    pl_buf token;
    pl_err err;

    if (!brand || brand->answer.pair.public_key.alg == PL_ALG_NONE)
        return pl_fail(PL_ERR_STATE, "the brand has no current key for answers");
    name_answer(brand, outcome, &texts, &claims);
    if ((err = describe(arena, call, outcome, &texts, &claims)))
        return err;
    pl_buf_init(&token);
    if (!(err = pl_claims_sign(&claims, &brand->answer.pair, brand->answer.kid, &token))) {
        reply.answer = pl_buf_span(&token);
        if (brand->has_keyset && lacks_keyset(&call->request, brand))
            reply.keyset = brand->keyset_token;
        pl_device_reply_write(&reply, body);
        err = body->err;
    }
    pl_buf_reset(&token);
    return err;
}

pl_err answer_keyset(const keyring_t *keyring, const char *root_kid, pl_buf *body)
{
    const brand_keys_t *brand = keyring_find_by_roots(keyring, &root_kid, 1);

    if (!brand || !brand->has_keyset)
        return pl_fail(PL_ERR_NOT_FOUND, "no brand of this server has that root key");
    pl_device_reply_write(&(pl_device_reply){.keyset = brand->keyset_token, .revocations = brand->revocations_token}, body);
    return body->err;
}
