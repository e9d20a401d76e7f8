/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading requests strictly, and noting every fault.
 */
#include "api/form.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/timestamp.h"
#include "licensing/admin.h"
#include "store/customers.h"

enum { FAULT_MAX = 200, FAULTS_TOLD = 32 };

/* ---- faults ---- */

static void note(form_t *form, const char *member, const char *detail)
{
    fault_t *fault;
    faults_t *faults = form->request->faults;

    if (!form->first)
        form->first = pl_arena_format(form->request->arena, "%s: %s", member, detail);
    if (++form->faults > FAULTS_TOLD)
        return;
    fault = pl_arena_take(form->request->arena, sizeof *fault);
    if (!fault) {
        form->err = PL_ERR_MEMORY;
        return;
    }
    *fault = (fault_t){NULL, member, detail};
    if (faults->last)
        faults->last->next = fault;
    else
        faults->first = fault;
    faults->last = fault;
}

void form_fault(form_t *form, const char *name, const char *format, ...)
{
    char text[FAULT_MAX];
    va_list arguments;
    const char *member;
    const char *detail;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    member = pl_arena_text(form->request->arena, pl_span_text(name));
    detail = pl_arena_text(form->request->arena, pl_span_text(text));
    if (member && detail)
        note(form, member, detail);
    else
        form->err = PL_ERR_MEMORY;
}

/* ---- opening and closing ---- */

void form_open(form_t *form, const request_t *request)
{
    static const char nothing[] = "{}";
    pl_span body = request->body.size ? request->body : pl_span_text(nothing);

    *form = (form_t){.request = request};
    form->err = pl_json_parse(request->arena, body, request->route->body_max, &form->object);
}

void form_open_query(form_t *form, const request_t *request)
{
    *form = (form_t){.request = request};
}

static pl_err refuse_unasked(void *context, const char *name, const pl_json *value)
{
    form_t *form = context;

    (void)value;
    for (size_t i = 0; i < form->asked_count; i++)
        if (strcmp(form->asked[i], name) == 0)
            return PL_OK;
    form_fault(form, name, "this member is not known here; see /openapi.json for those that are");
    return PL_OK;
}

/* One that is asked for may stand there once: of two values only one would count. */
static void see_parameter(void *context, const char *name)
{
    form_t *form = context;

    for (size_t i = 0; i < form->asked_count; i++) {
        if (strcmp(form->asked[i], name) != 0)
            continue;
        if (form->seen[i])
            form_fault(form, name, "this parameter is given twice");
        form->seen[i] = true;
        return;
    }
    if (*name) /* an "&" too many */
        form_fault(form, name, "this parameter is not known here; see /openapi.json for those that are");
}

pl_err form_close(form_t *form)
{
    const request_t *request = form->request;

    if (!form->err && !form->object && !form->is_lenient && request->each_query)
        request->each_query(request, see_parameter, form);
    if (!form->err && form->object && !form->is_lenient)
        (void)pl_json_each(form->object, refuse_unasked, form);
    if (form->err)
        return form->err;
    if (form->faults > 1)
        return pl_fail(PL_ERR_INVALID, "%s (and %zu more)", form->first ? form->first : "", form->faults - 1);
    return form->faults ? pl_fail(PL_ERR_INVALID, "%s", form->first ? form->first : "") : PL_OK;
}

/* ---- finding ---- */

static void ask(form_t *form, const char *name)
{
    if (form->asked_count < FORM_MEMBERS_MAX)
        form->asked[form->asked_count++] = name;
    else
        form->err = pl_fail(PL_ERR_INTERNAL, "a form asks for more than %d members", (int)FORM_MEMBERS_MAX);
}

bool form_has(const form_t *form, const char *name)
{
    return form->object ? pl_json_has(form->object, name) : form->request->query(form->request, name) != NULL;
}

static void miss(form_t *form, const char *name, form_need need)
{
    if (need == FORM_REQUIRED && !form->err)
        form_fault(form, name, "this member is required");
}

/* NULL where it is absent or no text, which is noted. */
static const char *find_text(form_t *form, const char *name, form_need need)
{
    const pl_json *value;

    ask(form, name);
    if (form->err)
        return NULL;
    if (!form->object) {
        const char *found = form->request->query(form->request, name);

        if (!found)
            miss(form, name, need);
        return found;
    }
    value = pl_json_get(form->object, name);
    if (!value)
        miss(form, name, need);
    else if (!pl_json_text(value))
        form_fault(form, name, "must be a text");
    return pl_json_text(value);
}

/* The element or member at hand; NULL where absent. */
static const pl_json *find_value(form_t *form, const char *name, form_need need)
{
    const pl_json *value;

    ask(form, name);
    if (form->err)
        return NULL;
    value = pl_json_get(form->object, name);
    if (!value)
        miss(form, name, need);
    return value;
}

/* ---- texts ---- */

static bool is_fit(form_t *form, const char *name, const char *text, size_t max)
{
    if (!text[0] || strlen(text) > max)
        form_fault(form, name, "must have 1 to %zu bytes", max);
    else if (!pl_text_is_clean(text))
        form_fault(form, name, "must be UTF-8 without control characters");
    else
        return true;
    return false;
}

void form_text(form_t *form, const char *name, form_need need, size_t max, const char **value)
{
    const char *text = find_text(form, name, need);

    if (text && is_fit(form, name, text, max))
        *value = text;
}

void form_email(form_t *form, const char *name, form_need need, const char **value)
{
    const char *text = find_text(form, name, need);

    if (!text)
        return;
    if (customers_email_is_valid(text))
        *value = text;
    else
        form_fault(form, name, "must be an e-mail address, name@domain, of at most %d bytes", (int)CUSTOMER_EMAIL_MAX);
}

void form_slug(form_t *form, const char *name, form_need need, const char **value)
{
    const char *text = find_text(form, name, need);

    if (!text)
        return;
    if (admin_slug_is_valid(text))
        *value = text;
    else
        form_fault(form, name, "must be 1 to 64 of a-z, 0-9 and -, first and last no -");
}

void form_time(form_t *form, const char *name, form_need need, int64_t *value_ms)
{
    const char *text = find_text(form, name, need);
    int64_t seconds;

    if (!text)
        return;
    if (pl_timestamp_parse(pl_span_text(text), &seconds))
        form_fault(form, name, "must be a time as RFC 3339 has it, such as 2027-01-31T12:00:00Z");
    else
        *value_ms = seconds * 1000;
}

void form_uuid(form_t *form, const char *name, form_need need, pl_uuid *value)
{
    const char *text = find_text(form, name, need);

    if (text && pl_uuid_parse(pl_span_text(text), value))
        form_fault(form, name, "must be an id, a UUID");
}

void form_word(form_t *form, const char *name, form_need need, const char *const *words, size_t *index)
{
    const char *text = find_text(form, name, need);
    char known[FAULT_MAX] = "";
    size_t used = 0;

    if (!text)
        return;
    for (size_t i = 0; words[i]; i++) {
        if (strcmp(words[i], text) == 0) {
            *index = i;
            return;
        }
        if (used < sizeof known)
            used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", words[i]);
    }
    form_fault(form, name, "must be one of %s", known);
}

void form_texts(form_t *form, const char *name, size_t count_max, size_t max, form_list *list)
{
    const pl_json *array = find_value(form, name, FORM_OPTIONAL);
    size_t size = pl_json_count(array);
    size_t faults = form->faults;
    const char **texts;
    char place[FAULT_MAX];

    if (!array)
        return;
    if (!pl_json_is_array(array) || size > count_max) {
        form_fault(form, name, "must be an array of at most %zu texts", count_max);
        return;
    }
    texts = pl_arena_take(form->request->arena, (size + 1) * sizeof *texts);
    if (!texts) {
        form->err = PL_ERR_MEMORY;
        return;
    }
    for (size_t i = 0; i < size; i++) {
        const char *text = pl_json_text(pl_json_at(array, i));

        (void)snprintf(place, sizeof place, "%s/%zu", name, i);
        if (!text)
            form_fault(form, place, "must be a text");
        else if (is_fit(form, place, text, max))
            texts[i] = text;
    }
    if (form->faults == faults) /* else there are holes in it */
        *list = (form_list){texts, size};
}

/* ---- numbers, yes and no, objects ---- */

/* A query has texts only. */
static bool read_number(const form_t *form, const char *name, const pl_json *value, int64_t *number)
{
    const char *text;
    char *end;

    if (form->object)
        return pl_json_int(value, number);
    text = form->request->query(form->request, name);
    *number = strtoll(text, &end, 10);
    return text[0] && !*end;
}

void form_int(form_t *form, const char *name, form_need need, form_range range, int64_t *value)
{
    const pl_json *found = form->object ? pl_json_get(form->object, name) : NULL;
    int64_t number;

    ask(form, name);
    if (form->err)
        return;
    if (!found && (form->object || !form_has(form, name)))
        miss(form, name, need);
    else if (!read_number(form, name, found, &number) || number < range.min || number > range.max)
        form_fault(form, name, "must be a whole number from %" PRId64 " to %" PRId64, range.min, range.max);
    else
        *value = number;
}

void form_bool(form_t *form, const char *name, bool *value)
{
    const pl_json *found = find_value(form, name, FORM_OPTIONAL);

    if (!found)
        return;
    if (pl_json_is_true(found) || pl_json_is_false(found))
        *value = pl_json_is_true(found);
    else
        form_fault(form, name, "must be true or false");
}

void form_object(form_t *form, const char *name, size_t max, const char **json)
{
    const pl_json *found = find_value(form, name, FORM_OPTIONAL);
    pl_json_writer writer;
    pl_buf text;

    if (!found)
        return;
    if (!pl_json_is_object(found)) {
        form_fault(form, name, "must be an object");
        return;
    }
    pl_buf_init(&text);
    pl_json_writer_init(&writer, &text);
    pl_json_put_value(&writer, NULL, found);
    if (text.err)
        form->err = text.err;
    else if (text.size > max)
        form_fault(form, name, "must have at most %zu bytes", max);
    else if (!(*json = pl_arena_text(form->request->arena, pl_buf_span(&text))))
        form->err = PL_ERR_MEMORY;
    pl_buf_reset(&text);
}
