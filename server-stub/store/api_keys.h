/* SPDX-License-Identifier: Apache-2.0
 *
 * API keys: what a vendor's back end signs in with. Only their SHA-256 is stored; a key names its brand.
 */
#ifndef STORE_API_KEYS_H
#define STORE_API_KEYS_H

#include "crypto/crypto.h"
#include "store/store.h"

enum { API_KEY_NAME_MAX = 128, API_KEY_SCOPES_MAX = 512, API_KEYS_MAX = 1000 /* of a brand, that are not revoked */ };

typedef struct {
    pl_uuid id;
    uint8_t hash[PL_DIGEST_SIZE];
    pl_uuid brand_id;
    const char *name;
    const char *scopes; /* words separated by spaces, see licensing/api_access.h */
    const char *tail;   /* the key's last characters; NULL: not known */
    int64_t created_at_ms;
    int64_t expires_at_ms;   /* 0: never */
    int64_t revoked_at_ms;   /* 0: it is not */
    int64_t last_used_at_ms; /* some minutes behind; 0: never */
    int64_t version;         /* raised by every change but the time of its use */
} api_key_t;

pl_err api_keys_insert(tx_t *tx, const api_key_t *key);
/* In any state. PL_ERR_NOT_FOUND. */
pl_err api_keys_find_by_hash(tx_t *tx, const uint8_t hash[PL_DIGEST_SIZE], api_key_t *key);
pl_err api_keys_find(tx_t *tx, pl_uuid brand_id, pl_uuid id, api_key_t *key);
pl_err api_keys_list(tx_t *tx, pl_uuid brand_id, api_key_t **keys, size_t *count);                      /* by id */
pl_err api_keys_page(tx_t *tx, const api_key_t *after, int64_t limit, api_key_t **keys, size_t *count); /* of its brand, by id */
/* Writes name, scopes, expires_at and revoked_at, and raises the version. PL_ERR_NOT_FOUND. */
pl_err api_keys_change(tx_t *tx, api_key_t *key);
pl_err api_keys_note_use(tx_t *tx, pl_uuid brand_id, pl_uuid id, int64_t used_at_ms);

#endif
