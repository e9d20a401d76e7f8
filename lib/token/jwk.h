/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON Web Keys (RFC 7517, RFC 8037, RFC 7518 6.2): public keys only, EdDSA on Ed25519 and ES256 on P-256.
 */
#ifndef PL_TOKEN_JWK_H
#define PL_TOKEN_JWK_H

#include "base/json.h"
#include "crypto/crypto.h"

enum { PL_KID_SIZE = 44 /* base64url SHA-256 thumbprint (RFC 7638) with the NUL */, PL_JWKS_MAX = 16384, PL_JWKS_KEYS_MAX = 16 };

typedef struct {
    char kid[PL_KID_SIZE];
    pl_public_key key;
} pl_jwk;

void pl_jwk_thumbprint(const pl_public_key *key, char kid[PL_KID_SIZE]);
/* The key alone. PL_ERR_UNSUPPORTED for a "kty" or "crv" that is not ours, PL_ERR_MALFORMED for the rest. */
pl_err pl_jwk_read_key(const pl_json *object, pl_public_key *key);
/* Refuses private members, other curves, an "alg" that is not the key's, and a "kid" that is not the thumbprint. */
pl_err pl_jwk_read(const pl_json *object, pl_jwk *jwk);
/* {"keys":[...]}: 1 to max keys, no two alike. *count: in, the room; out, the keys. */
pl_err pl_jwks_parse(pl_span text, pl_jwk *keys, size_t *count);
/* Writes kty, crv, x[, y], kid, alg, use into the object that is open. */
void pl_jwk_write(pl_json_writer *writer, const pl_jwk *jwk);

#endif
