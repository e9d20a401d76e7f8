/* SPDX-License-Identifier: Apache-2.0
 *
 * A brand's further root keys. A brand begins with two (admin.h); moving to a later one is admin_keys_rotate with that one's file.
 */
#ifndef LICENSING_ADMIN_ROOTS_H
#define LICENSING_ADMIN_ROOTS_H

#include "licensing/admin_keys.h"

typedef struct {
    pl_uuid brand_id;
    const char *brand_slug;
    const char *directory; /* where the new root's key file goes (0600) */
    pl_alg alg;
    const root_key_t *root; /* the root in use, as proof that the caller holds it */
} root_order_t;

typedef struct {
    size_t rank;
    const char *kid;
    const char *key_file;         /* the private half: written once, kept nowhere else. NULL: none was written */
    const char *root_public_jwks; /* what the next build pins: the root in use and those of later rank */
} root_made_t;

/*
 * A root of the next rank. Nothing is signed: programs that pin the older roots notice nothing. PL_ERR_KEY_UNKNOWN: order->root is no root of
 * the brand; _STATE: it is not the one in use, or the brand has PL_ROOTS_MAX; _CONFLICT: the file exists.
 */
pl_err admin_root_add(tx_t *tx, const root_order_t *order, root_made_t *made);

/* After a transaction that failed, or before it is run again: removes the file that admin_root_add wrote, if it did. */
void admin_root_undo(root_made_t *made);

#endif
