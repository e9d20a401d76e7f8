/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /.well-known/jwks.json[?brand=SLUG]: every public key that verifies something today, of one brand or of all.
 */
#include "api/operator.h"
#include "store/brands.h"

typedef struct {
    const keyring_t *keyring;
    const char *slug; /* NULL: all brands */
} jwks_in_t;

static pl_err parse_jwks(const api_t *api, const request_t *request, void **in)
{
    jwks_in_t *jwks = pl_arena_take(request->arena, sizeof *jwks);

    if (!jwks || !(jwks->keyring = keys_pin(api->keys, request->arena)))
        return PL_ERR_MEMORY;
    jwks->slug = request->query(request, "brand");
    if (jwks->slug && strlen(jwks->slug) > BRAND_SLUG_MAX)
        return pl_fail(PL_ERR_INVALID, "brand: at most %d characters", BRAND_SLUG_MAX);
    *in = jwks;
    return PL_OK;
}

static pl_err act_jwks(const api_t *api, tx_t *tx, const void *in, void **out)
{
    const jwks_in_t *jwks = in;
    brand_t *brand;

    (void)api;
    if (!jwks->slug)
        return PL_OK;
    *out = brand = pl_arena_take(tx->arena, sizeof *brand);
    return brand ? brands_find_by_slug(tx, jwks->slug, brand) : PL_ERR_MEMORY;
}

static pl_err reply_jwks(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply)
{
    const jwks_in_t *jwks = in;
    const brand_t *brand = out;

    (void)api;
    (void)arena;
    reply->media_type = "application/jwk-set+json";
    reply->cache_control = "max-age=300";
    return keyring_export(jwks->keyring, brand ? &brand->id : NULL, reply->body);
}

const endpoint_t operator_jwks = {parse_jwks, act_jwks, reply_jwks};
