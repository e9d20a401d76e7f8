/* SPDX-License-Identifier: Apache-2.0
 *
 * The system's clock as a pl_clock.
 */
#ifndef PL_PLATFORM_CLOCK_H
#define PL_PLATFORM_CLOCK_H

#include "base/clock.h"

pl_clock pl_clock_system(void);
/* Sharper than a pl_time for measuring how long something took. */
int64_t pl_clock_monotonic_us(void);
/* Cheap reads for the hot path: a few nanoseconds, a few milliseconds behind; never a system call where the platform can. */
int64_t pl_clock_coarse_wall_ms(void);
int64_t pl_clock_coarse_up_ms(void); /* monotonic; may or may not count suspended time */
void pl_clock_sleep_ms(int64_t ms);

#endif
