/* SPDX-License-Identifier: Apache-2.0
 *
 * The clocks of Windows. GetTickCount64 counts on through sleep and hibernation, which is what boot_ms means.
 */
#include "platform/clock.h"

#include <windows.h>

#include "platform/thread.h"

/* A FILETIME counts 100 ns since 1601. */
static const int64_t unix_epoch_ms = 11644473600000;

static uint64_t boot_id;
static pl_once boot_id_once = PL_ONCE_INIT;
static LARGE_INTEGER frequency;
static pl_once frequency_once = PL_ONCE_INIT;

/* The number of this start, kept by the prefetcher: not in the SDK's documentation, so its absence is normal and means "unknown". */
static void read_boot_id(void)
{
    DWORD number = 0;
    DWORD size = sizeof number;

    if (RegGetValueA(HKEY_LOCAL_MACHINE,
                     "SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Memory Management\\PrefetchParameters", "BootId",
                     RRF_RT_REG_DWORD, NULL, &number, &size) == ERROR_SUCCESS)
        boot_id = number;
}

static void read_frequency(void)
{
    QueryPerformanceFrequency(&frequency);
}

int64_t pl_clock_coarse_wall_ms(void)
{
    FILETIME now;
    ULARGE_INTEGER count;

    GetSystemTimeAsFileTime(&now);
    count.LowPart = now.dwLowDateTime;
    count.HighPart = now.dwHighDateTime;
    return (int64_t)(count.QuadPart / 10000) - unix_epoch_ms;
}

int64_t pl_clock_coarse_up_ms(void)
{
    return (int64_t)GetTickCount64();
}

static void read_clock(void *context, pl_time *now)
{
    (void)context;
    pl_once_run(&boot_id_once, read_boot_id);
    now->wall_ms = pl_clock_coarse_wall_ms();
    now->boot_ms = (int64_t)GetTickCount64();
    now->boot_id = boot_id;
}

pl_clock pl_clock_system(void)
{
    pl_clock clock = {read_clock, NULL};

    return clock;
}

int64_t pl_clock_monotonic_us(void)
{
    LARGE_INTEGER count;

    pl_once_run(&frequency_once, read_frequency);
    QueryPerformanceCounter(&count);
    return count.QuadPart / frequency.QuadPart * 1000000 + count.QuadPart % frequency.QuadPart * 1000000 / frequency.QuadPart;
}

void pl_clock_sleep_ms(int64_t ms)
{
    while (ms > 0) {
        DWORD step = (DWORD)(ms < 1000000 ? ms : 1000000);

        Sleep(step);
        ms -= step;
    }
}
