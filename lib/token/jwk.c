/* SPDX-License-Identifier: Apache-2.0
 *
 * Public keys as JSON, and the thumbprint that names them. Which keys may sign what is in keyring.c.
 */
#include "token/jwk.h"

#include <stdio.h>
#include <string.h>

enum { COORDINATE = 32, COORDINATE_TEXT = 44 /* with the NUL */, NAME_MAX = 32 };

static void encode_coordinate(const uint8_t coordinate[COORDINATE], char text[COORDINATE_TEXT])
{
    pl_base64url_encode(pl_span_of(coordinate, COORDINATE), text);
}

void pl_jwk_thumbprint(const pl_public_key *key, char kid[PL_KID_SIZE])
{
    char x[COORDINATE_TEXT], y[COORDINATE_TEXT], canonical[160];
    uint8_t digest[PL_DIGEST_SIZE];

    encode_coordinate(key->point, x);
    encode_coordinate(key->point + COORDINATE, y);
    if (key->alg == PL_ALG_EDDSA)
        snprintf(canonical, sizeof(canonical), "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%s\"}", x);
    else
        snprintf(canonical, sizeof(canonical), "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}", x, y);
    pl_digest(pl_span_text(canonical), digest);
    pl_base64url_encode(pl_span_of(digest, sizeof(digest)), kid);
}

static pl_err read_coordinate(const pl_json *object, const char *name, uint8_t coordinate[COORDINATE])
{
    size_t size = COORDINATE;
    const char *text;
    pl_err err;

    if ((err = pl_json_want_text(object, name, COORDINATE_TEXT - 1, &text)) ||
        (err = pl_base64url_decode(pl_span_text(text), coordinate, &size)))
        return err;
    return size == COORDINATE ? PL_OK : pl_fail(PL_ERR_MALFORMED, "member \"%s\" is not %d bytes", name, (int)COORDINATE);
}

/* Members with private halves: who publishes one has lost the key. */
static pl_err refuse_private(const pl_json *object)
{
    static const char *const names[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (pl_json_get(object, names[i]))
            return pl_fail(PL_ERR_MALFORMED, "a public key with the private member \"%s\"", names[i]);
    return PL_OK;
}

pl_err pl_jwk_read_key(const pl_json *object, pl_public_key *key)
{
    const char *kty, *crv;
    pl_err err;

    memset(key, 0, sizeof(*key));
    if ((err = refuse_private(object)) || (err = pl_json_want_text(object, "kty", NAME_MAX, &kty)))
        return err;
    if (strcmp(kty, "OKP") != 0 && strcmp(kty, "EC") != 0)
        return pl_fail(PL_ERR_UNSUPPORTED, "a key of type \"%s\"", kty);
    if ((err = pl_json_want_text(object, "crv", NAME_MAX, &crv)))
        return err;
    if (strcmp(kty, "OKP") == 0 && strcmp(crv, "Ed25519") == 0)
        key->alg = PL_ALG_EDDSA;
    else if (strcmp(kty, "EC") == 0 && strcmp(crv, "P-256") == 0)
        key->alg = PL_ALG_ES256;
    else
        return pl_fail(PL_ERR_UNSUPPORTED, "a key on the curve \"%s\"", crv);
    if ((err = read_coordinate(object, "x", key->point)) || key->alg == PL_ALG_EDDSA)
        return err;
    return read_coordinate(object, "y", key->point + COORDINATE);
}

static const char *alg_name(pl_alg alg)
{
    return alg == PL_ALG_EDDSA ? "EdDSA" : "ES256";
}

/* What else a key may say about itself has to be true. */
static pl_err check_text(const pl_json *object, const char *name, const char *expected)
{
    const char *text = expected;
    pl_err err = pl_json_may_text(object, name, PL_KID_SIZE, &text);

    if (err)
        return err;
    return strcmp(text, expected) == 0 ? PL_OK : pl_fail(PL_ERR_MALFORMED, "member \"%s\" is not \"%s\"", name, expected);
}

pl_err pl_jwk_read(const pl_json *object, pl_jwk *jwk)
{
    pl_err err = pl_jwk_read_key(object, &jwk->key);

    if (err)
        return err;
    pl_jwk_thumbprint(&jwk->key, jwk->kid);
    if ((err = check_text(object, "alg", alg_name(jwk->key.alg))) || (err = check_text(object, "use", "sig")))
        return err;
    return check_text(object, "kid", jwk->kid);
}

static bool is_known(const pl_jwk *keys, size_t count, const char *kid)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(keys[i].kid, kid) == 0)
            return true;
    return false;
}

static pl_err read_keys(const pl_json *array, pl_jwk *keys, size_t *count)
{
    size_t wanted = array ? pl_json_count(array) : 0;
    pl_err err;

    if (wanted == 0)
        return pl_fail(PL_ERR_MALFORMED, "a set without keys");
    for (size_t i = 0; i < wanted; i++) {
        if (!pl_json_is_object(pl_json_at(array, i)))
            return pl_fail(PL_ERR_MALFORMED, "a key that is no object");
        if ((err = pl_jwk_read(pl_json_at(array, i), &keys[i])))
            return err;
        if (is_known(keys, i, keys[i].kid))
            return pl_fail(PL_ERR_MALFORMED, "the key %s comes twice", keys[i].kid);
    }
    *count = wanted;
    return PL_OK;
}

pl_err pl_jwks_parse(pl_span text, pl_jwk *keys, size_t *count)
{
    const pl_json *object, *array = NULL;
    pl_arena arena;
    pl_err err;

    pl_arena_init(&arena);
    if (!(err = pl_json_parse(&arena, text, PL_JWKS_MAX, &object)) && !(err = pl_json_may_array(object, "keys", *count, &array)))
        err = read_keys(array, keys, count);
    pl_arena_reset(&arena);
    return err;
}

void pl_jwk_write(pl_json_writer *writer, const pl_jwk *jwk)
{
    bool is_okp = jwk->key.alg == PL_ALG_EDDSA;
    char text[COORDINATE_TEXT];

    pl_json_put_text(writer, "kty", is_okp ? "OKP" : "EC");
    pl_json_put_text(writer, "crv", is_okp ? "Ed25519" : "P-256");
    encode_coordinate(jwk->key.point, text);
    pl_json_put_text(writer, "x", text);
    if (!is_okp) {
        encode_coordinate(jwk->key.point + COORDINATE, text);
        pl_json_put_text(writer, "y", text);
    }
    pl_json_put_text(writer, "kid", jwk->kid);
    pl_json_put_text(writer, "alg", alg_name(jwk->key.alg));
    pl_json_put_text(writer, "use", "sig");
}
