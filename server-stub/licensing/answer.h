/* SPDX-License-Identifier: Apache-2.0
 *
 * From an outcome to the reply's body: claims, signature, and the keyset where the device lacks it. Outside any transaction.
 */
#ifndef LICENSING_ANSWER_H
#define LICENSING_ANSWER_H

#include "base/buf.h"
#include "license/claims.h"
#include "licensing/device.h"

/* The times that an answer carries: refresh_at, and where the outcome has them check_by, grace_until and the emergency extension. */
void answer_times(const outcome_t *outcome, pl_claims *claims); /* claims->issued_at is set */
/* Appends {"answer":...[,"keyset":...]}. PL_ERR_STATE when the brand has no current answer key. keyring: the one the call was read with. */
pl_err answer_sign(pl_arena *arena, const keyring_t *keyring, const device_call_t *call, const outcome_t *outcome, pl_buf *body);
/* The reply of /api/v1/device/keyset?root=KID: {"keyset":...}. PL_ERR_NOT_FOUND for an unknown root. */
pl_err answer_keyset(const keyring_t *keyring, const char *root_kid, pl_buf *body);

#endif
