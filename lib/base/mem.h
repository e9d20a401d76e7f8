/* SPDX-License-Identifier: Apache-2.0
 *
 * All of our own allocation goes through here, so that tests can fail the n-th call. Memory of the libraries we call does not.
 */
#ifndef PL_BASE_MEM_H
#define PL_BASE_MEM_H

#include <stddef.h>

#include "base/err.h"

typedef struct {
    void *(*resize)(void *context, void *block, size_t size); /* as realloc; size is never 0 */
    void (*release)(void *context, void *block);              /* as free */
    void *context;
} pl_allocator;

/* For tests: NULL restores the C library's, and nothing counts as allocated. Not thread-safe. */
void pl_mem_set(const pl_allocator *allocator);
/* For good, and before anything was allocated: every block goes back where it came from. Else PL_ERR_STATE. NULL: the C library's. */
pl_err pl_mem_choose(const pl_allocator *allocator);

void *pl_alloc(size_t size); /* zeroed; NULL when exhausted */
void *pl_resize(void *block, size_t size);
void pl_free(void *block);                    /* accepts NULL */
void pl_free_wiped(void *block, size_t size); /* overwrites the first size bytes before; accepts NULL */
char *pl_copy_text(const char *text);         /* NULL for NULL or when exhausted */

#endif
