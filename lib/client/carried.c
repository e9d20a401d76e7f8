/* SPDX-License-Identifier: Apache-2.0
 *
 * Believing a carried answer; see carried.h. What it changes is apply.h's.
 */
#include "client/carried.h"

#include <string.h>

#include "client/apply.h"
#include "client/identity.h"
#include "client/pending.h"
#include "token/claims_json.h"

static pl_err verify(pospal_client *client, const pl_typed *typed, pl_trust *trust, pl_answer *answer)
{
    const pl_typed_document *keyset = pl_typed_find(typed, PL_DOC_KEYSET);
    pl_jws jws;
    pl_err err;

    *trust = client->holding->trust;
    trust->roots = &client->roots;
    if ((err = pl_trust_own(trust, &answer->arena)))
        return err;
    if (keyset && pl_trust_take(trust, keyset->text) == PL_ERR_MEMORY)
        return PL_ERR_MEMORY;
    if (!trust->has_keyset)
        return pl_fail(PL_ERR_KEY_UNKNOWN,
                       "no keyset is held or came along that a root key of this program signed; scan the keyset first");
    answer->token = pl_typed_find(typed, PL_DOC_ANSWER)->text;
    answer->keyset_token = trust->token;
    if ((err = pl_keyset_verify_document(&trust->keyset, &answer->arena, PL_DOC_ANSWER, answer->token, &jws)))
        return err;
    return pl_claims_read(&answer->arena, &jws, &answer->claims);
}

static pl_err check_addressee(const pospal_client *client, const pl_claims *claims)
{
    pl_judge against = {&client->roots, client->options.text[PL_OPTION_PRODUCT], &client->fingerprint, &client->log};
    pl_held held = {.claims = claims, .source = PL_SOURCE_CACHE};

    pl_judge_claims(&against, &held);
    if (held.is_other_product)
        return pl_fail(PL_ERR_OTHER_PRODUCT, "the answer is for the product %s, this program is %s", claims->product,
                       client->options.text[PL_OPTION_PRODUCT]);
    if (held.is_other_device)
        return pl_fail(PL_ERR_OTHER_DEVICE, "the answer is for another device; import it there");
    return PL_OK;
}

/* Which of what is held is this answer itself: somebody scanned it twice. */
static bool is_held(const pl_holding *holding, const pl_claims *claims)
{
    for (size_t i = 0; i < holding->count; i++)
        if (holding->claims[i].has_nonce && claims->has_nonce &&
            memcmp(holding->claims[i].nonce, claims->nonce, PL_NONCE_SIZE) == 0)
            return true;
    return false;
}

static pl_err find_request(pospal_client *client, const pl_claims *claims, pl_pending *pending)
{
    pl_err err = claims->has_nonce ? pl_pending_find(client, claims->nonce, pending) : PL_ERR_NOT_FOUND;

    if (!err && !pl_equal(claims->request_digest, pending->digest, PL_DIGEST_SIZE))
        return pl_fail(PL_ERR_NO_REQUEST, "the request was changed on its way to the vendor");
    if (err == PL_ERR_NOT_FOUND)
        return pl_fail(PL_ERR_NO_REQUEST, "no request of this device that is still open has this answer");
    return err;
}

/* Who was retired before the question can't have answered it, whatever date the answer carries. */
static pl_err check_signer(const pl_keyset *keyset, const pl_jws *jws, const pl_pending *pending)
{
    for (size_t i = 0; i < keyset->count; i++)
        if (strcmp(keyset->keys[i].jwk.kid, jws->kid) == 0 && keyset->keys[i].state == PL_KEY_RETIRED &&
            pending->asked_at > keyset->keys[i].retired_at + PL_TIME_TOLERANCE_S)
            return pl_fail(PL_ERR_KEY_REVOKED, "the answer is signed with a key that was retired before the request was made");
    return PL_OK;
}

/* Of a later version of the license, and signed later: an answer that lay in a drawer does not undo it. */
static bool is_overtaken(const pl_holding *holding, const pl_claims *claims)
{
    for (size_t i = 0; i < holding->count; i++) {
        const pl_claims *held = &holding->claims[i];
        bool is_later = held->epoch > claims->epoch || (held->epoch == claims->epoch && held->sequence > claims->sequence);

        if (held->kind == PL_CLAIMS_ANSWER && held->license_id && claims->license_id &&
            strcmp(held->license_id, claims->license_id) == 0 && is_later && held->issued_at > claims->issued_at)
            return true;
    }
    return false;
}

static pl_err take_grant(pospal_client *client, pl_answer *answer, const pl_pending *pending)
{
    uint64_t notice = client->notice; /* other threads may learn something newer while the vault is waited for */
    pl_err err;

    if (!answer->claims.license_id)
        return pl_fail(PL_ERR_MALFORMED, "the answer names no license");
    if (is_overtaken(client->holding, &answer->claims))
        return pl_fail(PL_ERR_OLDER, "a newer document for license %s is held", answer->claims.license_id);
    answer->is_carried = true;
    answer->asked = pending->asked;
    if ((err = pl_identity_store_license_key(client, pending->key)) || (err = pl_identity_set_released(client, false)) ||
        (err = pl_apply_answer(client, answer, notice)))
        return err;
    return pl_pending_remove(client, answer->claims.nonce); /* last: killed before it, the same answer can be imported again */
}

static pl_err refuse(pospal_client *client, const pl_claims *claims)
{
    if (claims->verdict == PL_VERDICT_NONE)
        return pl_fail(PL_ERR_UNSUPPORTED, "the answer has a verdict that this version does not know");
    client->server_reason = claims->reason;
    return pl_fail(PL_ERR_DENIED, "the vendor answered %s (%s)", pl_verdict_text(claims->verdict),
                   pl_reason_text(claims->reason));
}

static pl_err take(pospal_client *client, const pl_typed *typed, pl_answer *answer, pl_pending *pending)
{
    pl_trust trust;
    pl_jws jws;
    pl_err err;

    if ((err = verify(client, typed, &trust, answer)) || (err = check_addressee(client, &answer->claims)))
        return err;
    if ((err = find_request(client, &answer->claims, pending)))
        return err == PL_ERR_NO_REQUEST && is_held(client->holding, &answer->claims) ? PL_OK : err;
    if ((err = pl_jws_parse(&answer->arena, answer->token, &jws)) || (err = check_signer(&trust.keyset, &jws, pending)))
        return err;
    return answer->claims.verdict == PL_VERDICT_ACTIVE ? take_grant(client, answer, pending) : refuse(client, &answer->claims);
}

pl_err pl_carried_answer(pospal_client *client, pl_arena *arena, const pl_typed *typed)
{
    pl_answer answer = {.arena = *arena};
    pl_pending pending;
    pl_err err = take(client, typed, &answer, &pending);

    *arena = answer.arena;
    pl_wipe(&pending, sizeof pending);
    return err;
}

pl_err pl_carried_keyset(pospal_client *client, pl_span token)
{
    pl_trust trust = client->holding->trust;
    pl_err err;

    trust.roots = &client->roots;
    if (trust.has_keyset && pl_span_equal(trust.token, token))
        return PL_OK;
    err = pl_trust_take(&trust, token);
    if (err == PL_ERR_OLDER)
        return pl_fail(err, "a newer keyset is held already");
    return err ? err : pl_apply_keyset(client, token);
}
