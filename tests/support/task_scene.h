/* SPDX-License-Identifier: Apache-2.0
 *
 * A shop whose line has a gate, for the tests of tasks: one that is closed holds a task in its exchange.
 */
#ifndef TESTS_SUPPORT_TASK_SCENE_H
#define TESTS_SUPPORT_TASK_SCENE_H

#include "support/gate.h"
#include "support/shop.h"

typedef struct {
    shop s;
    gate line; /* passed by each exchange */
    gate told; /* passed by each done function; open */
} task_scene;

/* For cmocka's setup and teardown. */
int task_scene_setup(void **state);
int task_scene_teardown(void **state);

/* The done function, with the scene as context. */
void task_scene_tell(void *context, pospal_task *task);
pospal_task *task_scene_start(task_scene *c, pospal_client *client, pospal_verb_t verb, const char *argument);
/* Waits for the nth task that is told, and takes the result of task. */
pospal_result_t task_scene_finish(task_scene *c, pospal_task *task, size_t nth, pospal_license **license);

#endif
