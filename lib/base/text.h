/* SPDX-License-Identifier: Apache-2.0
 *
 * What may be a name that people gave: asked before it is stored, signed or printed.
 */
#ifndef PL_BASE_TEXT_H
#define PL_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* The length of the UTF-8 sequence of two or more bytes that the text begins with; 0 if it is none. Stops at a NUL. */
size_t pl_utf8_sequence(const char *text);
/* Valid UTF-8 without control characters (C0, DEL, C1): they would break a document or a terminal. */
bool pl_text_is_clean(const char *text);

#endif
