/* SPDX-License-Identifier: Apache-2.0
 *
 * A temporary directory that goes with everything in it.
 */
#ifndef BENCH_SCRATCH_H
#define BENCH_SCRATCH_H

#include "figures.h"

typedef struct {
    char path[DIRECTORY_SIZE];
} scratch_t;

pl_err scratch_make(const bench_t *bench, scratch_t *scratch);
void scratch_remove(scratch_t *scratch); /* does nothing where none was made */
/* path, '/', name. */
void scratch_file(const scratch_t *scratch, const char *name, char path[DIRECTORY_SIZE]);

#endif
