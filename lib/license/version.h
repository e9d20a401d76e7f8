/* SPDX-License-Identifier: Apache-2.0
 *
 * Versions of programs, such as "2.10.1" or "3.0-rc1": parts between dots, compared as numbers where they are numbers.
 */
#ifndef PL_LICENSE_VERSION_H
#define PL_LICENSE_VERSION_H

#include <stdbool.h>

/* <0, 0, >0. What has a suffix behind '-' comes before what has none; a part that is missing counts as 0; behind '+' nothing counts. */
int pl_version_compare(const char *a, const char *b);
/* Whether it is not beyond max, of which only the parts it names are compared: "2" admits 2.9.1. */
bool pl_version_is_within(const char *version, const char *max);

#endif
