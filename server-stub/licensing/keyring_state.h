/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of a keyring, for keys.c (which makes and counts them), keyring_load.c (which fills them) and keyring.c (which asks them).
 */
#ifndef LICENSING_KEYRING_STATE_H
#define LICENSING_KEYRING_STATE_H

#include <stdatomic.h>

#include "licensing/keys.h"
#include "store/facades.h"

enum { KEY_HASH_SECRET_SIZE = 32 };

typedef struct {
    char kid[PL_KID_SIZE];
    const brand_keys_t *brand;
} root_entry_t;

struct keyring {
    atomic_int references;
    pl_arena arena; /* everything below lives here and is wiped with it */
    int64_t generation;
    int64_t epoch;
    uint8_t sealing_key[PL_SEAL_KEY_SIZE];
    pl_mac_key key_hash_secret; /* license keys are hashed with it */
    brand_keys_t *brands;       /* by id */
    size_t brand_count;
    root_entry_t *roots; /* by kid */
    size_t root_count;
    facade_t *facades;
    size_t facade_count;
};

/* Reads everything in the transaction. The keyring has one reference, the caller's. */
pl_err keyring_load(const uint8_t sealing_key[PL_SEAL_KEY_SIZE], tx_t *tx, keyring_t **keyring);
void keyring_release(keyring_t *keyring); /* accepts NULL */

#endif
