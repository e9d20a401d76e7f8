/* SPDX-License-Identifier: Apache-2.0
 *
 * The documents of the fake validator before they are signed: what all of them have in common, and what says which license and device.
 */
#ifndef POSPAL_CHAOS_FAKE_DOCUMENT_H
#define POSPAL_CHAOS_FAKE_DOCUMENT_H

#include "chaos/fake_validator.h"
#include "license/claims.h"

typedef struct {
    char token_id[PL_UUID_TEXT_SIZE];
    pl_claims claims;
    pl_usage_claims usage; /* what claims may point to */
    pl_usage_balance balances[FAKE_METERS_MAX];
    pl_trial_claims trial;
    pl_session_claims session;
    char session_ids[FAKE_SESSIONS_MAX][PL_UUID_TEXT_SIZE];
    pl_session_holder holders[FAKE_SESSIONS_MAX];
} fake_draft;

/* One request and whose it is. */
typedef struct {
    pl_act act;
    const pl_device_request *request;
    fake_license *license; /* NULL: of none that is known */
    fake_seat *seat;       /* NULL: the device has none */
} fake_call;

/* Gives it an id of its own, the brand and the product. */
void fake_draft_name(fake_draft *draft, fake_validator *v);
void fake_draft_describe(fake_draft *draft, const fake_license *license);
void fake_draft_bind(fake_draft *draft, const char *fingerprint, const char *device_name);
/* What the licenses grant: what they all grant is the same. */
const pl_entitlements *fake_entitlements(void);

/* Whether the device signed what the act needs. */
bool fake_is_proven(const fake_call *call);
pl_jwk fake_jwk_of(const pl_key_pair *pair);
/* What can't be untrue in a fake: it ends the program, for a failed assertion has nowhere to go in the threads it runs in. */
void fake_must(bool is_true, const char *what);

#endif
