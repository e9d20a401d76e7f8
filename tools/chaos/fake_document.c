/* SPDX-License-Identifier: Apache-2.0
 *
 * Drafts of documents; see fake_document.h.
 */
#include "chaos/fake_document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "token/proof.h"

static const pl_entitlement ENTITLEMENTS[] = {
    {.name = "kds", .kind = PL_ENTITLEMENT_FEATURE, .is_on = true},
    {.name = "loyalty", .kind = PL_ENTITLEMENT_FEATURE, .is_on = false},
    {.name = "tills", .kind = PL_ENTITLEMENT_LIMIT, .number = 3},
    {.name = "tier", .kind = PL_ENTITLEMENT_TEXT, .text = "gold"},
    {.name = "usage.covers", .kind = PL_ENTITLEMENT_LIMIT, .number = 4},
    {.name = "season", .kind = PL_ENTITLEMENT_TEXT, .text = "winter", .ends_at = FAKE_SEASON_ENDS_AT},
};

void fake_must(bool is_true, const char *what)
{
    if (is_true)
        return;
    (void)fprintf(stderr, "the fake validator: it is not so that %s\n", what);
    abort();
}

pl_jwk fake_jwk_of(const pl_key_pair *pair)
{
    pl_jwk jwk = {"", pair->public_key};

    pl_jwk_thumbprint(&jwk.key, jwk.kid);
    return jwk;
}

const pl_entitlements *fake_entitlements(void)
{
    static const pl_entitlements all = {.items = ENTITLEMENTS, .count = sizeof ENTITLEMENTS / sizeof *ENTITLEMENTS};

    return &all;
}

bool fake_is_proven(const fake_call *call)
{
    pl_proof expected = {.act = pl_act_proof(call->act), .activation_id = call->seat->activation};
    uint8_t digest[PL_DIGEST_SIZE];
    bool is_needed;

    if (pl_act_proof_digest(call->act, call->request, digest, &is_needed))
        return false;
    expected.digest = is_needed ? digest : NULL;
    memcpy(expected.nonce, call->request->nonce, sizeof expected.nonce);
    return !pl_proof_verify(pl_span_text(call->request->proof), call->seat->device_key, &expected);
}

void fake_draft_name(fake_draft *draft, fake_validator *v)
{
    (void)snprintf(draft->token_id, sizeof draft->token_id, "018f4c1e-0000-7000-8000-%012x", ++v->serial);
    draft->claims.token_id = draft->token_id;
    draft->claims.issuer = FAKE_BRAND_ID;
    draft->claims.product_id = FAKE_PRODUCT_ID;
    draft->claims.product = v->product;
    draft->claims.epoch = v->epoch;
}

void fake_draft_describe(fake_draft *draft, const fake_license *license)
{
    pl_claims *claims = &draft->claims;

    claims->license_id = license->license_id;
    claims->sequence = license->sequence;
    claims->expires_at = license->expires_at;
    claims->plan = license->plan;
    claims->customer = "Corner Shop";
    claims->entitlements = *fake_entitlements();
}

void fake_draft_bind(fake_draft *draft, const char *fingerprint, const char *device_name)
{
    draft->claims.has_device = true;
    draft->claims.device_name = device_name[0] ? device_name : NULL;
    fake_must(!pl_fingerprint_parse(pl_span_text(fingerprint), &draft->claims.device), "the fingerprint is one");
}
