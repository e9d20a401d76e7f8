/* SPDX-License-Identifier: Apache-2.0
 *
 * The activation requests of this device that were carried to the vendor and have no answer yet: kept in the vault, so that an answer counts
 * after a restart, and no answer counts twice. Every function is called with the mutex held, and those that change something with the lock
 * of apply.h too: other processes have theirs in the same record. They wait for the vault as identity.h says.
 */
#ifndef PL_CLIENT_PENDING_H
#define PL_CLIENT_PENDING_H

#include "client/client.h"
#include "license/license_key.h"

enum { PL_PENDING_MAX = 8 /* then the oldest gives way */ };

typedef struct {
    uint8_t nonce[PL_NONCE_SIZE];   /* as in the answer */
    uint8_t digest[PL_DIGEST_SIZE]; /* of the request's canonical text */
    int64_t asked_at;               /* effective time, Unix seconds */
    pl_time asked;
    char key[PL_LICENSE_KEY_MAX + 1]; /* as it was given */
} pl_pending;

/* PL_ERR_MEMORY; storage that can't be used is no error: it is pending in this process then. */
pl_err pl_pending_add(pospal_client *client, const pl_pending *pending);
/* PL_ERR_NOT_FOUND. The caller wipes it. */
pl_err pl_pending_find(pospal_client *client, const uint8_t nonce[PL_NONCE_SIZE], pl_pending *pending);
pl_err pl_pending_remove(pospal_client *client, const uint8_t nonce[PL_NONCE_SIZE]);
/* None is open any more: the seat was given back, and an answer in a drawer must not take it again. */
pl_err pl_pending_clear(pospal_client *client);

#endif
