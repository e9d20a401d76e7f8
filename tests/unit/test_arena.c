/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/base/arena.c
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/mem.h"
#include "support/failing_memory.h"

static size_t dirty_bytes;

static void *resize(void *context, void *block, size_t size)
{
    (void)context;
    return realloc(block, size);
}

/* Blocks are at least 4096 bytes; their list head is at the front and wiped too. */
static void release_and_look(void *context, void *block)
{
    const unsigned char *bytes = block;

    (void)context;
    for (size_t i = 0; i < 4000; i++)
        dirty_bytes += bytes[i] != 0;
    free(block);
}

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
    unsigned char *pieces[300];
    pl_arena arena;

    (void)state;
    pl_arena_init(&arena);
    for (size_t i = 0; i < 300; i++) {
        pieces[i] = pl_arena_take(&arena, i);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        for (size_t at = 0; at < i; at++)
            assert_int_equal(pieces[i][at], 0);
        memset(pieces[i], (int)(i % 255 + 1), i);
    }
    for (size_t i = 1; i < 300; i++)
        assert_true(pieces[i][0] == i % 255 + 1 && pieces[i][i - 1] == i % 255 + 1);
    pl_arena_reset(&arena);
}

static void a_piece_may_be_larger_than_a_block(void **state)
{
    pl_arena arena;
    char *piece;

    (void)state;
    pl_arena_init(&arena);
    piece = pl_arena_take(&arena, 1000000);
    assert_non_null(piece);
    memset(piece, 1, 1000000);
    assert_null(pl_arena_take(&arena, SIZE_MAX));
    assert_null(pl_arena_take(&arena, SIZE_MAX - 8));
    pl_arena_reset(&arena);
}

static void texts_are_copied_and_formatted(void **state)
{
    pl_arena arena;

    (void)state;
    pl_arena_init(&arena);
    assert_string_equal(pl_arena_text(&arena, pl_span_of("till 3", 4)), "till");
    assert_string_equal(pl_arena_text(&arena, pl_span_text(NULL)), "");
    assert_string_equal(pl_arena_format(&arena, "%s-%d", "till", 3), "till-3");
    pl_arena_reset(&arena);
}

static void note(void *object)
{
    char **end = object;

    *(*end)++ = 'x';
}

static char order[4];

static void note_a(void *object)
{
    (void)object;
    order[strlen(order)] = 'a';
}

static void note_b(void *object)
{
    (void)object;
    order[strlen(order)] = 'b';
}

static void deferred_calls_run_last_first_and_once(void **state)
{
    pl_arena arena;

    (void)state;
    pl_arena_init(&arena);
    assert_int_equal(pl_arena_on_reset(&arena, note_a, NULL), 0);
    assert_int_equal(pl_arena_on_reset(&arena, note_b, NULL), 0);
    assert_string_equal(order, "");
    pl_arena_reset(&arena);
    assert_string_equal(order, "ba");
    pl_arena_reset(&arena);
    assert_string_equal(order, "ba");
}

static void a_reset_wipes_and_the_arena_may_be_used_again(void **state)
{
    const pl_allocator looking = {resize, release_and_look, NULL};
    pl_arena arena;

    (void)state;
    pl_mem_set(&looking);
    pl_arena_init(&arena);
    for (int round = 0; round < 2; round++) {
        memset(pl_arena_take(&arena, 2000), 0xAA, 2000);
        pl_arena_reset(&arena);
        assert_int_equal(dirty_bytes, 0);
    }
    pl_mem_set(NULL);
}

static pl_err use_it_all(void *context)
{
    char notes[4] = "", *end = notes;
    bool is_short;
    pl_arena arena;

    (void)context;
    pl_arena_init(&arena);
    is_short = !pl_arena_text(&arena, pl_span_text("till"));
    is_short |= !pl_arena_take(&arena, 5000);
    is_short |= !pl_arena_format(&arena, "%5000d", 1);
    is_short |= pl_arena_on_reset(&arena, note, &end) != 0;
    pl_arena_reset(&arena);
    assert_string_equal(notes, "x"); /* noted or not, the call is made */
    return is_short ? PL_ERR_MEMORY : PL_OK;
}

static void count(void *calls)
{
    ++*(int *)calls;
}

static void assert_zeroed(const unsigned char *piece, size_t size)
{
    for (size_t i = 0; i < size; i++)
        assert_int_equal(piece[i], 0);
}

static void a_recycled_arena_gives_its_largest_block_again_and_wiped(void **state)
{
    unsigned char *first;
    pl_arena arena;
    int calls = 0;

    (void)state;
    pl_arena_init(&arena);
    pl_arena_recycle(&arena, 16384); /* there is nothing yet */
    (void)pl_arena_take(&arena, 3000);
    first = pl_arena_take(&arena, 6000);
    memset(first, 0xAA, 6000);
    pl_arena_on_reset(&arena, count, &calls);
    pl_arena_recycle(&arena, 16384);
    assert_int_equal(calls, 1);
    assert_ptr_equal(pl_arena_take(&arena, 6000), first);
    assert_zeroed(first, 6000);
    pl_arena_recycle(&arena, 16384);
    assert_int_equal(calls, 1);
    pl_arena_reset(&arena);
}

static void a_recycled_arena_lets_a_larger_block_go(void **state)
{
    const pl_allocator looking = {resize, release_and_look, NULL};
    pl_arena arena;

    (void)state;
    pl_mem_set(&looking);
    pl_arena_init(&arena);
    memset(pl_arena_take(&arena, 20000), 0xAA, 20000);
    pl_arena_recycle(&arena, 16384);
    assert_null(arena.blocks);
    assert_int_equal(dirty_bytes, 0);
    pl_mem_set(NULL);
}

static void exhaustion_loses_nothing(void **state)
{
    (void)state;
    assert_true(fail_every_allocation(use_it_all, NULL) >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(a_piece_may_be_larger_than_a_block),
        cmocka_unit_test(texts_are_copied_and_formatted),
        cmocka_unit_test(deferred_calls_run_last_first_and_once),
        cmocka_unit_test(a_reset_wipes_and_the_arena_may_be_used_again),
        cmocka_unit_test(a_recycled_arena_gives_its_largest_block_again_and_wiped),
        cmocka_unit_test(a_recycled_arena_lets_a_larger_block_go),
        cmocka_unit_test(exhaustion_loses_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
