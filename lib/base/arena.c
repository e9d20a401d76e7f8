/* SPDX-License-Identifier: Apache-2.0
 *
 * The arena: a list of blocks from which pieces are cut in order. Blocks grow, so that a large message costs few of them.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 65536 };

struct pl_arena_block {
    pl_arena_block *next;
    size_t size;
    size_t used;
    max_align_t bytes[];
};

struct pl_arena_defer {
    pl_arena_defer *next;
    void (*fn)(void *object);
    void *object;
};

static pl_arena_block *add_block(pl_arena *arena, size_t wanted)
{
    size_t size = FIRST_BLOCK - sizeof(pl_arena_block);
    pl_arena_block *block;

    if (arena->blocks)
        size = arena->blocks->size < LARGEST_BLOCK / 2 ? arena->blocks->size * 2 : LARGEST_BLOCK;
    if (size < wanted)
        size = wanted;
    block = pl_alloc(sizeof(*block) + size);
    if (!block)
        return NULL;
    block->size = size;
    block->next = arena->blocks;
    arena->blocks = block;
    return block;
}

void pl_arena_init(pl_arena *arena)
{
    arena->blocks = NULL;
    arena->defers = NULL;
}

static void run_defers(const pl_arena *arena)
{
    for (const pl_arena_defer *defer = arena->defers; defer; defer = defer->next)
        defer->fn(defer->object);
}

static void free_blocks(pl_arena_block *block)
{
    while (block) {
        pl_arena_block *next = block->next;

        pl_free_wiped(block, sizeof(*block) + block->used);
        block = next;
    }
}

void pl_arena_reset(pl_arena *arena)
{
    run_defers(arena);
    free_blocks(arena->blocks);
    pl_arena_init(arena);
}

void pl_arena_recycle(pl_arena *arena, size_t most)
{
    pl_arena_block *newest = arena->blocks;

    if (!newest || newest->size > most) {
        pl_arena_reset(arena);
        return;
    }
    run_defers(arena);
    free_blocks(newest->next);
    memset(newest->bytes, 0, newest->used); /* is read again: no compiler leaves it out */
    newest->used = 0;
    newest->next = NULL;
    pl_arena_init(arena);
    arena->blocks = newest;
}

void *pl_arena_take(pl_arena *arena, size_t size)
{
    const size_t step = _Alignof(max_align_t);
    pl_arena_block *block = arena->blocks;
    unsigned char *piece;

    if (size > SIZE_MAX / 2)
        return NULL;
    size = size ? (size + step - 1) / step * step : step;
    if (!block || block->size - block->used < size)
        block = add_block(arena, size);
    if (!block)
        return NULL;
    piece = (unsigned char *)block->bytes + block->used;
    block->used += size;
    return piece;
}

char *pl_arena_text(pl_arena *arena, pl_span text)
{
    char *copy = text.size < SIZE_MAX ? pl_arena_take(arena, text.size + 1) : NULL;

    if (copy && text.size)
        memcpy(copy, text.data, text.size);
    return copy;
}

char *pl_arena_format(pl_arena *arena, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (size >= 0)
        text = pl_arena_take(arena, (size_t)size + 1);
    if (!text)
        return NULL;
    va_start(args, format);
    vsnprintf(text, (size_t)size + 1, format, args);
    va_end(args);
    return text;
}

int pl_arena_on_reset(pl_arena *arena, void (*fn)(void *object), void *object)
{
    pl_arena_defer *defer = pl_arena_take(arena, sizeof(*defer));

    if (!defer) {
        fn(object);
        return -1;
    }
    defer->fn = fn;
    defer->object = object;
    defer->next = arena->defers;
    arena->defers = defer;
    return 0;
}
