/* SPDX-License-Identifier: Apache-2.0
 *
 * JWS compact serialization (RFC 7515): taking one apart under strict limits, and verifying it with a key whose algorithm is fixed.
 */
#ifndef PL_TOKEN_JWS_H
#define PL_TOKEN_JWS_H

#include "base/arena.h"
#include "base/json.h"
#include "crypto/crypto.h"
#include "token/jwk.h"

enum { PL_JWS_MAX = 65536, PL_JWS_HEADER_MAX = 512 };

/* The types of document; each is bound to its "typ" (RFC 8725, 3.11). */
typedef enum {
    PL_DOC_NONE = 0,
    PL_DOC_KEYSET,      /* pospal-keyset+jwt */
    PL_DOC_LICENSE,     /* pospal-license+jwt */
    PL_DOC_ANSWER,      /* pospal-answer+jwt */
    PL_DOC_REVOCATIONS, /* pospal-revocations+jwt */
    PL_DOC_PROOF,       /* pospal-proof+jwt: signed by a device key, never by a keyset's */
    PL_DOC_AUDIT        /* pospal-audit+jwt: a checkpoint of the validator's audit; whoever may sign answers may sign it */
} pl_doc;

const char *pl_doc_typ(pl_doc doc);
pl_doc pl_doc_parse(const char *typ);

typedef struct {
    pl_alg alg; /* as the header claims; to be compared with the key's */
    pl_doc doc;
    const char *kid;
    const pl_json *claims; /* not to be believed before pl_jws_verify */
    pl_span signing_input;
    uint8_t signature[PL_SIGNATURE_SIZE];
} pl_jws;

/*
 * Takes a token apart: three non-empty strict base64url parts; a header of exactly alg, kid, typ (others, "crit" and "b64" included,
 * refused); claims as one JSON object. PL_ERR_MALFORMED, _TOO_LARGE, _TYPE, _UNSUPPORTED, _MEMORY. The text must outlive jws.
 */
pl_err pl_jws_parse(pl_arena *arena, pl_span token, pl_jws *jws);
/* PL_ERR_SIGNATURE, also when the header's alg is not the key's. */
pl_err pl_jws_verify(const pl_jws *jws, const pl_public_key *key);

/* Making one, in two steps, for those who hold a secret: appends header.payload, which is then signed; appends .signature */
void pl_jws_write_input(pl_buf *token, pl_doc doc, pl_alg alg, const char *kid, pl_span payload);
void pl_jws_write_signature(pl_buf *token, const uint8_t signature[PL_SIGNATURE_SIZE]);

#endif
