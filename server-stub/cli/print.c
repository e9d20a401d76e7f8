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

typedef struct {
    FILE *out;
    size_t widths[COLUMNS_MAX];
    size_t column;
    size_t count;
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

static pl_err measure(void *context, const char *name, const pl_json *value)
{
    table_t *table = context;
    char number[NUMBER_SIZE];
    const char *text = describe(value, number);
    size_t width = text ? strlen(text) : 0;

    if (!text || table->column == COLUMNS_MAX)
        return PL_OK;
    width = width > strlen(name) ? width : strlen(name);
    if (width > table->widths[table->column])
        table->widths[table->column] = width;
    table->column++;
    return PL_OK;
}

static void print_cell(table_t *table, const char *text)
{
    (void)fprintf(table->out, "%s%-*s", table->column ? "  " : "", (int)table->widths[table->column], text);
    table->column++;
}

static pl_err print_name(void *context, const char *name, const pl_json *value)
{
    table_t *table = context;
    char number[NUMBER_SIZE];

    if (describe(value, number) && table->column < COLUMNS_MAX)
        print_cell(table, name);
    return PL_OK;
}

static pl_err print_value(void *context, const char *name, const pl_json *value)
{
    table_t *table = context;
    char number[NUMBER_SIZE];
    const char *text = describe(value, number);

    (void)name;
    if (text && table->column < COLUMNS_MAX)
        print_cell(table, text);
    return PL_OK;
}

static void print_row(table_t *table, const pl_json *row, pl_err (*print)(void *, const char *, const pl_json *))
{
    table->column = 0;
    (void)pl_json_each(row, print, table);
    (void)fputc('\n', table->out);
}

static void print_table(FILE *out, const pl_json *rows)
{
    table_t table = {out, {0}, 0, pl_json_count(rows)};

    for (size_t i = 0; i < table.count; i++) {
        table.column = 0;
        (void)pl_json_each(pl_json_at(rows, i), measure, &table);
    }
    if (table.count > 0)
        print_row(&table, pl_json_at(rows, 0), print_name);
    for (size_t i = 0; i < table.count; i++)
        print_row(&table, pl_json_at(rows, i), print_value);
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
