/* SPDX-License-Identifier: Apache-2.0
 *
 * The counting allocator, over the C library's so that the sanitizers watch as well.
 */
#include "support/fail_alloc.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"

static atomic_size_t calls;
static atomic_size_t live;
static size_t fail_at;

static void *resize(void *context, void *block, size_t size)
{
    void *moved;

    (void)context;
    if (atomic_fetch_add(&calls, 1) + 1 == fail_at)
        return NULL;
    moved = realloc(block, size);
    if (moved && !block)
        atomic_fetch_add(&live, 1);
    return moved;
}

static void release(void *context, void *block)
{
    (void)context;
    atomic_fetch_sub(&live, 1);
    free(block);
}

void fail_alloc_start(size_t nth)
{
    static const pl_allocator failing = {resize, release, NULL};

    atomic_store(&calls, 0);
    atomic_store(&live, 0);
    fail_at = nth;
    pl_mem_set(&failing);
}

size_t fail_alloc_calls(void)
{
    return atomic_load(&calls);
}

size_t fail_alloc_live(void)
{
    return atomic_load(&live);
}

void fail_alloc_stop(void)
{
    pl_mem_set(NULL);
}
