/* SPDX-License-Identifier: Apache-2.0
 *
 * The brand inside this process; see issuer.h.
 */
#include "issuer.h"

#include <string.h>

#define BRAND_ID "018f4c1e-0000-7000-8000-00000000b001"

enum { DAY_S = 86400 };

static const pl_entitlement entitlements[] = {
    {.name = "kds", .kind = PL_ENTITLEMENT_FEATURE, .is_on = true},
    {.name = "loyalty", .kind = PL_ENTITLEMENT_FEATURE, .is_on = false},
    {.name = "tills", .kind = PL_ENTITLEMENT_LIMIT, .number = 3},
    {.name = "tier", .kind = PL_ENTITLEMENT_TEXT, .text = "gold"},
};

static pl_err make_pair(uint8_t seed, pl_key_pair *pair)
{
    uint8_t secret[32];

    memset(secret, seed, sizeof secret);
    return pl_key_pair_from_secret(PL_ALG_EDDSA, secret, pair);
}

static void write_roots(const pl_key_pair *root, pl_buf *jwks)
{
    pl_json_writer writer;
    pl_jwk jwk = {.key = root->public_key};

    pl_jwk_thumbprint(&jwk.key, jwk.kid);
    pl_json_writer_init(&writer, jwks);
    pl_json_open(&writer, NULL, '{');
    pl_json_open(&writer, "keys", '[');
    pl_json_open(&writer, NULL, '{');
    pl_jwk_write(&writer, &jwk);
    pl_json_close(&writer);
    pl_json_close(&writer);
    pl_json_close(&writer);
}

static void add_key(pl_keyset *keyset, const pl_key_pair *pair, unsigned docs, char kid[PL_KID_SIZE])
{
    pl_keyset_key *key = &keyset->keys[keyset->count++];

    pl_jwk_thumbprint(&pair->public_key, kid);
    key->jwk.key = pair->public_key;
    memcpy(key->jwk.kid, kid, PL_KID_SIZE);
    key->docs = docs;
    key->state = PL_KEY_CURRENT;
}

pl_err issuer_init(issuer_t *issuer)
{
    pl_err err;

    memset(issuer, 0, sizeof *issuer);
    pl_buf_init(&issuer->roots_jwks);
    pl_buf_init(&issuer->keyset_token);
    if ((err = pl_crypto_ready()) || (err = make_pair(1, &issuer->root)) || (err = make_pair(2, &issuer->license)) ||
        (err = make_pair(3, &issuer->answer)))
        return err;
    write_roots(&issuer->root, &issuer->roots_jwks);
    memcpy(issuer->keyset.issuer, BRAND_ID, sizeof BRAND_ID);
    issuer->keyset.epoch = 1;
    issuer->keyset.sequence = 1;
    issuer->keyset.issued_at = 1700000000;
    add_key(&issuer->keyset, &issuer->license, 1u << PL_DOC_LICENSE | 1u << PL_DOC_REVOCATIONS, issuer->license_kid);
    add_key(&issuer->keyset, &issuer->answer, 1u << PL_DOC_ANSWER, issuer->answer_kid);
    err = pl_keyset_sign(&issuer->keyset, &issuer->root, &issuer->keyset_token);
    return err ? err : issuer->roots_jwks.err;
}

void issuer_reset(issuer_t *issuer)
{
    pl_buf_reset(&issuer->roots_jwks);
    pl_buf_reset(&issuer->keyset_token);
}

pl_claims issuer_claims(int64_t now_s)
{
    static const pl_component bound[] = {PL_COMPONENT_MACHINE_ID, PL_COMPONENT_FIRMWARE, PL_COMPONENT_DISK, PL_COMPONENT_NIC};
    pl_claims claims = {
        .kind = PL_CLAIMS_LICENSE,
        .issuer = BRAND_ID,
        .license_id = "018f4c1e-0000-7000-8000-00000000c001",
        .product_id = "018f4c1e-0000-7000-8000-00000000d001",
        .product = ISSUER_PRODUCT,
        .token_id = "018f4c1e-0000-7000-8000-00000000e001",
        .issued_at = now_s,
        .not_before = now_s,
        .expires_at = now_s + 365 * DAY_S,
        .epoch = 1,
        .sequence = 3,
        .verdict = PL_VERDICT_ACTIVE,
        .plan = "pro",
        .customer = "Caf\xC3\xA9 Ada, Main Street",
        .entitlements = {entitlements, sizeof entitlements / sizeof entitlements[0]},
        .has_device = true,
        .match = PL_MATCH_TWO,
        .device_name = "Till 3",
    };

    for (size_t i = 0; i < sizeof bound / sizeof bound[0]; i++) {
        claims.device.count[bound[i]] = 1;
        memset(claims.device.value[bound[i]][0], (int)(0x40 + i), PL_FINGERPRINT_VALUE_SIZE);
    }
    return claims;
}
