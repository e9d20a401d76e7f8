/* SPDX-License-Identifier: Apache-2.0
 *
 * Verifying by the algorithm that belongs to the key.
 */
#include "crypto/crypto.h"

#include "crypto/algorithm.h"

pl_err pl_verify(const pl_public_key *key, pl_span message, const uint8_t signature[PL_SIGNATURE_SIZE])
{
    switch (key->alg) {
    case PL_ALG_EDDSA:
        return pl_ed25519_verify(key->point, message, signature);
    case PL_ALG_ES256:
        return pl_p256_verify(key->point, message, signature);
    case PL_ALG_NONE:
        break;
    }
    return pl_fail(PL_ERR_MALFORMED, "a key without algorithm");
}
