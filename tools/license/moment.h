/* SPDX-License-Identifier: Apache-2.0
 *
 * A time as people say it, beside its exact form: "in 3 days", "2 hours ago".
 */
#ifndef POSPAL_TOOL_MOMENT_H
#define POSPAL_TOOL_MOMENT_H

#include <stdint.h>

enum { MOMENT_SIZE = 48 };

/* Rounded down to the largest unit that fits; both are Unix seconds. */
void moment_text(int64_t seconds, int64_t now, char text[MOMENT_SIZE]);

#endif
