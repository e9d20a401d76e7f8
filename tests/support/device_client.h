/* SPDX-License-Identifier: Apache-2.0
 *
 * A device that talks to a validator as the library does: requests by wire/, answers verified by token/.
 */
#ifndef POSPAL_TESTS_DEVICE_CLIENT_H
#define POSPAL_TESTS_DEVICE_CLIENT_H

#include "license/claims.h"
#include "support/http_client.h"
#include "support/server_process.h"
#include "token/keyring.h"
#include "wire/device_request.h"

typedef struct {
    pl_roots roots;
    const char *product;
    char key[128];
    char fingerprint[PL_FINGERPRINT_TEXT_SIZE];
    uint8_t public_key[PL_DEVICE_PUBLIC_SIZE];
    uint8_t secret[PL_DEVICE_SECRET_SIZE];
    char activation_id[64]; /* from the last answer that had one */
    pl_keyset keyset;       /* from the last reply that had one */
    bool has_keyset;
    char license_id[64]; /* the same as activation_id */
    const pl_usage_batch *usage;
    const char *channel; /* of a release check */
    char session_id[64]; /* of the last answer that had one */
} device_t;

/* What came of one call. */
typedef struct {
    int status;         /* of HTTP; 0: no response */
    bool is_verified;   /* signed by a key of the keyset, for this request */
    pl_verdict verdict; /* believed only when verified */
    pl_claims claims;   /* texts live in the arena */
    const char *code;   /* of a problem document */
    pl_arena arena;
} answer_t;

/* Devices of different numbers are different machines. */
void device_make(device_t *device, const server_t *server, const char *key, int number);
/* The bytes of a request with a fresh nonce. */
void device_write(const device_t *device, pl_act act, uint8_t nonce[PL_NONCE_SIZE], pl_buf *body);
/* Asks and does not wait for the answer. */
bool device_send(const device_t *device, http_client_t *client, pl_act act);
void device_call(device_t *device, http_client_t *client, pl_act act, answer_t *answer);
void answer_reset(answer_t *answer);

#endif
