/* SPDX-License-Identifier: Apache-2.0
 *
 * What the fake validator keeps: licenses, and of their devices seats, sessions and reports of usage. Plain values of fixed size.
 */
#ifndef POSPAL_CHAOS_FAKE_HOLDINGS_H
#define POSPAL_CHAOS_FAKE_HOLDINGS_H

#include "base/uuid.h"
#include "crypto/crypto.h"
#include "license/claims.h"

enum {
    FAKE_LICENSES = 2,   /* sold, with keys that are told */
    FAKE_TRIALS_MAX = 8, /* behind them */
    FAKE_LICENSES_MAX = FAKE_LICENSES + FAKE_TRIALS_MAX,
    FAKE_SEATS_EACH_MAX = 8, /* of a license */
    FAKE_SEATS_MAX = FAKE_LICENSES * FAKE_SEATS_EACH_MAX + FAKE_TRIALS_MAX,
    FAKE_SESSIONS_MAX = PL_SESSION_HOLDERS_MAX, /* with those that ended last */
    FAKE_METERS_MAX = 64,
    FAKE_REPORTS_MAX = 4096,
    FAKE_LOGS_MAX = 64,
    FAKE_TRIAL_KEY_SIZE = 24
};

typedef struct {
    const char *key; /* NULL: there is no such license */
    const char *license_id;
    const char *plan;
    bool is_known; /* else UNKNOWN_KEY */
    pl_verdict verdict;
    pl_reason reason;
    int64_t sequence;
    size_t seats;
    int64_t expires_at;
    char trial_key[FAKE_TRIAL_KEY_SIZE]; /* a trial's own, and for whom it was made */
    char trial_id[PL_UUID_TEXT_SIZE];
    char trial_device[PL_FINGERPRINT_TEXT_SIZE];
} fake_license;

typedef struct {
    const char *license_id;      /* NULL: free */
    const char *gave_license_id; /* the license of a seat given back: what was used is still told */
    char activation[PL_UUID_TEXT_SIZE];
    char instance[PL_UUID_TEXT_SIZE];
    char fingerprint[PL_FINGERPRINT_TEXT_SIZE];
    char device_name[PL_DEVICE_NAME_MAX + 1];
    uint8_t device_key[PL_DEVICE_PUBLIC_SIZE];
} fake_seat;

typedef struct {
    const char *license_id; /* NULL: no session */
    pl_uuid id;
    uint8_t key[PL_SESSION_KEY_SIZE];
    char activation[PL_UUID_TEXT_SIZE];
    char device_name[PL_DEVICE_NAME_MAX + 1];
    int64_t started_at, seen, lease_until, protected_until; /* Unix seconds, as are the others */
    int64_t number;                                         /* of the last beat */
    int64_t ended_at;                                       /* 0: it was not ended */
    bool is_evicted;
    char by[PL_DEVICE_NAME_MAX + 1];
    char reason[PL_SESSION_REASON_MAX + 1];
} fake_session;

/* A report of usage that was taken. */
typedef struct {
    uint8_t log[PL_USAGE_ID_SIZE];
    uint8_t id[PL_USAGE_ID_SIZE];
    int64_t sequence;
} fake_report;

typedef struct {
    uint8_t log[PL_USAGE_ID_SIZE];
    int64_t passed; /* numbers up to this one can't come any more */
} fake_log;

typedef struct {
    const char *license_id; /* NULL: not in use */
    char name[PL_METER_MAX + 1];
    int64_t used;
} fake_meter;

#endif
