/* SPDX-License-Identifier: Apache-2.0
 *
 * A circuit breaker for the database: after 5 failures in a row nothing is asked of it for 30 seconds, so that a broken disk costs
 * each request a moment and not a time-out. There is one for reading and one for writing. Shared by all loops; every call is one or two atomic operations.
 */
#ifndef POSPAL_HTTP_BREAKER_H
#define POSPAL_HTTP_BREAKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum { BREAKER_FAILURES = 5, BREAKER_OPEN_MS = 30000 };

typedef struct {
    _Atomic int failures;
    _Atomic int64_t open_until_ms; /* 0: closed */
    _Atomic int64_t failed_ms;     /* the last time; 0: never */
    _Atomic int64_t worked_ms;     /* when it was seen to work, about */
} breaker_t;

void breaker_init(breaker_t *breaker);
/* Whether to try. After the pause one caller at a time finds out how things are. now_ms is monotonic. */
bool breaker_allows(breaker_t *breaker, int64_t now_ms);
/*
 * Takes the outcome of a try into account, once the database was asked: a failure of storage counts, everything else, refusals and
 * all, shows that it works. Of several threads that try, some fail late: what began before the database was seen to work again says nothing.
 */
typedef struct {
    pl_err err;
    int64_t began_ms;
    int64_t ended_ms;
} breaker_try_t;
void breaker_note_try(breaker_t *breaker, breaker_try_t outcome);
/* One that took no time. */
void breaker_note(breaker_t *breaker, pl_err err, int64_t now_ms);
/* Whoever was allowed at now_ms did not ask after all: the next one may try. */
void breaker_return(breaker_t *breaker, int64_t now_ms);
typedef struct {
    int pause_s;       /* until the next try; 0: closed, or the next one may try */
    bool is_half_open; /* the next one may try */
    int failures;
    int64_t failed_ms; /* ago; -1: never */
} breaker_state_t;

breaker_state_t breaker_state(const breaker_t *breaker, int64_t now_ms);
/* Seconds until the next try, at least 1; 0 when closed. */
int breaker_retry_s(const breaker_t *breaker, int64_t now_ms);

#endif
