/* SPDX-License-Identifier: Apache-2.0
 *
 * Signing documents: any payload, claims, and keysets.
 */
#include "token/issue.h"

#include "token/claims_json.h"

pl_err pl_jws_sign(pl_doc doc, const pl_key_pair *pair, const char *kid, pl_span payload, pl_buf *token)
{
    uint8_t signature[PL_SIGNATURE_SIZE];
    size_t start = token->size;
    pl_err err;

    pl_jws_write_input(token, doc, pair->public_key.alg, kid, payload);
    if (token->err)
        return token->err;
    if ((err = pl_key_pair_sign(pair, pl_span_of(token->data + start, token->size - start), signature)))
        return err;
    pl_jws_write_signature(token, signature);
    return token->err;
}

pl_err pl_claims_sign(const pl_claims *claims, const pl_key_pair *pair, const char *kid, pl_buf *token)
{
    pl_doc doc = claims->kind == PL_CLAIMS_LICENSE ? PL_DOC_LICENSE : PL_DOC_ANSWER;
    pl_json_writer writer;
    pl_buf payload;
    pl_err err;

    pl_buf_init(&payload);
    pl_json_writer_init(&writer, &payload);
    pl_claims_write(&writer, claims);
    err = payload.err ? payload.err : pl_jws_sign(doc, pair, kid, pl_buf_span(&payload), token);
    pl_buf_reset(&payload);
    return err;
}

static const char *state_text(pl_key_state state)
{
    switch (state) {
    case PL_KEY_CURRENT:
        return "current";
    case PL_KEY_RETIRED:
        return "retired";
    case PL_KEY_REVOKED:
        break;
    }
    return "revoked";
}

static void write_key(pl_json_writer *writer, const pl_keyset_key *key)
{
    pl_json_open(writer, NULL, '{');
    pl_jwk_write(writer, &key->jwk);
    pl_json_open(writer, "docs", '[');
    for (unsigned doc = PL_DOC_KEYSET; doc <= PL_DOC_PROOF; doc++)
        if (key->docs & 1u << doc)
            pl_json_put_text(writer, NULL, pl_doc_typ((pl_doc)doc));
    pl_json_close(writer);
    pl_json_put_text(writer, "state", state_text(key->state));
    if (key->state == PL_KEY_RETIRED)
        pl_json_put_int(writer, "retired_at", key->retired_at);
    pl_json_close(writer);
}

static void write_keyset(pl_buf *payload, const pl_keyset *keyset)
{
    pl_json_writer writer;

    pl_json_writer_init(&writer, payload);
    pl_json_open(&writer, NULL, '{');
    pl_json_put_text(&writer, "iss", keyset->issuer);
    pl_json_put_int(&writer, "iat", keyset->issued_at);
    pl_json_put_int(&writer, "epoch", keyset->epoch);
    pl_json_put_int(&writer, "seq", keyset->sequence);
    pl_json_open(&writer, "keys", '[');
    for (size_t i = 0; i < keyset->count; i++)
        write_key(&writer, &keyset->keys[i]);
    pl_json_close(&writer);
    pl_json_close(&writer);
}

pl_err pl_keyset_sign(const pl_keyset *keyset, const pl_key_pair *root, pl_buf *token)
{
    char kid[PL_KID_SIZE];
    pl_buf payload;
    pl_err err;

    pl_jwk_thumbprint(&root->public_key, kid);
    pl_buf_init(&payload);
    write_keyset(&payload, keyset);
    err = payload.err ? payload.err : pl_jws_sign(PL_DOC_KEYSET, root, kid, pl_buf_span(&payload), token);
    pl_buf_reset(&payload);
    return err;
}
