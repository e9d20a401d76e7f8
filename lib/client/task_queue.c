/* SPDX-License-Identifier: Apache-2.0
 *
 * The queue of tasks and its thread; see task_queue.h. Its mutex is taken last and never held while anything of the client or of the
 * application is called.
 */
#include "client/task_queue.h"

#include "base/mem.h"
#include "client/callback.h"
#include "client/close.h"
#include "crypto/crypto.h"

struct pl_task_queue {
    pl_mutex *mutex;
    pl_cond *told;         /* a done function has returned */
    pospal_client *client; /* for the thread, which the client waits for */
    size_t users;          /* the client, and each task */
    pospal_task *first, *last;
    pl_thread *thread; /* runs, or has run and is to be joined */
    bool is_running;
    bool is_closed;
};

static void release(pl_task_queue *queue)
{
    pl_cond_free(queue->told);
    pl_mutex_free(queue->mutex);
    pl_free(queue);
}

pl_task_queue *pl_task_queue_new(pospal_client *client)
{
    pl_task_queue *queue = pl_alloc(sizeof *queue);

    if (!queue)
        return NULL;
    queue->mutex = pl_mutex_new();
    queue->told = pl_cond_new();
    queue->client = client;
    queue->users = 1;
    if (!queue->mutex || !queue->told) {
        release(queue);
        return NULL;
    }
    return queue;
}

/* Locked; unlocks. */
static void leave(pl_task_queue *queue)
{
    bool is_last = --queue->users == 0;

    pl_mutex_unlock(queue->mutex);
    if (is_last)
        release(queue);
}

static void destroy(pospal_task *task)
{
    pospal_license_free(task->license);
    pl_free_wiped(task, sizeof *task);
}

static pospal_result_t run_unless_closed(const pl_task_queue *queue, pospal_task *task, bool is_closed)
{
    if (is_closed)
        return pl_report(pl_fail(PL_ERR_CLOSED, "the client was closed before the task had begun"));
    return task->run(queue->client, task->has_argument ? task->argument : NULL, &task->license);
}

/* Locked, and unlocked meanwhile. Between the two nobody else reads what is the task's result. */
static void perform(pl_task_queue *queue, pospal_task *task)
{
    bool is_closed = queue->is_closed;

    task->stage = PL_TASK_RUNNING;
    pl_mutex_unlock(queue->mutex);
    task->result = run_unless_closed(queue, task, is_closed);
    pl_report_keep(&task->report);
    pl_mutex_lock(queue->mutex);
    task->stage = PL_TASK_DONE;
    if (task->done && !task->is_freed) {
        task->is_telling = true;
        pl_mutex_unlock(queue->mutex);
        task->done(task->context, task);
        pl_mutex_lock(queue->mutex);
        task->is_telling = false;
        pl_cond_wake_all(queue->told);
    }
    if (task->is_freed) {
        destroy(task);
        queue->users--; /* the client is one still */
    }
}

static pospal_task *take_first(pl_task_queue *queue)
{
    pospal_task *task = queue->first;

    if (task)
        queue->first = task->next;
    if (!queue->first)
        queue->last = NULL;
    return task;
}

static void run(void *context)
{
    pl_task_queue *queue = context;
    pospal_client *client = queue->client;
    pospal_task *task;
    pl_callback all;

    pl_callback_enter(&all, client);
    pl_mutex_lock(queue->mutex);
    while ((task = take_first(queue)))
        perform(queue, task);
    queue->is_running = false;
    pl_mutex_unlock(
        queue->mutex); /* from here on the queue may be running in its next thread, which waits for the end of this one */
    if (pl_callback_leave(&all))
        pl_client_end(client);
}

/* Locked. The thread before has left the queue for good, so waiting for it is short. */
static pl_err need_thread(pl_task_queue *queue)
{
    pl_err err;

    if (queue->is_running)
        return PL_OK;
    pl_thread_join(queue->thread);
    queue->thread = NULL;
    err = pl_thread_start(run, queue, &queue->thread);
    queue->is_running = !err;
    return err ? pl_fail(PL_ERR_MEMORY, "no thread for the task: close other programs, or raise this account's limit of threads")
               : PL_OK;
}

pl_err pl_task_queue_add(pl_task_queue *queue, pospal_task *task)
{
    pl_err err;

    pl_mutex_lock(queue->mutex);
    err = queue->is_closed ? pl_fail(PL_ERR_CLOSED, "the client is being closed") : need_thread(queue);
    if (!err) {
        task->queue = queue;
        if (queue->last)
            queue->last->next = task;
        else
            queue->first = task;
        queue->last = task;
        queue->users++;
    }
    pl_mutex_unlock(queue->mutex);
    return err;
}

bool pl_task_queue_look(pospal_task *task, pospal_result_t *result, pospal_license **license)
{
    pl_task_queue *queue = task->queue;
    bool is_done;

    pl_mutex_lock(queue->mutex);
    is_done = task->stage == PL_TASK_DONE;
    if (is_done && result)
        *result = task->result;
    if (is_done && license) {
        *license = task->license;
        task->license = NULL;
    }
    if (is_done && task->result != POSPAL_OK)
        pl_report_recall(&task->report);
    pl_mutex_unlock(queue->mutex);
    return is_done;
}

/* Locked. */
static void unlink_task(pl_task_queue *queue, const pospal_task *task)
{
    pospal_task *before = NULL;
    pospal_task *at;

    for (at = queue->first; at != task; at = at->next)
        before = at;
    if (before)
        before->next = task->next;
    else
        queue->first = task->next;
    if (queue->last == task)
        queue->last = before;
}

void pl_task_queue_drop(pospal_task *task)
{
    pl_task_queue *queue = task->queue;

    pl_mutex_lock(queue->mutex);
    if (task->stage == PL_TASK_RUNNING || (task->is_telling && pl_thread_is_current(queue->thread))) {
        task->is_freed = true; /* the thread destroys it */
        pl_mutex_unlock(queue->mutex);
        return;
    }
    while (task->is_telling)
        (void)pl_cond_wait(queue->told, queue->mutex, -1);
    if (task->stage == PL_TASK_WAITING)
        unlink_task(queue, task);
    destroy(task);
    leave(queue);
}

void pl_task_queue_close(pl_task_queue *queue)
{
    if (!queue)
        return;
    pl_mutex_lock(queue->mutex);
    queue->is_closed = true;
    pl_mutex_unlock(queue->mutex);
}

void pl_task_queue_end(pl_task_queue *queue)
{
    if (!queue)
        return;
    pl_thread_join(queue->thread); /* nobody changes it any more; the thread itself still asks whether it is this one */
    pl_mutex_lock(queue->mutex);
    queue->thread = NULL;
    leave(queue);
}
