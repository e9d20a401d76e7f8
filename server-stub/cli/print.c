/* SPDX-License-Identifier: Apache-2.0
 *
 * Printing a JSON object for people.
 */
#include "cli/print.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"

enum { COLUMNS_MAX = 16, NUMBER_SIZE = 24, NAME_WIDTH = 24 };

static const size_t RESULT_MAX = (size_t)64 << 20;

/* The columns are the names of all rows, in the order they first come: a row may lack some. */
typedef struct {
    FILE *out;
    const char *names[COLUMNS_MAX];
    size_t widths[COLUMNS_MAX];
    size_t count;
    bool is_wide; /* more names than columns: each row is written as lines */
} table_t;

/* NULL for what has no short text. */
static const char *describe(const pl_json *value, char number[NUMBER_SIZE])
{
    int64_t integer;

    if (pl_json_text(value))
        return pl_json_text(value);
    if (pl_json_int(value, &integer)) {
        (void)snprintf(number, NUMBER_SIZE, "%" PRId64, integer);
        return number;
    }
    if (pl_json_is_object(value) || pl_json_count(value) > 0)
        return NULL;
    return pl_json_is_true(value) ? "yes" : "no";
}

static size_t find_column(const table_t *table, const char *name)
{
    size_t column = 0;

    while (column < table->count && strcmp(table->names[column], name) != 0)
        column++;
    return column;
}

static pl_err measure(void *context, const char *name, const pl_json *value)
{
    table_t *table = context;
    char number[NUMBER_SIZE];
    const char *text = describe(value, number);
    size_t column = find_column(table, name);

    if (!text)
        return PL_OK;
    if (column == COLUMNS_MAX) {
        table->is_wide = true;
        return PL_OK;
    }
    if (column == table->count) {
        table->names[table->count++] = name;
        table->widths[column] = strlen(name);
    }
    if (strlen(text) > table->widths[column])
        table->widths[column] = strlen(text);
    return PL_OK;
}

static void print_cell(const table_t *table, size_t column, const char *text)
{
    (void)fprintf(table->out, "%s%-*s", column ? "  " : "", (int)table->widths[column], text);
}

static void print_row(const table_t *table, const pl_json *row)
{
    for (size_t column = 0; column < table->count; column++) {
        char number[NUMBER_SIZE];
        const pl_json *value = pl_json_get(row, table->names[column]);
        const char *text = value ? describe(value, number) : NULL;

        print_cell(table, column, text ? text : "");
    }
    (void)fputc('\n', table->out);
}

static pl_err print_line(void *context, const char *name, const pl_json *value)
{
    const table_t *table = context;
    char number[NUMBER_SIZE];
    const char *text = describe(value, number);

    if (text)
        (void)fprintf(table->out, "%-*s  %s\n", NAME_WIDTH, name, text);
    return PL_OK;
}

/* An empty line stands between two rows. */
static void print_blocks(table_t *table, const pl_json *rows)
{
    for (size_t i = 0; i < pl_json_count(rows); i++) {
        if (i > 0)
            (void)fputc('\n', table->out);
        (void)pl_json_each(pl_json_at(rows, i), print_line, table);
    }
}

static void print_table(FILE *out, const pl_json *rows)
{
    table_t table = {.out = out};

    for (size_t i = 0; i < pl_json_count(rows); i++)
        (void)pl_json_each(pl_json_at(rows, i), measure, &table);
    if (table.is_wide) {
        print_blocks(&table, rows);
        return;
    }
    for (size_t column = 0; column < table.count; column++)
        print_cell(&table, column, table.names[column]);
    (void)fputc('\n', out);
    for (size_t i = 0; i < pl_json_count(rows); i++)
        print_row(&table, pl_json_at(rows, i));
}

typedef struct {
    FILE *out;
    const pl_json *object;
} page_t;

static bool is_empty_list(const pl_json *object, const char *name)
{
    const pl_json *list = NULL;

    return !pl_json_may_array(object, name, 0, &list) && list;
}

static pl_err print_member(void *context, const char *name, const pl_json *value)
{
    const page_t *page = context;
    page_t below = {page->out, value};
    char number[NUMBER_SIZE];
    const char *text = is_empty_list(page->object, name) ? "none" : describe(value, number);

    if (text)
        (void)fprintf(page->out, "%-*s  %s\n", NAME_WIDTH, name, text);
    else if (pl_json_is_object(value))
        return pl_json_each(value, print_member, &below);
    else if (pl_json_is_object(pl_json_at(value, 0)))
        print_table(page->out, value);
    return PL_OK;
}

pl_err print_result(FILE *out, pl_arena *arena, pl_span json)
{
    const pl_json *result;
    pl_err err = pl_json_parse(arena, json, RESULT_MAX, &result);
    page_t page = {out, NULL};

    if (err)
        return err;
    page.object = result;
    return pl_json_each(result, print_member, &page);
}
