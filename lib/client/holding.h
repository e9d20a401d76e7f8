/* SPDX-License-Identifier: Apache-2.0
 *
 * What is held: the newest keyset and every document of this product that verifies under it, read from the shelf once and never changed
 * after, but for the end of an emergency extension. Snapshots keep it alive.
 */
#ifndef PL_CLIENT_HOLDING_H
#define PL_CLIENT_HOLDING_H

#include <stdatomic.h>

#include "base/log.h"
#include "client/trust.h"
#include "license/policy.h"
#include "state/shelf.h"
#include "token/keyring.h"

enum { PL_HELD_MAX = 16 };

#define PL_DOCUMENT_LEASE          "lease"
#define PL_DOCUMENT_KEYSET         "keyset"
#define PL_DOCUMENT_REVOCATIONS    "revocations"
#define PL_DOCUMENT_DENIAL_PREFIX  "denial-" /* one per license: a denial touches its own license only */
#define PL_DOCUMENT_LICENSE_PREFIX "license-"

typedef struct {
    atomic_int references;
    pl_arena arena;
    pl_trust trust;
    pl_claims claims[PL_HELD_MAX];
    pl_held held[PL_HELD_MAX];
    char names[PL_HELD_MAX][PL_DOCUMENT_NAME_MAX];
    pl_span texts[PL_HELD_MAX]; /* as read; live in the arena */
    size_t count;
    bool has_revocations;
    pl_revocations revocations;
    pl_span revocations_text;        /* as stored; lives in the arena */
    bool is_unread;                  /* among it a document, which the refusal names */
    bool is_incomplete;              /* the disk failed to read something that may be readable next time */
    size_t refused;                  /* documents that were there and could not be believed */
    char refusal[PL_ERR_DETAIL_MAX]; /* why the last of them was not */
} pl_holding;

/* Against what documents are judged. */
typedef struct {
    const pl_roots *roots;
    const char *product;
    const pl_fingerprint *device;
    const pl_log *log;
} pl_judge;

/*
 * PL_ERR_MEMORY only: what can't be believed is passed over, noted and set aside; what can't be read just now is taken over from previous,
 * which is what was held before, or NULL. Where there are more documents than room, denials stay, and of the grants those that last
 * longest. The caller drops *holding.
 */
pl_err pl_holding_load(pl_shelf *shelf, const pl_judge *judge, const pl_holding *previous, pl_holding **holding);
/* NULL where no document of that name is held. */
const pl_claims *pl_holding_find(const pl_holding *holding, const char *name);
bool pl_holding_has(const pl_holding *holding, const char *name);
/*
 * This device's activation: the lease's, else that of a denial, for a suspended till can still give its seat back. Another device's seat is
 * none of ours. NULL: none, or no holding.
 */
const char *pl_holding_activation(const pl_holding *holding);
/* The one of another device, from which this state was copied. NULL: none. */
const char *pl_holding_copied_activation(const pl_holding *holding);
pl_holding *pl_holding_keep(pl_holding *holding);
void pl_holding_drop(pl_holding *holding); /* accepts NULL */

void pl_judge_claims(const pl_judge *judge, pl_held *held);
/* The name under which a license's document is kept. */
void pl_document_name(const char *prefix, const char *license_id, char name[PL_DOCUMENT_NAME_MAX]);
/* Whether such a name is given here: any other file in the directory is somebody else's. */
bool pl_document_is_ours(const char *name);

#endif
