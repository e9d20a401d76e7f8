/* SPDX-License-Identifier: Apache-2.0
 *
 * A till without network, as the validator's domain meets it: texts that somebody carried.
 */
#ifndef TESTS_SUPPORT_CARRIED_TILL_H
#define TESTS_SUPPORT_CARRIED_TILL_H

#include "licensing/offline.h"
#include "support/validator.h"

/* A request with a fresh nonce. */
void carried_request(const till *t, const pl_roots *roots, char text[PL_OFFLINE_REQUEST_MAX + 1]);
/* Reads a request and acts on it in a transaction; what comes out lives in v->arena. */
pl_err carried_activate(validator *v, const char *text, offline_outcome_t *out);
/* The same, which must end with that verdict; remembers the activation. */
void carried_expect(validator *v, till *t, pl_verdict verdict, offline_outcome_t *out);
/* A proof of a release of its activation of that license. */
void carried_proof(const till *t, const validator *v, pl_uuid license_id, pl_buf *token);
pl_err carried_release(validator *v, const char *text, offline_outcome_t *out);

#endif
