/* SPDX-License-Identifier: Apache-2.0
 *
 * Our JSON parser against jansson: both accept or both refuse, and what they accept is the same. They may differ only where we set
 * limits (depth, members, an object outside), where jansson does (the range of reals), and at a NUL, which we always refuse and jansson
 * passes over behind a number. What we accept is also written again.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum { INPUT_MAX = 65536 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    pl_json_writer *writer;
    const json_t *theirs;
} pair;

static void compare(pl_json_writer *writer, const char *name, const pl_json *ours, const json_t *theirs);

static pl_err compare_member(void *context, const char *name, const pl_json *value)
{
    pair *p = context;

    require(json_object_get(p->theirs, name) != NULL);
    compare(p->writer, name, value, json_object_get(p->theirs, name));
    return PL_OK;
}

static void compare_elements(pl_json_writer *writer, const char *name, const pl_json *ours, const json_t *theirs)
{
    pair p = {writer, theirs};

    require(pl_json_count(ours) == (json_is_object(theirs) ? json_object_size(theirs) : json_array_size(theirs)));
    pl_json_open(writer, name, json_is_object(theirs) ? '{' : '[');
    if (json_is_object(theirs))
        require(pl_json_each(ours, compare_member, &p) == PL_OK);
    else
        for (size_t i = 0; i < json_array_size(theirs); i++)
            compare(writer, NULL, pl_json_at(ours, i), json_array_get(theirs, i));
    pl_json_close(writer);
}

/* The writer has neither null nor reals; a text stands for them. */
static void compare(pl_json_writer *writer, const char *name, const pl_json *ours, const json_t *theirs)
{
    int64_t number = 0;

    require((pl_json_text(ours) != NULL) == json_is_string(theirs));
    require(pl_json_int(ours, &number) == json_is_integer(theirs));
    require(pl_json_is_true(ours) == json_is_true(theirs));
    require(pl_json_is_object(ours) == json_is_object(theirs));
    if (json_is_string(theirs)) {
        require(strcmp(pl_json_text(ours), json_string_value(theirs)) == 0);
        pl_json_put_text(writer, name, pl_json_text(ours));
    } else if (json_is_integer(theirs)) {
        require(number == json_integer_value(theirs));
        pl_json_put_int(writer, name, number);
    } else if (json_is_boolean(theirs)) {
        pl_json_put_bool(writer, name, pl_json_is_true(ours));
    } else if (json_is_object(theirs) || json_is_array(theirs)) {
        compare_elements(writer, name, ours, theirs);
    } else {
        pl_json_put_text(writer, name, "null or real");
    }
}

static void compare_trees(const pl_json *ours, const json_t *theirs)
{
    pl_json_writer writer;
    const pl_json *again;
    pl_arena arena;
    pl_buf text;

    pl_buf_init(&text);
    pl_arena_init(&arena);
    pl_json_writer_init(&writer, &text);
    compare(&writer, NULL, ours, theirs);
    require(text.err == PL_OK);
    require(pl_json_parse(&arena, pl_buf_span(&text), 8 * INPUT_MAX, &again) == PL_OK);
    require(pl_json_count(again) == pl_json_count(ours));
    pl_arena_reset(&arena);
    pl_buf_reset(&text);
}

/* Beyond our limits, in depth or members; the first difference is enough. */
static bool is_beyond(const json_t *tree, int depth)
{
    const json_t *value;
    size_t index;
    void *at;

    if (!json_is_object(tree) && !json_is_array(tree))
        return false;
    if (depth == PL_JSON_DEPTH_MAX || json_object_size(tree) > PL_JSON_MEMBERS_MAX)
        return true;
    json_array_foreach(tree, index, value) if (is_beyond(value, depth + 1)) return true;
    for (at = json_object_iter((json_t *)(uintptr_t)tree); at; at = json_object_iter_next((json_t *)(uintptr_t)tree, at))
        if (is_beyond(json_object_iter_value(at), depth + 1))
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const pl_json *ours = NULL;
    json_error_t error;
    pl_arena arena;
    json_t *theirs;

    if (size > INPUT_MAX)
        return 0;
    theirs = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, &error);
    pl_arena_init(&arena);
    if (pl_json_parse(&arena, pl_span_of(data, size), INPUT_MAX, &ours))
        require(!json_is_object(theirs) || is_beyond(theirs, 0) || memchr(data, 0, size));
    else if (theirs)
        compare_trees(ours, theirs);
    else
        require(json_error_code(&error) == json_error_numeric_overflow);
    pl_arena_reset(&arena);
    json_decref(theirs);
    return 0;
}
