/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls in the background: their results, their order, what becomes of them when they are freed, when the client is closed and in a
 * forked child. The thread sanitizer watches.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/gate.h"
#include "support/shop.h"

#include <dirent.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/clock.h"
#include "support/fail_alloc.h"

enum { MANY = 40, THREADS = 6 };

/* A shop, and a gate in its line. told is passed by each done function. */
typedef struct {
    shop s;
    gate line, told;
} scene;

static int setup(void **state)
{
    scene *c = malloc(sizeof *c);

    if (!c)
        return -1;
    shop_open(&c->s);
    gate_init(&c->line, true);
    gate_init(&c->told, true);
    c->s.validator.during = gate_pass;
    c->s.validator.during_context = &c->line;
    *state = c;
    return 0;
}

static int teardown(void **state)
{
    scene *c = *state;

    shop_close(&c->s);
    gate_reset(&c->line);
    gate_reset(&c->told);
    free(c);
    return 0;
}

static void tell(void *context, pospal_task *task)
{
    scene *c = context;

    (void)task;
    gate_pass(&c->told);
}

static pospal_task *start(scene *c, pospal_client *client, pospal_verb_t verb, const char *argument)
{
    pospal_task *task = NULL;

    assert_int_equal(pospal_task_start(client, verb, argument, tell, c, &task), POSPAL_OK);
    assert_non_null(task);
    return task;
}

/* Waits for the nth task that is told, and takes the result of task. */
static pospal_result_t finish(scene *c, pospal_task *task, size_t nth, pospal_license **license)
{
    pospal_result_t result = POSPAL_ERROR_INTERNAL;

    gate_await(&c->told, nth);
    assert_int_equal(pospal_task_poll(task, &result, license), 1);
    return result;
}

static void each_verb_has_the_result_of_its_call(void **state)
{
    static const struct {
        pospal_verb_t verb;
        const char *argument;
        pospal_result_t result;
        pospal_status_t status;
    } rows[] = {
        {POSPAL_VERB_CHECK_ONLINE, NULL, POSPAL_ERROR_NO_LICENSE_KEY, POSPAL_STATUS_NONE},
        {POSPAL_VERB_CHECK_AUTO, NULL, POSPAL_OK, POSPAL_STATUS_NONE},
        {POSPAL_VERB_ACTIVATE, "  ", POSPAL_ERROR_INVALID_ARGUMENT, POSPAL_STATUS_NONE},
        {POSPAL_VERB_ACTIVATE, "SHOP-9999-FAKE", POSPAL_ERROR_DENIED, POSPAL_STATUS_NONE},
        {POSPAL_VERB_ACTIVATE, FAKE_KEY, POSPAL_OK, POSPAL_STATUS_ACTIVE},
        {POSPAL_VERB_ACTIVATE, NULL, POSPAL_OK, POSPAL_STATUS_ACTIVE},
        {POSPAL_VERB_CHECK_ONLINE, NULL, POSPAL_OK, POSPAL_STATUS_ACTIVE},
        {POSPAL_VERB_CHECK_AUTO, NULL, POSPAL_OK, POSPAL_STATUS_ACTIVE},
        {POSPAL_VERB_DEACTIVATE, NULL, POSPAL_OK, POSPAL_STATUS_NONE},
        {POSPAL_VERB_DEACTIVATE, NULL, POSPAL_ERROR_NOT_FOUND, POSPAL_STATUS_NONE},
    };
    scene *c = *state;
    pospal_client *client = shop_client(&c->s);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pospal_task *task = start(c, client, rows[i].verb, rows[i].argument);
        pospal_license *license = NULL, *again = NULL;
        pospal_result_t result = finish(c, task, i + 1, &license);

        if (result != rows[i].result || pospal_license_status(license) != rows[i].status)
            fail_msg("row %zu: %s, %s", i, pospal_result_name(result), pospal_error_detail());
        assert_int_equal(license != NULL, rows[i].verb != POSPAL_VERB_DEACTIVATE);
        assert_int_equal(pospal_task_poll(task, &result, &again), 1); /* again, as often as one likes */
        assert_int_equal(result, rows[i].result);
        assert_null(again);
        pospal_license_free(license);
        pospal_task_free(task);
    }
    assert_int_equal(gate_came(&c->told), sizeof rows / sizeof *rows);
    pospal_client_close(client);
}

static void its_failure_is_told_in_the_thread_that_polls(void **state)
{
    scene *c = *state;
    pospal_client *client;
    pospal_task *task;

    c->s.validator.line = LINE_HTML;
    client = shop_client(&c->s);
    task = start(c, client, POSPAL_VERB_ACTIVATE, FAKE_KEY);
    gate_await(&c->told, 1);
    assert_int_equal(pospal_task_start(client, POSPAL_VERB_ACTIVATE, FAKE_KEY, NULL, NULL, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_string_equal(pospal_error_code(), "invalid_request");
    assert_int_equal(finish(c, task, 1, NULL), POSPAL_ERROR_UNREACHABLE);
    assert_string_equal(pospal_error_code(), "captive_portal");
    assert_non_null(strstr(pospal_error_detail(), "license.example.com"));
    pospal_task_free(task); /* with its license, which nobody took */
    pospal_client_close(client);
}

static void polling_does_not_wait(void **state)
{
    scene *c = *state;
    pospal_client *client = shop_client(&c->s);
    pospal_result_t result = POSPAL_ERROR_INTERNAL;
    pospal_license *license = NULL;
    pospal_task *task;

    assert_null(client->tasks); /* who starts none pays for nothing */
    c->line.is_open = false;
    task = start(c, client, POSPAL_VERB_ACTIVATE, FAKE_KEY);
    gate_await(&c->line, 1);
    assert_int_equal(pospal_task_poll(task, &result, &license), 0);
    assert_int_equal(result, POSPAL_ERROR_INTERNAL);
    assert_null(license);
    assert_int_equal(pospal_client_status(client), POSPAL_STATUS_NONE);
    gate_open(&c->line);
    assert_int_equal(finish(c, task, 1, &license), POSPAL_OK);
    assert_int_equal(pospal_license_status(license), POSPAL_STATUS_ACTIVE);
    pospal_license_free(license);
    pospal_task_free(task);
    pospal_client_close(client);
}

static size_t count_threads(void)
{
    DIR *tasks = opendir("/proc/self/task");
    size_t count = 0;

    assert_non_null(tasks);
    while (readdir(tasks))
        count++;
    closedir(tasks);
    return count;
}

static void the_thread_is_there_only_while_there_are_tasks(void **state)
{
    scene *c = *state;
    pospal_client *client = shop_client(&c->s);
    size_t before = count_threads();

    for (size_t nth = 1; nth <= 3; nth++) {
        pospal_task *task;

        c->line.is_open = false;
        task = start(c, client, POSPAL_VERB_ACTIVATE, FAKE_KEY);
        gate_await(&c->line, nth);
        assert_int_equal(count_threads(), before + 1);
        gate_open(&c->line);
        assert_int_equal(finish(c, task, nth, NULL), POSPAL_OK);
        while (count_threads() > before) /* it ends by itself */
            pl_clock_sleep_ms(1);
        pospal_task_free(task);
    }
    pospal_client_close(client);
}

static void what_cannot_be_a_task_is_refused(void **state)
{
    char too_long[PL_LICENSE_KEY_MAX + 2];
    scene *c = *state;
    pospal_client *client = shop_client(&c->s);
    pospal_task *task = (pospal_task *)(void *)c;
    pospal_result_t result = POSPAL_OK;

    memset(too_long, 'x', sizeof too_long - 1);
    too_long[sizeof too_long - 1] = '\0';
    assert_int_equal(pospal_task_start(NULL, POSPAL_VERB_ACTIVATE, NULL, NULL, NULL, &task), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_null(task);
    assert_int_equal(pospal_task_start(client, (pospal_verb_t)0, NULL, NULL, NULL, &task), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_task_start(client, (pospal_verb_t)99, NULL, NULL, NULL, &task), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_task_start(client, POSPAL_VERB_CHECK_AUTO, "x", NULL, NULL, &task), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_task_start(client, POSPAL_VERB_ACTIVATE, too_long, NULL, NULL, &task), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_null(task);
    assert_int_equal(pospal_task_poll(NULL, &result, NULL), 1); /* or a loop would never end */
    assert_int_equal(result, POSPAL_ERROR_INVALID_ARGUMENT);
    pospal_task_free(NULL);
    assert_null(client->tasks);
    pospal_client_close(client);
}

/* The task, the queue, its mutex, its condition, the thread: whichever is not to be had, there is no task and the client goes on. */
static void without_memory_no_task_is_started(void **state)
{
    scene *c = *state;

    for (size_t nth = 1; nth <= 5; nth++) {
        pospal_client *client = shop_client(&c->s);
        pospal_task *task = NULL;
        pospal_result_t result;

        fail_alloc_start(nth);
        result = pospal_task_start(client, POSPAL_VERB_ACTIVATE, FAKE_KEY, tell, c, &task);
        fail_alloc_stop();
        assert_int_equal(result, POSPAL_ERROR_OUT_OF_MEMORY);
        assert_null(task);
        task = start(c, client, POSPAL_VERB_ACTIVATE, FAKE_KEY);
        assert_int_equal(finish(c, task, nth, NULL), POSPAL_OK);
        pospal_task_free(task);
        pospal_client_close(client);
    }
}

static void tasks_run_in_the_order_of_their_start(void **state)
{
    scene *c = *state;
    pospal_client *client = shop_client(&c->s);
    pospal_task *tasks[3];

    c->line.is_open = false;
    tasks[0] = start(c, client, POSPAL_VERB_ACTIVATE, FAKE_KEY);
    tasks[1] = start(c, client, POSPAL_VERB_DEACTIVATE, NULL);
    tasks[2] = start(c, client, POSPAL_VERB_ACTIVATE, FAKE_OTHER_KEY);
    gate_open(&c->line);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(finish(c, tasks[2 - i], 3, NULL), POSPAL_OK);
    assert_int_equal(c->s.validator.deactivations, 1);
    for (size_t i = 0; i < 3; i++)
        pospal_task_free(tasks[i]);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void one_freed_before_it_began_never_happens(void **state)
{
    scene *c = *state;
    pospal_client *client = shop_client(&c->s);
    pospal_task *first, *middle, *last;

    c->line.is_open = false;
    first = start(c, client, POSPAL_VERB_ACTIVATE, FAKE_KEY);
    middle = start(c, client, POSPAL_VERB_DEACTIVATE, NULL);
    last = start(c, client, POSPAL_VERB_DEACTIVATE, NULL);
    gate_await(&c->line, 1);
    pospal_task_free(middle);
    pospal_task_free(last);
    last = start(c, client, POSPAL_VERB_CHECK_ONLINE, NULL);
    gate_open(&c->line);
    assert_int_equal(finish(c, last, 2, NULL), POSPAL_OK);
    assert_int_equal(c->s.validator.deactivations, 0);
    assert_int_equal(gate_came(&c->told), 2);
    pospal_task_free(first);
    pospal_task_free(last);
    pospal_client_close(client);
}

static void one_freed_while_it_runs_goes_on_unheard(void **state)
{
    scene *c = *state;
    pospal_client *client = shop_client(&c->s);
    pospal_task *task, *next;

    c->line.is_open = false;
    task = start(c, client, POSPAL_VERB_ACTIVATE, FAKE_KEY);
    gate_await(&c->line, 1);
    pospal_task_free(task);
    next = start(c, client, POSPAL_VERB_CHECK_AUTO, NULL);
    gate_open(&c->line);
    assert_int_equal(finish(c, next, 1, NULL), POSPAL_OK);
    assert_int_equal(gate_came(&c->told), 1);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_task_free(next);
    pospal_client_close(client);
}

typedef struct {
    scene *c;
    pospal_client *client;
    pospal_task *second;
    pospal_result_t result, second_result;
    pospal_status_t status;
} chain;

static void free_and_start_the_next(void *context, pospal_task *task)
{
    chain *links = context;
    pospal_license *license = NULL;

    assert_int_equal(pospal_task_poll(task, &links->result, &license), 1);
    links->status = pospal_license_status(license);
    pospal_license_free(license);
    pospal_task_free(task);
    links->second_result = pospal_task_start(links->client, POSPAL_VERB_CHECK_ONLINE, NULL, tell, links->c, &links->second);
}

static void a_done_function_may_free_its_task_and_start_another(void **state)
{
    scene *c = *state;
    chain links = {.c = c, .client = shop_client(&c->s)};
    pospal_task *task = NULL;

    assert_int_equal(pospal_task_start(links.client, POSPAL_VERB_ACTIVATE, FAKE_KEY, free_and_start_the_next, &links, &task),
                     POSPAL_OK);
    gate_await(&c->told, 1);
    assert_int_equal(links.result, POSPAL_OK);
    assert_int_equal(links.status, POSPAL_STATUS_ACTIVE);
    assert_int_equal(links.second_result, POSPAL_OK);
    assert_int_equal(finish(c, links.second, 1, NULL), POSPAL_OK);
    pospal_task_free(links.second);
    pospal_client_close(links.client);
}

static void linger_in_done(void *context, pospal_task *task)
{
    scene *c = context;

    (void)task;
    gate_pass(&c->told);
    gate_pass(&c->line); /* open: a moment passes */
    c->s.key = "done has returned";
}

static void after_free_done_is_over(void **state)
{
    scene *c = *state;
    pospal_client *client = shop_client(&c->s);
    pospal_task *task = NULL;

    assert_int_equal(pospal_task_start(client, POSPAL_VERB_CHECK_AUTO, NULL, linger_in_done, c, &task), POSPAL_OK);
    gate_await(&c->told, 1);
    pospal_task_free(task);
    assert_string_equal(c->s.key, "done has returned");
    pospal_client_close(client);
}

/* The line of a real server is cut by closing; here somebody must open the gate. */
static void open_gate_at_close(void *context)
{
    chain *links = context;
    bool is_closing = false;

    while (!is_closing) {
        pl_mutex_lock(links->client->mutex);
        is_closing = links->client->is_closing;
        pl_mutex_unlock(links->client->mutex);
    }
    gate_open(&links->c->line);
}

static void closing_ends_what_runs_and_what_waits(void **state)
{
    scene *c = *state;
    chain links = {.c = c, .client = shop_client(&c->s)};
    pospal_task *tasks[MANY];
    pl_thread *opener;

    c->s.validator.line = LINE_OFFLINE;
    c->line.is_open = false;
    for (size_t i = 0; i < MANY; i++)
        tasks[i] = start(c, links.client, i % 2 ? POSPAL_VERB_CHECK_ONLINE : POSPAL_VERB_ACTIVATE, i % 2 ? NULL : FAKE_KEY);
    gate_await(&c->line, 1);
    assert_int_equal(pl_thread_start(open_gate_at_close, &links, &opener), PL_OK);
    pospal_client_close(links.client);
    pl_thread_join(opener);
    assert_int_equal(gate_came(&c->told), MANY); /* each was told, and once */
    assert_int_equal(gate_came(&c->line), 1);    /* and none but the first had asked */
    for (size_t i = 0; i < MANY; i++) {
        pospal_result_t result = finish(c, tasks[i], MANY, NULL);

        if (i > 0)
            assert_string_equal(pospal_error_code(), "closed");
        assert_true(result == POSPAL_ERROR_CLOSED || (i == 0 && result == POSPAL_ERROR_UNREACHABLE));
        pospal_task_free(tasks[i]);
    }
}

static void a_task_outlives_its_client(void **state)
{
    scene *c = *state;
    pospal_client *client = shop_client(&c->s);
    pospal_license *license = NULL;
    pospal_task *task = start(c, client, POSPAL_VERB_ACTIVATE, FAKE_KEY);

    gate_await(&c->told, 1);
    pospal_client_close(client);
    assert_int_equal(finish(c, task, 1, &license), POSPAL_OK);
    assert_string_equal(pospal_license_plan(license), "pro");
    pospal_license_free(license);
    pospal_task_free(task);
}

typedef struct {
    scene *c;
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
    scene *c = *state;
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
    scene *c = *state;
    pospal_client *client = shop_client(&c->s);
    pospal_task *task;
    int status = -1;
    pid_t child;

    c->line.is_open = false;
    task = start(c, client, POSPAL_VERB_ACTIVATE, FAKE_KEY);
    gate_await(&c->line, 1);
    if ((child = fork()) == 0)
        _exit(look_from_child(client, task));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    gate_open(&c->line);
    assert_int_equal(finish(c, task, 1, NULL), POSPAL_OK);
    pospal_task_free(task);
    pospal_client_close(client);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(each_verb_has_the_result_of_its_call),
        STORY(its_failure_is_told_in_the_thread_that_polls),
        STORY(polling_does_not_wait),
        STORY(the_thread_is_there_only_while_there_are_tasks),
        STORY(what_cannot_be_a_task_is_refused),
        STORY(without_memory_no_task_is_started),
        STORY(tasks_run_in_the_order_of_their_start),
        STORY(one_freed_before_it_began_never_happens),
        STORY(one_freed_while_it_runs_goes_on_unheard),
        STORY(a_done_function_may_free_its_task_and_start_another),
        STORY(after_free_done_is_over),
        STORY(closing_ends_what_runs_and_what_waits),
        STORY(a_task_outlives_its_client),
        STORY(many_threads_may_start_and_free_tasks),
        STORY(in_a_forked_child_a_task_is_over_and_the_parents_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
