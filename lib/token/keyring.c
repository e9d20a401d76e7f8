/* SPDX-License-Identifier: Apache-2.0
 *
 * Roots and keysets: reading them, and deciding whether a key may have signed a document. Making keysets is in issue.c.
 */
#include "token/keyring.h"

#include <string.h>

#include "license/claims.h"

enum { DOC_NAMES_MAX = 16, NAME_MAX = 64 };

static const char issued_at_name[] = "iat";
#define TIME_MAX INT64_C(253402300799) /* the end of the year 9999 */

pl_err pl_roots_parse(pl_span jwks, pl_roots *roots)
{
    pl_err err;

    roots->count = PL_ROOTS_MAX;
    if ((err = pl_jwks_parse(jwks, roots->keys, &roots->count)))
        roots->count = 0;
    return err;
}

/* Names of types that this version does not know are skipped. What keysets are signed with is never theirs to say. */
static pl_err read_docs(const pl_json *object, unsigned *docs)
{
    const pl_json *names = NULL;
    pl_err err = pl_json_may_array(object, "docs", DOC_NAMES_MAX, &names);

    *docs = 0;
    if (err || !names)
        return err;
    for (size_t i = 0; i < pl_json_count(names); i++) {
        const char *name = pl_json_text(pl_json_at(names, i));
        pl_doc doc;

        if (!name)
            return pl_fail(PL_ERR_MALFORMED, "member \"docs\" has an element that is no text");
        doc = pl_doc_parse(name);
        if (doc == PL_DOC_LICENSE || doc == PL_DOC_ANSWER || doc == PL_DOC_REVOCATIONS)
            *docs |= 1u << doc;
    }
    return PL_OK;
}

/* A state that this version does not know counts as the worst. */
static pl_key_state parse_state(const char *text)
{
    if (strcmp(text, "current") == 0)
        return PL_KEY_CURRENT;
    return strcmp(text, "retired") == 0 ? PL_KEY_RETIRED : PL_KEY_REVOKED;
}

static pl_err read_key(const pl_json *object, pl_keyset_key *key)
{
    const char *state;
    pl_err err;

    if (!pl_json_is_object(object))
        return pl_fail(PL_ERR_MALFORMED, "a key that is no object");
    if ((err = pl_jwk_read(object, &key->jwk)) || (err = read_docs(object, &key->docs)) ||
        (err = pl_json_want_text(object, "state", NAME_MAX, &state)))
        return err;
    key->state = parse_state(state);
    key->retired_at = 0;
    if (key->state != PL_KEY_RETIRED)
        return PL_OK;
    return pl_json_want_int(object, "retired_at", 1, TIME_MAX, &key->retired_at);
}

static const pl_keyset_key *find_key(const pl_keyset *keyset, const char *kid)
{
    for (size_t i = 0; i < keyset->count; i++)
        if (strcmp(keyset->keys[i].jwk.kid, kid) == 0)
            return &keyset->keys[i];
    return NULL;
}

/* Keys of kinds that this version does not know are skipped: what they signed is of an unknown key. */
static pl_err read_keys(const pl_json *array, pl_keyset *keyset)
{
    for (size_t i = 0; array && i < pl_json_count(array); i++) {
        pl_keyset_key *key = &keyset->keys[keyset->count];
        pl_err err = read_key(pl_json_at(array, i), key);

        if (err == PL_ERR_UNSUPPORTED)
            continue;
        if (err)
            return err;
        if (find_key(keyset, key->jwk.kid))
            return pl_fail(PL_ERR_MALFORMED, "the key %s comes twice", key->jwk.kid);
        keyset->count++;
    }
    return PL_OK;
}

static pl_err read_keyset(const pl_json *claims, pl_keyset *keyset)
{
    const pl_json *array = NULL;
    const char *issuer;
    pl_err err;

    if ((err = pl_json_want_text(claims, "iss", sizeof(keyset->issuer) - 1, &issuer)) ||
        (err = pl_json_want_int(claims, issued_at_name, 1, TIME_MAX, &keyset->issued_at)) ||
        (err = pl_json_want_int(claims, "epoch", 0, INT64_MAX, &keyset->epoch)) ||
        (err = pl_json_want_int(claims, "seq", 0, INT64_MAX, &keyset->sequence)) ||
        (err = pl_json_may_array(claims, "keys", PL_KEYSET_KEYS_MAX, &array)))
        return err;
    if (!array)
        return pl_fail(PL_ERR_MALFORMED, "member \"keys\" is missing");
    memcpy(keyset->issuer, issuer, strlen(issuer));
    return read_keys(array, keyset);
}

static pl_err verify_by_root(const pl_roots *roots, const pl_jws *jws, pl_keyset *keyset)
{
    for (size_t rank = 0; rank < roots->count; rank++) {
        if (strcmp(roots->keys[rank].kid, jws->kid) != 0)
            continue;
        keyset->root_rank = rank;
        return pl_jws_verify(jws, &roots->keys[rank].key);
    }
    return pl_fail(PL_ERR_KEY_UNKNOWN, "no root key has the id %s", jws->kid);
}

static pl_err fail_type(pl_doc wanted)
{
    return pl_fail(PL_ERR_TYPE, "a document of type %s is expected", pl_doc_typ(wanted));
}

pl_err pl_keyset_verify(const pl_roots *roots, pl_span token, pl_keyset *keyset)
{
    pl_arena arena;
    pl_jws jws;
    pl_err err;

    memset(keyset, 0, sizeof(*keyset));
    if (token.size > PL_KEYSET_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "a keyset of %zu bytes, %d are allowed", token.size, (int)PL_KEYSET_MAX);
    pl_arena_init(&arena);
    err = pl_jws_parse(&arena, token, &jws);
    if (!err && jws.doc != PL_DOC_KEYSET)
        err = fail_type(PL_DOC_KEYSET);
    if (!err && !(err = verify_by_root(roots, &jws, keyset)))
        err = read_keyset(jws.claims, keyset);
    pl_arena_reset(&arena);
    if (err)
        memset(keyset, 0, sizeof(*keyset));
    return err;
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int pl_keyset_compare(const pl_keyset *a, const pl_keyset *b)
{
    int order = compare((int64_t)a->root_rank, (int64_t)b->root_rank);

    if (!order)
        order = compare(a->epoch, b->epoch);
    return order ? order : compare(a->sequence, b->sequence);
}

/* What only the verified claims can tell. */
static pl_err check_origin(const pl_keyset *keyset, const pl_keyset_key *key, const pl_json *claims)
{
    const char *issuer;
    int64_t issued_at;
    pl_err err;

    if ((err = pl_json_want_text(claims, "iss", PL_CLAIMS_ID_MAX, &issuer)) ||
        (err = pl_json_want_int(claims, issued_at_name, 1, TIME_MAX, &issued_at)))
        return err;
    if (strcmp(issuer, keyset->issuer) != 0)
        return pl_fail(PL_ERR_OTHER_PRODUCT, "the document is of the brand %s", issuer);
    if (key->state == PL_KEY_RETIRED && issued_at >= key->retired_at)
        return pl_fail(PL_ERR_KEY_REVOKED, "the key %s was retired before the document was issued", key->jwk.kid);
    return PL_OK;
}

/* Checkpoints of the audit are the server's own word, as answers are: keysets need not name them, so that older ones do. */
static bool may_sign(const pl_keyset_key *key, pl_doc doc)
{
    return key->docs & 1u << doc || (doc == PL_DOC_AUDIT && key->docs & 1u << PL_DOC_ANSWER);
}

pl_err pl_keyset_verify_document(const pl_keyset *keyset, pl_arena *arena, pl_doc doc, pl_span token, pl_jws *jws)
{
    const pl_keyset_key *key;
    pl_err err;

    if ((err = pl_jws_parse(arena, token, jws)))
        return err;
    if (jws->doc != doc)
        return fail_type(doc);
    key = find_key(keyset, jws->kid);
    if (!key)
        return pl_fail(PL_ERR_KEY_UNKNOWN, "no key of the keyset has the id %s", jws->kid);
    if (!may_sign(key, doc))
        return pl_fail(PL_ERR_KEY_PURPOSE, "the key %s may not sign %s", jws->kid, pl_doc_typ(doc));
    if (key->state == PL_KEY_REVOKED)
        return pl_fail(PL_ERR_KEY_REVOKED, "the key %s", jws->kid);
    if ((err = pl_jws_verify(jws, &key->jwk.key)))
        return err;
    return check_origin(keyset, key, jws->claims);
}
