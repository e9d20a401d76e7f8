/* SPDX-License-Identifier: Apache-2.0
 *
 * The clock seam. Rules take times as numbers; whoever needs the present asks a pl_clock. The system's is in platform/clock.h.
 */
#ifndef PL_BASE_CLOCK_H
#define PL_BASE_CLOCK_H

#include <stdint.h>

typedef struct {
    int64_t wall_ms;  /* Unix time, as the machine believes it */
    int64_t boot_ms;  /* since boot, counting suspended time; never set back */
    uint64_t boot_id; /* tells one boot from another; 0 where unknown */
} pl_time;

typedef struct {
    void (*read)(void *context, pl_time *now);
    void *context;
} pl_clock;

static inline pl_time pl_clock_read(const pl_clock *clock)
{
    pl_time now = {0, 0, 0};

    clock->read(clock->context, &now);
    return now;
}

#endif
