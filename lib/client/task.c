/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal_task_*: the blocking calls for programs with an event loop. The table of verbs is here; order and threads are in task_queue.c.
 */
#include "client/task_queue.h"
#include "client/guard.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

static pospal_result_t check_online(pospal_client *client, const char *argument, pospal_license **license)
{
    (void)argument;
    return pospal_client_check(client, POSPAL_CHECK_ONLINE, license);
}

static pospal_result_t check_auto(pospal_client *client, const char *argument, pospal_license **license)
{
    (void)argument;
    return pospal_client_check(client, POSPAL_CHECK_AUTO, license);
}

static pospal_result_t deactivate(pospal_client *client, const char *argument, pospal_license **license)
{
    (void)argument;
    (void)license;
    return pospal_client_deactivate(client);
}

static pospal_result_t start_trial(pospal_client *client, const char *argument, pospal_license **license)
{
    (void)argument;
    return pospal_client_start_trial(client, license);
}

static const struct {
    pospal_verb_t verb;
    bool takes_argument;
    pl_task_fn run;
} verbs[] = {
    {POSPAL_VERB_ACTIVATE, true, pospal_client_activate}, {POSPAL_VERB_CHECK_ONLINE, false, check_online},
    {POSPAL_VERB_CHECK_AUTO, false, check_auto},          {POSPAL_VERB_DEACTIVATE, false, deactivate},
    {POSPAL_VERB_START_TRIAL, false, start_trial},
};

static pl_err choose_verb(pospal_verb_t verb, const char *argument, pospal_task *task)
{
    size_t i = 0;

    while (i < sizeof verbs / sizeof *verbs && verbs[i].verb != verb)
        i++;
    if (i == sizeof verbs / sizeof *verbs)
        return pl_fail(PL_ERR_INVALID, "verb %d is none of the enum", (int)verb);
    if (argument && !verbs[i].takes_argument)
        return pl_fail(PL_ERR_INVALID, "this verb takes no argument");
    if (argument && strlen(argument) > PL_LICENSE_KEY_MAX)
        return pl_fail(PL_ERR_INVALID, "the license key is longer than %d characters", PL_LICENSE_KEY_MAX);
    task->run = verbs[i].run;
    task->has_argument = argument != NULL;
    (void)snprintf(task->argument, sizeof task->argument, "%s", argument ? argument : "");
    return PL_OK;
}

/* Made with the first task: who starts none pays for nothing. */
static pl_err need_queue(pospal_client *client, pl_task_queue **queue)
{
    pl_err err = PL_OK;

    pl_mutex_lock(client->mutex);
    if (client->is_closing)
        err = pl_fail(PL_ERR_CLOSED, "the client is being closed");
    else if (!client->tasks && (client->tasks = pl_task_queue_new(client)) == NULL)
        err = pl_fail(PL_ERR_MEMORY, "no memory for the task");
    *queue = client->tasks;
    pl_mutex_unlock(client->mutex);
    return err;
}

static pl_err start(pospal_client *client, pospal_task *task, pospal_task **out)
{
    pl_task_queue *queue;
    pl_err err;

    if ((err = need_queue(client, &queue)))
        return err;
    *out = task; /* before it runs: its done function may be quicker than we are */
    if ((err = pl_task_queue_add(queue, task)))
        *out = NULL;
    return err;
}

pospal_result_t pospal_task_start(pospal_client *client, pospal_verb_t verb, const char *argument, pospal_done_fn done,
                                  void *context, pospal_task **task)
{
    pospal_task *fresh;
    pl_err err;

    if (task)
        *task = NULL;
    if (!client || !task)
        return pl_report(pl_fail(PL_ERR_INVALID, "client or task is NULL"));
    if ((err = pl_guard(client)))
        return pl_report(err);
    if ((fresh = pl_alloc(sizeof *fresh)) == NULL)
        return pl_report(pl_fail(PL_ERR_MEMORY, "no memory for the task"));
    fresh->process_id = client->process_id;
    fresh->done = done;
    fresh->context = context;
    if ((err = choose_verb(verb, argument, fresh)) || (err = start(client, fresh, task)))
        pl_free_wiped(fresh, sizeof *fresh);
    return pl_report(err);
}

int pospal_task_poll(pospal_task *task, pospal_result_t *result, pospal_license **license)
{
    pl_err err = PL_OK;

    if (license)
        *license = NULL;
    if (!task)
        err = pl_fail(PL_ERR_INVALID, "task is NULL");
    else if (task->process_id != pl_process_id())
        err = pl_fail(PL_ERR_CLOSED, "a task does not live on in a forked child");
    if (!err)
        return pl_task_queue_look(task, result, license);
    pl_report(err);
    if (result)
        *result = pl_report_again(err);
    return 1;
}

void pospal_task_free(pospal_task *task)
{
    if (task && task->process_id == pl_process_id()) /* in a forked child its locks are the parent's */
        pl_task_queue_drop(task);
}
