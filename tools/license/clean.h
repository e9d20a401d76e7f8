/* SPDX-License-Identifier: Apache-2.0
 *
 * Text from outside made fit to print: control characters, broken UTF-8 and characters that turn the direction of text around become
 * escapes, so that a document can neither move a terminal's cursor nor show itself as something else.
 */
#ifndef POSPAL_TOOL_CLEAN_H
#define POSPAL_TOOL_CLEAN_H

#include "base/buf.h"
#include "base/json.h"

/* Escapes as \x1b (bytes) and \u202e (characters). */
void clean_for_people(pl_span text, pl_buf *out);
/* A JSON text; name NULL within an array. The escapes are JSON's own, so that a reader gets what was there; broken UTF-8 is U+FFFD. */
void clean_put(pl_json_writer *json, const char *name, const char *text);

#endif
