/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads, mutexes and run-once of POSIX systems. Conditions and signals, which Linux and macOS do differently, are in thread_linux.c
 * and thread_macos.c.
 */
#include "platform/thread.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/mem.h"
#include "platform/clock.h"
#include "platform/posix.h"

/* Enough for a TLS handshake and a resolver plug-in; the default of 8 MB counts against the limits of small machines. */
enum { STACK_SIZE = 512 * 1024 };

struct pl_thread {
    pthread_t id;
    void (*run)(void *context);
    void *context;
};

/* Not by pthread_self(): the new thread may ask before pthread_create has stored its id. */
static _Thread_local const pl_thread *current;

pl_mutex *pl_mutex_new(void)
{
    pl_mutex *mutex = pl_alloc(sizeof *mutex);

    if (mutex && pthread_mutex_init(&mutex->mutex, NULL) != 0) {
        pl_free(mutex);
        return NULL;
    }
    return mutex;
}

void pl_mutex_free(pl_mutex *mutex)
{
    if (!mutex)
        return;
    pthread_mutex_destroy(&mutex->mutex);
    pl_free(mutex);
}

void pl_mutex_lock(pl_mutex *mutex)
{
    pthread_mutex_lock(&mutex->mutex);
}

void pl_mutex_unlock(pl_mutex *mutex)
{
    pthread_mutex_unlock(&mutex->mutex);
}

static void *run_thread(void *argument)
{
    const pl_thread *thread = argument;

    current = thread;
    thread->run(thread->context);
    return NULL;
}

/* A new thread inherits the mask, so all signals are blocked here for that moment: they belong to the application's own threads. */
static int create_blocked(pl_thread *thread, const pthread_attr_t *attributes)
{
    sigset_t all;
    sigset_t before;
    int result;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    result = pthread_create(&thread->id, attributes, run_thread, thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}

pl_err pl_thread_start(void (*run)(void *context), void *context, pl_thread **thread)
{
    pl_thread *started = pl_alloc(sizeof *started);
    pthread_attr_t attributes;
    int result;

    if (!started || pthread_attr_init(&attributes) != 0) {
        pl_free(started);
        return PL_ERR_MEMORY;
    }
    started->run = run;
    started->context = context;
    (void)pthread_attr_setstacksize(&attributes,
                                    STACK_SIZE); /* refused where a page or the minimum is larger: then the default */
    result = create_blocked(started, &attributes);
    pthread_attr_destroy(&attributes);
    if (result != 0) {
        pl_free(started);
        return pl_fail(PL_ERR_IO, "no thread could be started: error %d of the operating system", result);
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
    if (pl_thread_is_current(thread)) {
        current = NULL;
        pthread_detach(pthread_self());
    } else {
        pthread_join(thread->id, NULL);
    }
    pl_free(thread);
}

/*
 * Not pthread_once: its object need not be zero at first (macOS) nor fit into pl_once, and a child forked while another thread of the parent
 * runs fn would wait for ever for a thread that it does not have. state[0] is NULL, then who runs it, then &done. Nothing but the one word
 * is shared, so no lock can be held over a fork; the waits are some milliseconds, once in a process.
 */
enum { ONCE_PAUSE_MS = 1 };
static int done; /* its address is even: that of no process */

static void *running_here(void)
{
    return (void *)(((uintptr_t)getpid() << 1) | 1); /* NOLINT(performance-no-int-to-ptr): a mark, never followed */
}

/* Takes it up where nobody runs it, or somebody whom this process never had. */
static bool take_up(pl_once *once, void *seen, void *here)
{
    return seen != here && __atomic_compare_exchange_n(&once->state[0], &seen, here, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/* True: this thread is to run it, and to say with leave_once how it went; false: it was run. */
static bool enter_once(pl_once *once)
{
    void *here = NULL;
    void *seen;

    while ((seen = __atomic_load_n(&once->state[0], __ATOMIC_ACQUIRE)) != &done) {
        if (!here)
            here = running_here();
        if (take_up(once, seen, here))
            return true;
        pl_clock_sleep_ms(ONCE_PAUSE_MS);
    }
    return false;
}

static void leave_once(pl_once *once, bool is_done)
{
    __atomic_store_n(&once->state[0], is_done ? (void *)&done : NULL, __ATOMIC_RELEASE);
}

void pl_once_run(pl_once *once, void (*fn)(void))
{
    if (!enter_once(once))
        return;
    fn();
    leave_once(once, true);
}

pl_err pl_once_try(pl_once *once, pl_err (*fn)(void))
{
    pl_err err;

    if (!enter_once(once))
        return PL_OK;
    err = fn();
    leave_once(once, !err);
    return err;
}

uint64_t pl_process_id(void)
{
    return (uint64_t)getpid();
}

void pl_socket_keep(intptr_t socket)
{
    (void)fcntl((int)socket, F_SETFD, FD_CLOEXEC);
}
