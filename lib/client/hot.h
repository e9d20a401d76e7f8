/* SPDX-License-Identifier: Apache-2.0
 *
 * The status for hot paths: the future of the present documents as a few (until, status) pairs, published by whoever judged them last
 * and read without lock, system call or allocation. A version counter, odd while being written, tells a reader to read again.
 */
#ifndef PL_CLIENT_HOT_H
#define PL_CLIENT_HOT_H

#include <stdatomic.h>

#include "license/policy.h"

enum { PL_HOT_STEPS = 12 };

typedef struct {
    atomic_uint version;
    atomic_llong high_ms;  /* H ... */
    atomic_llong up_ms;    /* ... at this uptime, of whichever clock the reader uses */
    atomic_llong error_ms; /* what the wall clock is known to be ahead */
    atomic_int count;
    atomic_llong until_s[PL_HOT_STEPS]; /* effective time at which the step ends */
    atomic_int status[PL_HOT_STEPS];
} pl_hot;

/* Times of the moment of publishing. */
typedef struct {
    int64_t high_ms;
    int64_t up_ms;
    int64_t error_ms;
} pl_hot_time;

/* Writers take turns (the client's mutex). */
void pl_hot_publish(pl_hot *hot, const pl_held *held, size_t count, pl_hot_time time);
pl_status pl_hot_status(const pl_hot *hot, int64_t wall_ms, int64_t up_ms);

#endif
