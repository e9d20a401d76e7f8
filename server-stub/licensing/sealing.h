/* SPDX-License-Identifier: Apache-2.0
 *
 * What is secret in the database, sealed (AES-256-GCM) and bound to its place, so that a sealed value moved to another row opens no
 * more. The master key seals one random sealing key and nothing else; the sealing key seals all the rest. So a new master key
 * (`keys rewrap`) is a change of one row. It protects what is copied from then on: whoever has an older database and the older master
 * key has the sealing key, and the signing keys of that time; those are replaced by `keys rotate`.
 */
#ifndef LICENSING_SEALING_H
#define LICENSING_SEALING_H

#include "base/uuid.h"
#include "crypto/crypto.h"

typedef enum {
    SEALED_SEALING_KEY,
    SEALED_KEY_HASH_SECRET,
    SEALED_SIGNING_KEY,
    SEALED_LICENSE_KEY,
    SEALED_SESSION_KEY,
    SEALED_REPLY,
    SEALED_WEBHOOK_SECRET,
    SEALED_SETTING,
    SEALED_MAIL
} sealed_kind;

enum { SEALED_NAME_MAX = 64 };

typedef struct {
    sealed_kind kind;
    pl_uuid brand_id; /* nil: the installation */
    pl_span name;     /* kid or hash; at most SEALED_NAME_MAX bytes */
} sealed_place_t;

/* sealed: plain.size + PL_SEAL_OVERHEAD bytes. */
pl_err seal_at(const uint8_t key[PL_SEAL_KEY_SIZE], const sealed_place_t *place, pl_span plain, uint8_t *sealed);
/* plain: sealed.size - PL_SEAL_OVERHEAD bytes. PL_ERR_SIGNATURE. */
pl_err unseal_at(const uint8_t key[PL_SEAL_KEY_SIZE], const sealed_place_t *place, pl_span sealed, uint8_t *plain);

#endif
