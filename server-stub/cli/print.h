/* SPDX-License-Identifier: Apache-2.0
 *
 * A command's result for people: the same JSON object as lines and tables.
 */
#ifndef POSPAL_CLI_PRINT_H
#define POSPAL_CLI_PRINT_H

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

/* Scalars as "name  value", lists of objects as tables with the names of all rows; deeper nesting is left to --json. A table with more than
 * 16 names is written as lines, row by row, so that nothing is cut. */
pl_err print_result(FILE *out, pl_arena *arena, pl_span json);

#endif
