/* SPDX-License-Identifier: Apache-2.0
 *
 * The failing allocator, on top of the C library's so that the sanitizers watch as well.
 */
#include "support/failing_memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/mem.h"

typedef struct {
    size_t calls;
    size_t fail_at;
    size_t live;
} counter;

static void *resize(void *context, void *block, size_t size)
{
    counter *c = context;
    void *moved;

    if (++c->calls == c->fail_at)
        return NULL;
    moved = realloc(block, size);
    c->live += moved && !block;
    return moved;
}

static void release(void *context, void *block)
{
    counter *c = context;

    c->live--;
    free(block);
}

size_t fail_every_allocation(pl_err (*body)(void *context), void *context)
{
    counter c = {0, 0, 0};
    const pl_allocator failing = {resize, release, &c};
    pl_err err = PL_ERR_MEMORY;

    for (size_t n = 1; err; n++) {
        c.calls = 0;
        c.fail_at = n;
        pl_mem_set(&failing);
        err = body(context);
        pl_mem_set(NULL);
        assert_int_equal(c.live, 0);
        if (err)
            assert_int_equal(err, PL_ERR_MEMORY);
        else
            assert_true(c.calls > 0 && c.calls < n);
    }
    return c.calls;
}
