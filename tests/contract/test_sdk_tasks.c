/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls in the background: their results, their order, and what becomes of them when they are freed. How they end otherwise is in
 * test_sdk_task_ends.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/task_scene.h"

#include <dirent.h>
#include <string.h>

#include "platform/clock.h"
#include "support/fail_alloc.h"

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
        {POSPAL_VERB_START_TRIAL, NULL, POSPAL_OK, POSPAL_STATUS_ACTIVE},
    };
    task_scene *c = *state;
    pospal_client *client = shop_client(&c->s);

    c->s.validator.trial_days = 30;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pospal_task *task = task_scene_start(c, client, rows[i].verb, rows[i].argument);
        pospal_license *license = NULL, *again = NULL;
        pospal_result_t result = task_scene_finish(c, task, i + 1, &license);

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
    task_scene *c = *state;
    pospal_client *client;
    pospal_task *task;

    c->s.validator.line = LINE_HTML;
    client = shop_client(&c->s);
    task = task_scene_start(c, client, POSPAL_VERB_ACTIVATE, FAKE_KEY);
    gate_await(&c->told, 1);
    assert_int_equal(pospal_task_start(client, POSPAL_VERB_ACTIVATE, FAKE_KEY, NULL, NULL, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_string_equal(pospal_error_code(), "invalid_request");
    assert_int_equal(task_scene_finish(c, task, 1, NULL), POSPAL_ERROR_UNREACHABLE);
    assert_string_equal(pospal_error_code(), "captive_portal");
    assert_non_null(strstr(pospal_error_detail(), "license.example.com"));
    pospal_task_free(task); /* with its license, which nobody took */
    pospal_client_close(client);
}

static void polling_does_not_wait(void **state)
{
    task_scene *c = *state;
    pospal_client *client = shop_client(&c->s);
    pospal_result_t result = POSPAL_ERROR_INTERNAL;
    pospal_license *license = NULL;
    pospal_task *task;

    assert_null(client->tasks); /* who starts none pays for nothing */
    c->line.is_open = false;
    task = task_scene_start(c, client, POSPAL_VERB_ACTIVATE, FAKE_KEY);
    gate_await(&c->line, 1);
    assert_int_equal(pospal_task_poll(task, &result, &license), 0);
    assert_int_equal(result, POSPAL_ERROR_INTERNAL);
    assert_null(license);
    assert_int_equal(pospal_client_status(client), POSPAL_STATUS_NONE);
    gate_open(&c->line);
    assert_int_equal(task_scene_finish(c, task, 1, &license), POSPAL_OK);
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
    task_scene *c = *state;
    pospal_client *client = shop_client(&c->s);
    size_t before = count_threads();

    for (size_t nth = 1; nth <= 3; nth++) {
        pospal_task *task;

        c->line.is_open = false;
        task = task_scene_start(c, client, POSPAL_VERB_ACTIVATE, FAKE_KEY);
        gate_await(&c->line, nth);
        assert_int_equal(count_threads(), before + 1);
        gate_open(&c->line);
        assert_int_equal(task_scene_finish(c, task, nth, NULL), POSPAL_OK);
        while (count_threads() > before) /* it ends by itself */
            pl_clock_sleep_ms(1);
        pospal_task_free(task);
    }
    pospal_client_close(client);
}

static void what_cannot_be_a_task_is_refused(void **state)
{
    char too_long[PL_LICENSE_KEY_MAX + 2];
    task_scene *c = *state;
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
    assert_int_equal(pospal_task_start(client, POSPAL_VERB_START_TRIAL, "x", NULL, NULL, &task), POSPAL_ERROR_INVALID_ARGUMENT);
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
    task_scene *c = *state;

    for (size_t nth = 1; nth <= 5; nth++) {
        pospal_client *client = shop_client(&c->s);
        pospal_task *task = NULL;
        pospal_result_t result;

        fail_alloc_start(nth);
        result = pospal_task_start(client, POSPAL_VERB_ACTIVATE, FAKE_KEY, task_scene_tell, c, &task);
        fail_alloc_stop();
        assert_int_equal(result, POSPAL_ERROR_OUT_OF_MEMORY);
        assert_null(task);
        task = task_scene_start(c, client, POSPAL_VERB_ACTIVATE, FAKE_KEY);
        assert_int_equal(task_scene_finish(c, task, nth, NULL), POSPAL_OK);
        pospal_task_free(task);
        pospal_client_close(client);
    }
}

static void tasks_run_in_the_order_of_their_start(void **state)
{
    task_scene *c = *state;
    pospal_client *client = shop_client(&c->s);
    pospal_task *tasks[3];

    c->line.is_open = false;
    tasks[0] = task_scene_start(c, client, POSPAL_VERB_ACTIVATE, FAKE_KEY);
    tasks[1] = task_scene_start(c, client, POSPAL_VERB_DEACTIVATE, NULL);
    tasks[2] = task_scene_start(c, client, POSPAL_VERB_ACTIVATE, FAKE_OTHER_KEY);
    gate_open(&c->line);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(task_scene_finish(c, tasks[2 - i], 3, NULL), POSPAL_OK);
    assert_int_equal(c->s.validator.deactivations, 1);
    for (size_t i = 0; i < 3; i++)
        pospal_task_free(tasks[i]);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void one_freed_before_it_began_never_happens(void **state)
{
    task_scene *c = *state;
    pospal_client *client = shop_client(&c->s);
    pospal_task *first, *middle, *last;

    c->line.is_open = false;
    first = task_scene_start(c, client, POSPAL_VERB_ACTIVATE, FAKE_KEY);
    middle = task_scene_start(c, client, POSPAL_VERB_DEACTIVATE, NULL);
    last = task_scene_start(c, client, POSPAL_VERB_DEACTIVATE, NULL);
    gate_await(&c->line, 1);
    pospal_task_free(middle);
    pospal_task_free(last);
    last = task_scene_start(c, client, POSPAL_VERB_CHECK_ONLINE, NULL);
    gate_open(&c->line);
    assert_int_equal(task_scene_finish(c, last, 2, NULL), POSPAL_OK);
    assert_int_equal(c->s.validator.deactivations, 0);
    assert_int_equal(gate_came(&c->told), 2);
    pospal_task_free(first);
    pospal_task_free(last);
    pospal_client_close(client);
}

static void one_freed_while_it_runs_goes_on_unheard(void **state)
{
    task_scene *c = *state;
    pospal_client *client = shop_client(&c->s);
    pospal_task *task, *next;

    c->line.is_open = false;
    task = task_scene_start(c, client, POSPAL_VERB_ACTIVATE, FAKE_KEY);
    gate_await(&c->line, 1);
    pospal_task_free(task);
    next = task_scene_start(c, client, POSPAL_VERB_CHECK_AUTO, NULL);
    gate_open(&c->line);
    assert_int_equal(task_scene_finish(c, next, 1, NULL), POSPAL_OK);
    assert_int_equal(gate_came(&c->told), 1);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_task_free(next);
    pospal_client_close(client);
}

typedef struct {
    task_scene *c;
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
    links->second_result =
        pospal_task_start(links->client, POSPAL_VERB_CHECK_ONLINE, NULL, task_scene_tell, links->c, &links->second);
}

static void a_done_function_may_free_its_task_and_start_another(void **state)
{
    task_scene *c = *state;
    chain links = {.c = c, .client = shop_client(&c->s)};
    pospal_task *task = NULL;

    assert_int_equal(pospal_task_start(links.client, POSPAL_VERB_ACTIVATE, FAKE_KEY, free_and_start_the_next, &links, &task),
                     POSPAL_OK);
    gate_await(&c->told, 1);
    assert_int_equal(links.result, POSPAL_OK);
    assert_int_equal(links.status, POSPAL_STATUS_ACTIVE);
    assert_int_equal(links.second_result, POSPAL_OK);
    assert_int_equal(task_scene_finish(c, links.second, 1, NULL), POSPAL_OK);
    pospal_task_free(links.second);
    pospal_client_close(links.client);
}

static void linger_in_done(void *context, pospal_task *task)
{
    task_scene *c = context;

    (void)task;
    gate_pass(&c->told);
    gate_pass(&c->line); /* open: a moment passes */
    c->s.key = "done has returned";
}

static void after_free_done_is_over(void **state)
{
    task_scene *c = *state;
    pospal_client *client = shop_client(&c->s);
    pospal_task *task = NULL;

    assert_int_equal(pospal_task_start(client, POSPAL_VERB_CHECK_AUTO, NULL, linger_in_done, c, &task), POSPAL_OK);
    gate_await(&c->told, 1);
    pospal_task_free(task);
    assert_string_equal(c->s.key, "done has returned");
    pospal_client_close(client);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, task_scene_setup, task_scene_teardown)

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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
