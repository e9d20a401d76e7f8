/* SPDX-License-Identifier: Apache-2.0
 *
 * An allocator for tests that fails the n-th call and counts what was not given back.
 */
#ifndef TESTS_SUPPORT_FAILING_MEMORY_H
#define TESTS_SUPPORT_FAILING_MEMORY_H

#include <stddef.h>

#include "base/err.h"

/*
 * Calls body with the first allocation failing, then the second, and so on until it succeeds. It must end in PL_OK or
 * PL_ERR_MEMORY and give back everything each time, and allocate at least once. Returns how many allocations a good run makes.
 */
size_t fail_every_allocation(pl_err (*body)(void *context), void *context);

#endif
