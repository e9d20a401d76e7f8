/* SPDX-License-Identifier: Apache-2.0
 *
 * The scene of tasks.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/task_scene.h"

#include <stdlib.h>

int task_scene_setup(void **state)
{
    task_scene *c = malloc(sizeof *c);

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

int task_scene_teardown(void **state)
{
    task_scene *c = *state;

    shop_close(&c->s);
    gate_reset(&c->line);
    gate_reset(&c->told);
    free(c);
    return 0;
}

void task_scene_tell(void *context, pospal_task *task)
{
    task_scene *c = context;

    (void)task;
    gate_pass(&c->told);
}

pospal_task *task_scene_start(task_scene *c, pospal_client *client, pospal_verb_t verb, const char *argument)
{
    pospal_task *task = NULL;

    assert_int_equal(pospal_task_start(client, verb, argument, task_scene_tell, c, &task), POSPAL_OK);
    assert_non_null(task);
    return task;
}

pospal_result_t task_scene_finish(task_scene *c, pospal_task *task, size_t nth, pospal_license **license)
{
    pospal_result_t result = POSPAL_ERROR_INTERNAL;

    gate_await(&c->told, nth);
    assert_int_equal(pospal_task_poll(task, &result, license), 1);
    return result;
}
