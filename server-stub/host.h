/* SPDX-License-Identifier: Apache-2.0
 *
 * What the settings leave to the machine: how many event loops, how many open files.
 */
#ifndef POSPAL_HOST_H
#define POSPAL_HOST_H

#include "base/log.h"
#include "config.h"

/* 1 to max. */
size_t host_loops(const config_t *config, size_t max);
/* Connections are file descriptors; systems give few by default and more for the asking. */
void host_raise_file_limit(const config_t *config, const pl_log *log);

#endif
