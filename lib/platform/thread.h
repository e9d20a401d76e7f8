/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads, mutexes and conditions. Time-outs are in milliseconds of monotonic time.
 */
#ifndef PL_PLATFORM_THREAD_H
#define PL_PLATFORM_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

typedef struct pl_mutex pl_mutex;
typedef struct pl_cond pl_cond;
typedef struct pl_thread pl_thread;

pl_mutex *pl_mutex_new(void); /* NULL when memory is exhausted */
void pl_mutex_free(pl_mutex *mutex);
void pl_mutex_lock(pl_mutex *mutex);
void pl_mutex_unlock(pl_mutex *mutex);

pl_cond *pl_cond_new(void);
void pl_cond_free(pl_cond *cond);
void pl_cond_wake_all(pl_cond *cond);
/* False when timeout_ms passed first; negative: no time-out. */
bool pl_cond_wait(pl_cond *cond, pl_mutex *mutex, int64_t timeout_ms);

/* Starts a thread with all signals blocked. PL_ERR_MEMORY, PL_ERR_IO. */
pl_err pl_thread_start(void (*run)(void *context), void *context, pl_thread **thread);
/* Waits for its end and frees it; accepts NULL. The thread itself cannot wait: it is let go, and ends by itself. */
void pl_thread_join(pl_thread *thread);
bool pl_thread_is_current(const pl_thread *thread);

/*
 * Runs fn once per process, others wait for it. Declare: static pl_once once = PL_ONCE_INIT; In a child that was forked while another thread
 * ran fn it is run anew: fn bears that it was begun before.
 */
typedef struct {
    void *state[2];
} pl_once;
#define PL_ONCE_INIT \
    {                \
        {            \
            0, 0     \
        }            \
    }
void pl_once_run(pl_once *once, void (*fn)(void));
/* The same until fn returned PL_OK once: what fails, for want of a descriptor perhaps, is tried again by the next call. fn's error. */
pl_err pl_once_try(pl_once *once, pl_err (*fn)(void));

uint64_t pl_process_id(void);

/*
 * Keeps the SIGPIPE of a broken connection from ending the application while this thread is between enter and leave: it is blocked and,
 * if one came, taken off. The application's handlers are not touched. Nothing on systems without that signal.
 */
typedef struct {
    bool was_blocked;
    bool was_pending;
} pl_pipe_guard;
void pl_pipe_guard_enter(pl_pipe_guard *guard);
void pl_pipe_guard_leave(const pl_pipe_guard *guard);
/* Keeps a socket from the programs that the application starts. */
void pl_socket_keep(intptr_t socket);

#endif
