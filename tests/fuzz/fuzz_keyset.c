/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as root keys, as a keyset token, and as the claims of a keyset that a root has signed (or else no input would get past the
 * signature). A verified keyset can be signed again and verifies as the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "token/issue.h"

static void require(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const pl_roots *roots, const pl_key_pair *root, const pl_keyset *keyset)
{
    pl_keyset again;
    pl_buf token;

    require(keyset->count <= PL_KEYSET_KEYS_MAX && memchr(keyset->issuer, 0, sizeof(keyset->issuer)));
    pl_buf_init(&token);
    require(pl_keyset_sign(keyset, root, &token) == PL_OK);
    if (token.size <= PL_KEYSET_MAX) {
        require(pl_keyset_verify(roots, pl_buf_span(&token), &again) == PL_OK);
        require(pl_keyset_compare(keyset, &again) == 0 && again.count == keyset->count);
    }
    pl_buf_reset(&token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t seed[32] = {1};
    const pl_span input = pl_span_of(data, size);
    pl_roots roots, parsed;
    pl_keyset keyset;
    pl_key_pair root;
    pl_buf token;

    require(pl_crypto_ready() == PL_OK && pl_key_pair_from_secret(PL_ALG_EDDSA, seed, &root) == PL_OK);
    roots.count = 1;
    roots.keys[0].key = root.public_key;
    pl_jwk_thumbprint(&root.public_key, roots.keys[0].kid);
    require((pl_roots_parse(input, &parsed) == PL_OK) == (parsed.count > 0));
    require(pl_keyset_verify(&roots, input, &keyset) != PL_OK && keyset.count == 0);
    pl_buf_init(&token);
    if (pl_jws_sign(PL_DOC_KEYSET, &root, roots.keys[0].kid, input, &token) == PL_OK &&
        pl_keyset_verify(&roots, pl_buf_span(&token), &keyset) == PL_OK)
        check_again(&roots, &root, &keyset);
    pl_buf_reset(&token);
    return 0;
}
