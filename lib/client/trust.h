/* SPDX-License-Identifier: Apache-2.0
 *
 * Trust: the newest keyset that a pinned root signed, and what verifies under it.
 */
#ifndef PL_CLIENT_TRUST_H
#define PL_CLIENT_TRUST_H

#include "license/claims.h"
#include "token/keyring.h"

/* The keyset that documents are verified under. */
typedef struct {
    const pl_roots *roots;
    bool has_keyset;
    pl_keyset keyset;
    pl_span token; /* the keyset as received; lives in an arena */
} pl_trust;

/*
 * Takes a keyset in where it verifies under the roots and is newer than the one held. PL_ERR_OLDER, and why it does not verify. The token
 * is borrowed.
 */
pl_err pl_trust_take(pl_trust *trust, pl_span token);
/* Makes the token the arena's own, for a trust that is to outlive the holding it was copied from. PL_ERR_MEMORY. */
pl_err pl_trust_own(pl_trust *trust, pl_arena *arena);
/*
 * Verifies one document text under the keyset held, or under a newer one that comes with it, which trust takes in. On success claims live
 * in the arena. Not yet judged for product and device: see pl_judge_claims. The text must outlive trust.
 */
pl_err pl_trust_verify(pl_trust *trust, pl_arena *arena, pl_doc doc, pl_span text, pl_claims *claims);

#endif
