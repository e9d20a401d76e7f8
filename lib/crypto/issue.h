/* SPDX-License-Identifier: Apache-2.0
 *
 * The signing half: key pairs for issued documents. Linked by the validator and the tests, never by the SDK.
 */
#ifndef PL_CRYPTO_ISSUE_H
#define PL_CRYPTO_ISSUE_H

#include "crypto/crypto.h"

typedef struct {
    pl_public_key public_key;
    uint8_t secret[64]; /* Ed25519: libsodium's 64 bytes (seed || public); P-256: 32 bytes, the scalar */
} pl_key_pair;

/* PL_ERR_UNSUPPORTED for PL_ALG_NONE. */
pl_err pl_key_pair_new(pl_alg alg, pl_key_pair *pair);
/* From the 32 private bytes (seed or scalar). PL_ERR_MALFORMED. */
pl_err pl_key_pair_from_secret(pl_alg alg, const uint8_t secret[32], pl_key_pair *pair);
/* ES256 signatures are deterministic (RFC 6979). */
pl_err pl_key_pair_sign(const pl_key_pair *pair, pl_span message, uint8_t signature[PL_SIGNATURE_SIZE]);
void pl_key_pair_wipe(pl_key_pair *pair);

/* HMAC-SHA-256 with a secret of any length, which others chose, over parts one after the other. */
void pl_mac_parts(pl_span secret, const pl_span *parts, size_t count, uint8_t mac[PL_MAC_SIZE]);

#endif
