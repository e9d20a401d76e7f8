/* SPDX-License-Identifier: Apache-2.0
 *
 * The hardware that a till of the bench is bound to: this machine's where it can be told from others, else an office PC in a directory,
 * because a virtual machine or a container may have too little for the library to accept.
 */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include "scratch.h"

/* root: for POSPAL_OPTION_HARDWARE_ROOT; "/" for this machine. */
pl_err machine_choose(const scratch_t *scratch, char root[DIRECTORY_SIZE]);

#endif
