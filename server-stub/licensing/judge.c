/* SPDX-License-Identifier: Apache-2.0
 *
 * Judging licenses, and telling devices apart.
 */
#include "licensing/judge.h"

#include "licensing/license_policy.h"
#include "licensing/license_states.h"
#include "licensing/license_term.h"
#include "store/license_keys.h"
#include "token/proof.h"

#include <string.h>

enum { SCORE_KEY = 2, SCORE_INSTANCE = 1 };

int64_t license_end_ms(const license_t *license, const product_policy_t *policy)
{
    int64_t end = license_term_keeps(license, policy) ? 0 : license_term_end_ms(license, policy);
    int64_t stop = license_stop_ms(license);

    return !end || (stop && stop < end) ? stop : end;
}

int64_t license_seats(const license_t *license, const product_policy_t *policy)
{
    return license->seats ? license->seats : policy->seats;
}

int64_t license_room(const license_t *license, const product_policy_t *policy)
{
    return license_seats(license, policy) + policy->overage;
}

pl_verdict judge_license(const license_t *license, const product_policy_t *policy, int64_t now_ms, pl_reason *reason)
{
    int64_t end_ms = license_term_end_ms(license, policy);

    *reason = license_reason_at(license, now_ms);
    switch (license_status_at(license, now_ms)) {
    case LICENSE_CANCELLED:
        return PL_VERDICT_REVOKED;
    case LICENSE_SUSPENDED:
        return PL_VERDICT_SUSPENDED;
    case LICENSE_ACTIVE:
        break;
    }
    *reason = PL_REASON_LICENSE_ENDED;
    if (end_ms && now_ms >= end_ms && !license_term_keeps(license, policy))
        return PL_VERDICT_EXPIRED;
    *reason = PL_REASON_NOT_ACTIVATED;
    if (license->starts_at_ms > now_ms)
        return PL_VERDICT_NOT_ACTIVATED;
    *reason = PL_REASON_IN_ORDER;
    return PL_VERDICT_ACTIVE;
}

/* No license of that product: it makes a difference whether the key is known at all. */
static pl_err judge_missing(tx_t *tx, const device_call_t *call, outcome_t *out)
{
    license_key_t key;
    pl_err err = license_keys_find(tx, call->brand_id, call->key_hash, &key);

    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    out->verdict = err ? PL_VERDICT_UNKNOWN_KEY : PL_VERDICT_WRONG_PRODUCT;
    out->reason = err ? PL_REASON_UNKNOWN_KEY : PL_REASON_OTHER_PRODUCT;
    return PL_OK;
}

static pl_err find_license(tx_t *tx, const device_call_t *call, outcome_t *out)
{
    license_t wanted = {.brand_id = call->brand_id, .product_id = out->product.id};
    pl_err err;

    memcpy(wanted.key_hash, call->key_hash, sizeof(wanted.key_hash));
    err = licenses_find_by_key(tx, &wanted, &out->license);
    out->has_license = !err;
    out->customer_name = err ? NULL : out->license.customer_name;
    return err ? err : license_policy_lay(tx->arena, &out->license, &out->product);
}

pl_err judge_call(tx_t *tx, const device_call_t *call, outcome_t *out)
{
    pl_err err = products_find_by_slug(tx, call->brand_id, call->request.product, &out->product);

    out->decided_at_ms = tx->now_ms;
    out->validated_before_ms = -1;
    out->has_product = !err;
    if (!err)
        err = find_license(tx, call, out);
    if (err == PL_ERR_NOT_FOUND)
        return judge_missing(tx, call, out);
    if (err)
        return err;
    out->verdict = judge_license(&out->license, &out->product.policy, tx->now_ms, &out->reason);
    return PL_OK;
}

typedef struct {
    const device_call_t *call;
    pl_match_rule rule;
    seat_t *seat;
    int score;
    int best; /* no seat can have more: it agrees with all that the call tells */
} seat_search;

static bool is_hardware_among(uint8_t components)
{
    for (unsigned i = 0; i < PL_COMPONENT_COUNT; i++)
        if (components & 1u << i && pl_component_is_hardware((pl_component)i))
            return true;
    return false;
}

static bool visit(void *context, const activation_t *activation)
{
    seat_search *s = context;
    const device_call_t *call = s->call;
    pl_match match = pl_fingerprint_match(&activation->fingerprint, &call->fingerprint, s->rule);
    bool same_instance = !pl_uuid_is_nil(call->instance_id) && pl_uuid_equal(call->instance_id, activation->instance_id);
    bool same_key =
        call->request.has_device_key && pl_equal(call->request.device_key, activation->device_key, PL_DEVICE_PUBLIC_SIZE);
    bool is_told = !pl_uuid_is_nil(call->activation_id) && pl_uuid_equal(call->activation_id, activation->id);
    bool same_hardware = is_hardware_among(match.matched);
    int score = (same_key ? SCORE_KEY : 0) + (same_instance ? SCORE_INSTANCE : 0);

    if ((same_instance || is_told) && !same_hardware && is_hardware_among(match.compared)) {
        s->seat->is_clone = true;
        s->seat->cloned = activation->id;
    }
    if ((match.is_same || (same_key && same_hardware)) && score > s->score) {
        s->seat->found = true;
        s->seat->activation = *activation;
        s->score = score;
    }
    return s->score < s->best;
}

static bool is_settled(const seat_search *s)
{
    return s->seat->found && s->score == s->best;
}

/* The activation that the device says is its own, if it is one of this license and fits: an id alone opens nothing. */
static pl_err try_told(tx_t *tx, pl_uuid license_id, seat_search *s)
{
    activation_t told;
    pl_err err;

    if (pl_uuid_is_nil(s->call->activation_id))
        return PL_OK;
    err = activations_find(tx, s->call->brand_id, license_id, s->call->activation_id, &told);
    if (err)
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    if (!told.released_at_ms)
        (void)visit(s, &told);
    return PL_OK;
}

static pl_err try_alike(tx_t *tx, pl_uuid license_id, seat_search *s)
{
    const activation_t like = {.brand_id = s->call->brand_id, .license_id = license_id, .fingerprint = s->call->fingerprint};

    return activations_walk_alike(tx, &like, visit, s);
}

pl_err judge_seat(tx_t *tx, const device_call_t *call, const outcome_t *out, seat_t *seat)
{
    pl_uuid license_id = out->license.id;
    seat_search search = {.call = call, .rule = out->product.policy.match, .seat = seat, .score = -1};
    pl_err err;

    search.best = (call->request.has_device_key ? SCORE_KEY : 0) + (pl_uuid_is_nil(call->instance_id) ? 0 : SCORE_INSTANCE);
    *seat = (seat_t){.found = false};
    if ((err = try_told(tx, license_id, &search)) || is_settled(&search))
        return err;
    if ((err = try_alike(tx, license_id, &search)) || is_settled(&search))
        return err;
    return activations_walk_live(tx, call->brand_id, license_id, visit, &search);
}

pl_err judge_proof(const device_call_t *call, const activation_t *activation)
{
    char id[PL_UUID_TEXT_SIZE];
    uint8_t digest[PL_DIGEST_SIZE];
    pl_proof expected = {.act = pl_act_proof(call->act), .activation_id = id};
    bool is_needed;
    pl_err err = pl_act_proof_digest(call->act, &call->request, digest, &is_needed);

    if (err)
        return err;
    expected.digest = is_needed ? digest : NULL;
    pl_uuid_format(activation->id, id);
    memcpy(expected.nonce, call->request.nonce, sizeof(expected.nonce));
    if (pl_proof_verify(pl_span_text(call->request.proof), activation->device_key, &expected))
        return pl_fail(PL_ERR_UNAUTHORIZED,
                       "the proof is not signed by the key of this activation's device for what came with it");
    return PL_OK;
}
