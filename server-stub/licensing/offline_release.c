/* SPDX-License-Identifier: Apache-2.0
 *
 * A seat given back by a proof that a person carried. The device forgot its lease before it showed the proof; whether a copy of it was made
 * before that nobody can tell without network, hence the limit.
 */
#include <string.h>

#include "licensing/events.h"
#include "licensing/license_policy.h"
#include "licensing/offline.h"
#include "store/offline_releases.h"
#include "store/sessions.h"
#include "token/typed_text.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static pl_err read_ids(const pl_proof *proof, offline_release_call_t *release)
{
    if (!proof->issuer || !proof->license_id || pl_uuid_parse(pl_span_text(proof->issuer), &release->call.brand_id) ||
        pl_uuid_parse(pl_span_text(proof->license_id), &release->license_id) ||
        pl_uuid_parse(pl_span_text(proof->activation_id), &release->call.activation_id))
        return pl_fail(PL_ERR_MALFORMED, "the proof does not name brand, license and activation");
    return PL_OK;
}

pl_err offline_read_release(pl_arena *arena, const keyring_t *keyring, pl_span typed, offline_release_call_t *release)
{
    pl_typed text;
    pl_err err;

    *release = (offline_release_call_t){.call = {.act = PL_ACT_DEACTIVATE}};
    if (typed.size > PL_OFFLINE_REQUEST_TYPED_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "a proof has much less than %d characters", PL_OFFLINE_REQUEST_TYPED_MAX);
    if ((err = pl_typed_read(arena, typed, &text)))
        return err;
    if (text.count != 1 || text.items[0].doc != PL_DOC_PROOF)
        return pl_fail(PL_ERR_MALFORMED, "this is no proof of a release; the device shows one with `pospal-license release`");
    release->token = text.items[0].text;
    if ((err = pl_proof_read(arena, release->token, &release->proof)) || (err = read_ids(&release->proof, release)))
        return err;
    if (strcmp(release->proof.act, PL_PROOF_RELEASE) != 0)
        return pl_fail(PL_ERR_MALFORMED, "the proof is for another act than a release");
    if (!keyring_find_brand(keyring, release->call.brand_id))
        return pl_fail(PL_ERR_NOT_FOUND, "this server does not have the brand that the proof names");
    memcpy(release->call.request.nonce, release->proof.nonce, PL_NONCE_SIZE);
    pl_digest(release->token, release->call.digest);
    return PL_OK;
}

static pl_err find(tx_t *tx, const offline_release_call_t *release, offline_outcome_t *out)
{
    outcome_t *outcome = &out->outcome;
    pl_uuid brand_id = release->call.brand_id;
    pl_err err;

    if ((err = licenses_find(tx, brand_id, release->license_id, &outcome->license)) ||
        (err = activations_find(tx, brand_id, release->license_id, release->call.activation_id, &outcome->activation)) ||
        (err = license_policy_product(tx, &outcome->license, &outcome->product)))
        return err == PL_ERR_NOT_FOUND ? pl_fail(err, "this server does not have the activation that the proof names") : err;
    outcome->has_license = outcome->has_activation = outcome->has_product = true;
    out->call.request.product = outcome->product.slug;
    return PL_OK;
}

static offline_release_t counted(const tx_t *tx, const outcome_t *outcome)
{
    const activation_t *activation = &outcome->activation;

    return (offline_release_t){activation->brand_id, activation->license_id, activation->id,
                               tx->now_ms - OFFLINE_RELEASES_DAYS * DAY_MS, outcome->product.policy.offline_releases};
}

pl_err offline_count_release(tx_t *tx, const outcome_t *outcome)
{
    const offline_release_t count = counted(tx, outcome);
    bool taken = false;
    pl_err err = offline_releases_take(tx, &count, &taken);

    if (err || taken)
        return err;
    return pl_fail(PL_ERR_RELEASE_LIMIT,
                   "the license has had %lld offline releases within %d days; `activation release` frees the seat by hand",
                   (long long)count.most, OFFLINE_RELEASES_DAYS);
}

static pl_err free_seat(tx_t *tx, offline_outcome_t *out)
{
    activation_t *activation = &out->outcome.activation;
    const audit_t entry = {.brand_id = activation->brand_id, .action = AUDIT_RELEASED_OFFLINE, .target = activation->id};
    pl_err err;

    if ((err = offline_count_release(tx, &out->outcome)) || (err = activations_release(tx, activation)) ||
        (err = sessions_end_of(tx, entry.brand_id, activation->license_id, entry.target)))
        return err;
    activation->released_at_ms = tx->now_ms;
    return events_append(tx, &entry, activation->license_id);
}

pl_err offline_release(tx_t *tx, const offline_release_call_t *release, offline_outcome_t *out)
{
    offline_release_t count;
    pl_err err;

    *out = (offline_outcome_t){.call = release->call};
    if ((err = find(tx, release, out)))
        return err;
    if (pl_proof_verify(release->token, out->outcome.activation.device_key, &release->proof))
        return pl_fail(PL_ERR_UNAUTHORIZED, "the proof is not signed by the key of this activation's device");
    if (!out->outcome.activation.released_at_ms && (err = free_seat(tx, out)))
        return err;
    count = counted(tx, &out->outcome);
    out->outcome.verdict = PL_VERDICT_RELEASED;
    out->outcome.reason = PL_REASON_RELEASED;
    out->outcome.decided_at_ms = tx->now_ms;
    out->outcome.validated_before_ms = -1;
    return offline_releases_count(tx, &count, &out->releases);
}
