/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/platform/thread_posix.c and thread_linux.c
 */
#include "platform/thread.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "platform/clock.h"
#include "support/fail_alloc.h"
#include "support/gate.h"

enum { THREADS = 8, ROUNDS = 5000 };

typedef struct {
    pl_mutex *mutex;
    pl_cond *cond;
    pl_thread *self;
    long counter;
    int waiting;
    bool is_open;
    bool knows_itself;
    sigset_t mask;
} scene;

static void setup_scene(scene *s)
{
    *s = (scene){.mutex = pl_mutex_new(), .cond = pl_cond_new()};
    assert_non_null(s->mutex);
    assert_non_null(s->cond);
}

static void teardown_scene(scene *s)
{
    pl_cond_free(s->cond);
    pl_mutex_free(s->mutex);
}

static void count(void *context)
{
    scene *s = context;

    for (int i = 0; i < ROUNDS; i++) {
        pl_mutex_lock(s->mutex);
        s->counter++;
        pl_mutex_unlock(s->mutex);
    }
}

static void a_mutex_keeps_threads_apart_and_join_waits_for_them(void **state)
{
    pl_thread *threads[THREADS];
    scene s;

    (void)state;
    setup_scene(&s);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pl_thread_start(count, &s, &threads[i]), PL_OK);
    for (int i = 0; i < THREADS; i++)
        pl_thread_join(threads[i]);
    assert_int_equal(s.counter, THREADS * ROUNDS);
    pl_thread_join(NULL);
    teardown_scene(&s);
}

static void look_at_mask(void *context)
{
    pthread_sigmask(SIG_SETMASK, NULL, &((scene *)context)->mask);
}

static void look_at_self(void *context)
{
    scene *s = context;

    pl_mutex_lock(s->mutex); /* until self is stored */
    s->knows_itself = pl_thread_is_current(s->self);
    pl_mutex_unlock(s->mutex);
}

static void a_thread_knows_itself_and_is_not_taken_for_another(void **state)
{
    scene s;

    (void)state;
    setup_scene(&s);
    pl_mutex_lock(s.mutex);
    assert_int_equal(pl_thread_start(look_at_self, &s, &s.self), PL_OK);
    assert_false(pl_thread_is_current(s.self));
    assert_false(pl_thread_is_current(NULL));
    pl_mutex_unlock(s.mutex);
    pl_thread_join(s.self);
    assert_true(s.knows_itself);
    teardown_scene(&s);
}

static void a_new_thread_takes_no_signals_and_the_starter_keeps_its_mask(void **state)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGPIPE, SIGUSR1, SIGALRM, SIGCHLD};
    sigset_t after;
    scene s;

    (void)state;
    setup_scene(&s);
    assert_int_equal(pl_thread_start(look_at_mask, &s, &s.self), PL_OK);
    pl_thread_join(s.self);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        assert_int_equal(sigismember(&s.mask, signals[i]), 1);
        assert_int_equal(sigismember(&after, signals[i]), 0);
    }
    teardown_scene(&s);
}

static void wait_at_the_door(void *context)
{
    scene *s = context;

    pl_mutex_lock(s->mutex);
    s->waiting++;
    pl_cond_wake_all(s->cond);
    while (!s->is_open)
        assert_true(pl_cond_wait(s->cond, s->mutex, -1));
    s->counter++;
    pl_mutex_unlock(s->mutex);
}

static void waking_wakes_all_who_wait(void **state)
{
    pl_thread *threads[THREADS];
    scene s;

    (void)state;
    setup_scene(&s);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pl_thread_start(wait_at_the_door, &s, &threads[i]), PL_OK);
    pl_mutex_lock(s.mutex);
    while (s.waiting < THREADS)
        assert_true(pl_cond_wait(s.cond, s.mutex, 60000));
    assert_int_equal(s.counter, 0);
    s.is_open = true;
    pl_cond_wake_all(s.cond);
    pl_mutex_unlock(s.mutex);
    for (int i = 0; i < THREADS; i++)
        pl_thread_join(threads[i]);
    assert_int_equal(s.counter, THREADS);
    teardown_scene(&s);
}

static void a_wait_that_nobody_ends_ends_at_its_time_out_and_not_before(void **state)
{
    int64_t start;
    scene s;

    (void)state;
    setup_scene(&s);
    pl_mutex_lock(s.mutex);
    start = pl_clock_monotonic_us();
    while (pl_cond_wait(s.cond, s.mutex, 5)) /* spurious wake-ups are allowed */
        start = pl_clock_monotonic_us();
    assert_true(pl_clock_monotonic_us() - start >= 5000);
    while (pl_cond_wait(s.cond, s.mutex, 0))
        continue;
    pl_mutex_unlock(s.mutex);
    teardown_scene(&s);
}

static pl_once once = PL_ONCE_INIT;
static pl_once inner = PL_ONCE_INIT;
static atomic_int runs;
static atomic_int inner_runs;
static int made; /* not atomic on purpose: once is what orders it */

static void make_inner(void)
{
    atomic_fetch_add(&inner_runs, 1);
}

static void make(void)
{
    pl_once_run(&inner, make_inner);
    pl_clock_sleep_ms(2); /* so that others come while it runs; without them the test still holds */
    atomic_fetch_add(&runs, 1);
    made = 42;
}

static void use(void *context)
{
    pl_once_run(&once, make);
    atomic_fetch_add((atomic_int *)context, made == 42);
}

static void once_runs_once_and_the_others_wait_for_its_end(void **state)
{
    pl_thread *threads[THREADS];
    atomic_int good = 0;

    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pl_thread_start(use, &good, &threads[i]), PL_OK);
    for (int i = 0; i < THREADS; i++)
        pl_thread_join(threads[i]);
    pl_once_run(&once, make);
    assert_int_equal(runs, 1);
    assert_int_equal(inner_runs, 1);
    assert_int_equal(good, THREADS);
}

/* A run that does not end while a child is forked, and what the child makes of it. */
static pl_once tried = PL_ONCE_INIT;
static int tries;

static pl_err work_the_second_time(void)
{
    return ++tries < 2 ? pl_fail(PL_ERR_IO, "not now") : PL_OK;
}

static void what_failed_once_is_tried_again_and_what_worked_is_not(void **state)
{
    (void)state;
    assert_int_equal(pl_once_try(&tried, work_the_second_time), PL_ERR_IO);
    assert_int_equal(pl_once_try(&tried, work_the_second_time), PL_OK);
    assert_int_equal(pl_once_try(&tried, work_the_second_time), PL_OK);
    assert_int_equal(tries, 2);
}

static pl_once slow = PL_ONCE_INIT;
static gate begun, may_end;
static pid_t parent;

static void make_slowly(void)
{
    if (getpid() != parent)
        return;
    gate_open(&begun);
    gate_pass(&may_end);
}

static void run_slowly(void *context)
{
    (void)context;
    pl_once_run(&slow, make_slowly);
}

static void a_child_forked_in_the_middle_does_not_wait_for_a_thread_it_has_not(void **state)
{
    pl_thread *thread;
    int status = -1;
    pid_t child;

    (void)state;
    parent = getpid();
    gate_init(&begun, false);
    gate_init(&may_end, false);
    assert_int_equal(pl_thread_start(run_slowly, NULL, &thread), PL_OK);
    gate_pass(&begun);
    child = fork();
    if (child == 0) {
        (void)alarm(10); /* else it would hang for ever */
        pl_once_run(&slow, make_slowly);
        pl_once_run(&slow, make_slowly);
        _exit(0);
    }
    assert_true(waitpid(child, &status, 0) == child);
    gate_open(&may_end);
    pl_thread_join(thread);
    gate_reset(&begun);
    gate_reset(&may_end);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static bool has_pending_pipe(void)
{
    sigset_t set;

    sigpending(&set);
    return sigismember(&set, SIGPIPE) == 1;
}

static void a_broken_pipe_between_enter_and_leave_ends_nothing(void **state)
{
    pl_pipe_guard guard;
    sigset_t mask;
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    pl_pipe_guard_enter(&guard);
    assert_int_equal(write(ends[1], "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    assert_true(has_pending_pipe());
    pl_pipe_guard_leave(&guard);
    assert_false(has_pending_pipe());
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    assert_int_equal(sigismember(&mask, SIGPIPE), 0);
    close(ends[1]);
}

static void a_sigpipe_that_the_application_had_pending_stays_pending(void **state)
{
    static const struct timespec at_once = {0, 0};
    pl_pipe_guard guard;
    sigset_t pipe_only;

    (void)state;
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_only, NULL);
    pthread_kill(pthread_self(), SIGPIPE);
    pl_pipe_guard_enter(&guard);
    pl_pipe_guard_leave(&guard);
    assert_true(has_pending_pipe());
    assert_int_equal(sigtimedwait(&pipe_only, NULL, &at_once), SIGPIPE);
    pthread_sigmask(SIG_UNBLOCK, &pipe_only, NULL);
}

static void a_kept_socket_is_closed_in_programs_that_are_started(void **state)
{
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_GETFD), 0);
    pl_socket_keep(ends[0]);
    assert_int_equal(fcntl(ends[0], F_GETFD), FD_CLOEXEC);
    close(ends[0]);
    close(ends[1]);
}

static void without_memory_there_is_no_thread_mutex_or_condition(void **state)
{
    pl_thread *thread = NULL;

    (void)state;
    fail_alloc_start(1);
    assert_null(pl_mutex_new());
    fail_alloc_start(1);
    assert_null(pl_cond_new());
    fail_alloc_start(1);
    assert_int_equal(pl_thread_start(count, NULL, &thread), PL_ERR_MEMORY);
    fail_alloc_stop();
    assert_null(thread);
    pl_mutex_free(NULL);
    pl_cond_free(NULL);
}

static void the_process_id_is_the_systems(void **state)
{
    (void)state;
    assert_int_equal(pl_process_id(), getpid());
}

static void let_go(void *context)
{
    scene *s = context;

    pl_mutex_lock(s->mutex); /* until its creator has noted it */
    pl_mutex_unlock(s->mutex);
    pl_thread_join(s->self);
    s->knows_itself = !pl_thread_is_current(s->self);
    pl_mutex_lock(s->mutex);
    s->is_open = true;
    pl_cond_wake_all(s->cond);
    pl_mutex_unlock(s->mutex);
}

static void a_thread_that_joins_itself_is_let_go(void **state)
{
    scene s;

    (void)state;
    setup_scene(&s);
    pl_mutex_lock(s.mutex);
    assert_int_equal(pl_thread_start(let_go, &s, &s.self), PL_OK);
    while (!s.is_open)
        assert_true(pl_cond_wait(s.cond, s.mutex, -1));
    pl_mutex_unlock(s.mutex);
    assert_true(s.knows_itself);
    teardown_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mutex_keeps_threads_apart_and_join_waits_for_them),
        cmocka_unit_test(a_thread_knows_itself_and_is_not_taken_for_another),
        cmocka_unit_test(a_new_thread_takes_no_signals_and_the_starter_keeps_its_mask),
        cmocka_unit_test(waking_wakes_all_who_wait),
        cmocka_unit_test(a_wait_that_nobody_ends_ends_at_its_time_out_and_not_before),
        cmocka_unit_test(once_runs_once_and_the_others_wait_for_its_end),
        cmocka_unit_test(what_failed_once_is_tried_again_and_what_worked_is_not),
        cmocka_unit_test(a_child_forked_in_the_middle_does_not_wait_for_a_thread_it_has_not),
        cmocka_unit_test(a_broken_pipe_between_enter_and_leave_ends_nothing),
        cmocka_unit_test(a_sigpipe_that_the_application_had_pending_stays_pending),
        cmocka_unit_test(a_kept_socket_is_closed_in_programs_that_are_started),
        cmocka_unit_test(without_memory_there_is_no_thread_mutex_or_condition),
        cmocka_unit_test(the_process_id_is_the_systems),
        cmocka_unit_test(a_thread_that_joins_itself_is_let_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
