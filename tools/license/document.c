/* SPDX-License-Identifier: Apache-2.0
 *
 * Showing one document; see document.h. It is read twice: loosely, so that what is wrong with it can be seen, and by the strict parser
 * that the library uses, whose word counts.
 */
#include "document.h"

#include <stdio.h>

#include "claim_lines.h"

typedef struct {
    const pl_json *header;
    const pl_json *claims;
} loose_t;

/* ---- reading loosely ---- */

static pl_err read_part(pl_arena *arena, pl_span part, size_t limit, const pl_json **object)
{
    size_t size = part.size;
    char *bytes;
    pl_err err;

    if (part.size > PL_JWS_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "a part of %zu characters, %d are allowed", part.size, (int)PL_JWS_MAX);
    bytes = pl_arena_take(arena, part.size + 1);
    if (!bytes)
        return pl_fail(PL_ERR_MEMORY, "no memory for the document");
    if ((err = pl_base64url_decode(part, bytes, &size)))
        return pl_fail(err, "a part that is not base64url");
    return pl_json_parse(arena, pl_span_of(bytes, size), limit, object);
}

static pl_err read_loosely(pl_arena *arena, pl_span token, loose_t *loose)
{
    const char *first = memchr(token.data, '.', token.size);
    const char *end = token.data + token.size;
    const char *second = first ? memchr(first + 1, '.', (size_t)(end - first - 1)) : NULL;
    pl_err err;

    if (token.size > PL_JWS_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "a document of %zu characters, %d are allowed", token.size, (int)PL_JWS_MAX);
    if (!second)
        return pl_fail(PL_ERR_MALFORMED, "this is no signed document: it has not three parts with dots between them");
    err = read_part(arena, pl_span_of(token.data, (size_t)(first - token.data)), PL_JWS_HEADER_MAX, &loose->header);
    return err ? err : read_part(arena, pl_span_of(first + 1, (size_t)(second - first - 1)), PL_JWS_MAX, &loose->claims);
}

static const char *member(const pl_json *object, const char *name)
{
    const char *text = pl_json_text(pl_json_get(object, name));

    return text ? text : "";
}

bool document_is_keyset(pl_span token)
{
    loose_t loose = {NULL, NULL};
    pl_arena arena;
    bool is_keyset;

    pl_arena_init(&arena);
    is_keyset = !read_loosely(&arena, token, &loose) && pl_doc_parse(member(loose.header, "typ")) == PL_DOC_KEYSET;
    pl_arena_reset(&arena);
    return is_keyset;
}

static const char *meaning_of(const char *typ)
{
    switch (pl_doc_parse(typ)) {
    case PL_DOC_KEYSET:
        return "which keys may sign what; signed by a root key";
    case PL_DOC_LICENSE:
        return "an offline license";
    case PL_DOC_ANSWER:
        return "the validator's answer to one request of a device";
    case PL_DOC_REVOCATIONS:
        return "a list of what is no longer good";
    case PL_DOC_PROOF:
        return "a device's proof that it holds its key";
    case PL_DOC_AUDIT:
        return "a checkpoint of the validator's audit";
    case PL_DOC_NONE:
        break;
    }
    return "nothing that this version knows";
}

/* ---- verifying ---- */

static const pl_keyset_key *find_key(const pl_keyset *keyset, const char *kid)
{
    for (size_t i = 0; i < keyset->count; i++)
        if (strcmp(keyset->keys[i].jwk.kid, kid) == 0)
            return &keyset->keys[i];
    return NULL;
}

static pl_err verify_by_keyset(const trust_t *trust, pl_arena *arena, pl_doc doc, pl_span token)
{
    pl_jws jws;

    if (doc == PL_DOC_PROOF)
        return pl_fail(PL_ERR_KEY_UNKNOWN, "a proof is signed by a device's own key, which only the validator knows");
    if (!trust->has_keyset)
        return pl_fail(PL_ERR_KEY_UNKNOWN, "%s", trust->why_no_keyset);
    return pl_keyset_verify_document(&trust->keyset, arena, doc, token, &jws);
}

static pl_err verify(const trust_t *trust, pl_arena *arena, pl_span token)
{
    pl_keyset keyset;
    pl_jws jws;
    pl_err err;

    pl_err_clear();
    if ((err = pl_jws_parse(arena, token, &jws)))
        return err;
    return jws.doc == PL_DOC_KEYSET ? pl_keyset_verify(&trust->roots, token, &keyset)
                                    : verify_by_keyset(trust, arena, jws.doc, token);
}

/* ---- showing ---- */

static const char *state_text(pl_key_state state)
{
    return state == PL_KEY_CURRENT ? "current" : state == PL_KEY_RETIRED ? "retired" : "revoked";
}

static const char *rank_text(size_t rank)
{
    return rank == 0 ? "the root key in use" : "a reserve root key";
}

static void show_signer(sheet_t *sheet, const trust_t *trust, pl_doc doc, const char *kid)
{
    const pl_keyset_key *key = find_key(&trust->keyset, kid);

    for (size_t rank = 0; doc == PL_DOC_KEYSET && rank < trust->roots.count; rank++)
        if (strcmp(trust->roots.keys[rank].kid, kid) == 0)
            sheet_text(sheet, "signed_by", rank_text(rank));
    if (doc == PL_DOC_KEYSET || !key)
        return;
    sheet_text(sheet, "signed_by", "a key of the keyset");
    sheet_text(sheet, "key_state", state_text(key->state));
    sheet_time(sheet, "key_retired_at", key->retired_at);
    sheet_int(sheet, "keyset_epoch", trust->keyset.epoch);
    sheet_int(sheet, "keyset_sequence", trust->keyset.sequence);
    sheet_text(sheet, "keyset_signed_by", rank_text(trust->keyset.root_rank));
}

static void show_reason(sheet_t *sheet, pl_err err)
{
    char reason[2 * PL_ERR_DETAIL_MAX];
    const char *detail = pl_err_detail();

    (void)snprintf(reason, sizeof reason, "%s%s%s%s", pl_err_sentence(err), detail[0] ? " (" : "", detail, detail[0] ? ")" : "");
    if (sheet->is_json)
        sheet_text(sheet, "code", pl_err_code(err));
    sheet_text(sheet, "why", reason);
}

/* Whether it is refused. Without roots only the form is looked at: a text that the library would not even parse is said to be none. */
static bool show_verdict(sheet_t *sheet, pl_arena *arena, pl_span token, const trust_t *trust)
{
    pl_jws jws = {.doc = PL_DOC_NONE, .kid = ""};
    pl_err form, err = PL_ERR_KEY_UNKNOWN;

    pl_err_clear();
    form = pl_jws_parse(arena, token, &jws);
    if (!form && trust->has_roots)
        err = verify(trust, arena, token);
    if (sheet->is_json)
        sheet_bool(sheet, "verified", !form && !err);
    else
        sheet_text(sheet, "verified",
                   !form && !err              ? "yes"
                   : form || trust->has_roots ? "NO: do not believe it"
                                              : "NOT VERIFIED: nothing here is proven; give --roots FILE");
    if (form || trust->has_roots) {
        if (form || err)
            show_reason(sheet, form ? form : err);
        if (!form && !err)
            show_signer(sheet, trust, jws.doc, jws.kid);
    } else if (sheet->is_json) {
        sheet_text(sheet, "why", "no root keys were given");
    }
    return form || (trust->has_roots && err);
}

pl_err document_show(sheet_t *sheet, pl_span token, const trust_t *trust, bool *is_refused)
{
    loose_t loose = {NULL, NULL};
    pl_arena arena;
    pl_err err;

    *is_refused = true;
    pl_arena_init(&arena);
    if ((err = read_loosely(&arena, token, &loose)) == PL_OK) {
        sheet_open_row(sheet);
        sheet_text(sheet, "type", member(loose.header, "typ"));
        sheet_text(sheet, "is", meaning_of(member(loose.header, "typ")));
        sheet_text(sheet, "algorithm", member(loose.header, "alg"));
        sheet_text(sheet, "key_id", member(loose.header, "kid"));
        *is_refused = show_verdict(sheet, &arena, token, trust);
        claim_lines_show(sheet, loose.claims, trust->now);
        sheet_close_row(sheet);
    }
    pl_arena_reset(&arena);
    return err;
}
