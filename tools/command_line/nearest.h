/* SPDX-License-Identifier: Apache-2.0
 *
 * "Did you mean": the word of a list that a mistyped word most likely stands for.
 */
#ifndef POSPAL_COMMAND_LINE_NEAREST_H
#define POSPAL_COMMAND_LINE_NEAREST_H

#include <stddef.h>

/* word(context, i) names the i-th of count words. NULL when none is near: at most two edits, fewer for short words. */
const char *nearest_word(const char *typed, const char *(*word)(const void *context, size_t index), const void *context,
                         size_t count);

#endif
