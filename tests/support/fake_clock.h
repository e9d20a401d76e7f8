/* SPDX-License-Identifier: Apache-2.0
 *
 * A clock that stands still until a test moves it. Any thread may read it meanwhile.
 */
#ifndef TESTS_SUPPORT_FAKE_CLOCK_H
#define TESTS_SUPPORT_FAKE_CLOCK_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/clock.h"

typedef struct {
    _Atomic int64_t wall_ms;
    _Atomic int64_t boot_ms;
    _Atomic uint64_t boot_id;
} fake_clock;

/* The machine was started a minute ago. */
void fake_clock_init(fake_clock *fake, int64_t wall_ms);
pl_clock fake_clock_seam(fake_clock *fake);
/* Time passes. */
void fake_clock_advance(fake_clock *fake, int64_t ms);
/* Somebody sets the clock, or its battery dies: uptime goes on. */
void fake_clock_set_wall(fake_clock *fake, int64_t wall_ms);
/* The machine is off for so long, then starts: another boot id, uptime from nothing. */
void fake_clock_reboot(fake_clock *fake, int64_t off_ms);

#endif
