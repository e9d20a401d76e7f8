/* SPDX-License-Identifier: Apache-2.0
 *
 * The device key's proof of possession, both ways.
 */
#include "token/proof.h"

#include <string.h>

enum { ACT_MAX = 32, ID_MAX = 64, NONCE_TEXT = 44 /* with the NUL */ };

static void kid_of(const uint8_t public_key[PL_DEVICE_PUBLIC_SIZE], pl_jwk *jwk)
{
    memset(jwk, 0, sizeof(*jwk));
    jwk->key.alg = PL_ALG_EDDSA;
    memcpy(jwk->key.point, public_key, PL_DEVICE_PUBLIC_SIZE);
    pl_jwk_thumbprint(&jwk->key, jwk->kid);
}

static void write_claims(const pl_proof *proof, pl_buf *out)
{
    char nonce[NONCE_TEXT];
    pl_json_writer writer;

    pl_base64url_encode(pl_span_of(proof->nonce, PL_NONCE_SIZE), nonce);
    pl_json_writer_init(&writer, out);
    pl_json_open(&writer, NULL, '{');
    pl_json_put_text(&writer, "act", proof->act);
    pl_json_put_text(&writer, "sub", proof->activation_id);
    pl_json_put_text(&writer, "nonce", nonce);
    pl_json_put_int(&writer, "iat", proof->issued_at);
    pl_json_put_text(&writer, "iss", proof->issuer);
    pl_json_put_text(&writer, "license", proof->license_id);
    if (proof->digest) {
        pl_base64url_encode(pl_span_of(proof->digest, PL_DIGEST_SIZE), nonce);
        pl_json_put_text(&writer, "digest", nonce);
    }
    pl_json_close(&writer);
}

void pl_proof_write(const pl_proof *proof, const uint8_t secret[PL_DEVICE_SECRET_SIZE], pl_buf *token)
{
    uint8_t public_key[PL_DEVICE_PUBLIC_SIZE], signature[PL_SIGNATURE_SIZE];
    size_t start = token->size;
    pl_buf claims;
    pl_jwk jwk;

    pl_device_public(secret, public_key);
    kid_of(public_key, &jwk);
    pl_buf_init(&claims);
    write_claims(proof, &claims);
    if (claims.err)
        token->err = claims.err;
    pl_jws_write_input(token, PL_DOC_PROOF, PL_ALG_EDDSA, jwk.kid, pl_buf_span(&claims));
    pl_buf_reset(&claims);
    if (token->err)
        return;
    pl_device_sign(secret, pl_span_of(token->data + start, token->size - start), signature);
    pl_jws_write_signature(token, signature);
}

static pl_err compare_digest(const pl_json *claims, const pl_proof *expected)
{
    uint8_t digest[PL_DIGEST_SIZE];
    size_t size = sizeof(digest);
    const char *text = NULL;
    pl_err err;

    if (!expected->digest) {
        if ((err = pl_json_may_text(claims, "digest", NONCE_TEXT - 1, &text)))
            return err;
        return text ? pl_fail(PL_ERR_SIGNATURE, "the proof is for something that did not come with it") : PL_OK;
    }
    if ((err = pl_json_want_text(claims, "digest", NONCE_TEXT - 1, &text)) ||
        (err = pl_base64url_decode(pl_span_text(text), digest, &size)))
        return err;
    if (size != PL_DIGEST_SIZE || !pl_equal(digest, expected->digest, PL_DIGEST_SIZE))
        return pl_fail(PL_ERR_SIGNATURE, "the proof is for something else than came with it");
    return PL_OK;
}

static pl_err read_claims(const pl_json *claims, pl_proof *proof)
{
    size_t size = sizeof(proof->nonce);
    const char *text;
    pl_err err;

    *proof = (pl_proof){.act = NULL};
    if ((err = pl_json_want_text(claims, "act", ACT_MAX, &proof->act)) ||
        (err = pl_json_want_text(claims, "sub", ID_MAX, &proof->activation_id)) ||
        (err = pl_json_want_text(claims, "nonce", NONCE_TEXT - 1, &text)) ||
        (err = pl_json_want_int(claims, "iat", 0, INT64_MAX, &proof->issued_at)) ||
        (err = pl_json_may_text(claims, "iss", ID_MAX, &proof->issuer)) ||
        (err = pl_json_may_text(claims, "license", ID_MAX, &proof->license_id)) ||
        (err = pl_base64url_decode(pl_span_text(text), proof->nonce, &size)))
        return err;
    return size == PL_NONCE_SIZE ? PL_OK : pl_fail(PL_ERR_MALFORMED, "the nonce of the proof is not %d bytes", PL_NONCE_SIZE);
}

static pl_err compare(const pl_json *claims, const pl_proof *expected)
{
    pl_proof proof;
    pl_err err;

    if ((err = read_claims(claims, &proof)))
        return err;
    if (strcmp(proof.act, expected->act) != 0 || strcmp(proof.activation_id, expected->activation_id) != 0 ||
        !pl_equal(proof.nonce, expected->nonce, PL_NONCE_SIZE))
        return pl_fail(PL_ERR_SIGNATURE, "the proof is for another act, activation or request");
    return compare_digest(claims, expected);
}

static pl_err parse(pl_arena *arena, pl_span token, pl_jws *jws)
{
    pl_err err;

    if (token.size > PL_PROOF_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "a proof of %zu bytes, %d are allowed", token.size, (int)PL_PROOF_MAX);
    if ((err = pl_jws_parse(arena, token, jws)))
        return err;
    return jws->doc == PL_DOC_PROOF ? PL_OK : pl_fail(PL_ERR_TYPE, "a document of type %s is expected", pl_doc_typ(PL_DOC_PROOF));
}

pl_err pl_proof_read(pl_arena *arena, pl_span token, pl_proof *proof)
{
    pl_jws jws;
    pl_err err = parse(arena, token, &jws);

    return err ? err : read_claims(jws.claims, proof);
}

pl_err pl_proof_verify(pl_span token, const uint8_t public_key[PL_DEVICE_PUBLIC_SIZE], const pl_proof *expected)
{
    pl_arena arena;
    pl_jws jws;
    pl_jwk jwk;
    pl_err err;

    kid_of(public_key, &jwk);
    pl_arena_init(&arena);
    err = parse(&arena, token, &jws);
    if (!err && strcmp(jws.kid, jwk.kid) != 0)
        err = pl_fail(PL_ERR_SIGNATURE, "the proof names another device key");
    if (!err && !(err = pl_jws_verify(&jws, &jwk.key)))
        err = compare(jws.claims, expected);
    pl_arena_reset(&arena);
    return err;
}
