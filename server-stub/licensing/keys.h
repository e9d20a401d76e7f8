/* SPDX-License-Identifier: Apache-2.0
 *
 * The keys in memory. keys_t is one per process; it holds the newest keyring_t, an immutable state with every brand's unsealed
 * signing keys, root public keys and newest keyset, the secret under which license keys are hashed, and the epoch. A request pins the
 * keyring it starts with, so that a change meanwhile (another process's `keys rotate`) cannot pull it away.
 */
#ifndef LICENSING_KEYS_H
#define LICENSING_KEYS_H

#include "crypto/issue.h"
#include "license/license_key.h"
#include "store/licenses.h"
#include "store/store.h"
#include "token/keyring.h"

typedef struct keys keys_t;
typedef struct keyring keyring_t;

/* One key that signs today. */
typedef struct {
    pl_key_pair pair;
    char kid[PL_KID_SIZE];
} signer_t;

/* What one brand signs and is verified with. */
typedef struct {
    pl_uuid id;
    char id_text[PL_UUID_TEXT_SIZE];
    pl_roots roots; /* by rank */
    bool has_keyset;
    pl_keyset keyset;          /* decoded */
    pl_span keyset_token;      /* as signed by the root */
    pl_span revocations_token; /* the list that was signed last; empty: none */
    signer_t answer;           /* alg PL_ALG_NONE: the brand has none */
    signer_t license;
} brand_keys_t;

/* Loads everything inside the caller's transaction. PL_ERR_SIGNATURE: the master key is not this database's. */
pl_err keys_open(const uint8_t master[PL_SEAL_KEY_SIZE], tx_t *tx, keys_t **keys);
void keys_close(keys_t *keys); /* accepts NULL; keyrings still pinned live on until released */
/* Looks whether another process or the command line changed keys or brands, and loads them if so. The server calls it every second. */
pl_err keys_refresh(keys_t *keys, tx_t *tx); /* one thread at a time */
/* Any thread, no blocking on disk. Released when the arena is reset. NULL when memory is exhausted. */
const keyring_t *keys_pin(keys_t *keys, pl_arena *arena);

/* By the kid of any of its roots: the first that is known decides. NULL: none is. */
const brand_keys_t *keyring_find_by_roots(const keyring_t *keyring, const char *const *kids, size_t count);
/* By the beginning of a root's thumbprint (wire/offline_request.h). NULL: none, or two brands have one that begins so. */
const brand_keys_t *keyring_find_by_root_name(const keyring_t *keyring, const uint8_t name[8]);
const brand_keys_t *keyring_find_brand(const keyring_t *keyring, pl_uuid brand_id);
int64_t keyring_epoch(const keyring_t *keyring);
const uint8_t *keyring_sealing_key(const keyring_t *keyring); /* for the use cases that seal or unseal; never logged */
/* The keyed hash of a license key in any spelling. PL_ERR_MALFORMED, _TOO_LARGE. */
pl_err keyring_hash_key(const keyring_t *keyring, pl_span license_key, uint8_t hash[KEY_HASH_SIZE]);
/* The brand of a server that has one; NULL where there are several, or none. */
const brand_keys_t *keyring_only_brand(const keyring_t *keyring);
/*
 * Appends {"keys":[...]}: every key of a brand that verifies something today, roots first. PL_ERR_NOT_FOUND. Never several brands' keys:
 * who verified with such a set would take one brand's document for another's.
 */
pl_err keyring_export(const keyring_t *keyring, pl_uuid brand_id, pl_buf *jwks);

#endif
