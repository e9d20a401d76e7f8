/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading and verifying what is stored; see holding.h. What it is worth is decided in license/policy.c.
 */
#include "client/holding.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "client/listed.h"
#include "crypto/crypto.h"

enum { NAME_DIGEST_SIZE = 8 };

typedef struct {
    pl_shelf *shelf;
    const pl_judge *judge;
    const pl_holding *previous; /* NULL: none */
    pl_holding *holding;
    bool is_gone; /* the whole directory is: what was in it was not removed, it can't be reached */
} loader;

/* What is read of one document, before it has its place in the holding. */
typedef struct {
    const char *name;
    pl_doc doc;
    pl_span text;
    pl_claims claims;
    pl_held held;
} candidate;

void pl_document_name(const char *prefix, const char *license_id, char name[PL_DOCUMENT_NAME_MAX])
{
    uint8_t digest[PL_DIGEST_SIZE];
    size_t length = strlen(prefix);
    size_t i;

    pl_digest(pl_span_text(license_id), digest);
    snprintf(name, PL_DOCUMENT_NAME_MAX, "%s", prefix);
    for (i = 0; i < NAME_DIGEST_SIZE; i++)
        snprintf(name + length + 2 * i, 3, "%02x", digest[i]);
}

static bool has_prefix(const char *name, const char *prefix)
{
    return strncmp(name, prefix, strlen(prefix)) == 0;
}

static bool is_named(const char *name, const char *prefix)
{
    return has_prefix(name, prefix) && strspn(name + strlen(prefix), "0123456789abcdef") == 2 * NAME_DIGEST_SIZE &&
           strlen(name) == strlen(prefix) + 2 * NAME_DIGEST_SIZE;
}

bool pl_document_is_ours(const char *name)
{
    return strcmp(name, PL_DOCUMENT_LEASE) == 0 || strcmp(name, PL_DOCUMENT_KEYSET) == 0 ||
           strcmp(name, PL_DOCUMENT_REVOCATIONS) == 0 || is_named(name, PL_DOCUMENT_DENIAL_PREFIX) ||
           is_named(name, PL_DOCUMENT_LICENSE_PREFIX);
}

void pl_judge_claims(const pl_judge *judge, pl_held *held)
{
    const pl_claims *claims = held->claims;

    held->is_other_product = !claims->product || strcmp(claims->product, judge->product) != 0;
    held->is_other_device = claims->has_device && !pl_fingerprint_match(&claims->device, judge->device, claims->match).is_same;
}

static void note_refusal(const loader *l, const char *name, int generation, pl_span text, pl_err err)
{
    pl_holding *holding = l->holding;

    if (err == PL_ERR_NOT_FOUND || err == PL_ERR_MEMORY)
        return;
    holding->is_incomplete = holding->is_incomplete || err == PL_ERR_IO;
    holding->is_unread = holding->is_unread || err == PL_ERR_IO;
    holding->refused++;
    snprintf(holding->refusal, sizeof holding->refusal, "%s: %s", name,
             pl_err_detail()[0] ? pl_err_detail() : pl_err_sentence(err));
    pl_log_write(l->judge->log, PL_LOG_WARN, "a stored document is not believed: %s", holding->refusal);
    /* an unknown key may become known with a later keyset: such a file stays where it is */
    if (err == PL_ERR_MALFORMED || err == PL_ERR_SIGNATURE || err == PL_ERR_TYPE || err == PL_ERR_TOO_LARGE)
        (void)pl_shelf_set_aside(l->shelf, name, generation, text);
}

static pl_err copy_text(const loader *l, pl_span from, pl_span *text)
{
    char *copy = pl_arena_text(&l->holding->arena, from);

    *text = pl_span_of(copy, from.size);
    return copy ? PL_OK : PL_ERR_MEMORY;
}

/* Reads into the holding's arena, where documents live as long as what was verified from them. PL_ERR_IO: it may be there. */
static pl_err read_text(const loader *l, const char *name, int generation, pl_span *text)
{
    pl_buf bytes;
    pl_err err;

    *text = pl_span_of(NULL, 0);
    pl_buf_init(&bytes);
    err = pl_shelf_read(l->shelf, name, generation, &bytes);
    if (!err)
        err = copy_text(l, pl_buf_span(&bytes), text);
    pl_buf_reset(&bytes);
    if (err == PL_ERR_NOT_FOUND && l->is_gone && l->previous && !pl_shelf_is_in_memory(l->shelf, name))
        return pl_fail(PL_ERR_IO, "the data directory is gone");
    return err;
}

static pl_err take_keyset(const loader *l, int generation)
{
    const pl_holding *previous = l->previous;
    pl_span text;
    pl_err err;

    if ((err = read_text(l, PL_DOCUMENT_KEYSET, generation, &text)) || (err = pl_trust_take(&l->holding->trust, text)))
        note_refusal(l, PL_DOCUMENT_KEYSET, generation, text, err);
    if (err != PL_ERR_IO || !previous || !previous->trust.has_keyset)
        return err;
    return (err = copy_text(l, previous->trust.token, &text)) ? err : pl_trust_take(&l->holding->trust, text);
}

static pl_err load_keyset(const loader *l)
{
    pl_err err = PL_ERR_NOT_FOUND;
    int generation;

    for (generation = 0; generation < PL_DOCUMENT_GENERATIONS && err && err != PL_ERR_MEMORY; generation++)
        err = take_keyset(l, generation);
    return err == PL_ERR_MEMORY ? err : PL_OK;
}

/* An earlier place is a better one: denials, then what is for this device, then what is no trial, what lasts longer, what is newer. */
static int compare_use(const pl_held *a, const pl_held *b)
{
    int64_t until_a = a->claims->expires_at ? a->claims->expires_at : INT64_MAX;
    int64_t until_b = b->claims->expires_at ? b->claims->expires_at : INT64_MAX;
    bool denies_a = pl_verdict_is_denial(a->claims->verdict), denies_b = pl_verdict_is_denial(b->claims->verdict);
    bool counts_a = !a->is_other_product && !a->is_other_device, counts_b = !b->is_other_product && !b->is_other_device;

    if (denies_a != denies_b)
        return denies_a ? -1 : 1;
    if (counts_a != counts_b)
        return counts_a ? -1 : 1;
    if ((a->claims->trial_seconds != 0) != (b->claims->trial_seconds != 0))
        return a->claims->trial_seconds != 0 ? 1 : -1;
    if (!denies_a && until_a != until_b)
        return until_a > until_b ? -1 : 1;
    return a->claims->issued_at == b->claims->issued_at ? 0 : a->claims->issued_at > b->claims->issued_at ? -1 : 1;
}

/* Where the candidate goes: a free place, or that of the least useful document, if the candidate is more so; PL_HELD_MAX: nowhere. */
static size_t find_place(pl_holding *holding, const candidate *c)
{
    size_t worst = 0;
    size_t i;

    if (holding->count < PL_HELD_MAX)
        return holding->count++;
    for (i = 1; i < PL_HELD_MAX; i++)
        if (strcmp(holding->names[worst], PL_DOCUMENT_LEASE) == 0 ||
            (compare_use(&holding->held[i], &holding->held[worst]) > 0 && strcmp(holding->names[i], PL_DOCUMENT_LEASE) != 0))
            worst = i;
    return compare_use(&c->held, &holding->held[worst]) < 0 ? worst : PL_HELD_MAX;
}

static void place(pl_holding *holding, const candidate *c)
{
    size_t i = find_place(holding, c);

    if (i == PL_HELD_MAX)
        return;
    holding->claims[i] = c->claims;
    holding->held[i] = c->held;
    holding->held[i].claims = &holding->claims[i];
    holding->texts[i] = c->text;
    snprintf(holding->names[i], PL_DOCUMENT_NAME_MAX, "%s", c->name);
}

static pl_err verify_candidate(const loader *l, candidate *c)
{
    pl_err err = pl_trust_verify(&l->holding->trust, &l->holding->arena, c->doc, c->text, &c->claims);

    if (err)
        return err;
    c->held.claims = &c->claims;
    c->held.source = c->doc == PL_DOC_LICENSE ? PL_SOURCE_LICENSE_FILE : PL_SOURCE_CACHE;
    pl_judge_claims(l->judge, &c->held);
    pl_policy_revoke(&c->held, l->holding->has_revocations ? &l->holding->revocations : NULL);
    return PL_OK;
}

static pl_err take_generation(const loader *l, candidate *c, int generation)
{
    pl_err err;

    if ((err = read_text(l, c->name, generation, &c->text)) || (err = verify_candidate(l, c)))
        note_refusal(l, c->name, generation, c->text, err);
    return err;
}

/* PL_ERR_NOT_FOUND where it was not held. */
static pl_err take_over(const loader *l, candidate *c)
{
    const pl_holding *previous = l->previous;
    size_t i;
    pl_err err;

    for (i = 0; previous && i < previous->count; i++) {
        if (strcmp(previous->names[i], c->name) != 0)
            continue;
        if ((err = copy_text(l, previous->texts[i], &c->text)) || (err = verify_candidate(l, c)))
            return err;
        c->held.emergency_until = previous->held[i].emergency_until;
        return PL_OK;
    }
    return PL_ERR_NOT_FOUND;
}

/* What can't be read now may be newer than the generation before it: what was held of it counts more than that. */
static pl_err load_document(const loader *l, const char *name, pl_doc doc)
{
    candidate c = {.name = name, .doc = doc};
    pl_err err = PL_ERR_NOT_FOUND;
    int generation;

    for (generation = 0; generation < PL_DOCUMENT_GENERATIONS && err && err != PL_ERR_MEMORY; generation++) {
        err = take_generation(l, &c, generation);
        if (err == PL_ERR_IO)
            err = take_over(l, &c);
    }
    if (!err)
        place(l->holding, &c);
    return err == PL_ERR_MEMORY ? err : PL_OK;
}

const pl_claims *pl_holding_find(const pl_holding *holding, const char *name)
{
    size_t i;

    for (i = 0; i < holding->count; i++)
        if (strcmp(holding->names[i], name) == 0)
            return &holding->claims[i];
    return NULL;
}

bool pl_holding_has(const pl_holding *holding, const char *name)
{
    return pl_holding_find(holding, name) != NULL;
}

/* A name may come from memory and from the disk. */
static pl_err visit_denial(void *context, const char *name)
{
    const loader *l = context;

    if (!is_named(name, PL_DOCUMENT_DENIAL_PREFIX) || pl_holding_has(l->holding, name))
        return PL_OK;
    return load_document(l, name, PL_DOC_ANSWER);
}

static pl_err visit_license(void *context, const char *name)
{
    const loader *l = context;

    if (!is_named(name, PL_DOCUMENT_LICENSE_PREFIX) || pl_holding_has(l->holding, name))
        return PL_OK;
    return load_document(l, name, PL_DOC_LICENSE);
}

/* Of a directory that can't be listed the names are still known that were held. */
static pl_err visit_all(loader *l, const char *prefix, pl_err (*visit)(void *loader, const char *name))
{
    pl_err err = pl_shelf_each(l->shelf, prefix, visit, l);
    size_t i;

    if (!err || err == PL_ERR_MEMORY)
        return err;
    l->holding->is_incomplete = l->holding->is_incomplete || err == PL_ERR_IO;
    for (i = 0; l->previous && i < l->previous->count; i++)
        if ((err = visit(l, l->previous->names[i])))
            return err;
    return PL_OK;
}

static pl_err visit_nothing(void *context, const char *name)
{
    (void)context;
    (void)name;
    return PL_OK;
}

/* Denials before license files: where there is no room for all, they are held. */
static pl_err load_all(loader *l)
{
    pl_err err;

    l->is_gone = l->previous && pl_shelf_each(l->shelf, "", visit_nothing, NULL) == PL_ERR_NOT_FOUND;
    if ((err = load_keyset(l)) || (err = pl_listed_load(l->shelf, l->judge->log, l->previous, l->holding)) ||
        (err = load_document(l, PL_DOCUMENT_LEASE, PL_DOC_ANSWER)) ||
        (err = visit_all(l, PL_DOCUMENT_DENIAL_PREFIX, visit_denial)))
        return err;
    return visit_all(l, PL_DOCUMENT_LICENSE_PREFIX, visit_license);
}

pl_err pl_holding_load(pl_shelf *shelf, const pl_judge *judge, const pl_holding *previous, pl_holding **holding)
{
    pl_holding *fresh = pl_alloc(sizeof *fresh);
    loader l = {.shelf = shelf, .judge = judge, .previous = previous, .holding = fresh};
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

static const char *find_activation(const pl_holding *holding, bool is_other_device)
{
    size_t i;

    for (i = 0; holding && i < holding->count; i++)
        if (holding->claims[i].kind == PL_CLAIMS_ANSWER && holding->claims[i].activation_id &&
            holding->held[i].is_other_device == is_other_device)
            return holding->claims[i].activation_id;
    return NULL;
}

const char *pl_holding_activation(const pl_holding *holding)
{
    return find_activation(holding, false);
}

const char *pl_holding_copied_activation(const pl_holding *holding)
{
    return find_activation(holding, true);
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
