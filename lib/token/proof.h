/* SPDX-License-Identifier: Apache-2.0
 *
 * Proof of possession of a device key: a small JWS (typ pospal-proof+jwt) that the device signs for one act on one activation.
 * claims: act, sub (activation id), nonce (the request's, base64url), iat; in a release, which answers no request, iss and license, so that
 * the vendor finds the seat; digest (base64url of SHA-256) where an act has more to sign than that it is meant. kid is the device key's
 * thumbprint.
 */
#ifndef PL_TOKEN_PROOF_H
#define PL_TOKEN_PROOF_H

#include "base/buf.h"
#include "token/jws.h"

enum { PL_PROOF_MAX = 1024 };

#define PL_PROOF_RELEASE "release"

typedef struct {
    const char *act; /* "deactivate" */
    const char *activation_id;
    uint8_t nonce[PL_NONCE_SIZE];
    int64_t issued_at;
    const char *issuer;     /* brand id; NULL but for a release */
    const char *license_id; /* NULL but for a release */
    const uint8_t *digest;  /* PL_DIGEST_SIZE bytes; NULL: none */
} pl_proof;

void pl_proof_write(const pl_proof *proof, const uint8_t secret[PL_DEVICE_SECRET_SIZE], pl_buf *token);
/* Verifies with the device's public key and compares act, activation, nonce and digest, which must be there just where one is expected. PL_ERR_SIGNATURE, _TYPE, _MALFORMED. */
pl_err pl_proof_verify(pl_span token, const uint8_t public_key[PL_DEVICE_PUBLIC_SIZE], const pl_proof *expected);
/* What it says, not to be believed before pl_proof_verify with just that. Texts live in the arena. PL_ERR_MALFORMED, _TYPE, _TOO_LARGE. */
pl_err pl_proof_read(pl_arena *arena, pl_span token, pl_proof *proof);

#endif
