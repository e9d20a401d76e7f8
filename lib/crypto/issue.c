/* SPDX-License-Identifier: Apache-2.0
 *
 * Key pairs and signatures by algorithm.
 */
#include "crypto/issue.h"

#include "crypto/algorithm.h"

static pl_err fail_algorithm(void)
{
    return pl_fail(PL_ERR_UNSUPPORTED, "a key pair without algorithm");
}

pl_err pl_key_pair_new(pl_alg alg, pl_key_pair *pair)
{
    uint8_t secret[32];
    pl_err err = PL_OK;

    if (alg == PL_ALG_ES256)
        err = pl_p256_new_scalar(secret);
    else
        pl_random(secret, sizeof(secret));
    if (!err)
        err = pl_key_pair_from_secret(alg, secret, pair);
    pl_wipe(secret, sizeof(secret));
    return err;
}

pl_err pl_key_pair_from_secret(pl_alg alg, const uint8_t secret[32], pl_key_pair *pair)
{
    pl_wipe(pair, sizeof(*pair));
    switch (alg) {
    case PL_ALG_EDDSA:
        return pl_ed25519_pair(secret, pair);
    case PL_ALG_ES256:
        return pl_p256_pair(secret, pair);
    case PL_ALG_NONE:
        break;
    }
    return fail_algorithm();
}

pl_err pl_key_pair_sign(const pl_key_pair *pair, pl_span message, uint8_t signature[PL_SIGNATURE_SIZE])
{
    switch (pair->public_key.alg) {
    case PL_ALG_EDDSA:
        return pl_ed25519_sign(pair, message, signature);
    case PL_ALG_ES256:
        return pl_p256_sign(pair, message, signature);
    case PL_ALG_NONE:
        break;
    }
    return fail_algorithm();
}

void pl_key_pair_wipe(pl_key_pair *pair)
{
    pl_wipe(pair, sizeof(*pair));
}
