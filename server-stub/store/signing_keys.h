/* SPDX-License-Identifier: Apache-2.0
 *
 * What a brand's documents are signed and verified with: root public keys, signing keys (private halves sealed), keysets.
 */
#ifndef STORE_SIGNING_KEYS_H
#define STORE_SIGNING_KEYS_H

#include "store/store.h"
#include "token/keyring.h"

enum { SIGNING_KEY_SEALED_SIZE = 32 + PL_SEAL_OVERHEAD };

typedef struct {
    pl_uuid brand_id;
    int64_t rank;
    pl_jwk jwk;
    int64_t created_at_ms;
} root_key_row_t;

typedef struct {
    pl_uuid brand_id;
    pl_jwk jwk;
    unsigned docs; /* bits 1 << pl_doc */
    pl_key_state state;
    uint8_t secret[SIGNING_KEY_SEALED_SIZE]; /* the 32 private bytes, sealed */
    int64_t created_at_ms;
    int64_t retired_at_ms; /* 0: not retired */
} signing_key_t;

typedef struct {
    pl_uuid brand_id;
    int64_t epoch;
    int64_t sequence;
    const char *token;
} keyset_row_t;

pl_err root_keys_insert(tx_t *tx, const root_key_row_t *root);
pl_err root_keys_list(tx_t *tx, pl_uuid brand_id, root_key_row_t **roots, size_t *count); /* by rank */
pl_err signing_keys_insert(tx_t *tx, const signing_key_t *key);
pl_err signing_keys_list(tx_t *tx, pl_uuid brand_id, signing_key_t **keys, size_t *count); /* the newest first */
pl_err signing_keys_change(tx_t *tx, const signing_key_t *key); /* writes state and retired_at_ms; PL_ERR_NOT_FOUND */
pl_err keysets_insert(tx_t *tx, const keyset_row_t *keyset);
pl_err keysets_find_newest(tx_t *tx, pl_uuid brand_id, keyset_row_t *keyset); /* PL_ERR_NOT_FOUND */

#endif
