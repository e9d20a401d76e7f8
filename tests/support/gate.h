/* SPDX-License-Identifier: Apache-2.0
 *
 * A gate for tests with threads: who comes waits until it is opened, and who opens it can wait for somebody to come.
 */
#ifndef TESTS_SUPPORT_GATE_H
#define TESTS_SUPPORT_GATE_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/thread.h"

typedef struct {
    pl_mutex *mutex;
    pl_cond *changed;
    size_t came; /* all who ever came */
    bool is_open;
} gate;

void gate_init(gate *g, bool is_open);
void gate_reset(gate *g);
/* Comes, and waits until the gate is open. For fake_validator's during, with the gate as context. */
void gate_pass(void *context);
void gate_open(gate *g);
/* Waits until so many have come. */
void gate_await(gate *g, size_t came);
size_t gate_came(gate *g);

#endif
