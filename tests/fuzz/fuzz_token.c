/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a token: taken apart, verified against a key that has signed nothing of the kind, and read as claims all the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "token/claims_json.h"
#include "token/keyring.h"
#include "token/proof.h"

static const pl_public_key key = {.alg = PL_ALG_EDDSA, .point = {0xd7, 0x5a, 0x98}};

static void require(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_proof(pl_span token)
{
    const pl_proof expected = {.act = "deactivate", .activation_id = "a"};

    require(pl_proof_verify(token, key.point, &expected) != PL_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const pl_span token = pl_span_of(data, size);
    pl_claims claims;
    pl_arena arena;
    pl_jws jws;

    require(pl_crypto_ready() == PL_OK);
    pl_arena_init(&arena);
    if (pl_jws_parse(&arena, token, &jws) == PL_OK) {
        require(size <= PL_JWS_MAX && jws.signing_input.size < size && pl_json_is_object(jws.claims));
        require(jws.alg != PL_ALG_NONE && jws.doc != PL_DOC_NONE && strlen(jws.kid) < PL_KID_SIZE);
        require(pl_jws_verify(&jws, &key) != PL_OK);
        if (pl_claims_read(&arena, &jws, &claims) == PL_OK)
            require(claims.issuer && claims.product && claims.issued_at > 0);
    }
    try_proof(token);
    pl_arena_reset(&arena);
    return 0;
}
