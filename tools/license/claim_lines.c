/* SPDX-License-Identifier: Apache-2.0
 *
 * Walking the claims; see claim_lines.h. The parser has bounded their depth.
 */
#include "claim_lines.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/timestamp.h"
#include "clean.h"
#include "moment.h"

enum { PATH_SIZE = 256 };

typedef struct {
    sheet_t *sheet;
    int64_t now;
    char path[PATH_SIZE]; /* of the member being shown: entitlements.tills.exp */
    size_t size;
} walk_t;

static bool is_time(const char *name)
{
    static const char *const names[] = {"iat", "nbf", "exp", "check_by", "grace_until", "refresh_at", "retired_at"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool read_time(const char *name, const pl_json *value, int64_t *seconds)
{
    return name && is_time(name) && pl_json_int(value, seconds) && *seconds > 0 && *seconds <= PL_TIME_MAX;
}

/* ---- for people ---- */

static void describe(const walk_t *walk, const char *name, const pl_json *value, pl_buf *out)
{
    char exact[PL_TIMESTAMP_SIZE], relative[MOMENT_SIZE];
    int64_t number;

    if (read_time(name, value, &number)) {
        pl_timestamp_format(number, exact);
        moment_text(number, walk->now, relative);
        pl_buf_add_format(out, "%" PRId64 "  %s (%s)", number, exact, relative);
    } else if (pl_json_int(value, &number)) {
        pl_buf_add_format(out, "%" PRId64, number);
    } else if (pl_json_text(value)) {
        clean_for_people(pl_span_text(pl_json_text(value)), out);
    } else if (pl_json_is_object(value) || pl_json_is_array(value)) {
        pl_buf_add_text(out, pl_json_is_object(value) ? "{}" : "[]");
    } else {
        pl_buf_add_text(out, pl_json_is_true(value) ? "true" : pl_json_is_false(value) ? "false" : "(null or no integer)");
    }
}

static void add_line(const walk_t *walk, const char *name, const pl_json *value)
{
    pl_buf *out = &walk->sheet->text;

    pl_buf_add_text(out, "  ");
    clean_for_people(pl_span_text(walk->path), out);
    pl_buf_add_format(out, "%*s", walk->size < 24 ? (int)(24 - walk->size) : 1, "");
    describe(walk, name, value, out);
    pl_buf_add_text(out, "\n");
}

static pl_err show_member(void *context, const char *name, const pl_json *value); /* the two call each other */

/* Appends to the path, shows, takes it off again. */
static void show_at(walk_t *walk, const char *step, const char *name, const pl_json *value)
{
    size_t before = walk->size;
    int added = snprintf(walk->path + before, sizeof walk->path - before, "%s", step);

    walk->size += added < 0 ? 0 : (size_t)added < sizeof walk->path - before ? (size_t)added : sizeof walk->path - before - 1;
    if (pl_json_count(value) == 0)
        add_line(walk, name, value);
    else if (pl_json_is_object(value))
        (void)pl_json_each(value, show_member, walk);
    else
        for (size_t i = 0; i < pl_json_count(value); i++) {
            char index[24];

            (void)snprintf(index, sizeof index, "[%zu]", i);
            show_at(walk, index, NULL, pl_json_at(value, i));
        }
    walk->path[walk->size = before] = '\0';
}

static pl_err show_member(void *context, const char *name, const pl_json *value)
{
    walk_t *walk = context;
    char step[PATH_SIZE];

    (void)snprintf(step, sizeof step, "%s%s", walk->size ? "." : "", name);
    show_at(walk, step, name, value);
    return PL_OK;
}

/* ---- for programs ---- */

static pl_err put_member(void *context, const char *name, const pl_json *value);

static void put_inner(pl_json_writer *json, const char *name, const pl_json *value)
{
    bool is_object = pl_json_is_object(value);

    if (json->depth + 1 >= PL_JSON_DEPTH_MAX) {
        pl_json_put_text(json, name, "(nested too deep to be shown)");
        return;
    }
    pl_json_open(json, name, is_object ? '{' : '[');
    if (is_object)
        (void)pl_json_each(value, put_member, json);
    for (size_t i = 0; !is_object && i < pl_json_count(value); i++)
        (void)put_member(json, NULL, pl_json_at(value, i));
    pl_json_close(json);
}

static void put_value(pl_json_writer *json, const char *name, const pl_json *value)
{
    int64_t number;

    if (pl_json_int(value, &number))
        pl_json_put_int(json, name, number);
    else if (pl_json_text(value))
        clean_put(json, name, pl_json_text(value));
    else if (pl_json_is_object(value) || pl_json_is_array(value))
        put_inner(json, name, value);
    else if (pl_json_is_true(value) || pl_json_is_false(value))
        pl_json_put_bool(json, name, pl_json_is_true(value));
    else
        pl_json_put_raw(json, name, pl_span_text("null"));
}

/* A name of other than printable characters is shown with escapes of ours: no member that means anything has one. */
static pl_err put_member(void *context, const char *name, const pl_json *value)
{
    pl_json_writer *json = context;
    pl_buf clean;

    pl_buf_init(&clean);
    clean_for_people(pl_span_text(name), &clean);
    put_value(json, name ? (clean.data ? clean.data : "") : NULL, value);
    pl_buf_reset(&clean);
    return PL_OK;
}

static pl_err put_time(void *context, const char *name, const pl_json *value)
{
    walk_t *walk = context;
    pl_json_writer *json = sheet_json(walk->sheet);
    char exact[PL_TIMESTAMP_SIZE], relative[MOMENT_SIZE];
    int64_t seconds;

    if (!read_time(name, value, &seconds))
        return PL_OK;
    pl_timestamp_format(seconds, exact);
    moment_text(seconds, walk->now, relative);
    pl_json_open(json, name, '{');
    pl_json_put_text(json, "at", exact);
    pl_json_put_text(json, "relative", relative);
    pl_json_close(json);
    return PL_OK;
}

void claim_lines_show(sheet_t *sheet, const pl_json *claims, int64_t now)
{
    walk_t walk = {sheet, now, "", 0};
    pl_json_writer *json;

    if (!sheet->is_json) {
        sheet_line(sheet, "claims");
        (void)pl_json_each(claims, show_member, &walk);
        return;
    }
    json = sheet_json(sheet);
    pl_json_open(json, "claims", '{');
    (void)pl_json_each(claims, put_member, json);
    pl_json_close(json);
    pl_json_open(json, "times", '{');
    (void)pl_json_each(claims, put_time, &walk);
    pl_json_close(json);
}
