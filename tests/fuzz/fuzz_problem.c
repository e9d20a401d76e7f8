/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a problem document: it is always some error, never success.
 */
#include <stdlib.h>

#include "wire/problem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *detail;
    pl_arena arena;

    pl_arena_init(&arena);
    if (pl_problem_read(&arena, pl_span_of(data, size), &detail) == PL_OK)
        abort();
    pl_arena_reset(&arena);
    return 0;
}
