/* SPDX-License-Identifier: Apache-2.0
 *
 * What an operator does with signing keys. Whatever changes the keyset needs the root's private half, which the operator brings as
 * the file that init wrote; it is read, used and wiped, never stored.
 */
#ifndef LICENSING_ADMIN_KEYS_H
#define LICENSING_ADMIN_KEYS_H

#include "licensing/keys.h"

/* A root key file taken into memory; wipe with pl_key_pair_wipe. */
typedef struct {
    pl_key_pair pair;
    char kid[PL_KID_SIZE];
} root_key_t;

typedef struct {
    const char *kid;
    bool is_root;
    size_t rank;        /* of a root */
    size_t rank_in_use; /* of the root that signs the keyset; the same in all roots */
    pl_alg alg;
    unsigned docs; /* bits 1 << pl_doc; 0 for a root */
    pl_key_state state;
    int64_t created_at_ms;
    int64_t retired_at_ms; /* 0: not retired */
} key_view_t;

/* The text of a root key file, both ways: a JWK with "d" (RFC 8037, RFC 7518). PL_ERR_MALFORMED. */
pl_err root_key_read(pl_span text, root_key_t *root);
void root_key_write(const pl_key_pair *pair, pl_buf *text);
/* From a path. PL_ERR_NOT_FOUND, _IO, _MALFORMED. */
pl_err root_key_load(const char *path, root_key_t *root);

/* The kid of the root that signed the newest keyset: the root in use. */
pl_err admin_keys_signing_root(tx_t *tx, pl_uuid brand_id, char kid[PL_KID_SIZE]);
pl_err admin_keys_list(tx_t *tx, pl_uuid brand_id, key_view_t **keys, size_t *count);
/* New current answer and license keys; those before are retired now. The keyset's sequence rises. PL_ERR_KEY_UNKNOWN: no root of the brand. */
pl_err admin_keys_rotate(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, const root_key_t *root);
/* One key: RETIRED keeps its older documents good, REVOKED does not. A current key is replaced by a new one. PL_ERR_NOT_FOUND, _STATE. */
typedef struct {
    const char *kid;
    pl_key_state state; /* RETIRED or REVOKED */
} key_verdict_t;
pl_err admin_keys_set_state(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, const root_key_t *root,
                            const key_verdict_t *verdict);
/* export is keyring_export; rewrap is instance_rewrap. */

#endif
