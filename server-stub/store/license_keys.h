/* SPDX-License-Identifier: Apache-2.0
 *
 * License keys: known by their keyed hash, kept sealed for display. One key may open licenses of several products.
 */
#ifndef STORE_LICENSE_KEYS_H
#define STORE_LICENSE_KEYS_H

#include "store/licenses.h"

enum { LICENSE_KEY_BRANDS_MAX = 8 /* that are looked at: an imported key may be in more than one */ };

typedef struct {
    pl_uuid brand_id;
    uint8_t hash[KEY_HASH_SIZE];
    pl_span sealed; /* the text as issued, see licensing/sealing.h */
    const char *tail;
} license_key_t;

pl_err license_keys_ensure(tx_t *tx, const license_key_t *key); /* no error when it is there */
pl_err license_keys_find(tx_t *tx, pl_uuid brand_id, const uint8_t hash[KEY_HASH_SIZE],
                         license_key_t *key); /* PL_ERR_NOT_FOUND */
/* The brands that have it, in the order of their ids; for who has the key alone. One step for a key that nobody has. */
pl_err license_keys_find_brands(tx_t *tx, const uint8_t hash[KEY_HASH_SIZE], pl_uuid brands[LICENSE_KEY_BRANDS_MAX],
                                size_t *count);
/*
 * The brand gives this key and no other may: who does at the same time waits for the end of this transaction. PL_ERR_CONFLICT: another
 * one has. Ask for it before looking who has the key.
 */
pl_err license_keys_claim(tx_t *tx, pl_uuid brand_id, const uint8_t hash[KEY_HASH_SIZE]);

#endif
