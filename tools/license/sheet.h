/* SPDX-License-Identifier: Apache-2.0
 *
 * A result as a sheet of named values, written down once by a subcommand and printed as aligned lines or as one JSON object. A
 * value that is absent (NULL or "", time 0) is left out. Texts may come from anywhere: what could move a terminal's cursor or turn
 * its text around is written as an escape (clean.h).
 */
#ifndef POSPAL_TOOL_SHEET_H
#define POSPAL_TOOL_SHEET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"

typedef struct {
    bool is_json;
    bool is_open;      /* the JSON object has been begun */
    size_t list_items; /* of the list being written */
    pl_buf text;
    pl_json_writer json;
} sheet_t;

void sheet_init(sheet_t *sheet, bool is_json);
void sheet_reset(sheet_t *sheet);
/* Names are JSON members; lines for people show them with spaces. */
void sheet_text(sheet_t *sheet, const char *name, const char *value);
void sheet_int(sheet_t *sheet, const char *name, int64_t value);
void sheet_bool(sheet_t *sheet, const char *name, bool value);
void sheet_time(sheet_t *sheet, const char *name, int64_t seconds); /* Unix seconds */
/* A list of texts: people see them on one line; an empty one is left out there. */
void sheet_open_list(sheet_t *sheet, const char *name);
void sheet_add_item(sheet_t *sheet, const char *name, const char *item);
void sheet_close_list(sheet_t *sheet);
/* A table: people see a blank line before each row, programs a list of objects. */
void sheet_open_table(sheet_t *sheet, const char *name);
void sheet_open_row(sheet_t *sheet);
void sheet_close_row(sheet_t *sheet);
void sheet_close_table(sheet_t *sheet);
/* Where people and programs need a different shape: the writer of the JSON object, or a line as it stands. */
pl_json_writer *sheet_json(sheet_t *sheet);
void sheet_line(sheet_t *sheet, const char *line);
/* Text or JSON that is complete already; nothing else may be on the sheet. */
void sheet_put_whole(sheet_t *sheet, const char *text);
/* The finished text; NULL when memory was exhausted. Valid until the reset. */
const char *sheet_finish(sheet_t *sheet);

#endif
