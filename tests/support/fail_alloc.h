/* SPDX-License-Identifier: Apache-2.0
 *
 * An allocator that fails one call, for bodies that run threads; single-threaded ones use failing_memory.h. Start it while no memory of
 * ours is held by another allocator.
 */
#ifndef TESTS_SUPPORT_FAIL_ALLOC_H
#define TESTS_SUPPORT_FAIL_ALLOC_H

#include <stddef.h>

/* The nth call from now on fails, counted from 1 over all threads; 0: none. */
void fail_alloc_start(size_t nth);
/* Calls since the start. */
size_t fail_alloc_calls(void);
/* Blocks taken and not given back. */
size_t fail_alloc_live(void);
/* Back to the C library's; what is still held may be given back afterwards all the same. */
void fail_alloc_stop(void);

#endif
