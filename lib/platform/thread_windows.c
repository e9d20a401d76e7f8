/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads, mutexes, conditions and run-once of Windows (7 and later).
 */
#include "platform/thread.h"

#include <windows.h>
#include <process.h>

#include "base/mem.h"

enum { STACK_SIZE = 512 * 1024, WAIT_MAX_MS = 1000 * 1000 * 1000 };

struct pl_mutex {
    SRWLOCK lock;
};

struct pl_cond {
    CONDITION_VARIABLE cond;
};

struct pl_thread {
    HANDLE handle;
    void (*run)(void *context);
    void *context;
};

static _Thread_local const pl_thread *current;

/* All bits zero is what SRWLOCK_INIT and CONDITION_VARIABLE_INIT say; neither needs to be destroyed. */
pl_mutex *pl_mutex_new(void)
{
    return pl_alloc(sizeof(pl_mutex));
}

void pl_mutex_free(pl_mutex *mutex)
{
    pl_free(mutex);
}

void pl_mutex_lock(pl_mutex *mutex)
{
    AcquireSRWLockExclusive(&mutex->lock);
}

void pl_mutex_unlock(pl_mutex *mutex)
{
    ReleaseSRWLockExclusive(&mutex->lock);
}

pl_cond *pl_cond_new(void)
{
    return pl_alloc(sizeof(pl_cond));
}

void pl_cond_free(pl_cond *cond)
{
    pl_free(cond);
}

void pl_cond_wake_all(pl_cond *cond)
{
    WakeAllConditionVariable(&cond->cond);
}

bool pl_cond_wait(pl_cond *cond, pl_mutex *mutex, int64_t timeout_ms)
{
    DWORD wait = INFINITE;

    if (timeout_ms >= 0)
        wait = (DWORD)(timeout_ms < WAIT_MAX_MS ? timeout_ms : WAIT_MAX_MS);
    return SleepConditionVariableSRW(&cond->cond, &mutex->lock, wait, 0) != 0;
}

static unsigned __stdcall run_thread(void *argument)
{
    const pl_thread *thread = argument;

    current = thread;
    thread->run(thread->context);
    return 0;
}

pl_err pl_thread_start(void (*run)(void *context), void *context, pl_thread **thread)
{
    pl_thread *started = pl_alloc(sizeof *started);

    if (!started)
        return PL_ERR_MEMORY;
    started->run = run;
    started->context = context;
    started->handle = (HANDLE)_beginthreadex(NULL, STACK_SIZE, run_thread, started, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    if (!started->handle) {
        pl_free(started);
        return pl_fail(PL_ERR_IO, "no thread could be started");
    }
    *thread = started;
    return PL_OK;
}

bool pl_thread_is_current(const pl_thread *thread)
{
    return thread && thread == current;
}

void pl_thread_join(pl_thread *thread)
{
    if (!thread)
        return;
    if (pl_thread_is_current(thread))
        current = NULL;
    else
        WaitForSingleObject(thread->handle, INFINITE);
    CloseHandle(thread->handle);
    pl_free(thread);
}

static BOOL CALLBACK run_once(INIT_ONCE *once, void *argument, void **context)
{
    void (*const *fn)(void) = argument;

    (void)once;
    (void)context;
    (*fn)();
    return TRUE;
}

/* INIT_ONCE is one pointer, all zero at first. */
void pl_once_run(pl_once *once, void (*fn)(void))
{
    InitOnceExecuteOnce((INIT_ONCE *)(void *)&once->state[0], run_once, (void *)&fn, NULL);
}

typedef struct {
    pl_err (*fn)(void);
    pl_err err;
} once_trial;

/* FALSE leaves it as if it had never been begun. */
static BOOL CALLBACK try_once(INIT_ONCE *once, void *argument, void **context)
{
    once_trial *trial = argument;

    (void)once;
    (void)context;
    trial->err = trial->fn();
    return trial->err ? FALSE : TRUE;
}

pl_err pl_once_try(pl_once *once, pl_err (*fn)(void))
{
    once_trial trial = {fn, PL_OK};

    (void)InitOnceExecuteOnce((INIT_ONCE *)(void *)&once->state[0], try_once, &trial, NULL);
    return trial.err;
}

uint64_t pl_process_id(void)
{
    return GetCurrentProcessId();
}

void pl_pipe_guard_enter(pl_pipe_guard *guard)
{
    guard->was_blocked = false;
    guard->was_pending = false;
}

void pl_pipe_guard_leave(const pl_pipe_guard *guard)
{
    (void)guard;
}

void pl_socket_keep(intptr_t socket)
{
    (void)SetHandleInformation((HANDLE)socket, HANDLE_FLAG_INHERIT, 0);
}
