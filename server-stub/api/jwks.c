/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /.well-known/jwks.json[?brand=SLUG|?root=KID]: every public key of one brand that verifies something today. A server of one brand
 * needs neither; one of several does not guess, and gives no set of several brands' keys: see keyring_export.
 */
#include "api/operator.h"
#include "store/brands.h"

typedef struct {
    const keyring_t *keyring;
    const char *slug;          /* NULL: brand is known */
    const brand_keys_t *brand; /* NULL: to be found by the slug */
} jwks_in_t;

static pl_err choose_brand(const request_t *request, jwks_in_t *jwks)
{
    const char *root = request->query(request, "root");

    jwks->slug = request->query(request, "brand");
    if (jwks->slug && root)
        return pl_fail(PL_ERR_INVALID, "brand and root: one of them names the brand");
    if (jwks->slug && strlen(jwks->slug) > BRAND_SLUG_MAX)
        return pl_fail(PL_ERR_INVALID, "brand: at most %d characters", BRAND_SLUG_MAX);
    if (jwks->slug)
        return PL_OK;
    if (root && !(jwks->brand = keyring_find_by_roots(jwks->keyring, &root, 1)))
        return pl_fail(PL_ERR_NOT_FOUND, "no brand of this server has that root key");
    if (!root && !(jwks->brand = keyring_only_brand(jwks->keyring)))
        return pl_fail(PL_ERR_INVALID, "this server has several brands: ?brand=SLUG or ?root=KID names one");
    return PL_OK;
}

static pl_err parse_jwks(const api_t *api, const request_t *request, void **in)
{
    jwks_in_t *jwks = pl_arena_take(request->arena, sizeof *jwks);

    if (!jwks || !(jwks->keyring = keys_pin(api->keys, request->arena)))
        return PL_ERR_MEMORY;
    *in = jwks;
    return choose_brand(request, jwks);
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
    return keyring_export(jwks->keyring, jwks->brand ? jwks->brand->id : brand->id, reply->body);
}

const endpoint_t operator_jwks = {parse_jwks, act_jwks, reply_jwks, NULL};
