/* SPDX-License-Identifier: Apache-2.0
 *
 * Never yet compiled; written against the manual pages and <pthread.h> of macOS. Conditions with relative time-outs (macOS has no
 * pthread_condattr_setclock) and taking off a pending SIGPIPE (nor sigtimedwait). For Linux see thread_linux.c.
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

enum { WAIT_MAX_MS = 1000 * 1000 * 1000 };

pl_cond *pl_cond_new(void)
{
    pl_cond *cond = pl_alloc(sizeof *cond);

    if (cond && pthread_cond_init(&cond->cond, NULL) != 0) {
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
    struct timespec wait;

    if (timeout_ms < 0) {
        pthread_cond_wait(&cond->cond, &mutex->mutex);
        return true;
    }
    if (timeout_ms > WAIT_MAX_MS)
        timeout_ms = WAIT_MAX_MS;
    wait.tv_sec = (time_t)(timeout_ms / 1000);
    wait.tv_nsec = (long)(timeout_ms % 1000) * 1000000;
    return pthread_cond_timedwait_relative_np(&cond->cond, &mutex->mutex, &wait) != ETIMEDOUT;
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

/* A SIGPIPE of our own is pending for this thread alone, so sigwait returns at once when sigpending shows it. */
void pl_pipe_guard_leave(const pl_pipe_guard *guard)
{
    sigset_t pipe_only;
    sigset_t pending;
    int taken;

    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    sigpending(&pending);
    if (!guard->was_pending && sigismember(&pending, SIGPIPE) == 1)
        (void)sigwait(&pipe_only, &taken);
    if (!guard->was_blocked)
        pthread_sigmask(SIG_UNBLOCK, &pipe_only, NULL);
}
