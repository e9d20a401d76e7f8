/* SPDX-License-Identifier: Apache-2.0
 *
 * A validator without a database: real keys, keysets and signed answers from memory. Who runs it decides what it thinks of a license, how
 * its clock goes, and what happens to its answers on the way. Its licenses are worth nothing: the roots are made when it starts.
 */
#ifndef POSPAL_CHAOS_FAKE_VALIDATOR_H
#define POSPAL_CHAOS_FAKE_VALIDATOR_H

#include "base/buf.h"
#include "base/clock.h"
#include "chaos/fake_holdings.h"
#include "platform/thread.h"
#include "token/issue.h"
#include "wire/device_request.h"

#define FAKE_PRODUCT        "till"
#define FAKE_SERVER         "https://license.example.com/"
#define FAKE_KEY            "SHOP-0001-FAKE" /* of licenses[0] */
#define FAKE_OTHER_KEY      "SHOP-0002-FAKE" /* of licenses[1] */
#define FAKE_BRAND_ID       "018f4c1e-0000-7000-8000-00000000b001"
#define FAKE_SEASON_ENDS_AT INT64_C(1795456800) /* a day after the shop opens */
#define FAKE_PRODUCT_ID     "018f4c1e-0000-7000-8000-00000000d001"
/* Whoever is said to hold a seat where nobody does. */
#define FAKE_OTHER_DEVICE     "Another till"
#define FAKE_OTHER_SESSION    "018f4c1e-0000-7000-8000-00000000e001"
#define FAKE_OTHER_ACTIVATION "018f4c1e-0000-7000-8000-00000000e002"

enum { FAKE_ROOTS = 3, FAKE_KEYS_MAX = 8 };
/* Places among the roots. */
enum { FAKE_ROOT_IN_USE, FAKE_ROOT_RESERVE, FAKE_ROOT_OF_A_STRANGER };

/* What happens to an answer on its way. */
typedef enum {
    LINE_FINE,
    LINE_OFFLINE,         /* no reply at all */
    LINE_HTML,            /* a sign-in page, with status 200 */
    LINE_GARBAGE,         /* an opening brace and nonsense */
    LINE_EMPTY,           /* {} */
    LINE_REPLAY,          /* the reply to the exchange before */
    LINE_OTHER_NONCE,     /* signed for another nonce */
    LINE_OTHER_REQUEST,   /* signed for another body */
    LINE_OTHER_PRODUCT,   /* signed for another product */
    LINE_UNKNOWN_VERDICT, /* signed by a later version with a verdict of its own */
    LINE_STRANGER,        /* signed by a key that is in no keyset */
    LINE_FORGED,          /* the same, with a keyset signed by a stranger's root */
    LINE_LICENSE_KEY,     /* signed by a key that may sign licenses only */
    LINE_UNSIGNED_DENIAL, /* {"verdict":"REVOKED"}, unsigned */
    LINE_PROBLEM          /* a problem document with http_status */
} fake_line;

typedef struct {
    pl_mutex *mutex; /* held during an exchange */
    pl_clock clock;
    int64_t clock_error_s;
    const char *product; /* FAKE_PRODUCT at first */

    pl_key_pair roots[FAKE_ROOTS];
    char roots_json[1024]; /* what a program pins: in use, reserve */
    size_t root;           /* signs keysets */
    pl_keyset keyset;
    pl_key_pair pairs[FAKE_KEYS_MAX];
    size_t answer_key, license_key; /* places in the keyset */
    bool sends_keyset;
    pl_span revocations; /* goes with every answer; empty: none */
    bool overlooks_root; /* tells keysets by their numbers alone, as a validator of another make might */

    fake_license licenses[FAKE_LICENSES_MAX]; /* those that were sold, then trials */
    fake_seat seats[FAKE_SEATS_MAX];
    int64_t trial_days; /* 0: there are no trials */
    fake_session sessions[FAKE_SESSIONS_MAX];
    size_t sessions_max;                 /* alive at once, of one license; 0: as many as seats */
    int64_t lease_s, beat_s, cooldown_s; /* of sessions */
    bool evicts;                         /* another device is said to have taken the seats */
    int64_t epoch;
    int64_t refresh_s, check_s, grace_s, emergency_s; /* 0: absent */

    fake_line line;
    int http_status;               /* of LINE_PROBLEM */
    size_t cut_at;                 /* bytes of the reply that arrive; SIZE_MAX: all */
    void (*during)(void *context); /* runs in each exchange, without the mutex; may be NULL */
    void (*after)(void *context);  /* the same, when the answer is made and not yet arrived */
    void *during_context;

    fake_report reports[FAKE_REPORTS_MAX];
    size_t report_count, repeats, forks;
    fake_log logs[FAKE_LOGS_MAX];
    size_t log_count;
    int64_t refused_amount;             /* a request with a report of it gets HTTP 400; 0: none does */
    fake_meter meters[FAKE_METERS_MAX]; /* in the order in which they were first told */
    int64_t allowed;                    /* of a meter that no entitlement names */
    pl_usage_refusal usage_refusal;     /* of all that is reported */
    bool seals_to_another;              /* device */
    const pl_release_claims *release;

    unsigned exchanges, usages, trials, release_checks, activations, validations, deactivations, serial;
    unsigned starts, takeovers, ends, lists, beats;
    pl_buf last_body;  /* of the last request */
    pl_buf last_reply; /* whole, whatever arrived of it */
} fake_validator;

void fake_validator_init(fake_validator *v, pl_clock clock);
void fake_validator_reset(fake_validator *v);
/*
 * The reply to one request that a device posts, whatever becomes of it on the line; appends to body and counts. The caller holds the
 * mutex. As the request's reader: PL_ERR_INVALID, _MALFORMED, _TOO_LARGE; PL_ERR_NOT_FOUND also where there is no such path;
 * PL_ERR_UNAUTHORIZED, _RATE_LIMITED, _OVERLOADED.
 */
pl_err fake_validator_answer(fake_validator *v, const char *path, pl_span request, pl_buf *body);
/* What does not come from the validator at all, on a line like the present one; NULL where it does. */
const char *fake_validator_foreign(const fake_validator *v);

/* Unix seconds, as its clock goes. */
int64_t fake_validator_now(const fake_validator *v);
/* What the validator thinks of licenses[0] from now on; a change of the license, so its sequence rises. */
void fake_validator_decide(fake_validator *v, pl_verdict verdict, pl_reason reason);
/* A restore from an older backup: activations are gone and the epoch is raised. */
void fake_validator_restore(fake_validator *v);

/* A new answer key; the one before becomes retired or revoked. */
void fake_validator_rotate(fake_validator *v, pl_key_state state_before);
/* Appends the keyset as it is now. */
void fake_validator_keyset(const fake_validator *v, pl_buf *token);

/*
 * Answers an offline request, which somebody carried, spoiled as line says: the answer, and the keyset on a line of its own where
 * sends_keyset. Takes the mutex.
 */
void fake_validator_answer_carried(fake_validator *v, const char *request, pl_buf *text);

#endif
