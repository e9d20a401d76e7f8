/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/base/mem.c: the allocation hook.
 */
#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

typedef struct {
    size_t resized, released;
    unsigned char last[16]; /* what the released block began with */
} witness;

static void *resize(void *context, void *block, size_t size)
{
    ((witness *)context)->resized++;
    assert_int_not_equal(size, 0);
    return realloc(block, size);
}

static void release(void *context, void *block)
{
    witness *w = context;

    w->released++;
    memcpy(w->last, block, sizeof(w->last));
    free(block);
}

static void *refuse(void *context, void *block, size_t size)
{
    (void)context;
    (void)block;
    (void)size;
    return NULL;
}

static int restore(void **state)
{
    (void)state;
    pl_mem_set(NULL);
    return 0;
}

static void memory_is_zeroed_and_goes_through_the_hook(void **state)
{
    static const unsigned char zeros[64];
    witness w = {0};
    const pl_allocator allocator = {resize, release, &w};
    unsigned char *block;

    (void)state;
    pl_mem_set(&allocator);
    block = pl_alloc(64);
    assert_memory_equal(block, zeros, 64);
    memset(block, 1, 64);
    block = pl_resize(block, 128);
    assert_int_equal(block[63], 1);
    pl_free(block);
    pl_free(pl_alloc(16));
    pl_free(NULL);
    assert_int_equal(w.resized, 3);
    assert_int_equal(w.released, 2);
}

static void wiping_overwrites_before_the_release(void **state)
{
    static const unsigned char zeros[16];
    witness w = {0};
    const pl_allocator allocator = {resize, release, &w};
    unsigned char *block;

    (void)state;
    pl_mem_set(&allocator);
    block = pl_alloc(16);
    memset(block, 0xAA, 16);
    pl_free(block);
    assert_int_equal(w.last[15], 0xAA);
    block = pl_alloc(16);
    memset(block, 0xAA, 16);
    pl_free_wiped(block, 16);
    assert_memory_equal(w.last, zeros, 16);
    pl_free_wiped(NULL, 16);
    assert_int_equal(w.released, 2);
}

static void a_size_of_zero_is_a_block_as_well(void **state)
{
    void *block = pl_alloc(0);

    (void)state;
    assert_non_null(block);
    pl_free(block);
}

static void copies_a_text(void **state)
{
    char *copy = pl_copy_text("till");

    (void)state;
    assert_string_equal(copy, "till");
    pl_free(copy);
    assert_null(pl_copy_text(NULL));
}

static void exhaustion_is_null_everywhere(void **state)
{
    const pl_allocator allocator = {refuse, release, NULL};

    (void)state;
    pl_mem_set(&allocator);
    assert_null(pl_alloc(1));
    assert_null(pl_resize(NULL, 1));
    assert_null(pl_copy_text("x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(memory_is_zeroed_and_goes_through_the_hook, restore),
        cmocka_unit_test_teardown(wiping_overwrites_before_the_release, restore),
        cmocka_unit_test(a_size_of_zero_is_a_block_as_well),
        cmocka_unit_test(copies_a_text),
        cmocka_unit_test_teardown(exhaustion_is_null_everywhere, restore),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
