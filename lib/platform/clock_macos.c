/* SPDX-License-Identifier: Apache-2.0
 *
 * Never yet compiled; written against clock_gettime(3) and sysctl(3) of macOS 10.12 and later. The clocks of macOS: there
 * CLOCK_MONOTONIC_RAW counts on while the machine sleeps.
 */
#include "platform/clock.h"

#include <errno.h>
#include <string.h>
#include <sys/sysctl.h>
#include <sys/types.h>
#include <time.h>

#include "platform/thread.h"

static uint64_t boot_id;
static pl_once boot_id_once = PL_ONCE_INIT;

/* FNV-1a over the text of the kernel's random id of this boot. */
static void read_boot_id(void)
{
    char text[64] = "";
    size_t size = sizeof text - 1;
    uint64_t hash = 0xCBF29CE484222325u;
    size_t i;

    if (sysctlbyname("kern.bootsessionuuid", text, &size, NULL, 0) != 0 || strlen(text) < 32)
        return;
    for (i = 0; text[i]; i++)
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001B3u;
    boot_id = hash;
}

static int64_t read_us(clockid_t clock)
{
    return (int64_t)(clock_gettime_nsec_np(clock) / 1000);
}

static void read_clock(void *context, pl_time *now)
{
    (void)context;
    pl_once_run(&boot_id_once, read_boot_id);
    now->wall_ms = read_us(CLOCK_REALTIME) / 1000;
    now->boot_ms = read_us(CLOCK_MONOTONIC_RAW) / 1000;
    now->boot_id = boot_id;
}

pl_clock pl_clock_system(void)
{
    pl_clock clock = {read_clock, NULL};

    return clock;
}

int64_t pl_clock_monotonic_us(void)
{
    return read_us(CLOCK_MONOTONIC_RAW);
}

int64_t pl_clock_coarse_wall_ms(void)
{
    return read_us(CLOCK_REALTIME) / 1000; /* read from the common page, without a system call */
}

int64_t pl_clock_coarse_up_ms(void)
{
    return read_us(CLOCK_MONOTONIC_RAW_APPROX) / 1000;
}

void pl_clock_sleep_ms(int64_t ms)
{
    struct timespec left;

    if (ms <= 0)
        return;
    left.tv_sec = (time_t)(ms / 1000);
    left.tv_nsec = (long)(ms % 1000) * 1000000;
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}
