/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of CSV and JSON lines.
 */
#include "transfer/rows.h"

#include <string.h>

#include "base/text.h"

/* ---- the file ---- */

static pl_err check_text(pl_span text)
{
    int64_t line = 1;

    for (size_t i = 0; i < text.size;) {
        unsigned char byte = (unsigned char)text.data[i];
        size_t size = byte < 0x80 ? 1 : pl_utf8_sequence(text.data + i);

        if (byte == 0 || size == 0)
            return pl_fail(PL_ERR_MALFORMED, "line %lld: the file is no UTF-8 text; `iconv` makes one of another encoding",
                           (long long)line);
        line += byte == '\n';
        i += size;
    }
    return PL_OK;
}

static size_t find_column(const rows_t *rows, const char *name)
{
    size_t i = 0;

    while (i < rows->header.count && strcmp(rows->header.cells[i], name) != 0)
        i++;
    return i;
}

static pl_err check_header(const rows_t *rows, bool more)
{
    if (!more)
        return pl_fail(PL_ERR_MALFORMED, "the file is empty: its first line names the columns");
    for (size_t i = 0; i < rows->header.count; i++) {
        const char *name = rows->header.cells[i];

        if (!name[0])
            return pl_fail(PL_ERR_MALFORMED, "line %lld: column %zu has no name", (long long)rows->header.line, i + 1);
        if (find_column(rows, name) != i)
            return pl_fail(PL_ERR_MALFORMED, "line %lld: two columns are called \"%s\"", (long long)rows->header.line, name);
    }
    return PL_OK;
}

pl_err rows_open(rows_t *rows, pl_arena *arena, pl_span text, char separator)
{
    bool more;
    pl_err err;

    *rows = (rows_t){.text = text, .line = 1};
    if ((err = check_text(text)))
        return err;
    csv_init(&rows->csv, text, separator);
    rows->at = rows->csv.at;
    rows->is_json = rows->at < text.size && text.data[rows->at] == '{';
    if (rows->is_json)
        return PL_OK;
    err = csv_next(&rows->csv, arena, &rows->header, &more);
    return err ? err : check_header(rows, more);
}

/* ---- a row ---- */

static pl_err next_of_csv(rows_t *rows, pl_arena *arena, row_t *row, bool *more)
{
    pl_err err = csv_next(&rows->csv, arena, &row->record, more);

    row->line = row->record.line;
    if (!err && *more && row->record.count != rows->header.count)
        return pl_fail(PL_ERR_MALFORMED, "line %lld: there are %zu cells under %zu columns", (long long)row->line,
                       row->record.count, rows->header.count);
    return err;
}

/* The next line that is not empty. */
static pl_span next_line(rows_t *rows, int64_t *number)
{
    pl_span line = {NULL, 0};

    while (line.size == 0 && rows->at < rows->text.size) {
        const char *start = rows->text.data + rows->at;
        const char *end = memchr(start, '\n', rows->text.size - rows->at);
        size_t size = end ? (size_t)(end - start) : rows->text.size - rows->at;

        line = pl_span_of(start, size > 0 && start[size - 1] == '\r' ? size - 1 : size);
        rows->at += size + (end ? 1 : 0);
        *number = rows->line++;
    }
    return line;
}

static pl_err next_of_json(rows_t *rows, pl_arena *arena, row_t *row, bool *more)
{
    pl_span line = next_line(rows, &row->line);
    pl_err err;

    *more = line.size > 0;
    if (!*more)
        return PL_OK;
    err = pl_json_parse(arena, line, ROWS_LINE_MAX, &row->object);
    if (err == PL_ERR_TOO_LARGE)
        return pl_fail(err, "line %lld has more than %d bytes", (long long)row->line, (int)ROWS_LINE_MAX);
    if (err == PL_ERR_MALFORMED)
        return pl_fail(err, "line %lld is no JSON object; JSON lines have one on each line: jq -c '.data[]' makes them",
                       (long long)row->line);
    return err;
}

pl_err rows_next(rows_t *rows, pl_arena *arena, row_t *row, bool *more)
{
    *row = (row_t){.rows = rows};
    return (rows->is_json ? next_of_json : next_of_csv)(rows, arena, row, more);
}

bool rows_may_have(const rows_t *rows, const char *name)
{
    return rows->is_json || find_column(rows, name) < rows->header.count;
}

/* ---- a value ---- */

/* A member of that very name, else by the dots in it. */
static const pl_json *reach(const pl_json *object, pl_arena *arena, const char *name)
{
    const char *dot;
    const char *head;

    while (object && !pl_json_has(object, name) && (dot = strchr(name, '.'))) {
        head = pl_arena_text(arena, pl_span_of(name, (size_t)(dot - name)));
        object = head ? pl_json_get(object, head) : NULL;
        if (!pl_json_is_object(object))
            return NULL;
        name = dot + 1;
    }
    return object ? pl_json_get(object, name) : NULL;
}

static pl_err text_of_json(const pl_json *value, pl_arena *arena, const char *name, const char **text)
{
    int64_t number;

    if (pl_json_is_object(value) || pl_json_is_array(value))
        return pl_fail(PL_ERR_INVALID, "%s is no text or number", name);
    if (pl_json_text(value))
        *text = pl_json_text(value);
    else if (pl_json_int(value, &number))
        *text = pl_arena_format(arena, "%lld", (long long)number);
    else if (pl_json_is_true(value) || pl_json_is_false(value))
        *text = pl_json_is_true(value) ? "true" : "false";
    else
        return pl_fail(PL_ERR_INVALID, "%s is a number that is not whole", name);
    return *text ? PL_OK : PL_ERR_MEMORY;
}

pl_err row_text(const row_t *row, pl_arena *arena, const char *name, const char **text)
{
    const pl_json *value;
    size_t column;
    pl_err err = PL_OK;

    *text = NULL;
    if (row->rows->is_json) {
        value = reach(row->object, arena, name);
        err = value ? text_of_json(value, arena, name, text) : PL_OK;
    } else if ((column = find_column(row->rows, name)) < row->record.count) {
        *text = row->record.cells[column];
    }
    if (*text && !**text)
        *text = NULL;
    return err;
}
