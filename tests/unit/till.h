/* SPDX-License-Identifier: Apache-2.0
 *
 * An injected machine for the tests of the time rules: a wall clock, a boot clock and a power switch.
 */
#ifndef TEST_UNIT_TILL_H
#define TEST_UNIT_TILL_H

#include <stdbool.h>

#include "license/timeline.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define YEAR   (365 * DAY)

#define NOW     (INT64_C(1795370400) * SECOND) /* 2026-11-22T18:00:00Z */
#define IN_2021 (INT64_C(1609459200) * SECOND)
#define IN_2099 (INT64_C(4070908800) * SECOND)

/* A till: true time runs on its own; the wall clock is true time and an error. */
typedef struct {
    int64_t true_ms;
    int64_t error_ms;
    int64_t boot_ms;
    uint64_t boot_id;
    pl_time_mark mark;
} till;

static inline pl_time clock_of(const till *t)
{
    pl_time now = {t->true_ms + t->error_ms, t->boot_ms, t->boot_id};

    return now;
}

static inline int64_t effective(const till *t)
{
    return pl_timeline_effective(&t->mark, clock_of(t));
}

static inline bool is_wrong(const till *t)
{
    return pl_timeline_clock_is_wrong(&t->mark, clock_of(t));
}

/* A till that had a fresh answer just now, an hour after it was switched on. */
static inline till fresh_till(void)
{
    till t = {NOW, 0, HOUR, 7, {0}};

    pl_timeline_anchor(&t.mark, clock_of(&t), clock_of(&t), NOW / SECOND);
    return t;
}

static inline void check(till *t)
{
    pl_timeline_observe(&t->mark, clock_of(t));
}

static inline void answer(till *t, int64_t server_ms)
{
    pl_timeline_anchor(&t->mark, clock_of(t), clock_of(t), server_ms / SECOND);
}

/* The machine runs, and the program checks every ten minutes. */
static inline void run(till *t, int64_t ms)
{
    for (int64_t step; ms > 0; ms -= step) {
        step = ms < 10 * MINUTE ? ms : 10 * MINUTE;
        t->true_ms += step;
        t->boot_ms += step;
        check(t);
    }
}

static inline void power_off(till *t, int64_t ms)
{
    t->true_ms += ms;
    t->boot_ms = 20 * SECOND;
    t->boot_id++;
    check(t);
}

/* Clock time that the rules give the vendor's documents, against true time; positive: the rules are late. */
static inline int64_t lag_s(const till *t)
{
    return t->true_ms / SECOND - effective(t);
}

#endif
