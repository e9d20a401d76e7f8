/* SPDX-License-Identifier: Apache-2.0
 *
 * API keys: what a vendor's back end signs in with. Only their SHA-256 is stored; a key names its brand.
 */
#ifndef STORE_API_KEYS_H
#define STORE_API_KEYS_H

#include "crypto/crypto.h"
#include "store/store.h"

typedef struct {
    uint8_t hash[PL_DIGEST_SIZE];
    pl_uuid brand_id;
    const char *name;
    const char *scopes; /* words separated by spaces; "*" for all */
    int64_t created_at_ms;
    int64_t expires_at_ms; /* 0: never */
} api_key_t;

pl_err api_keys_insert(tx_t *tx, const api_key_t *key);
/* PL_ERR_NOT_FOUND also when it has expired at tx->now_ms. */
pl_err api_keys_find(tx_t *tx, const uint8_t hash[PL_DIGEST_SIZE], api_key_t *key);

#endif
