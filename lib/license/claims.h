/* SPDX-License-Identifier: Apache-2.0
 *
 * The content of the two documents that say what a license is worth: the license file and the validator's answer. Plain values; how
 * they are encoded is in token/claims_json.h. Texts are borrowed from the arena they were decoded into.
 */
#ifndef PL_LICENSE_CLAIMS_H
#define PL_LICENSE_CLAIMS_H

#include <stdbool.h>
#include <stdint.h>

#include "license/entitlements.h"
#include "license/fingerprint.h"
#include "license/release.h"
#include "license/session.h"
#include "license/status.h"
#include "license/trial.h"
#include "license/usage.h"

typedef enum { PL_CLAIMS_LICENSE, PL_CLAIMS_ANSWER } pl_claims_kind;

enum {
    PL_CLAIMS_ID_MAX = 64,
    PL_CLAIMS_SLUG_MAX = 64,
    PL_CLAIMS_TEXT_MAX = 256,
    PL_DEVICE_NAME_MAX = 128,
    PL_EMERGENCY_SECONDS_MAX = 30 * 86400,
    PL_LEASE_SECONDS_MAX = 366 * 86400,
    PL_TRIAL_SECONDS_MAX = 366 * 86400
};

/* Times are Unix seconds; 0 means absent: no end, no check-in needed. */
typedef struct {
    pl_claims_kind kind;
    const char *issuer;     /* iss: brand id */
    const char *license_id; /* sub; NULL in an answer that names no license */
    const char *product_id; /* aud */
    const char *product;    /* slug */
    const char *token_id;   /* jti */
    int64_t issued_at;      /* iat */
    int64_t not_before;     /* nbf */
    int64_t expires_at;     /* exp: the license's end, with the slack signed into it */
    int64_t epoch;          /* raised by a restore of the validator */
    int64_t sequence;       /* the license's version: raised by every change of it */
    pl_verdict verdict;     /* ACTIVE in a license file */
    pl_reason reason;
    const char *plan;
    const char *customer;
    pl_entitlements entitlements;
    int64_t refresh_at;        /* ask again quietly */
    int64_t check_by;          /* after this: GRACE */
    int64_t grace_until;       /* after this: STALE */
    int64_t emergency_seconds; /* length of the emergency extension allowed; 0: none */
    int64_t trial_seconds;     /* license files only: an offline trial, for so long from its begin on each machine; 0: none */
    bool has_device;           /* bound to a device */
    pl_fingerprint device;
    pl_match_rule match;
    const char *device_name;
    const char *activation_id;
    bool has_device_key; /* cnf (RFC 7800): the device's Ed25519 public key */
    uint8_t device_key[32];
    bool has_nonce; /* answers only: which request it answers */
    uint8_t nonce[32];
    uint8_t request_digest[32];
    const pl_session_claims *session; /* answers only; NULL: none */
    const pl_usage_claims *usage;     /* the same */
    const pl_trial_claims *trial;     /* the same */
    const pl_release_claims *release; /* the same */
    const char *signed_by;            /* kid; not a claim: whoever verified the document fills it in; NULL: not told */
} pl_claims;

bool pl_claims_are_of_one_license(const pl_claims *a, const pl_claims *b); /* false where either is NULL or names none */
/* Order among documents for one license by (epoch, sequence, issue time): <0, 0, >0. */
int pl_claims_compare(const pl_claims *a, const pl_claims *b);
/*
 * An answer holds for PL_LEASE_SECONDS_MAX from its issue at most, whatever it says itself: whoever stole an answer key can't make leases
 * that need no server for longer. License files are signed by another key and are not bounded.
 */
void pl_claims_bound_lease(pl_claims *claims);

#endif
