/* SPDX-License-Identifier: Apache-2.0
 *
 * Drafts of documents; see fake_document.h.
 */
#include "chaos/fake_document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    claims->plan = "pro";
    claims->customer = "Corner Shop";
    claims->entitlements.items = ENTITLEMENTS;
    claims->entitlements.count = sizeof ENTITLEMENTS / sizeof *ENTITLEMENTS;
}

void fake_draft_bind(fake_draft *draft, const char *fingerprint)
{
    draft->claims.has_device = true;
    draft->claims.device_name = "Till 3";
    fake_must(!pl_fingerprint_parse(pl_span_text(fingerprint), &draft->claims.device), "the fingerprint is one");
}
