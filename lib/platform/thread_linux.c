/* SPDX-License-Identifier: Apache-2.0
 *
 * Conditions over the monotonic clock, and taking off a pending SIGPIPE, as Linux and most POSIX systems do it. For macOS see
 * thread_macos.c.
 */
#include "platform/thread.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "base/mem.h"
#include "platform/posix.h"

struct pl_cond {
    pthread_cond_t cond;
};

enum { WAIT_MAX_MS = 1000 * 1000 * 1000 }; /* 11 days: no overflow anywhere, and no caller waits longer */

pl_cond *pl_cond_new(void)
{
    pl_cond *cond = pl_alloc(sizeof *cond);
    pthread_condattr_t attributes;
    int result;

    if (!cond || pthread_condattr_init(&attributes) != 0) {
        pl_free(cond);
        return NULL;
    }
    result = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    if (result == 0)
        result = pthread_cond_init(&cond->cond, &attributes);
    pthread_condattr_destroy(&attributes);
    if (result != 0) {
        pl_free(cond);
        return NULL;
    }
    return cond;
}

void pl_cond_free(pl_cond *cond)
{
    if (!cond)
        return;
    pthread_cond_destroy(&cond->cond);
    pl_free(cond);
}

void pl_cond_wake_all(pl_cond *cond)
{
    pthread_cond_broadcast(&cond->cond);
}

bool pl_cond_wait(pl_cond *cond, pl_mutex *mutex, int64_t timeout_ms)
{
    struct timespec until;

    if (timeout_ms < 0) {
        pthread_cond_wait(&cond->cond, &mutex->mutex);
        return true;
    }
    if (timeout_ms > WAIT_MAX_MS)
        timeout_ms = WAIT_MAX_MS;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(timeout_ms / 1000);
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    return pthread_cond_timedwait(&cond->cond, &mutex->mutex, &until) != ETIMEDOUT;
}

void pl_pipe_guard_enter(pl_pipe_guard *guard)
{
    sigset_t pipe_only;
    sigset_t set;

    sigpending(&set);
    guard->was_pending = sigismember(&set, SIGPIPE) == 1;
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_only, &set);
    guard->was_blocked = sigismember(&set, SIGPIPE) == 1;
}

/* One that was pending before is the application's and stays. The wait has a zero time-out: another thread may have been quicker. */
void pl_pipe_guard_leave(const pl_pipe_guard *guard)
{
    static const struct timespec at_once = {0, 0};
    sigset_t pipe_only;

    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    if (!guard->was_pending)
        while (sigtimedwait(&pipe_only, NULL, &at_once) < 0 && errno == EINTR)
            continue;
    if (!guard->was_blocked)
        pthread_sigmask(SIG_UNBLOCK, &pipe_only, NULL);
}
