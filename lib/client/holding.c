/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading and verifying what is stored; see holding.h. What it is worth is decided in license/policy.c.
 */
#include "client/holding.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/crypto.h"
#include "token/claims_json.h"
#include "token/license_file.h"

enum { NAME_DIGEST_SIZE = 8 };

typedef struct {
    pl_shelf *shelf;
    const pl_judge *judge;
    pl_holding *holding;
} loader;

void pl_document_name(const char *prefix, const char *license_id, char name[PL_DOCUMENT_NAME_MAX])
{
    uint8_t digest[PL_DIGEST_SIZE];
    size_t length = strlen(prefix);
    size_t i;

    pl_digest(pl_span_text(license_id), digest);
    memcpy(name, prefix, length);
    for (i = 0; i < NAME_DIGEST_SIZE; i++)
        snprintf(name + length + 2 * i, 3, "%02x", digest[i]);
}

void pl_judge_claims(const pl_judge *judge, pl_held *held)
{
    const pl_claims *claims = held->claims;

    held->is_other_product = !claims->product || strcmp(claims->product, judge->product) != 0;
    held->is_other_device = claims->has_device && !pl_fingerprint_match(&claims->device, judge->device, claims->match).is_same;
}

pl_err pl_trust_take(pl_trust *trust, pl_span token)
{
    pl_keyset offered;
    pl_err err;

    if ((err = pl_keyset_verify(trust->roots, token, &offered)))
        return err;
    if (trust->has_keyset && pl_keyset_compare(&offered, &trust->keyset) <= 0)
        return PL_ERR_OLDER;
    trust->keyset = offered;
    trust->has_keyset = true;
    trust->token = token;
    return PL_OK;
}

static pl_err verify(const pl_trust *trust, pl_arena *arena, pl_doc doc, pl_span document, pl_claims *claims)
{
    pl_jws jws;
    pl_err err;

    if (!trust->has_keyset)
        return pl_fail(PL_ERR_KEY_UNKNOWN, "no keyset is held that a root key of this program signed");
    if ((err = pl_keyset_verify_document(&trust->keyset, arena, doc, document, &jws)))
        return err;
    err = pl_claims_read(arena, &jws, claims);
    pl_claims_bound_lease(claims);
    return err;
}

pl_err pl_trust_verify(pl_trust *trust, pl_arena *arena, pl_doc doc, pl_span text, pl_claims *claims)
{
    pl_span document, attached;
    pl_err err;

    if ((err = pl_license_file_split(text, &document, &attached)))
        return err;
    err = verify(trust, arena, doc, document, claims);
    /* signed by a key younger than our keyset, or ours is lost: the one that came along may know it */
    if (err != PL_ERR_KEY_UNKNOWN || attached.size == 0)
        return err;
    if ((err = pl_trust_take(trust, attached)) == PL_OK)
        return verify(trust, arena, doc, document, claims);
    return err == PL_ERR_MEMORY ? err
                                : pl_fail(PL_ERR_KEY_UNKNOWN, "its keyset does not know it either, or is not to be believed");
}

static void note_refusal(const loader *l, const char *name, int generation, pl_err err)
{
    pl_holding *holding = l->holding;

    if (err == PL_ERR_NOT_FOUND || err == PL_ERR_MEMORY)
        return;
    holding->is_incomplete = holding->is_incomplete || err == PL_ERR_IO;
    holding->refused++;
    snprintf(holding->refusal, sizeof holding->refusal, "%s: %s", name,
             pl_err_detail()[0] ? pl_err_detail() : pl_err_sentence(err));
    pl_log_write(l->judge->log, PL_LOG_WARN, "a stored document is not believed: %s", holding->refusal);
    /* an unknown key may become known with a later keyset: such a file stays where it is */
    if (err == PL_ERR_MALFORMED || err == PL_ERR_SIGNATURE || err == PL_ERR_TYPE || err == PL_ERR_TOO_LARGE)
        (void)pl_shelf_set_aside(l->shelf, name, generation);
}

/* Reads into the holding's arena, where documents live as long as what was verified from them. */
static pl_err read_text(const loader *l, const char *name, int generation, pl_span *text)
{
    char *copy = NULL;
    pl_buf bytes;
    pl_err err;

    pl_buf_init(&bytes);
    err = pl_shelf_read(l->shelf, name, generation, &bytes);
    if (!err && (copy = pl_arena_text(&l->holding->arena, pl_buf_span(&bytes))) == NULL)
        err = PL_ERR_MEMORY;
    *text = pl_span_of(copy, bytes.size);
    pl_buf_reset(&bytes);
    return err;
}

static pl_err take_keyset(const loader *l, int generation)
{
    pl_span text;
    pl_err err;

    if ((err = read_text(l, PL_DOCUMENT_KEYSET, generation, &text)) || (err = pl_trust_take(&l->holding->trust, text)))
        note_refusal(l, PL_DOCUMENT_KEYSET, generation, err);
    return err;
}

static pl_err load_keyset(const loader *l)
{
    pl_err err = PL_ERR_NOT_FOUND;
    int generation;

    for (generation = 0; generation < PL_DOCUMENT_GENERATIONS && err && err != PL_ERR_MEMORY; generation++)
        err = take_keyset(l, generation);
    return err == PL_ERR_MEMORY ? err : PL_OK;
}

static pl_err take_document(const loader *l, const char *name, pl_doc doc, int generation)
{
    pl_holding *holding = l->holding;
    pl_claims *claims = &holding->claims[holding->count];
    pl_held *held = &holding->held[holding->count];
    pl_span text;
    pl_err err;

    if ((err = read_text(l, name, generation, &text)) ||
        (err = pl_trust_verify(&holding->trust, &holding->arena, doc, text, claims))) {
        note_refusal(l, name, generation, err);
        return err;
    }
    held->claims = claims;
    held->source = doc == PL_DOC_LICENSE ? PL_SOURCE_LICENSE_FILE : PL_SOURCE_CACHE;
    pl_judge_claims(l->judge, held);
    snprintf(holding->names[holding->count], PL_DOCUMENT_NAME_MAX, "%s", name);
    holding->count++;
    return PL_OK;
}

static pl_err load_document(const loader *l, const char *name, pl_doc doc)
{
    pl_err err = PL_ERR_NOT_FOUND;
    int generation;

    if (l->holding->count == PL_HELD_MAX)
        return PL_OK;
    for (generation = 0; generation < PL_DOCUMENT_GENERATIONS; generation++) {
        err = take_document(l, name, doc, generation);
        if (!err || err == PL_ERR_MEMORY)
            break;
    }
    return err == PL_ERR_MEMORY ? err : PL_OK;
}

/* A name may come from memory and from the disk. */
static pl_err visit(const loader *l, const char *name, pl_doc doc)
{
    size_t i;

    for (i = 0; i < l->holding->count; i++)
        if (strcmp(l->holding->names[i], name) == 0)
            return PL_OK;
    return load_document(l, name, doc);
}

static bool has_prefix(const char *name, const char *prefix)
{
    return strncmp(name, prefix, strlen(prefix)) == 0;
}

static pl_err visit_name(void *context, const char *name)
{
    if (has_prefix(name, PL_DOCUMENT_DENIAL_PREFIX))
        return visit(context, name, PL_DOC_ANSWER);
    return has_prefix(name, PL_DOCUMENT_LICENSE_PREFIX) ? visit(context, name, PL_DOC_LICENSE) : PL_OK;
}

/* A directory that can't be listed still has the lease, whose name is known. */
static pl_err load_all(loader *l)
{
    pl_err err;

    if ((err = load_keyset(l)) || (err = load_document(l, PL_DOCUMENT_LEASE, PL_DOC_ANSWER)))
        return err;
    err = pl_shelf_each(l->shelf, "", visit_name, l);
    l->holding->is_incomplete = l->holding->is_incomplete || err == PL_ERR_IO;
    return err == PL_ERR_MEMORY ? err : PL_OK;
}

pl_err pl_holding_load(pl_shelf *shelf, const pl_judge *judge, pl_holding **holding)
{
    pl_holding *fresh = pl_alloc(sizeof *fresh);
    loader l = {shelf, judge, fresh};
    pl_err err;

    *holding = NULL;
    if (!fresh)
        return pl_fail(PL_ERR_MEMORY, "no memory for the documents held");
    atomic_init(&fresh->references, 1);
    pl_arena_init(&fresh->arena);
    fresh->trust.roots = judge->roots;
    if ((err = load_all(&l))) {
        pl_holding_drop(fresh);
        return err;
    }
    *holding = fresh;
    return PL_OK;
}

pl_holding *pl_holding_keep(pl_holding *holding)
{
    if (holding)
        atomic_fetch_add(&holding->references, 1);
    return holding;
}

void pl_holding_drop(pl_holding *holding)
{
    if (!holding || atomic_fetch_sub(&holding->references, 1) > 1)
        return;
    pl_arena_reset(&holding->arena);
    pl_free(holding);
}
