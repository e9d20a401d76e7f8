/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths of the table: literal segments, and "{name}" for one segment of any text. One slash at the end of a request's path is not
 * counted, for clients differ in it.
 */
#ifndef POSPAL_API_PATH_H
#define POSPAL_API_PATH_H

#include <stdbool.h>

#include "base/span.h"

bool path_fits(const char *pattern, const char *path);
/* What stands at the place of "{name}" in a path that fits; empty where the pattern has no such place. Borrowed from path. */
pl_span path_parameter(const char *pattern, const char *path, const char *name);

#endif
