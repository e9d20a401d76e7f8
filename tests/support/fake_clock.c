/* SPDX-License-Identifier: Apache-2.0
 *
 * The clock of tests.
 */
#include "support/fake_clock.h"

enum { UP_AT_FIRST_MS = 60000 };

static void read_fake(void *context, pl_time *now)
{
    fake_clock *fake = context;

    now->wall_ms = atomic_load(&fake->wall_ms);
    now->boot_ms = atomic_load(&fake->boot_ms);
    now->boot_id = atomic_load(&fake->boot_id);
}

void fake_clock_init(fake_clock *fake, int64_t wall_ms)
{
    atomic_init(&fake->wall_ms, wall_ms);
    atomic_init(&fake->boot_ms, UP_AT_FIRST_MS);
    atomic_init(&fake->boot_id, 1);
}

pl_clock fake_clock_seam(fake_clock *fake)
{
    pl_clock clock = {read_fake, fake};

    return clock;
}

void fake_clock_advance(fake_clock *fake, int64_t ms)
{
    atomic_fetch_add(&fake->wall_ms, ms);
    atomic_fetch_add(&fake->boot_ms, ms);
}

void fake_clock_set_wall(fake_clock *fake, int64_t wall_ms)
{
    atomic_store(&fake->wall_ms, wall_ms);
}

void fake_clock_reboot(fake_clock *fake, int64_t off_ms)
{
    atomic_fetch_add(&fake->wall_ms, off_ms);
    atomic_store(&fake->boot_ms, 0);
    atomic_fetch_add(&fake->boot_id, 1);
}
