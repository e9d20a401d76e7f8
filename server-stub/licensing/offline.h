/* SPDX-License-Identifier: Apache-2.0
 *
 * Devices without network: what a person carries here is read (no database), acted on inside a transaction, and answered by answer_sign
 * with the call that comes out.
 */
#ifndef LICENSING_OFFLINE_H
#define LICENSING_OFFLINE_H

#include "licensing/device.h"
#include "token/proof.h"
#include "wire/offline_request.h"

enum { OFFLINE_RELEASES_DAYS = 365 /* within which a license's offline releases are counted */ };

/* An activation request as read; which product it names is known inside the transaction only. */
typedef struct {
    device_call_t call;
    uint8_t product[PL_OFFLINE_NAME_SIZE];
} offline_request_t;

/* A release as read: nothing of it is to be believed before its signature was verified with the device key that is stored. */
typedef struct {
    device_call_t call; /* brand_id, activation_id, nonce, digest */
    pl_uuid license_id;
    pl_proof proof;
    pl_span token; /* without white space */
} offline_release_call_t;

/* What was decided, and the call to answer. */
typedef struct {
    device_call_t call;
    outcome_t outcome;
    int64_t releases; /* offline releases that count now */
} offline_outcome_t;

/* Texts live in the arena. PL_ERR_DAMAGED, _MALFORMED, _TOO_LARGE, _NO_FINGERPRINT; PL_ERR_NOT_FOUND for a root that nobody here has. */
pl_err offline_read_request(pl_arena *arena, const keyring_t *keyring, pl_span typed, offline_request_t *request);
pl_err offline_read_release(pl_arena *arena, const keyring_t *keyring, pl_span typed, offline_release_call_t *release);

/*
 * Writes. Activation as it is online, audited besides. PL_ERR_NOT_FOUND for a product that the brand does not have, PL_ERR_STATE for one
 * that allows no offline activation, PL_ERR_REQUEST_CLOSED for a request whose seat was given back.
 */
pl_err offline_activate(tx_t *tx, const offline_request_t *request, offline_outcome_t *out);
/*
 * Writes. Frees the seat once, however often the proof is brought. PL_ERR_NOT_FOUND for an activation that is not here,
 * PL_ERR_UNAUTHORIZED for a proof that is not its device's, PL_ERR_RELEASE_LIMIT when the policy allows no more for now.
 */
pl_err offline_release(tx_t *tx, const offline_release_call_t *release, offline_outcome_t *out);

/*
 * Writes. Counts the release of a seat whose answer was carried: a copy made before may go on without network. Also of one that is given
 * back online, while that answer holds. PL_ERR_RELEASE_LIMIT.
 */
pl_err offline_count_release(tx_t *tx, const outcome_t *outcome);

#endif
