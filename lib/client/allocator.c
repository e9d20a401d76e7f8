/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal_set_allocator: the application's memory behind our hook (base/mem.c).
 */
#include "client/client.h"
#include "client/guard.h"

#include "base/mem.h"

static pospal_allocator_t chosen;

static void *resize(void *context, void *block, size_t size)
{
    return block ? chosen.resize(context, block, size) : chosen.alloc(context, size);
}

static void release(void *context, void *block)
{
    chosen.free(context, block);
}

pospal_result_t pospal_set_allocator(const pospal_allocator_t *allocator)
{
    pl_allocator ours = {resize, release, NULL};
    pl_err err;

    if (!allocator)
        return pl_report(pl_mem_choose(NULL));
    if (allocator->size < PL_FIRST_ALLOCATOR || !allocator->alloc || !allocator->resize || !allocator->free)
        return pl_report(pl_fail(PL_ERR_INVALID, "an allocator has its size and the functions alloc, resize and free"));
    ours.context = allocator->context;
    if ((err = pl_mem_choose(&ours)) == PL_OK)
        pl_give(&chosen, sizeof chosen, allocator, allocator->size);
    return pl_report(err);
}
