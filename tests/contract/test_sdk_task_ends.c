/* SPDX-License-Identifier: Apache-2.0
 *
 * How tasks end when they are not waited for: the client closed, many threads at once, a forked child. The thread sanitizer watches.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/task_scene.h"

#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/clock.h"

enum { MANY = 40, THREADS = 6 };

typedef struct {
    task_scene *c;
    pospal_client *client;
} opener;

/* The line of a real server is cut by closing; here somebody must open the gate. */
static void open_gate_at_close(void *context)
{
    opener *o = context;
    bool is_closing = false;

    while (!is_closing) {
        pl_mutex_lock(o->client->mutex);
        is_closing = o->client->is_closing;
        pl_mutex_unlock(o->client->mutex);
    }
    gate_open(&o->c->line);
}

static void closing_ends_what_runs_and_what_waits(void **state)
{
    task_scene *c = *state;
    opener o = {.c = c, .client = shop_client(&c->s)};
    pospal_task *tasks[MANY];
    pl_thread *thread;

    c->s.validator.line = LINE_OFFLINE;
    c->line.is_open = false;
    for (size_t i = 0; i < MANY; i++)
        tasks[i] =
            task_scene_start(c, o.client, i % 2 ? POSPAL_VERB_CHECK_ONLINE : POSPAL_VERB_ACTIVATE, i % 2 ? NULL : FAKE_KEY);
    gate_await(&c->line, 1);
    assert_int_equal(pl_thread_start(open_gate_at_close, &o, &thread), PL_OK);
    pospal_client_close(o.client);
    pl_thread_join(thread);
    assert_int_equal(gate_came(&c->told), MANY); /* each was told, and once */
    assert_int_equal(gate_came(&c->line), 1);    /* and none but the first had asked */
    for (size_t i = 0; i < MANY; i++) {
        pospal_result_t result = task_scene_finish(c, tasks[i], MANY, NULL);

        if (i > 0)
            assert_string_equal(pospal_error_code(), "closed");
        assert_true(result == POSPAL_ERROR_CLOSED || (i == 0 && result == POSPAL_ERROR_UNREACHABLE));
        pospal_task_free(tasks[i]);
    }
}

static void a_task_outlives_its_client(void **state)
{
    task_scene *c = *state;
    pospal_client *client = shop_client(&c->s);
    pospal_license *license = NULL;
    pospal_task *task = task_scene_start(c, client, POSPAL_VERB_ACTIVATE, FAKE_KEY);

    gate_await(&c->told, 1);
    pospal_client_close(client);
    assert_int_equal(task_scene_finish(c, task, 1, &license), POSPAL_OK);
    assert_string_equal(pospal_license_field(license, POSPAL_FIELD_PLAN), "pro");
    pospal_license_free(license);
    pospal_task_free(task);
}

typedef struct {
    task_scene *c;
    pospal_client *client;
    atomic_size_t told, failures;
} crowd;

static void count_told(void *context, pospal_task *task)
{
    crowd *all = context;

    atomic_fetch_add(&all->told, 1);
    if (pospal_task_poll(task, NULL, NULL) != 1)
        atomic_fetch_add(&all->failures, 1);
}

static void start_poll_and_free(void *context)
{
    crowd *all = context;

    for (size_t i = 0; i < MANY; i++) {
        pospal_task *task = NULL;

        if (pospal_task_start(all->client, i % 8 ? POSPAL_VERB_CHECK_AUTO : POSPAL_VERB_CHECK_ONLINE, NULL, count_told, all,
                              &task))
            atomic_fetch_add(&all->failures, 1);
        if (i % 3 == 0)
            while (!pospal_task_poll(task, NULL, NULL))
                pl_clock_sleep_ms(1);
        if (pospal_client_status(all->client) != POSPAL_STATUS_ACTIVE)
            atomic_fetch_add(&all->failures, 1);
        pospal_task_free(task);
    }
}

static void many_threads_may_start_and_free_tasks(void **state)
{
    task_scene *c = *state;
    crowd all = {.c = c, .client = shop_active_client(&c->s)};
    pl_thread *threads[THREADS];

    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pl_thread_start(start_poll_and_free, &all, &threads[i]), PL_OK);
    for (size_t i = 0; i < THREADS; i++)
        pl_thread_join(threads[i]);
    pospal_client_close(all.client);
    assert_int_equal(atomic_load(&all.failures), 0);
    assert_true(atomic_load(&all.told) >= THREADS * MANY / 3 && atomic_load(&all.told) <= THREADS * MANY);
}

/* In the child: 0 where all is as documented. */
static int look_from_child(pospal_client *client, pospal_task *running)
{
    pospal_result_t result = POSPAL_OK;
    pospal_task *task = NULL;

    if (pospal_task_poll(running, &result, NULL) != 1 || result != POSPAL_ERROR_CLOSED)
        return 1;
    if (pospal_task_start(client, POSPAL_VERB_CHECK_AUTO, NULL, NULL, NULL, &task) != POSPAL_ERROR_CLOSED || task)
        return 2;
    pospal_task_free(running);
    pospal_client_close(client);
    return 0;
}

static void in_a_forked_child_a_task_is_over_and_the_parents_goes_on(void **state)
{
    task_scene *c = *state;
    pospal_client *client = shop_client(&c->s);
    pospal_task *task;
    int status = -1;
    pid_t child;

    c->line.is_open = false;
    task = task_scene_start(c, client, POSPAL_VERB_ACTIVATE, FAKE_KEY);
    gate_await(&c->line, 1);
    if ((child = fork()) == 0)
        _exit(look_from_child(client, task));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    gate_open(&c->line);
    assert_int_equal(task_scene_finish(c, task, 1, NULL), POSPAL_OK);
    pospal_task_free(task);
    pospal_client_close(client);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, task_scene_setup, task_scene_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(closing_ends_what_runs_and_what_waits),
        STORY(a_task_outlives_its_client),
        STORY(many_threads_may_start_and_free_tasks),
        STORY(in_a_forked_child_a_task_is_over_and_the_parents_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
