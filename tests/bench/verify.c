/* SPDX-License-Identifier: Apache-2.0
 *
 * verify_vs_sodium: a license document taken apart, verified and its claims read, against libsodium's bare verification of the same
 * bytes. The keyset is held already, as a running client holds it.
 */
#include <sodium.h>
#include <time.h>

#include "figures.h"
#include "issuer.h"
#include "measure.h"
#include "token/claims_json.h"

enum { TIMES = 8, ROUNDS = 500, ROUNDS_QUICK = 5 };

typedef struct {
    issuer_t issuer;
    pl_buf token;
    pl_jws jws; /* of the token, for the bare verification */
    pl_arena arena;
} verify_t;

static pl_err run_ours(void *context)
{
    verify_t *v = context;
    pl_claims claims;
    pl_arena arena;
    pl_jws jws;
    pl_err err;

    pl_arena_init(&arena);
    if (!(err = pl_keyset_verify_document(&v->issuer.keyset, &arena, PL_DOC_LICENSE, pl_buf_span(&v->token), &jws)))
        err = pl_claims_read(&arena, &jws, &claims);
    pl_arena_reset(&arena);
    return err;
}

static pl_err run_bare(void *context)
{
    const verify_t *v = context;
    pl_span input = v->jws.signing_input;

    if (crypto_sign_verify_detached(v->jws.signature, (const unsigned char *)input.data, input.size,
                                    v->issuer.license.public_key.point))
        return pl_fail(PL_ERR_SIGNATURE, "libsodium does not believe the document");
    return PL_OK;
}

static pl_err prepare(verify_t *v)
{
    pl_claims claims = issuer_claims((int64_t)time(NULL));
    pl_err err;

    if ((err = issuer_init(&v->issuer)) || (err = pl_claims_sign(&claims, &v->issuer.license, v->issuer.license_kid, &v->token)))
        return err;
    return pl_jws_parse(&v->arena, pl_buf_span(&v->token), &v->jws);
}

pl_err bench_verify(bench_t *bench)
{
    static verify_t v;
    work_t ours = {run_ours, &v, TIMES}, bare = {run_bare, &v, TIMES};
    pair_t pair;
    pl_err err;

    pl_buf_init(&v.token);
    pl_arena_init(&v.arena);
    if (!(err = prepare(&v)) && !(err = measure_pair(&ours, &bare, bench->is_quick ? ROUNDS_QUICK : ROUNDS, &pair)))
        figure_set(bench, VERIFY_VS_SODIUM, pair.ratio, "%.1f us against %.1f us, %zu bytes", pair.first_ns / 1e3,
                   pair.second_ns / 1e3, v.jws.signing_input.size);
    pl_arena_reset(&v.arena);
    pl_buf_reset(&v.token);
    issuer_reset(&v.issuer);
    return err;
}
