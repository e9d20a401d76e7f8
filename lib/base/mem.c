/* SPDX-License-Identifier: Apache-2.0
 *
 * The allocation hook. Everything of ours that lives on the heap comes from here; the default is the C library's heap.
 */
#include "base/mem.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Called through a volatile pointer: a compiler may not drop the overwriting of memory that is freed next. */
static void *(*const volatile overwrite)(void *, int, size_t) = memset;

static void *resize_heap(void *context, void *block, size_t size)
{
    (void)context;
    return realloc(block, size);
}

static void release_heap(void *context, void *block)
{
    (void)context;
    free(block);
}

static const pl_allocator heap = {resize_heap, release_heap, NULL};
static pl_allocator current = {resize_heap, release_heap, NULL};
static atomic_bool is_used; /* something was allocated */

void pl_mem_set(const pl_allocator *allocator)
{
    current = allocator ? *allocator : heap;
    atomic_store(&is_used, false);
}

pl_err pl_mem_choose(const pl_allocator *allocator)
{
    if (atomic_load(&is_used))
        return pl_fail(PL_ERR_STATE, "memory was allocated already: set the allocator before any other call of the library");
    current = allocator ? *allocator : heap;
    return PL_OK;
}

void *pl_alloc(size_t size)
{
    void *block = pl_resize(NULL, size);

    if (block)
        memset(block, 0, size);
    return block;
}

void *pl_resize(void *block, size_t size)
{
    if (!atomic_load_explicit(&is_used, memory_order_relaxed)) /* the line stays shared between processors */
        atomic_store_explicit(&is_used, true, memory_order_relaxed);
    return current.resize(current.context, block, size ? size : 1);
}

void pl_free(void *block)
{
    if (block)
        current.release(current.context, block);
}

void pl_free_wiped(void *block, size_t size)
{
    if (block)
        overwrite(block, 0, size);
    pl_free(block);
}

char *pl_copy_text(const char *text)
{
    size_t size;
    char *copy;

    if (!text)
        return NULL;
    size = strlen(text) + 1;
    copy = pl_resize(NULL, size);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}
