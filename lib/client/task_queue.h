/* SPDX-License-Identifier: Apache-2.0
 *
 * The tasks of a client, in order, on one thread that lives while there are any: the client asks its server one question at a time
 * anyway. The queue outlives its client as long as tasks are held. What a task does is task.c's.
 */
#ifndef PL_CLIENT_TASK_QUEUE_H
#define PL_CLIENT_TASK_QUEUE_H

#include "client/client.h"
#include "license/license_key.h"

typedef pospal_result_t (*pl_task_fn)(pospal_client *client, const char *argument, pospal_license **license);

typedef enum { PL_TASK_WAITING, PL_TASK_RUNNING, PL_TASK_DONE } pl_task_stage;

struct pospal_task {
    pl_task_queue *queue;
    uint64_t process_id; /* where it was started: it does not live on in a fork */
    pl_task_fn run;
    pospal_done_fn done; /* may be NULL */
    void *context;
    bool has_argument;
    char argument[PL_LICENSE_KEY_MAX + 1];

    /* guarded by the queue */
    pospal_task *next;
    pl_task_stage stage;
    bool is_freed;   /* the application wants to hear no more of it */
    bool is_telling; /* done is being called */
    pospal_result_t result;
    pospal_license *license;
    pl_report_note report;
};

/* NULL when memory is exhausted. */
pl_task_queue *pl_task_queue_new(pospal_client *client);
/* Takes the task, whose queue it becomes. PL_ERR_CLOSED, _MEMORY: then it is the caller's still. */
pl_err pl_task_queue_add(pl_task_queue *queue, pospal_task *task);
/* True when it is done; result and license (it becomes the caller's) may be NULL. Its report becomes this thread's. */
bool pl_task_queue_look(pospal_task *task, pospal_result_t *result, pospal_license **license);
/* A task that waits is dropped, one that runs is abandoned; waits for its done function where another thread is in it. */
void pl_task_queue_drop(pospal_task *task);

/* What waits and runs ends with CLOSED. Both accept NULL. */
void pl_task_queue_close(pl_task_queue *queue);
/* Waits for the thread, unless it is this one, and leaves the queue to the tasks. */
void pl_task_queue_end(pl_task_queue *queue);

#endif
