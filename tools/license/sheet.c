/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing a result for people or programs; see sheet.h.
 */
#include "sheet.h"

#include <inttypes.h>
#include <string.h>

#include "base/timestamp.h"
#include "clean.h"

enum { NAME_WIDTH = 18 };

void sheet_init(sheet_t *sheet, bool is_json)
{
    memset(sheet, 0, sizeof *sheet);
    sheet->is_json = is_json;
    pl_buf_init(&sheet->text);
    pl_json_writer_init(&sheet->json, &sheet->text);
}

void sheet_reset(sheet_t *sheet)
{
    pl_buf_reset(&sheet->text);
}

pl_json_writer *sheet_json(sheet_t *sheet)
{
    if (!sheet->is_open)
        pl_json_open(&sheet->json, NULL, '{');
    sheet->is_open = true;
    return &sheet->json;
}

static void add_name(sheet_t *sheet, const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; i < size; i++)
        pl_buf_add(&sheet->text, name[i] == '_' ? " " : name + i, 1);
    pl_buf_add_format(&sheet->text, "%*s", size < NAME_WIDTH ? (int)(NAME_WIDTH - size) : 1, "");
}

static void add_line(sheet_t *sheet, const char *name, const char *value)
{
    add_name(sheet, name);
    clean_for_people(pl_span_text(value), &sheet->text);
    pl_buf_add_text(&sheet->text, "\n");
}

void sheet_text(sheet_t *sheet, const char *name, const char *value)
{
    if (!value || !value[0])
        return;
    if (sheet->is_json)
        clean_put(sheet_json(sheet), name, value);
    else
        add_line(sheet, name, value);
}

void sheet_int(sheet_t *sheet, const char *name, int64_t value)
{
    if (sheet->is_json) {
        pl_json_put_int(sheet_json(sheet), name, value);
        return;
    }
    add_name(sheet, name);
    pl_buf_add_format(&sheet->text, "%" PRId64 "\n", value);
}

void sheet_bool(sheet_t *sheet, const char *name, bool value)
{
    if (sheet->is_json)
        pl_json_put_bool(sheet_json(sheet), name, value);
    else
        add_line(sheet, name, value ? "yes" : "no");
}

void sheet_time(sheet_t *sheet, const char *name, int64_t seconds)
{
    char text[PL_TIMESTAMP_SIZE];

    if (seconds == 0)
        return;
    pl_timestamp_format(seconds, text);
    sheet_text(sheet, name, text);
}

void sheet_open_list(sheet_t *sheet, const char *name)
{
    sheet->list_items = 0;
    if (sheet->is_json)
        pl_json_open(sheet_json(sheet), name, '[');
}

void sheet_add_item(sheet_t *sheet, const char *name, const char *item)
{
    if (sheet->is_json) {
        clean_put(&sheet->json, NULL, item);
        return;
    }
    if (sheet->list_items++ == 0)
        add_name(sheet, name);
    else
        pl_buf_add_text(&sheet->text, ", ");
    clean_for_people(pl_span_text(item), &sheet->text);
}

void sheet_close_list(sheet_t *sheet)
{
    if (sheet->is_json)
        pl_json_close(&sheet->json);
    else if (sheet->list_items > 0)
        pl_buf_add_text(&sheet->text, "\n");
}

void sheet_open_table(sheet_t *sheet, const char *name)
{
    if (sheet->is_json)
        pl_json_open(sheet_json(sheet), name, '[');
}

void sheet_open_row(sheet_t *sheet)
{
    if (sheet->is_json)
        pl_json_open(sheet_json(sheet), NULL, '{');
    else if (sheet->text.size > 0)
        pl_buf_add_text(&sheet->text, "\n");
}

void sheet_close_row(sheet_t *sheet)
{
    if (sheet->is_json)
        pl_json_close(&sheet->json);
}

void sheet_close_table(sheet_t *sheet)
{
    if (sheet->is_json)
        pl_json_close(&sheet->json);
}

void sheet_line(sheet_t *sheet, const char *line)
{
    clean_for_people(pl_span_text(line), &sheet->text);
    pl_buf_add_text(&sheet->text, "\n");
}

void sheet_put_whole(sheet_t *sheet, const char *text)
{
    size_t size = strlen(text);

    pl_buf_add(&sheet->text, text, size);
    if (size == 0 || text[size - 1] != '\n')
        pl_buf_add_text(&sheet->text, "\n");
}

const char *sheet_finish(sheet_t *sheet)
{
    if (sheet->is_open) {
        pl_json_close(&sheet->json);
        pl_buf_add_text(&sheet->text, "\n");
        sheet->is_open = false;
    }
    if (sheet->text.err)
        return NULL;
    return sheet->text.data ? sheet->text.data : "";
}
