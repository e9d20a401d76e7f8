/* SPDX-License-Identifier: Apache-2.0
 *
 * The algorithms behind pl_alg, by name: what verify.c and issue.c choose from. Nobody else includes this.
 */
#ifndef PL_CRYPTO_ALGORITHM_H
#define PL_CRYPTO_ALGORITHM_H

#include "crypto/issue.h"

/* Ed25519 (RFC 8032) by libsodium: refuses a non-canonical S and points of small order. */
pl_err pl_ed25519_verify(const uint8_t point[32], pl_span message, const uint8_t signature[PL_SIGNATURE_SIZE]);
/* ECDSA on P-256 with SHA-256 by Mbed TLS. */
pl_err pl_p256_verify(const uint8_t point[64], pl_span message, const uint8_t signature[PL_SIGNATURE_SIZE]);

/* Issuers only. */
pl_err pl_ed25519_pair(const uint8_t seed[32], pl_key_pair *pair);
pl_err pl_ed25519_sign(const pl_key_pair *pair, pl_span message, uint8_t signature[PL_SIGNATURE_SIZE]);
pl_err pl_p256_new_scalar(uint8_t scalar[32]);
pl_err pl_p256_pair(const uint8_t scalar[32], pl_key_pair *pair);
pl_err pl_p256_sign(const pl_key_pair *pair, pl_span message, uint8_t signature[PL_SIGNATURE_SIZE]);

#endif
