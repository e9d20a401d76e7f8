/* SPDX-License-Identifier: Apache-2.0
 *
 * Ed25519 key pairs of issuers.
 */
#include "crypto/issue.h"

#include <sodium.h>

#include "crypto/algorithm.h"

pl_err pl_ed25519_pair(const uint8_t seed[32], pl_key_pair *pair)
{
    crypto_sign_seed_keypair(pair->public_key.point, pair->secret, seed);
    pair->public_key.alg = PL_ALG_EDDSA;
    return PL_OK;
}

pl_err pl_ed25519_sign(const pl_key_pair *pair, pl_span message, uint8_t signature[PL_SIGNATURE_SIZE])
{
    if (crypto_sign_detached(signature, NULL, (const unsigned char *)message.data, message.size, pair->secret))
        return pl_fail(PL_ERR_INTERNAL, "libsodium did not sign");
    return PL_OK;
}

void pl_mac_parts(pl_span secret, const pl_span *parts, size_t count, uint8_t mac[PL_MAC_SIZE])
{
    crypto_auth_hmacsha256_state state;

    crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret.data, secret.size);
    for (size_t i = 0; i < count; i++)
        crypto_auth_hmacsha256_update(&state, (const unsigned char *)parts[i].data, parts[i].size);
    crypto_auth_hmacsha256_final(&state, mac);
    pl_wipe(&state, sizeof(state));
}
