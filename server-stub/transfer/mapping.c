/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a mapping. Applying it to a row is in mapping_apply.c.
 */
#include "transfer/mapping.h"

#include <string.h>

static const char *const field_names[FIELD_COUNT] = {
    [FIELD_EMAIL] = "email",
    [FIELD_NAME] = "name",
    [FIELD_KEY] = "key",
    [FIELD_PRODUCT] = "product",
    [FIELD_STATUS] = "status",
    [FIELD_REASON] = "reason",
    [FIELD_SEATS] = "seats",
    [FIELD_STARTS_AT] = "starts_at",
    [FIELD_EXPIRES_AT] = "expires_at",
    [FIELD_RENEWS] = "renews",
    [FIELD_PLAN] = "plan",
    [FIELD_ENTITLEMENTS] = "entitlements",
    [FIELD_INSTANCE] = "instance",
    [FIELD_KIND] = "kind",
    [FIELD_DURATION_DAYS] = "duration_days",
    [FIELD_METADATA] = "metadata",
    [FIELD_POLICY] = "policy",
    [FIELD_SUSPEND_AT] = "suspend_at",
    [FIELD_CANCEL_AT] = "cancel_at",
    [FIELD_STATUS_REASON] = "status_reason",
    [FIELD_CUSTOMER_METADATA] = "customer_metadata",
};

/* A choice among words: how many, and what is set. */
typedef struct {
    const char *word;
    int value;
} choice_t;

static const choice_t kinds[] = {
    {"customers", IMPORT_CUSTOMERS}, {"licenses", IMPORT_LICENSES}, {"activations", IMPORT_ACTIVATIONS}, {NULL, 0}};
static const choice_t separators[] = {{"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}, {NULL, 0}};
static const choice_t times[] = {
    {"rfc3339", TIMES_RFC3339}, {"sql", TIMES_SQL}, {"unix", TIMES_UNIX}, {"unix_ms", TIMES_UNIX_MS}, {NULL, 0}};

const char *field_text(field_name field)
{
    return field_names[field];
}

static pl_err choose(const choice_t *choices, const char *name, const char *value, int *chosen)
{
    for (; choices->word; choices++)
        if (strcmp(choices->word, value) == 0) {
            *chosen = choices->value;
            return PL_OK;
        }
    return pl_fail(PL_ERR_INVALID, "%s cannot be \"%s\"", name, value);
}

static pl_err set_choice(mapping_t *mapping, const char *name, const char *value, bool *is_known)
{
    int chosen = 0;
    pl_err err = PL_OK;

    *is_known = true;
    if (strcmp(name, "rows") == 0) {
        err = choose(kinds, name, value, &chosen);
        mapping->kind = (import_kind)chosen;
    } else if (strcmp(name, "separator") == 0) {
        err = choose(separators, name, value, &chosen);
        mapping->separator = (char)chosen;
    } else if (strcmp(name, "times") == 0) {
        err = choose(times, name, value, &chosen);
        mapping->times = (times_form)chosen;
    } else if (strcmp(name, "nothing") == 0) {
        mapping->nothing = value;
    } else {
        *is_known = false;
    }
    return err;
}

static field_name find_field(const char *name, size_t size)
{
    size_t i = 0;

    while (i < FIELD_COUNT && (strlen(field_names[i]) != size || memcmp(field_names[i], name, size) != 0))
        i++;
    return (field_name)i;
}

/* "column NAME" or "constant TEXT". */
static pl_err set_source(mapping_t *mapping, field_name field, const char *value)
{
    static const char column[] = "column ", constant[] = "constant ";

    if (mapping->columns[field] || mapping->constants[field])
        return pl_fail(PL_ERR_INVALID, "%s is there twice", field_names[field]);
    if (strncmp(value, column, sizeof column - 1) == 0)
        mapping->columns[field] = value + sizeof column - 1;
    else if (strncmp(value, constant, sizeof constant - 1) == 0)
        mapping->constants[field] = value + sizeof constant - 1;
    else
        return pl_fail(PL_ERR_INVALID, "%s is \"column NAME\" or \"constant TEXT\"", field_names[field]);
    return PL_OK;
}

static pl_err add_word(mapping_t *mapping, field_name field, const char *theirs, const char *ours)
{
    if (mapping->word_count == MAPPING_WORDS_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "a mapping has at most %d words", (int)MAPPING_WORDS_MAX);
    for (size_t i = 0; i < mapping->word_count; i++)
        if (mapping->words[i].field == field && strcmp(mapping->words[i].theirs, theirs) == 0)
            return pl_fail(PL_ERR_INVALID, "%s.%s is there twice", field_names[field], theirs);
    mapping->words[mapping->word_count++] = (word_t){field, theirs, ours};
    return PL_OK;
}

static pl_err set(mapping_t *mapping, const char *name, const char *value)
{
    const char *dot = strchr(name, '.');
    field_name field = find_field(name, dot ? (size_t)(dot - name) : strlen(name));
    bool is_known;
    pl_err err;

    if ((err = set_choice(mapping, name, value, &is_known)) || is_known)
        return err;
    if (field == FIELD_COUNT)
        return pl_fail(PL_ERR_INVALID, "there is no field \"%s\"", name);
    return dot ? add_word(mapping, field, dot + 1, value) : set_source(mapping, field, value);
}

static pl_span trim(pl_span text)
{
    while (text.size > 0 && strchr(" \t\r", text.data[0]))
        text = pl_span_of(text.data + 1, text.size - 1);
    while (text.size > 0 && strchr(" \t\r", text.data[text.size - 1]))
        text.size--;
    return text;
}

static pl_err read_line(pl_arena *arena, pl_span line, mapping_t *mapping)
{
    const char *equals;
    pl_span name, value;
    const char *name_text, *value_text;

    line = trim(line);
    if (line.size == 0 || line.data[0] == '#')
        return PL_OK;
    if (!(equals = memchr(line.data, '=', line.size)))
        return pl_fail(PL_ERR_INVALID, "a line is NAME = VALUE");
    name = trim(pl_span_of(line.data, (size_t)(equals - line.data)));
    value = trim(pl_span_of(equals + 1, (size_t)(line.data + line.size - equals - 1)));
    name_text = pl_arena_text(arena, name);
    value_text = pl_arena_text(arena, value);
    if (!name_text || !value_text)
        return PL_ERR_MEMORY;
    if (strlen(name_text) != name.size || strlen(value_text) != value.size || !value.size)
        return pl_fail(PL_ERR_INVALID, "a value is missing");
    return set(mapping, name_text, value_text);
}

static bool is_given(const mapping_t *mapping, field_name field)
{
    return mapping->columns[field] || mapping->constants[field];
}

static pl_err check_fields(const mapping_t *mapping)
{
    if (mapping->kind == IMPORT_CUSTOMERS && !is_given(mapping, FIELD_EMAIL))
        return pl_fail(PL_ERR_INVALID, "the mapping does not say what email is");
    if (mapping->kind == IMPORT_CUSTOMERS)
        return PL_OK;
    if (!is_given(mapping, FIELD_KEY) || !is_given(mapping, FIELD_PRODUCT))
        return pl_fail(PL_ERR_INVALID, "the mapping does not say what key and product are");
    if (mapping->kind == IMPORT_ACTIVATIONS && !is_given(mapping, FIELD_INSTANCE))
        return pl_fail(PL_ERR_INVALID, "the mapping does not say what instance is");
    return PL_OK;
}

/* The line's number in front of what was wrong with it. */
static pl_err fail_at(pl_arena *arena, pl_err err, int line)
{
    const char *detail = pl_arena_text(arena, pl_span_text(pl_err_detail()));

    return err == PL_ERR_MEMORY || !detail ? PL_ERR_MEMORY : pl_fail(err, "mapping, line %d: %s", line, detail);
}

pl_err mapping_read(pl_arena *arena, pl_span text, mapping_t *mapping)
{
    pl_err err = PL_OK;

    *mapping = (mapping_t){.kind = IMPORT_LICENSES, .separator = ','};
    if (!(mapping->words = pl_arena_take(arena, MAPPING_WORDS_MAX * sizeof(*mapping->words))))
        return PL_ERR_MEMORY;
    for (int line = 1; text.size > 0; line++) {
        const char *end = memchr(text.data, '\n', text.size);
        size_t size = end ? (size_t)(end - text.data) : text.size;

        if ((err = read_line(arena, pl_span_of(text.data, size), mapping)))
            return fail_at(arena, err, line);
        text = pl_span_of(text.data + size + (end ? 1 : 0), text.size - size - (end ? 1 : 0));
    }
    return check_fields(mapping);
}

pl_err mapping_check(const mapping_t *mapping, const rows_t *rows)
{
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (mapping->columns[i] && !rows_may_have(rows, mapping->columns[i]))
            return pl_fail(PL_ERR_INVALID, "the file has no column \"%s\", which the mapping takes for %s", mapping->columns[i],
                           field_names[i]);
    return PL_OK;
}
