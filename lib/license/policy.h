/* SPDX-License-Identifier: Apache-2.0
 *
 * policy(): the one place that says what a license is worth. Pure. The table is printed in docs/INTEGRATING.md and walked cell by
 * cell in tests/unit/test_policy.c.
 */
#ifndef PL_LICENSE_POLICY_H
#define PL_LICENSE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "license/claims.h"
#include "license/revocations.h"

/* One verified document of one license, as held on this device. */
typedef struct {
    const pl_claims *claims;
    pl_source source;        /* ONLINE, CACHE or LICENSE_FILE */
    bool is_other_product;   /* made for another product or brand than the program's */
    bool is_other_device;    /* bound to another device, by the match rule in the document */
    int64_t emergency_until; /* Unix seconds; 0: no extension was taken on it */
    int64_t trial_begun_at;  /* of an offline trial: its begin on this machine, Unix seconds; 0: not begun, or not known */
    int64_t revoked_at;      /* issue time of the revocation list that names it; 0: none does. See pl_policy_revoke */
} pl_held;

/* What is answered, and why. */
typedef struct {
    pl_status status;
    pl_source source;
    pl_reason reason;
    const pl_held *ruling; /* the document that decided; NULL for NONE */
    int64_t holds_until;   /* Unix seconds of effective time at which to decide again; 0: no passing of time changes it */
    bool can_extend;       /* STALE, and an emergency extension is allowed and not yet taken */
} pl_decision;

/* The effective time, Unix seconds, from which a document counts: 26 h before its iat or nbf, whichever is later; 0: always. */
int64_t pl_policy_starts_at(const pl_claims *claims);
/* The end, Unix seconds: exp, and of an offline trial that began no later than its length after that; 0: none. */
int64_t pl_policy_ends_at(const pl_held *held);
/*
 * The rules for one document: the first row that fits.
 *
 *   not yet: iat or nbf more than 26 h after t   NONE            counts as not verified
 *   verdict that decides nothing                 NONE            UNKNOWN_KEY, NOT_ACTIVATED, WRONG_*, RELEASED
 *   made for another product                     WRONG_PRODUCT
 *   bound to another device                      WRONG_DEVICE
 *   named in a revocation list that is in force  REVOKED         reason VENDOR; in force: dated no more than 26 h after t
 *   an offline trial that has not begun here     NONE            before its exp; its begin in trial_begun_at
 *   more than 26 h before an offline trial began NONE            a clock set back brings no days of it back
 *   verdict NO_SEAT, t at or after its check_by  NONE            it rules for one lease; without check_by for none
 *   verdict denies                               SUSPENDED, REVOKED, EXPIRED, NO_SEAT
 *   t at or after exp                            EXPIRED         of an offline trial also: trial_seconds after its begin
 *   t before check_by, or none                   ACTIVE
 *   t before grace_until                         GRACE           no grace_until: there is no grace
 *   t within an emergency extension   GRACE           source EMERGENCY
 *   later                                        STALE
 */
pl_decision pl_policy_judge(const pl_held *held, int64_t t);

/*
 * What a revocation list does to a document: it is named when the list names the key that signed it, whatever its date (a thief dates as he
 * likes), or when the list names its license or its activation and the document was not issued after the list. An expired list counts: its
 * end only says that the vendor should have sent a newer one. NULL: there is no list.
 */
void pl_policy_revoke(pl_held *held, const pl_revocations *list);
/*
 * Judges all documents held, of any number of licenses, at effective time t. Only a document that reaches the row "verdict denies" or
 * a later one may rule; per license the newest of these by (epoch, sequence, issue time) rules, so that neither a document of another
 * device, nor one from the future, nor a NO_SEAT that ran out hides an earlier one that still counts. Among equally new ones the
 * denial rules, then the answer. A document named in a revocation list rules over none and is hidden by none. Among licenses the best status answers: ACTIVE, GRACE, STALE, then denials in the order NO_SEAT,
 * SUSPENDED, EXPIRED, REVOKED, then WRONG_DEVICE, WRONG_PRODUCT, NONE; of two equally good ones that which lasts longer. An offline trial is heard only where all others
 * come to NO_SEAT or less: it takes no license's place, be that granted or denied.
 */
pl_decision pl_policy_decide(const pl_held *held, size_t count, int64_t t);

/* How long an answer is quiet (validator side): seconds until refresh_at and until the answer is called old. */
typedef struct {
    int64_t refresh_s;
    int64_t cache_s;
} pl_cache_times;
/* age_s: since the device's validation before this one; negative: never. */
pl_cache_times pl_policy_cache_times(bool is_active, int64_t age_s);

#endif
