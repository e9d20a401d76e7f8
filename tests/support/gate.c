/* SPDX-License-Identifier: Apache-2.0
 *
 * The gate of tests.
 */
#include "support/gate.h"

#include <stdlib.h>

void gate_init(gate *g, bool is_open)
{
    g->mutex = pl_mutex_new();
    g->changed = pl_cond_new();
    g->came = 0;
    g->is_open = is_open;
    if (!g->mutex || !g->changed)
        abort();
}

void gate_reset(gate *g)
{
    pl_cond_free(g->changed);
    pl_mutex_free(g->mutex);
}

void gate_pass(void *context)
{
    gate *g = context;

    pl_mutex_lock(g->mutex);
    g->came++;
    pl_cond_wake_all(g->changed);
    while (!g->is_open)
        (void)pl_cond_wait(g->changed, g->mutex, -1);
    pl_mutex_unlock(g->mutex);
}

void gate_open(gate *g)
{
    pl_mutex_lock(g->mutex);
    g->is_open = true;
    pl_cond_wake_all(g->changed);
    pl_mutex_unlock(g->mutex);
}

void gate_await(gate *g, size_t came)
{
    pl_mutex_lock(g->mutex);
    while (g->came < came)
        (void)pl_cond_wait(g->changed, g->mutex, -1);
    pl_mutex_unlock(g->mutex);
}

size_t gate_came(gate *g)
{
    size_t came;

    pl_mutex_lock(g->mutex);
    came = g->came;
    pl_mutex_unlock(g->mutex);
    return came;
}
