/* SPDX-License-Identifier: Apache-2.0
 *
 * The clocks of Linux. All but sleeping are read in the vDSO, without a system call, where the machine's clock source allows.
 */
#include "platform/clock.h"

#include <errno.h>
#include <time.h>

#include "platform/file.h"
#include "platform/thread.h"

enum { BOOT_ID_MAX = 128 };

static uint64_t boot_id;
static pl_once boot_id_once = PL_ONCE_INIT;

/* FNV-1a over the text of the kernel's random id. Read once: a process never outlives its boot, nor does what it forks. */
static void read_boot_id(void)
{
    const pl_fs *fs = pl_fs_system();
    uint64_t hash = 0xCBF29CE484222325u;
    pl_buf text;
    size_t i;

    pl_buf_init(&text);
    if (!fs->read(fs->context, "/proc/sys/kernel/random/boot_id", BOOT_ID_MAX, &text) && text.size >= 32) {
        for (i = 0; i < text.size; i++)
            hash = (hash ^ (unsigned char)text.data[i]) * 0x100000001B3u;
        boot_id = hash;
    }
    pl_buf_reset(&text);
}

static int64_t read_us(clockid_t clock)
{
    struct timespec now = {0, 0};

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void read_clock(void *context, pl_time *now)
{
    (void)context;
    pl_once_run(&boot_id_once, read_boot_id);
    now->wall_ms = read_us(CLOCK_REALTIME) / 1000;
    now->boot_ms = read_us(CLOCK_BOOTTIME) / 1000;
    now->boot_id = boot_id;
}

pl_clock pl_clock_system(void)
{
    pl_clock clock = {read_clock, NULL};

    return clock;
}

int64_t pl_clock_monotonic_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

int64_t pl_clock_coarse_wall_ms(void)
{
    return read_us(CLOCK_REALTIME_COARSE) / 1000;
}

int64_t pl_clock_coarse_up_ms(void)
{
    return read_us(CLOCK_MONOTONIC_COARSE) / 1000;
}

void pl_clock_sleep_ms(int64_t ms)
{
    struct timespec until;

    if (ms <= 0)
        return;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(ms / 1000);
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        continue;
}
