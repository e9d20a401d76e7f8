/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading and writing CSV.
 */
#include "transfer/csv.h"

#include <string.h>

void csv_init(csv_t *csv, pl_span text, char separator)
{
    static const char mark[] = "\xef\xbb\xbf";

    *csv = (csv_t){.text = text, .line = 1, .separator = separator};
    if (text.size >= sizeof mark - 1 && memcmp(text.data, mark, sizeof mark - 1) == 0)
        csv->at = sizeof mark - 1;
}

/* ---- reading ---- */

static int peek(const csv_t *csv)
{
    return csv->at < csv->text.size ? (unsigned char)csv->text.data[csv->at] : -1;
}

/* Takes a line end, if one is next: LF, CRLF, or the CR of old systems. */
static bool take_line_end(csv_t *csv)
{
    int next = peek(csv);

    if (next != '\n' && next != '\r')
        return false;
    csv->at++;
    if (next == '\r' && peek(csv) == '\n')
        csv->at++;
    csv->line++;
    return true;
}

static bool ends_cell(const csv_t *csv)
{
    int next = peek(csv);

    return next < 0 || next == csv->separator || next == '\n' || next == '\r';
}

/* Over a cell in quotes, of which the first is passed already, to behind the last one. */
static pl_err pass_quoted(csv_t *csv, const csv_record_t *record, size_t start)
{
    for (int next; (next = peek(csv)) >= 0 && csv->at - start <= CSV_RECORD_MAX;) {
        csv->at++;
        if (next == '"' && peek(csv) != '"')
            return ends_cell(csv)
                       ? PL_OK
                       : pl_fail(PL_ERR_MALFORMED, "line %lld: there is text behind a closing quote", (long long)csv->line);
        if (next == '"')
            csv->at++; /* "" is one */
        if (next == '\n')
            csv->line++;
    }
    return pl_fail(PL_ERR_MALFORMED, "line %lld: a quote is opened and not closed within %d bytes", (long long)record->line,
                   (int)CSV_RECORD_MAX);
}

static pl_err pass_bare(csv_t *csv, size_t start)
{
    for (; !ends_cell(csv); csv->at++) {
        if (peek(csv) == '"')
            return pl_fail(PL_ERR_MALFORMED, "line %lld: a quote stands within a cell that does not begin with one",
                           (long long)csv->line);
        if (csv->at - start > CSV_RECORD_MAX)
            return pl_fail(PL_ERR_TOO_LARGE, "line %lld: a record has more than %d bytes", (long long)csv->line,
                           (int)CSV_RECORD_MAX);
    }
    return PL_OK;
}

/* What stood between the quotes, "" made one. */
static const char *unquote(pl_arena *arena, pl_span raw)
{
    char *cell = pl_arena_text(arena, raw);
    char *to = cell;

    for (const char *from = cell; from && *from; from += from[0] == '"' ? 2 : 1)
        *to++ = *from;
    if (to)
        *to = '\0';
    return cell;
}

static pl_err read_cell(csv_t *csv, pl_arena *arena, csv_record_t *record, size_t start)
{
    bool is_quoted = peek(csv) == '"';
    size_t begin = csv->at + is_quoted;
    pl_span raw;
    pl_err err;

    if (record->count == CSV_CELLS_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "line %lld: a record has more than %d cells", (long long)csv->line, (int)CSV_CELLS_MAX);
    csv->at = begin;
    if ((err = is_quoted ? pass_quoted(csv, record, start) : pass_bare(csv, start)))
        return err;
    raw = pl_span_of(csv->text.data + begin, csv->at - begin - is_quoted);
    record->cells[record->count] = is_quoted ? unquote(arena, raw) : pl_arena_text(arena, raw);
    return record->cells[record->count++] ? PL_OK : PL_ERR_MEMORY;
}

pl_err csv_next(csv_t *csv, pl_arena *arena, csv_record_t *record, bool *more)
{
    size_t start;
    pl_err err;

    while (take_line_end(csv))
        ;
    start = csv->at;
    *record = (csv_record_t){.line = csv->line};
    *more = csv->at < csv->text.size;
    if (!*more)
        return PL_OK;
    if (!(record->cells = pl_arena_take(arena, CSV_CELLS_MAX * sizeof(*record->cells))))
        return PL_ERR_MEMORY;
    while (!(err = read_cell(csv, arena, record, start)) && peek(csv) == csv->separator)
        csv->at++;
    if (!err)
        (void)take_line_end(csv);
    return err;
}

/* ---- writing ---- */

static void write_cell(pl_buf *out, const char *cell)
{
    if (!strpbrk(cell, ",\"\r\n")) {
        pl_buf_add_text(out, cell);
        return;
    }
    pl_buf_add_text(out, "\"");
    for (; *cell; cell++)
        pl_buf_add(out, *cell == '"' ? "\"\"" : cell, *cell == '"' ? 2 : 1);
    pl_buf_add_text(out, "\"");
}

void csv_write(pl_buf *out, const char *const *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            pl_buf_add_text(out, ",");
        if (cells[i])
            write_cell(out, cells[i]);
    }
    pl_buf_add_text(out, "\r\n");
}
