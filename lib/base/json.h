/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict JSON: reading (duplicate members, trailing bytes, NUL, bad UTF-8, integers beyond int64, depth and size beyond the limits
 * are all refused) and writing into a buffer.
 */
#ifndef PL_BASE_JSON_H
#define PL_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

typedef struct pl_json pl_json;

enum { PL_JSON_DEPTH_MAX = 16, PL_JSON_MEMBERS_MAX = 256 /* of one object */ };

/* Parses one JSON object, at most limit bytes. The tree lives in the arena. PL_ERR_MALFORMED, _TOO_LARGE, _MEMORY. */
pl_err pl_json_parse(pl_arena *arena, pl_span text, size_t limit, const pl_json **object);

/*
 * Members by name. pl_json_get returns NULL where absent (JSON null counts as absent: unknown and null members are tolerated). The
 * typed readers fail with PL_ERR_MALFORMED and a detail naming the member when it has another type or breaks the bound; "want"
 * readers require it, "may" readers leave *value untouched where it is absent. Texts are NUL-terminated and live in the tree.
 */
const pl_json *pl_json_get(const pl_json *object, const char *name);
bool pl_json_has(const pl_json *object, const char *name); /* also when it is null */
pl_err pl_json_want_text(const pl_json *object, const char *name, size_t max, const char **value);
pl_err pl_json_may_text(const pl_json *object, const char *name, size_t max, const char **value);
pl_err pl_json_want_int(const pl_json *object, const char *name, int64_t min, int64_t max, int64_t *value);
pl_err pl_json_may_int(const pl_json *object, const char *name, int64_t min, int64_t max, int64_t *value);
pl_err pl_json_may_bool(const pl_json *object, const char *name, bool *value);
pl_err pl_json_may_object(const pl_json *object, const char *name, const pl_json **value);
pl_err pl_json_may_array(const pl_json *object, const char *name, size_t max, const pl_json **value);

size_t pl_json_count(const pl_json *array_or_object);
const pl_json *pl_json_at(const pl_json *array, size_t index);
const char *pl_json_text(const pl_json *value); /* NULL if it is no text */
bool pl_json_is_object(const pl_json *value);
bool pl_json_is_array(const pl_json *value);
bool pl_json_is_true(const pl_json *value);
bool pl_json_is_false(const pl_json *value);             /* not what is absent or of another type */
bool pl_json_int(const pl_json *value, int64_t *number); /* false if it is no integer */
/* Calls visit for each member in order until it fails. */
pl_err pl_json_each(const pl_json *object, pl_err (*visit)(void *context, const char *name, const pl_json *value), void *context);

/*
 * Writing: commas are kept by the writer; a NULL name inside an array. Numbers are integers only. Failures gather in the buffer.
 *   pl_json_open(&w, NULL, '{'); pl_json_put_text(&w, "name", "x"); pl_json_close(&w);
 */
typedef struct {
    pl_buf *out;
    char close[PL_JSON_DEPTH_MAX]; /* the brackets still to be closed */
    int depth;
    bool comma;
} pl_json_writer;

void pl_json_writer_init(pl_json_writer *writer, pl_buf *out);
void pl_json_open(pl_json_writer *writer, const char *name, char bracket);
void pl_json_close(pl_json_writer *writer);
void pl_json_put_text(pl_json_writer *writer, const char *name, const char *value); /* NULL value: writes nothing */
void pl_json_put_span(pl_json_writer *writer, const char *name, pl_span value);
void pl_json_put_int(pl_json_writer *writer, const char *name, int64_t value);
void pl_json_put_bool(pl_json_writer *writer, const char *name, bool value);
void pl_json_put_raw(pl_json_writer *writer, const char *name, pl_span json); /* already encoded */
/* A parsed value as it was, but for spaces and escapes that need not be. */
void pl_json_put_value(pl_json_writer *writer, const char *name, const pl_json *value);

#endif
