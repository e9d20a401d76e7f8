/* SPDX-License-Identifier: Apache-2.0
 *
 * Making signing keys and keysets, for whoever adds a brand or changes its keys.
 */
#ifndef LICENSING_KEYSET_ISSUE_H
#define LICENSING_KEYSET_ISSUE_H

#include "licensing/keys.h"
#include "store/signing_keys.h"

/*
 * A retired key is good for documents issued before its retirement. Servers load new keys within seconds, so the retirement is dated
 * this much ahead: what they sign with the old key until then stays good.
 */
enum { RETIRE_AHEAD_MS = 5 * 60 * 1000 };

/* One new current key, sealed and stored. docs: bits 1 << pl_doc. */
typedef struct {
    pl_uuid brand_id;
    pl_alg alg;
    unsigned docs;
} signing_key_order_t;
pl_err keyset_add_key(tx_t *tx, const keyring_t *keyring, const signing_key_order_t *order);
/* Signs the brand's keys as they now are, under the next sequence, and raises the generation. PL_ERR_STATE when they are too many. */
pl_err keyset_publish(tx_t *tx, pl_uuid brand_id, const pl_key_pair *root);

#endif
