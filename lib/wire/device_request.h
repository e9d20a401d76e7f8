/* SPDX-License-Identifier: Apache-2.0
 *
 * The requests of /api/v1/device/{activate,validate,deactivate,usage,trial,release-check} and /api/v1/device/session/{start,takeover,end,list}: one JSON
 * object each, encoded by the SDK and decoded by the validator. Beats are in beat.h.
 */
#ifndef PL_WIRE_DEVICE_REQUEST_H
#define PL_WIRE_DEVICE_REQUEST_H

#include "base/json.h"
#include "crypto/crypto.h"
#include "license/fingerprint.h"
#include "license/license_key.h"
#include "token/keyring.h"
#include "wire/usage_batch.h"

enum { PL_REQUEST_MAX = 8192, PL_USAGE_REQUEST_MAX = 49152, PL_VERSION_MAX = 64 };

typedef enum {
    PL_ACT_ACTIVATE,
    PL_ACT_VALIDATE,
    PL_ACT_DEACTIVATE,
    PL_ACT_SESSION_START,
    PL_ACT_SESSION_TAKEOVER,
    PL_ACT_SESSION_END,
    PL_ACT_SESSION_LIST,
    PL_ACT_USAGE,
    PL_ACT_TRIAL,
    PL_ACT_RELEASE_CHECK
} pl_act;

const char *pl_act_path(pl_act act);  /* "/api/v1/device/activate" */
const char *pl_act_proof(pl_act act); /* what the device signs for it: "deactivate"; NULL: nothing */
size_t pl_act_body_max(pl_act act);   /* bytes */

/* Absent texts are NULL. Which are needed depends on the act; see pl_device_request_read. */
typedef struct {
    const char *roots[PL_ROOTS_MAX]; /* "roots": kids of the pinned root keys; they name the brand */
    size_t root_count;
    const char *product;          /* "product": slug */
    const char *key;              /* "key": license key */
    uint8_t nonce[PL_NONCE_SIZE]; /* "nonce" */
    const char *fingerprint;      /* "fingerprint": text form, well-formed */
    const char *instance_id;      /* "instance": UUID of the installation */
    const char *activation_id;    /* "activation" */
    bool has_device_key;
    uint8_t device_key[PL_DEVICE_PUBLIC_SIZE]; /* "device_key": Ed25519 public key, base64url */
    const char *device_name;                   /* "device_name" */
    int64_t keyset_epoch;                      /* "keyset": {"epoch","seq","root"} held; 0, 0: none */
    int64_t keyset_sequence;
    const char *keyset_root;     /* the same member's "root": kid of the root key that signed it */
    const char *app_version;     /* "app_version" */
    const char *sdk_version;     /* "sdk_version" */
    const char *platform;        /* "platform": "linux/x86_64" */
    const char *proof;           /* "proof": JWS by the device key, see pl_act_proof */
    const char *session_id;      /* "session": the one that ends; the one to be taken over, absent: the one seen least recently */
    const char *reason;          /* "reason" of a takeover, for the one who loses the seat */
    const char *license_id;      /* "license": of the activation that used something */
    const pl_usage_batch *usage; /* "usage" */
    const char *channel;         /* "channel" of releases */
} pl_device_request;

/*
 * What a proof signs besides act, activation and nonce: the usage reported, the session that is ended or named to be taken over. *is_needed:
 * whether there is anything, and digest is set.
 */
pl_err pl_act_proof_digest(pl_act act, const pl_device_request *request, uint8_t digest[PL_DIGEST_SIZE], bool *is_needed);

void pl_device_request_write(const pl_device_request *request, pl_buf *body);
/*
 * All need roots, product, nonce, and all but usage and trial key; trial needs what activate needs, release-check what validate does and channel; usage needs license, activation, usage, proof; activate fingerprint, device_key; validate and list fingerprint; deactivate activation, proof;
 * the other session acts fingerprint, activation, proof, an end session, and a takeover a reason. PL_ERR_INVALID with the member named; texts live in the arena.
 */
pl_err pl_device_request_read(pl_arena *arena, pl_act act, pl_span body, pl_device_request *request);

#endif
