/* SPDX-License-Identifier: Apache-2.0
 *
 * Root key files: a JSON Web Key with its private half.
 */
#include "licensing/admin_keys.h"

#include "platform/file.h"

#include <string.h>

enum { FILE_MAX = 4096, COORDINATE_TEXT = 43, WORD_MAX = 32 };

static pl_err read_alg(const pl_json *object, pl_alg *alg)
{
    const char *curve;
    pl_err err = pl_json_want_text(object, "crv", WORD_MAX, &curve);

    if (err)
        return err;
    if (strcmp(curve, "Ed25519") == 0)
        *alg = PL_ALG_EDDSA;
    else if (strcmp(curve, "P-256") == 0)
        *alg = PL_ALG_ES256;
    else
        return pl_fail(PL_ERR_MALFORMED, "a root key on the curve %s", curve);
    return PL_OK;
}

static pl_err read_pair(const pl_json *object, root_key_t *root)
{
    const char *text;
    uint8_t secret[32];
    size_t size = sizeof(secret);
    pl_alg alg;
    pl_err err;

    if ((err = read_alg(object, &alg)) || (err = pl_json_want_text(object, "d", COORDINATE_TEXT, &text)))
        return err;
    if (!(err = pl_base64url_decode(pl_span_text(text), secret, &size)))
        err = size == sizeof(secret) ? pl_key_pair_from_secret(alg, secret, &root->pair) : PL_ERR_MALFORMED;
    pl_wipe(secret, sizeof(secret));
    return err;
}

pl_err root_key_read(pl_span text, root_key_t *root)
{
    const pl_json *object;
    const char *kid = NULL;
    pl_arena arena;
    pl_err err;

    pl_arena_init(&arena);
    if (!(err = pl_json_parse(&arena, text, FILE_MAX, &object)) && !(err = read_pair(object, root))) {
        pl_jwk_thumbprint(&root->pair.public_key, root->kid);
        err = pl_json_may_text(object, "kid", PL_KID_SIZE - 1, &kid);
        if (!err && kid && strcmp(kid, root->kid) != 0)
            err = pl_fail(PL_ERR_MALFORMED, "the private half is not that of the key it is named for");
    }
    pl_arena_reset(&arena);
    if (err)
        pl_key_pair_wipe(&root->pair);
    return err;
}

void root_key_write(const pl_key_pair *pair, pl_buf *text)
{
    char secret[COORDINATE_TEXT + 1];
    pl_json_writer writer;
    pl_jwk jwk = {.key = pair->public_key};

    pl_jwk_thumbprint(&jwk.key, jwk.kid);
    pl_base64url_encode(pl_span_of(pair->secret, 32), secret); /* the seed or the scalar: the first 32 bytes of either */
    pl_json_writer_init(&writer, text);
    pl_json_open(&writer, NULL, '{');
    pl_jwk_write(&writer, &jwk);
    pl_json_put_text(&writer, "d", secret);
    pl_json_close(&writer);
    pl_buf_add_text(text, "\n");
    pl_wipe(secret, sizeof(secret));
}

pl_err root_key_load(const char *path, root_key_t *root)
{
    const pl_fs *fs = pl_fs_system();
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    if (!(err = fs->read(fs->context, path, FILE_MAX, &text)))
        err = root_key_read(pl_buf_span(&text), root);
    pl_buf_reset(&text);
    return err;
}
