/* SPDX-License-Identifier: Apache-2.0
 *
 * The advisory lock between processes and threads. The file stays behind: whoever removed it would let two holders in.
 */
#include "platform/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/mem.h"
#include "platform/clock.h"
#include "platform/posix.h"

struct pl_file_lock {
    int descriptor;
};

enum { POLL_FIRST_MS = 1, POLL_LAST_MS = 32 };

/*
 * Polls, because neither kind of lock has a wait with a time-out: the usual way, a signal that interrupts the wait, is not a library's
 * to take. Holders keep it for milliseconds, so the first pauses are short.
 */
static pl_err wait_for_lock(int descriptor, bool is_shared, const char *path, int64_t timeout_ms)
{
    int64_t until_us = pl_clock_monotonic_us() + timeout_ms * 1000;
    int64_t pause_ms = POLL_FIRST_MS;

    while (pl_disk_try_lock(descriptor, is_shared) != 0) {
        int64_t left_ms;

        if (errno != EAGAIN)
            return pl_errno_fail("lock", path);
        left_ms = (until_us - pl_clock_monotonic_us()) / 1000;
        if (left_ms <= 0)
            return pl_fail(PL_ERR_BUSY, "%s is locked by another program or thread", path);
        pl_clock_sleep_ms(pause_ms < left_ms ? pause_ms : left_ms);
        pause_ms = pause_ms < POLL_LAST_MS ? pause_ms * 2 : POLL_LAST_MS;
    }
    return PL_OK;
}

static pl_err take(const char *path, bool is_shared, int64_t timeout_ms, pl_file_lock **lock)
{
    pl_file_lock *taken = pl_alloc(sizeof *taken);
    pl_err err;

    if (!taken)
        return PL_ERR_MEMORY;
    if ((err = pl_posix_open_shared(path, O_RDWR, &taken->descriptor))) {
        pl_free(taken);
        return err;
    }
    if ((err = wait_for_lock(taken->descriptor, is_shared, path, timeout_ms))) {
        close(taken->descriptor);
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
    if (!lock)
        return;
    pl_disk_unlock(lock->descriptor); /* closing is not enough: a child of fork() may hold the same open file */
    close(lock->descriptor);
    pl_free(lock);
}
