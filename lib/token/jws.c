/* SPDX-License-Identifier: Apache-2.0
 *
 * JWS compact serialization. Headers written by us are recognised byte by byte, because that is quick; all others are read as JSON
 * with the same strictness.
 */
#include "token/jws.h"

#include <stdio.h>
#include <string.h>

static const char *const typs[] = {
    [PL_DOC_NONE] = "",
    [PL_DOC_KEYSET] = "pospal-keyset+jwt",
    [PL_DOC_LICENSE] = "pospal-license+jwt",
    [PL_DOC_ANSWER] = "pospal-answer+jwt",
    [PL_DOC_REVOCATIONS] = "pospal-revocations+jwt",
    [PL_DOC_PROOF] = "pospal-proof+jwt",
    [PL_DOC_AUDIT] = "pospal-audit+jwt",
};

enum { DOC_COUNT = sizeof(typs) / sizeof(typs[0]), KID_LENGTH = PL_KID_SIZE - 1 };

static const struct {
    const char *name;
    pl_alg alg;
} algs[] = {{"EdDSA", PL_ALG_EDDSA}, {"ES256", PL_ALG_ES256}};

/* Our own header's text around alg, kid and typ; all algorithms have names of five characters. */
static const char before_alg[] = "{\"alg\":\"";
static const char before_kid[] = "\",\"kid\":\"";
static const char before_typ[] = "\",\"typ\":\"";
static const char after_typ[] = "\"}";

static pl_doc doc_of(pl_span typ)
{
    for (unsigned doc = PL_DOC_KEYSET; doc < DOC_COUNT; doc++)
        if (pl_span_is(typ, typs[doc]))
            return (pl_doc)doc;
    return PL_DOC_NONE;
}

static pl_alg alg_of(pl_span name)
{
    for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++)
        if (pl_span_is(name, algs[i].name))
            return algs[i].alg;
    return PL_ALG_NONE;
}

static const char *alg_name(pl_alg alg)
{
    for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++)
        if (algs[i].alg == alg)
            return algs[i].name;
    return "";
}

const char *pl_doc_typ(pl_doc doc)
{
    return typs[doc];
}

pl_doc pl_doc_parse(const char *typ)
{
    return doc_of(pl_span_text(typ));
}

/* Takes size characters, or the text, off the front. */
static bool take(pl_span *rest, size_t size, pl_span *taken)
{
    if (rest->size < size)
        return false;
    *taken = pl_span_of(rest->data, size);
    *rest = pl_span_of(rest->data + size, rest->size - size);
    return true;
}

static bool take_text(pl_span *rest, const char *text)
{
    pl_span taken;

    return take(rest, strlen(text), &taken) && pl_span_is(taken, text);
}

typedef struct {
    pl_span alg, kid, typ;
} header;

static bool is_our_header(pl_span text, header *h)
{
    uint8_t digest[PL_DIGEST_SIZE];
    size_t size = sizeof(digest);

    return take_text(&text, before_alg) && take(&text, 5, &h->alg) && take_text(&text, before_kid) &&
           take(&text, KID_LENGTH, &h->kid) && take_text(&text, before_typ) && text.size > strlen(after_typ) &&
           take(&text, text.size - strlen(after_typ), &h->typ) && take_text(&text, after_typ) && alg_of(h->alg) != PL_ALG_NONE &&
           doc_of(h->typ) != PL_DOC_NONE && pl_base64url_decode(h->kid, digest, &size) == PL_OK;
}

static pl_err read_any_header(pl_arena *arena, pl_span text, header *h)
{
    const char *alg, *kid, *typ;
    const pl_json *object;
    pl_err err;

    if ((err = pl_json_parse(arena, text, PL_JWS_HEADER_MAX, &object)) || (err = pl_json_want_text(object, "alg", 64, &alg)) ||
        (err = pl_json_want_text(object, "kid", KID_LENGTH, &kid)) || (err = pl_json_want_text(object, "typ", 64, &typ)))
        return err;
    if (pl_json_count(object) != 3)
        return pl_fail(PL_ERR_MALFORMED, "a header with members besides alg, kid and typ");
    *h = (header){pl_span_text(alg), pl_span_text(kid), pl_span_text(typ)};
    return PL_OK;
}

static pl_err decode(pl_arena *arena, pl_span part, pl_span *bytes)
{
    size_t size = part.size;
    char *room = pl_arena_take(arena, size);
    pl_err err;

    if (!room)
        return pl_fail(PL_ERR_MEMORY, "a token part of %zu bytes", size);
    err = pl_base64url_decode(part, room, &size);
    *bytes = pl_span_of(room, size);
    return err;
}

static pl_err read_header(pl_arena *arena, pl_span part, pl_jws *jws)
{
    pl_span text;
    pl_err err;
    header h;

    if (part.size > PL_JWS_HEADER_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "a token header of %zu characters", part.size);
    if ((err = decode(arena, part, &text)) || (!is_our_header(text, &h) && (err = read_any_header(arena, text, &h))))
        return err;
    jws->alg = alg_of(h.alg);
    if (jws->alg == PL_ALG_NONE)
        return pl_fail(PL_ERR_UNSUPPORTED, "the algorithm \"%.*s\"", (int)h.alg.size, h.alg.data);
    jws->doc = doc_of(h.typ);
    if (jws->doc == PL_DOC_NONE)
        return pl_fail(PL_ERR_TYPE, "the type \"%.*s\"", (int)h.typ.size, h.typ.data);
    jws->kid = pl_arena_text(arena, h.kid);
    return jws->kid ? PL_OK : pl_fail(PL_ERR_MEMORY, "a key id");
}

static pl_err read_claims(pl_arena *arena, pl_span part, pl_jws *jws)
{
    pl_span text;
    pl_err err;

    if ((err = decode(arena, part, &text)))
        return err;
    return pl_json_parse(arena, text, PL_JWS_MAX, &jws->claims);
}

static pl_err read_signature(pl_span part, uint8_t signature[PL_SIGNATURE_SIZE])
{
    size_t size = PL_SIGNATURE_SIZE;
    pl_err err = pl_base64url_decode(part, signature, &size);

    if (err || size != PL_SIGNATURE_SIZE)
        return pl_fail(PL_ERR_MALFORMED, "the signature is not base64url of %d bytes", (int)PL_SIGNATURE_SIZE);
    return PL_OK;
}

/* Up to the next dot, which is skipped. */
static pl_span take_part(pl_span *rest)
{
    const char *dot = rest->size ? memchr(rest->data, '.', rest->size) : NULL;
    size_t size = dot ? (size_t)(dot - rest->data) : rest->size;
    pl_span part = pl_span_of(rest->data, size);

    *rest = dot ? pl_span_of(dot + 1, rest->size - size - 1) : pl_span_of(NULL, 0);
    return part;
}

pl_err pl_jws_parse(pl_arena *arena, pl_span token, pl_jws *jws)
{
    pl_span rest = token, first, second;
    pl_err err;

    memset(jws, 0, sizeof(*jws));
    if (token.size > PL_JWS_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "a token of %zu bytes, %d are allowed", token.size, (int)PL_JWS_MAX);
    first = take_part(&rest);
    second = take_part(&rest);
    if (!first.size || !second.size || !rest.size)
        return pl_fail(PL_ERR_MALFORMED, "a token has three parts");
    if ((err = read_header(arena, first, jws)) || (err = read_signature(rest, jws->signature)))
        return err;
    jws->signing_input = pl_span_of(token.data, first.size + 1 + second.size);
    return read_claims(arena, second, jws);
}

pl_err pl_jws_verify(const pl_jws *jws, const pl_public_key *key)
{
    if (jws->alg != key->alg)
        return pl_fail(PL_ERR_SIGNATURE, "the header's algorithm is not the key's");
    return pl_verify(key, jws->signing_input, jws->signature);
}

static void add_encoded(pl_buf *token, pl_span bytes)
{
    char *room = pl_buf_grow(token, pl_base64url_size(bytes.size));

    if (room)
        pl_base64url_encode(bytes, room);
}

void pl_jws_write_input(pl_buf *token, pl_doc doc, pl_alg alg, const char *kid, pl_span payload)
{
    char text[PL_JWS_HEADER_MAX];
    int size = snprintf(text, sizeof(text), "%s%s%s%.*s%s%s%s", before_alg, alg_name(alg), before_kid, (int)KID_LENGTH, kid,
                        before_typ, pl_doc_typ(doc), after_typ);

    add_encoded(token, pl_span_of(text, (size_t)size));
    pl_buf_add(token, ".", 1);
    add_encoded(token, payload);
}

void pl_jws_write_signature(pl_buf *token, const uint8_t signature[PL_SIGNATURE_SIZE])
{
    pl_buf_add(token, ".", 1);
    add_encoded(token, pl_span_of(signature, PL_SIGNATURE_SIZE));
}
