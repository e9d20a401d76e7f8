/* SPDX-License-Identifier: Apache-2.0
 *
 * The three verbs of a device: activate, validate, deactivate. A route is parse (licensing_read_call, on the event loop), act (one of
 * the verbs, inside a transaction; may be run again) and reply (answer_sign of licensing/answer.h, after the commit).
 *
 * PL_OK means that a verdict was reached, whatever it is: it goes out signed, with status 200. Any other result goes out as an
 * unsigned problem document, which no program believes.
 */
#ifndef LICENSING_DEVICE_H
#define LICENSING_DEVICE_H

#include "license/release.h"
#include "license/session.h"
#include "license/trial.h"
#include "license/usage.h"
#include "licensing/keys.h"
#include "store/activations.h"
#include "store/licenses.h"
#include "store/products.h"
#include "wire/device_request.h"

/* A request as read: all that can be worked out without the database. Plain value; texts live in the arena it was read with. */
typedef struct {
    pl_act act;
    pl_device_request request;
    pl_uuid brand_id;
    pl_uuid instance_id;        /* nil: not told */
    pl_uuid activation_id;      /* nil: not told */
    pl_uuid session_id;         /* nil: not told */
    pl_uuid license_id;         /* usage; else nil */
    pl_fingerprint fingerprint; /* activate, validate */
    uint8_t key_hash[KEY_HASH_SIZE];
    uint8_t digest[PL_DIGEST_SIZE]; /* SHA-256 of the exact body */
} device_call_t;

/* What was decided, and the rows it rests on. Plain value; texts live in the transaction's arena. */
typedef struct {
    pl_verdict verdict;
    pl_reason reason;
    int64_t decided_at_ms;
    bool has_product; /* false: the slug is unknown to the brand */
    product_t product;
    bool has_license; /* false: UNKNOWN_KEY, WRONG_PRODUCT */
    license_t license;
    const char *customer_name; /* NULL: none */
    bool has_activation;       /* the device holds (or just gave back) this seat */
    activation_t activation;
    int64_t validated_before_ms;      /* the device's check before this one; negative: never */
    bool is_offline;                  /* a person carries the answer: it holds as long as the policy says for that */
    bool is_new_seat;                 /* activate took a seat; false when the device had one */
    const pl_session_claims *session; /* what became of its session, see licensing/session.h; NULL: not asked for */
    const pl_usage_claims *usage;     /* what became of its reports, see licensing/usage.h; NULL: none were taken */
    const pl_trial_claims *trial;     /* the key of its trial, see licensing/trial.h; NULL: none */
    const pl_release_claims *release; /* what it is told of, see licensing/release.h; NULL: nothing */
    pl_uuid other_instance;           /* asked by another installation than the stored one on the same hardware; nil: no */
    bool is_sighting;                 /* worth noting with sightings_note: the stored time is a minute old or more */
} outcome_t;

/*
 * Reads and checks a body: members, fingerprint, key text, and the brand by the root kids. PL_ERR_NOT_FOUND when no root is known;
 * PL_ERR_INVALID, _MALFORMED, _TOO_LARGE for the rest. No database, no blocking.
 */
pl_err licensing_read_call(pl_arena *arena, const keyring_t *keyring, pl_act act, pl_span body, device_call_t *call);

/* Writes. A device that has a seat gets it back; a new one takes a seat if there is one. */
pl_err licensing_activate(tx_t *tx, const device_call_t *call, outcome_t *out);
/* Reads only: store_read will do. */
pl_err licensing_validate(tx_t *tx, const device_call_t *call, outcome_t *out);
/* Writes. PL_ERR_UNAUTHORIZED when the proof is not the device's. A seat given back already is RELEASED again. */
pl_err licensing_deactivate(tx_t *tx, const device_call_t *call, outcome_t *out);

#endif
