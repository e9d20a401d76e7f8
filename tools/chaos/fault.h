/* SPDX-License-Identifier: Apache-2.0
 *
 * The faults of the chaos server: their names, how they are written, and which of them befall a request. Chance is a function of seed,
 * request and fault alone, so that a run can be had again.
 */
#ifndef POSPAL_CHAOS_FAULT_H
#define POSPAL_CHAOS_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

typedef enum {
    FAULT_LATENCY,         /* =MS before the reply */
    FAULT_CUT,             /* =BYTES of the body, then the connection ends */
    FAULT_SLOW_BODY,       /* =BYTES a second */
    FAULT_OFFLINE,         /* closes at once */
    FAULT_5XX,             /* =STATUS with a problem document */
    FAULT_REDIRECT,        /* elsewhere */
    FAULT_HTML,            /* a sign-in page with status 200 */
    FAULT_GARBAGE,         /* no JSON */
    FAULT_EMPTY,           /* {} */
    FAULT_UNSIGNED_DENIAL, /* {"verdict":"REVOKED"} */
    FAULT_REPLAY,          /* the reply to the request before */
    FAULT_WRONG_SIGNATURE, /* by a key of nobody */
    FAULT_OTHER_NONCE,     /* signed for another request */
    FAULT_SKEWED_CLOCK,    /* =SECONDS that the server's clock is ahead; may be negative */
    FAULT_SUSPENDED,
    FAULT_REVOKED,
    FAULT_EXPIRED,
    FAULT_NO_SEAT,
    FAULT_SESSION_TAKEN, /* sessions: another device has the seats, and evicts who has one */
    FAULT_COUNT
} fault_kind;

enum { FAULT_CERTAIN = 10000, FAULT_TEXT_MAX = 64 };

typedef struct {
    bool is_on;
    int64_t value;
    unsigned chance; /* of FAULT_CERTAIN */
    uint64_t applied;
} fault;

typedef struct {
    fault faults[FAULT_COUNT];
    uint64_t seed;
    uint64_t requests;
} fault_set;

/* What befalls one request. */
typedef struct {
    bool is_hit[FAULT_COUNT];
    int64_t value[FAULT_COUNT];
} fault_plan;

const char *fault_name(fault_kind kind);
bool fault_has_value(fault_kind kind);
/* NAME[=VALUE][@PROBABILITY], at most FAULT_TEXT_MAX characters; turns it on. PL_ERR_INVALID; the detail says what is wrong. */
pl_err fault_set_text(fault_set *set, const char *text);
/* Turns one off, by its name. PL_ERR_INVALID. */
pl_err fault_set_off(fault_set *set, const char *name);
void fault_set_clear(fault_set *set);
/* Counts a request and tells what befalls it. */
void fault_set_roll(fault_set *set, fault_plan *plan);

#endif
