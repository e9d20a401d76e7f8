/* SPDX-License-Identifier: Apache-2.0
 *
 * The brand for tests. What is signed here must succeed; a failure fails the test.
 */
#include "support/documents.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

static const unsigned LICENSES = 1u << PL_DOC_LICENSE | 1u << PL_DOC_REVOCATIONS;
static const unsigned ANSWERS = 1u << PL_DOC_ANSWER;

static const pl_entitlement entitlements[] = {
    {.name = "kds", .kind = PL_ENTITLEMENT_FEATURE, .is_on = true},
    {.name = "loyalty", .kind = PL_ENTITLEMENT_FEATURE, .is_on = false, .ends_at = ISSUED_AT + 100},
    {.name = "tills", .kind = PL_ENTITLEMENT_LIMIT, .number = 3},
    {.name = "tier", .kind = PL_ENTITLEMENT_TEXT, .text = "gold \"plus\" \xC3\xA9", .ends_at = ISSUED_AT + 900},
};

pl_key_pair documents_pair(pl_alg alg, uint8_t seed)
{
    uint8_t secret[32];
    pl_key_pair pair;

    memset(secret, seed, sizeof(secret));
    assert_int_equal(pl_key_pair_from_secret(alg, secret, &pair), PL_OK);
    return pair;
}

static pl_jwk jwk_of(const pl_key_pair *pair)
{
    pl_jwk jwk;

    jwk.key = pair->public_key;
    pl_jwk_thumbprint(&jwk.key, jwk.kid);
    return jwk;
}

static void put_key(documents *d, unsigned place, unsigned docs, pl_key_state state)
{
    pl_keyset_key *key = &d->keyset.keys[place];

    d->keys[place] = documents_pair(place == P256_KEY ? PL_ALG_ES256 : PL_ALG_EDDSA, (uint8_t)(0x20 + place));
    key->jwk = jwk_of(&d->keys[place]);
    key->docs = docs;
    key->state = state;
}

void documents_init(documents *d)
{
    memset(d, 0, sizeof(*d));
    assert_int_equal(pl_crypto_ready(), PL_OK);
    d->root = documents_pair(PL_ALG_EDDSA, 0x10);
    d->reserve = documents_pair(PL_ALG_EDDSA, 0x11);
    d->stranger = documents_pair(PL_ALG_EDDSA, 0x12);
    d->roots.count = 2;
    d->roots.keys[0] = jwk_of(&d->root);
    d->roots.keys[1] = jwk_of(&d->reserve);
    memcpy(d->keyset.issuer, BRAND_ID, sizeof(BRAND_ID));
    d->keyset.epoch = 1;
    d->keyset.sequence = 7;
    d->keyset.issued_at = ISSUED_AT;
    d->keyset.count = KEY_COUNT;
    put_key(d, LICENSE_KEY, LICENSES, PL_KEY_CURRENT);
    put_key(d, ANSWER_KEY, ANSWERS, PL_KEY_CURRENT);
    put_key(d, RETIRED_KEY, LICENSES, PL_KEY_RETIRED);
    put_key(d, REVOKED_KEY, LICENSES, PL_KEY_REVOKED);
    put_key(d, P256_KEY, LICENSES | ANSWERS, PL_KEY_CURRENT);
    d->keyset.keys[RETIRED_KEY].retired_at = ISSUED_AT;
}

static void bind_device(pl_claims *claims)
{
    claims->has_device = true;
    for (unsigned c = 0; c < 3; c++) {
        claims->device.count[c] = 1;
        memset(claims->device.value[c][0], (int)(0x40 + c), PL_FINGERPRINT_VALUE_SIZE);
    }
    claims->match = PL_MATCH_MOST;
    claims->device_name = "Till 3";
}

pl_claims documents_license(void)
{
    pl_claims claims;

    memset(&claims, 0, sizeof(claims));
    claims.kind = PL_CLAIMS_LICENSE;
    claims.issuer = BRAND_ID;
    claims.license_id = LICENSE_ID;
    claims.product_id = PRODUCT_ID;
    claims.product = "till";
    claims.token_id = TOKEN_ID;
    claims.issued_at = ISSUED_AT;
    claims.not_before = ISSUED_AT - 60;
    claims.expires_at = ISSUED_AT + 1000;
    claims.epoch = 1;
    claims.sequence = 3;
    claims.verdict = PL_VERDICT_ACTIVE;
    claims.plan = "pro";
    claims.customer = "Caf\xC3\xA9 \"Ada\"";
    claims.entitlements = (pl_entitlements){entitlements, sizeof(entitlements) / sizeof(entitlements[0])};
    bind_device(&claims);
    return claims;
}

pl_claims documents_answer(void)
{
    pl_claims claims = documents_license();

    claims.kind = PL_CLAIMS_ANSWER;
    claims.verdict = PL_VERDICT_SUSPENDED;
    claims.reason = PL_REASON_PAYMENT_FAILED;
    claims.refresh_at = ISSUED_AT + 10;
    claims.check_by = ISSUED_AT + 20;
    claims.grace_until = ISSUED_AT + 30;
    claims.emergency_seconds = 86400;
    claims.activation_id = ACTIVATION_ID;
    claims.has_device_key = true;
    memset(claims.device_key, 0x50, sizeof(claims.device_key));
    claims.has_nonce = true;
    memset(claims.nonce, 0x51, sizeof(claims.nonce));
    memset(claims.request_digest, 0x52, sizeof(claims.request_digest));
    return claims;
}

void documents_sign(const pl_key_pair *pair, pl_doc doc, const char *payload, pl_buf *token)
{
    char kid[PL_KID_SIZE];

    pl_jwk_thumbprint(&pair->public_key, kid);
    assert_int_equal(pl_jws_sign(doc, pair, kid, pl_span_text(payload), token), PL_OK);
}
