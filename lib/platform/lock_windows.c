/* SPDX-License-Identifier: Apache-2.0
 *
 * The advisory lock between processes and threads on Windows: a byte range beyond the end of a file, locked through a handle of its
 * own. The file stays behind.
 */
#include "platform/file.h"

#include <string.h>
#include <windows.h>

#include "base/mem.h"
#include "platform/clock.h"
#include "platform/wide_windows.h"

struct pl_file_lock {
    HANDLE file;
};

enum { POLL_FIRST_MS = 1, POLL_LAST_MS = 32 };

static OVERLAPPED lock_place(void)
{
    OVERLAPPED place;

    memset(&place, 0, sizeof place);
    place.OffsetHigh = 1; /* such a lock is mandatory: far from any byte that somebody might read */
    return place;
}

static bool try_lock(HANDLE file, bool is_shared)
{
    OVERLAPPED place = lock_place();
    DWORD flags = LOCKFILE_FAIL_IMMEDIATELY | (is_shared ? 0 : LOCKFILE_EXCLUSIVE_LOCK);

    return LockFileEx(file, flags, 0, 1, 0, &place) != 0;
}

/* Polls: a waiting LockFileEx on a synchronous handle has no time-out. Holders keep it for milliseconds. */
static pl_err wait_for_lock(HANDLE file, bool is_shared, const char *path, int64_t timeout_ms)
{
    int64_t until_us = pl_clock_monotonic_us() + timeout_ms * 1000;
    int64_t pause_ms = POLL_FIRST_MS;

    while (!try_lock(file, is_shared)) {
        int64_t left_ms;

        if (GetLastError() != ERROR_LOCK_VIOLATION && GetLastError() != ERROR_IO_PENDING)
            return pl_windows_fail("lock", path);
        left_ms = (until_us - pl_clock_monotonic_us()) / 1000;
        if (left_ms <= 0)
            return pl_fail(PL_ERR_BUSY, "%s is locked by another program or thread", path);
        pl_clock_sleep_ms(pause_ms < left_ms ? pause_ms : left_ms);
        pause_ms = pause_ms < POLL_LAST_MS ? pause_ms * 2 : POLL_LAST_MS;
    }
    return PL_OK;
}

static pl_err open_lock(const char *path, HANDLE *file)
{
    wchar_t *wide;
    pl_err err;

    if ((err = pl_wide_new(path, &wide)))
        return err;
    *file = CreateFileW(wide, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                        OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    pl_free(wide);
    return *file != INVALID_HANDLE_VALUE ? PL_OK : pl_windows_fail("write", path);
}

static pl_err take(const char *path, bool is_shared, int64_t timeout_ms, pl_file_lock **lock)
{
    pl_file_lock *taken = pl_alloc(sizeof *taken);
    pl_err err;

    if (!taken)
        return PL_ERR_MEMORY;
    if ((err = open_lock(path, &taken->file))) {
        pl_free(taken);
        return err;
    }
    if ((err = wait_for_lock(taken->file, is_shared, path, timeout_ms))) {
        CloseHandle(taken->file);
        pl_free(taken);
        return err;
    }
    *lock = taken;
    return PL_OK;
}

pl_err pl_file_lock_take(const char *path, int64_t timeout_ms, pl_file_lock **lock)
{
    return take(path, false, timeout_ms, lock);
}

pl_err pl_file_lock_share(const char *path, int64_t timeout_ms, pl_file_lock **lock)
{
    return take(path, true, timeout_ms, lock);
}

void pl_file_lock_release(pl_file_lock *lock)
{
    OVERLAPPED place = lock_place();

    if (!lock)
        return;
    UnlockFileEx(lock->file, 0, 1, 0, &place);
    CloseHandle(lock->file);
    pl_free(lock);
}
