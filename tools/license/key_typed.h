/* SPDX-License-Identifier: Apache-2.0
 *
 * License keys of our make that were not typed to their end. A text of another shape is nobody's mistake: imported keys have any.
 */
#ifndef POSPAL_TOOL_KEY_TYPED_H
#define POSPAL_TOOL_KEY_TYPED_H

#include <stddef.h>

/* How many symbols stand there where the text looks like a key of ours with too few or too many; else 0. */
size_t key_typed_count(const char *text);

#endif
