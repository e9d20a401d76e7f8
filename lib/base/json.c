/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading members of parsed JSON by name and type. Parsing is in json_parser.c, writing in json_writer.c.
 */
#include "base/json.h"

#include <string.h>

#include "base/json_tree.h"

static const pl_json *find_member(const pl_json *object, const char *name)
{
    size_t size = strlen(name);

    if (!object || object->kind != PL_JSON_OBJECT)
        return NULL;
    for (const pl_json *member = object->is.first; member; member = member->next)
        if (member->name.size == size && memcmp(member->name.data, name, size) == 0)
            return member;
    return NULL;
}

const pl_json *pl_json_get(const pl_json *object, const char *name)
{
    const pl_json *member = find_member(object, name);

    return member && member->kind != PL_JSON_NULL ? member : NULL;
}

bool pl_json_has(const pl_json *object, const char *name)
{
    return find_member(object, name) != NULL;
}

static pl_err fail_absent(const char *name)
{
    return pl_fail(PL_ERR_MALFORMED, "member \"%s\" is missing", name);
}

static pl_err fail_type(const char *name, const char *wanted)
{
    return pl_fail(PL_ERR_MALFORMED, "member \"%s\" is not %s", name, wanted);
}

pl_err pl_json_want_text(const pl_json *object, const char *name, size_t max, const char **value)
{
    return pl_json_get(object, name) ? pl_json_may_text(object, name, max, value) : fail_absent(name);
}

pl_err pl_json_may_text(const pl_json *object, const char *name, size_t max, const char **value)
{
    const pl_json *member = pl_json_get(object, name);

    if (!member)
        return PL_OK;
    if (member->kind != PL_JSON_TEXT)
        return fail_type(name, "a text");
    if (member->size > max)
        return pl_fail(PL_ERR_MALFORMED, "member \"%s\" is longer than %zu bytes", name, max);
    *value = member->is.text;
    return PL_OK;
}

pl_err pl_json_want_int(const pl_json *object, const char *name, int64_t min, int64_t max, int64_t *value)
{
    return pl_json_get(object, name) ? pl_json_may_int(object, name, min, max, value) : fail_absent(name);
}

pl_err pl_json_may_int(const pl_json *object, const char *name, int64_t min, int64_t max, int64_t *value)
{
    const pl_json *member = pl_json_get(object, name);
    int64_t number;

    if (!member)
        return PL_OK;
    if (!pl_json_int(member, &number))
        return fail_type(name, "an integer");
    if (number < min || number > max)
        return pl_fail(PL_ERR_MALFORMED, "member \"%s\" is out of range", name);
    *value = number;
    return PL_OK;
}

pl_err pl_json_may_bool(const pl_json *object, const char *name, bool *value)
{
    const pl_json *member = pl_json_get(object, name);

    if (!member)
        return PL_OK;
    if (member->kind != PL_JSON_TRUE && member->kind != PL_JSON_FALSE)
        return fail_type(name, "true or false");
    *value = member->kind == PL_JSON_TRUE;
    return PL_OK;
}

pl_err pl_json_may_object(const pl_json *object, const char *name, const pl_json **value)
{
    const pl_json *member = pl_json_get(object, name);

    if (!member)
        return PL_OK;
    if (member->kind != PL_JSON_OBJECT)
        return fail_type(name, "an object");
    *value = member;
    return PL_OK;
}

pl_err pl_json_may_array(const pl_json *object, const char *name, size_t max, const pl_json **value)
{
    const pl_json *member = pl_json_get(object, name);

    if (!member)
        return PL_OK;
    if (member->kind != PL_JSON_ARRAY)
        return fail_type(name, "an array");
    if (member->size > max)
        return pl_fail(PL_ERR_MALFORMED, "member \"%s\" has more than %zu elements", name, max);
    *value = member;
    return PL_OK;
}

static bool has_elements(const pl_json *value)
{
    return value && (value->kind == PL_JSON_ARRAY || value->kind == PL_JSON_OBJECT);
}

size_t pl_json_count(const pl_json *array_or_object)
{
    return has_elements(array_or_object) ? array_or_object->size : 0;
}

const pl_json *pl_json_at(const pl_json *array, size_t index)
{
    const pl_json *element = has_elements(array) ? array->is.first : NULL;

    while (element && index--)
        element = element->next;
    return element;
}

const char *pl_json_text(const pl_json *value)
{
    return value && value->kind == PL_JSON_TEXT ? value->is.text : NULL;
}

bool pl_json_is_object(const pl_json *value)
{
    return value && value->kind == PL_JSON_OBJECT;
}

bool pl_json_is_array(const pl_json *value)
{
    return value && value->kind == PL_JSON_ARRAY;
}

bool pl_json_is_true(const pl_json *value)
{
    return value && value->kind == PL_JSON_TRUE;
}

bool pl_json_is_false(const pl_json *value)
{
    return value && value->kind == PL_JSON_FALSE;
}

bool pl_json_int(const pl_json *value, int64_t *number)
{
    if (!value || value->kind != PL_JSON_INTEGER)
        return false;
    *number = value->is.number;
    return true;
}

pl_err pl_json_each(const pl_json *object, pl_err (*visit)(void *context, const char *name, const pl_json *value), void *context)
{
    const pl_json *member = has_elements(object) ? object->is.first : NULL;
    pl_err err;

    for (; member; member = member->next)
        if ((err = visit(context, member->name.data, member)))
            return err;
    return PL_OK;
}
