/* SPDX-License-Identifier: Apache-2.0
 *
 * Parsing the words of a command line by its table.
 */
#include "command_line/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "command_line/nearest.h"

typedef struct {
    const option_t *options;
    size_t count;
    void *values;
    bool seen[OPTIONS_MAX];
} parser_t;

static const char *option_word(const void *context, size_t index)
{
    const option_t *options = context;

    return options[index].kind == OPTION_OPERAND ? "" : options[index].name;
}

static pl_err fail_unknown(const parser_t *parser, const char *name)
{
    const char *near = nearest_word(name, option_word, parser->options, parser->count);

    if (near && near[0])
        return pl_fail(PL_ERR_INVALID, "there is no option --%s; did you mean --%s?", name, near);
    return pl_fail(PL_ERR_INVALID, "there is no option --%s; --help lists the options", name);
}

static void *value_place(const parser_t *parser, const option_t *option)
{
    return (char *)parser->values + option->offset;
}

static pl_err set_number(const option_t *option, const char *text, int64_t *value)
{
    char *end;
    long long number;

    errno = 0;
    number = strtoll(text, &end, 10);
    if (errno || end == text || *end || number < option->min || number > option->max)
        return pl_fail(PL_ERR_INVALID, "--%s is \"%s\"; a number from %lld to %lld is needed", option->name, text,
                       (long long)option->min, (long long)option->max);
    *value = number;
    return PL_OK;
}

static pl_err set_time(const option_t *option, const char *text, int64_t *value)
{
    if (pl_timestamp_parse(pl_span_text(text), value) || *value <= 0)
        return pl_fail(PL_ERR_INVALID, "--%s is \"%s\"; a time like 2027-01-31T00:00:00Z or a date is needed", option->name,
                       text);
    return PL_OK;
}

static pl_err add_to_list(const option_t *option, const char *text, option_list_t *list)
{
    if (!text[0])
        return pl_fail(PL_ERR_INVALID, "--%s has an empty value", option->name);
    if (list->count == OPTION_LIST_MAX)
        return pl_fail(PL_ERR_INVALID, "--%s is given more than %d times", option->name, (int)OPTION_LIST_MAX);
    list->items[list->count++] = text;
    return PL_OK;
}

static pl_err set_value(parser_t *parser, const option_t *option, const char *text)
{
    void *place = value_place(parser, option);

    if (parser->seen[option - parser->options] && option->kind != OPTION_LIST)
        return pl_fail(PL_ERR_INVALID, "--%s is given twice", option->name);
    parser->seen[option - parser->options] = true;
    switch (option->kind) {
    case OPTION_OPERAND:
        if (!text[0])
            return pl_fail(PL_ERR_INVALID, "%s is empty", option->value);
        *(const char **)place = text;
        return PL_OK;
    case OPTION_TEXT:
        if (!text[0])
            return pl_fail(PL_ERR_INVALID, "--%s has an empty value", option->name);
        *(const char **)place = text;
        return PL_OK;
    case OPTION_FLAG:
        *(bool *)place = true;
        return PL_OK;
    case OPTION_NUMBER:
        return set_number(option, text, place);
    case OPTION_TIME:
        return set_time(option, text, place);
    case OPTION_LIST:
        return add_to_list(option, text, place);
    }
    return PL_ERR_INTERNAL;
}

static const option_t *find_option(const parser_t *parser, const char *name, size_t size)
{
    for (size_t i = 0; i < parser->count; i++) {
        const option_t *option = &parser->options[i];

        if (option->kind != OPTION_OPERAND && strlen(option->name) == size && memcmp(option->name, name, size) == 0)
            return option;
    }
    return NULL;
}

/* "--name=value", "--name value" or "--name". *used: how many words that were. */
static pl_err read_option(parser_t *parser, char *const *words, size_t *used)
{
    const char *name = words[0] + 2;
    const char *equals = strchr(name, '=');
    const option_t *option = find_option(parser, name, equals ? (size_t)(equals - name) : strlen(name));

    *used = 1;
    if (!option)
        return fail_unknown(parser, name);
    if (option->kind == OPTION_FLAG) {
        if (equals)
            return pl_fail(PL_ERR_INVALID, "--%s takes no value", option->name);
        return set_value(parser, option, "");
    }
    if (equals)
        return set_value(parser, option, equals + 1);
    if (!words[1] || strncmp(words[1], "--", 2) == 0)
        return pl_fail(PL_ERR_INVALID, "--%s needs a value: --%s %s", option->name, option->name, option->value);
    *used = 2;
    return set_value(parser, option, words[1]);
}

static pl_err read_operand(parser_t *parser, const char *word)
{
    for (size_t i = 0; i < parser->count; i++)
        if (parser->options[i].kind == OPTION_OPERAND && !parser->seen[i])
            return set_value(parser, &parser->options[i], word);
    return pl_fail(PL_ERR_INVALID, "\"%s\" is one word too many; --help shows how the command is written", word);
}

static pl_err check_required(const parser_t *parser)
{
    for (size_t i = 0; i < parser->count; i++) {
        const option_t *option = &parser->options[i];

        if (!option->is_required || parser->seen[i])
            continue;
        if (option->kind == OPTION_OPERAND)
            return pl_fail(PL_ERR_INVALID, "%s is missing", option->value);
        return pl_fail(PL_ERR_INVALID, "--%s %s is missing", option->name, option->value);
    }
    return PL_OK;
}

/* Asking for help must work without what the command needs. */
static bool wants_help(char *const *words)
{
    for (; *words; words++)
        if (strcmp(*words, "--help") == 0)
            return true;
    return false;
}

pl_err options_parse(const option_t *options, size_t count, char *const *words, void *values)
{
    parser_t parser = {options, count, values, {false}};
    bool help = wants_help(words);
    pl_err err;

    while (*words) {
        size_t used = 1;

        if (words[0][0] == '-' && words[0][1] == '-')
            err = read_option(&parser, words, &used);
        else if (words[0][0] == '-' && words[0][1])
            err = pl_fail(PL_ERR_INVALID, "there is no option %s; options are written --like-this", words[0]);
        else
            err = read_operand(&parser, words[0]);
        if (err)
            return err;
        words += used;
    }
    return help ? PL_OK : check_required(&parser);
}

void options_print(const option_t *options, size_t count, FILE *out)
{
    for (size_t i = 0; i < count; i++) {
        const option_t *option = &options[i];
        char left[48];

        if (option->kind == OPTION_OPERAND)
            (void)snprintf(left, sizeof left, "%s", option->value);
        else
            (void)snprintf(left, sizeof left, "--%s%s%s", option->name, option->value ? " " : "",
                           option->value ? option->value : "");
        (void)fprintf(out, "  %-24s %s%s\n", left, option->help, option->is_required ? " (required)" : "");
    }
}
