/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory of one request or one SDK operation: taken piece by piece, released (and wiped) all at once.
 */
#ifndef PL_BASE_ARENA_H
#define PL_BASE_ARENA_H

#include <stddef.h>

#include "base/span.h"

typedef struct pl_arena_block pl_arena_block;
typedef struct pl_arena_defer pl_arena_defer;

typedef struct {
    pl_arena_block *blocks;
    pl_arena_defer *defers;
} pl_arena;

void pl_arena_init(pl_arena *arena);
/* Runs the deferred calls (last first), wipes and frees everything; the arena may be used again. */
void pl_arena_reset(pl_arena *arena);
/* The same for an arena that is soon used again: its newest block, which is the largest, stays unless it has more than most bytes. */
void pl_arena_recycle(pl_arena *arena, size_t most);

void *pl_arena_take(pl_arena *arena, size_t size); /* zeroed, aligned for any type; NULL when exhausted */
/* A NUL-terminated copy; NULL when exhausted. */
char *pl_arena_text(pl_arena *arena, pl_span text);
char *pl_arena_format(pl_arena *arena, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;
/* Calls fn(object) at reset. When that cannot be noted, calls it at once and returns -1. */
int pl_arena_on_reset(pl_arena *arena, void (*fn)(void *object), void *object);

#endif
