/* SPDX-License-Identifier: Apache-2.0
 *
 * The operator's keys: they look across brands, change nothing, and belong to no brand. Only their SHA-256 is stored.
 */
#ifndef STORE_OPERATOR_KEYS_H
#define STORE_OPERATOR_KEYS_H

#include "crypto/crypto.h"
#include "store/store.h"

enum { OPERATOR_KEY_NAME_MAX = 128, OPERATOR_KEYS_MAX = 1000 /* in all */ };

typedef struct {
    pl_uuid id;
    uint8_t hash[PL_DIGEST_SIZE];
    const char *name;
    const char *tail; /* its last characters, so that people can tell it */
    int64_t created_at_ms;
    int64_t expires_at_ms; /* 0: never */
    int64_t revoked_at_ms; /* 0: it is not */
} operator_key_t;

pl_err operator_keys_insert(tx_t *tx, const operator_key_t *key);
/* In any state. PL_ERR_NOT_FOUND. */
pl_err operator_keys_find_by_hash(tx_t *tx, const uint8_t hash[PL_DIGEST_SIZE], operator_key_t *key);
pl_err operator_keys_list(tx_t *tx, operator_key_t **keys, size_t *count); /* by id, OPERATOR_KEYS_MAX at most */
/* One that was revoked stays so since then. PL_ERR_NOT_FOUND. */
pl_err operator_keys_revoke(tx_t *tx, pl_uuid id);

#endif
