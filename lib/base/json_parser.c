/* SPDX-License-Identifier: Apache-2.0
 *
 * The JSON parser (RFC 8259, I-JSON's strictness), without recursion. The text is copied once; its strings are unescaped and
 * terminated in that copy. It is our own because it stands on the path of every check: five times as fast as a general library, and
 * its memory is the arena's, wiped with it. The fuzz target json holds it against jansson.
 */
#include "base/json.h"

#include <string.h>

#include "base/json_tree.h"
#include "base/text.h"

/* The copy ends with a NUL, which no rule takes; so nothing here compares with an end. */
typedef struct {
    pl_arena *arena;
    const char *start;
    char *at;
    int depth;
    pl_json *open[PL_JSON_DEPTH_MAX]; /* the arrays and objects not yet closed */
    pl_json *last[PL_JSON_DEPTH_MAX]; /* the last element of each */
} parser;

static pl_err fail(const parser *p, const char *what)
{
    return pl_fail(PL_ERR_MALFORMED, "JSON, byte %zu: %s", (size_t)(p->at - p->start) + 1, what);
}

static void skip_space(parser *p)
{
    while (*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t')
        p->at++;
}

/* ---- texts ---- */

static bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

static char *put_point(char *to, uint32_t point)
{
    if (point < 0x80) {
        *to++ = (char)point;
        return to;
    }
    if (point < 0x800) {
        *to++ = (char)(0xC0 | point >> 6);
    } else if (point < 0x10000) {
        *to++ = (char)(0xE0 | point >> 12);
        *to++ = (char)(0x80 | (point >> 6 & 0x3F));
    } else {
        *to++ = (char)(0xF0 | point >> 18);
        *to++ = (char)(0x80 | (point >> 12 & 0x3F));
        *to++ = (char)(0x80 | (point >> 6 & 0x3F));
    }
    *to++ = (char)(0x80 | (point & 0x3F));
    return to;
}

/* "\uXXXX" */
static bool take_unit(parser *p, uint32_t *unit)
{
    if (p->at[0] != '\\' || p->at[1] != 'u')
        return false;
    *unit = 0;
    p->at += 2;
    for (int i = 0; i < 4; i++, p->at++) {
        char c = *p->at;

        if (c >= '0' && c <= '9')
            *unit = *unit << 4 | (uint32_t)(c - '0');
        else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
            *unit = *unit << 4 | (uint32_t)((c | 0x20) - 'a' + 10);
        else
            return false;
    }
    return true;
}

/* U+0000 and lone surrogates are no text. */
static bool take_unicode(parser *p, char **to)
{
    uint32_t point, low;

    if (!take_unit(p, &point) || point == 0 || (point >= 0xDC00 && point < 0xE000))
        return false;
    if (point >= 0xD800 && point < 0xDC00) {
        if (!take_unit(p, &low) || low < 0xDC00 || low >= 0xE000)
            return false;
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    }
    *to = put_point(*to, point);
    return true;
}

static bool take_escape(parser *p, char **to)
{
    static const char names[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    const char *name = p->at[1] ? strchr(names, p->at[1]) : NULL;

    if (!name)
        return take_unicode(p, to);
    *(*to)++ = values[name - names];
    p->at += 2;
    return true;
}

/* One character that is not plain. */
static bool take_special(parser *p, char **to)
{
    size_t size;

    if (*p->at == '\\')
        return take_escape(p, to);
    size = (unsigned char)*p->at >= 0x80 ? pl_utf8_sequence(p->at) : 0;
    memmove(*to, p->at, size);
    *to += size;
    p->at += size;
    return size != 0;
}

static pl_err parse_text(parser *p, pl_span *text)
{
    char *to;

    if (*p->at != '"')
        return fail(p, "a text is expected");
    text->data = to = ++p->at;
    while (*p->at != '"') {
        if (is_plain(*p->at))
            *to++ = *p->at++;
        else if (!take_special(p, &to))
            return fail(p, "a text with a wrong character, or without end");
    }
    text->size = (size_t)(to - text->data);
    p->at++;
    *to = '\0';
    return PL_OK;
}

/* ---- numbers ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool skip_digits(parser *p)
{
    bool any = is_digit(*p->at);

    while (is_digit(*p->at))
        p->at++;
    return any;
}

static bool skip_integer(parser *p)
{
    p->at += *p->at == '-';
    return !(p->at[0] == '0' && is_digit(p->at[1])) && skip_digits(p);
}

static bool skip_fraction(parser *p)
{
    if (*p->at != '.')
        return true;
    p->at++;
    return skip_digits(p);
}

static bool skip_exponent(parser *p)
{
    if (*p->at != 'e' && *p->at != 'E')
        return true;
    p->at++;
    p->at += *p->at == '+' || *p->at == '-';
    return skip_digits(p);
}

/* Counted downwards, so that the least number fits as well. */
static bool convert(const char *from, const char *end, int64_t *number)
{
    bool is_negative = *from == '-';
    int64_t value = 0;

    for (from += is_negative; from < end; from++) {
        int digit = *from - '0';

        if (value < (INT64_MIN + digit) / 10)
            return false;
        value = value * 10 - digit;
    }
    if (!is_negative && value == INT64_MIN)
        return false;
    *number = is_negative ? value : -value;
    return true;
}

/* Nobody counts with reals: their text is kept, for what is written down again as it came. */
static pl_err parse_number(parser *p, pl_json *value)
{
    const char *start = p->at, *end;

    if (!skip_integer(p))
        return fail(p, "a wrong number");
    end = p->at;
    if (!skip_fraction(p) || !skip_exponent(p))
        return fail(p, "a number without digits");
    value->kind = p->at == end ? PL_JSON_INTEGER : PL_JSON_REAL;
    if (value->kind == PL_JSON_INTEGER && !convert(start, end, &value->is.number))
        return fail(p, "a number beyond 64 bits");
    if (value->kind == PL_JSON_REAL) {
        value->size = (size_t)(p->at - start);
        value->is.text = pl_arena_text(p->arena, pl_span_of(start, value->size));
        return value->is.text ? PL_OK : PL_ERR_MEMORY;
    }
    return PL_OK;
}

/* ---- values ---- */

static pl_err parse_word(parser *p, pl_json *value)
{
    static const struct {
        const char *word;
        pl_json_kind kind;
    } words[] = {{"true", PL_JSON_TRUE}, {"false", PL_JSON_FALSE}, {"null", PL_JSON_NULL}};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t size = strlen(words[i].word);

        if (strncmp(p->at, words[i].word, size) != 0)
            continue;
        p->at += size;
        value->kind = words[i].kind;
        return PL_OK;
    }
    return fail(p, "a value is expected");
}

static pl_err open_container(parser *p, pl_json *value)
{
    if (p->depth == PL_JSON_DEPTH_MAX)
        return fail(p, "nested too deeply");
    value->kind = *p->at == '{' ? PL_JSON_OBJECT : PL_JSON_ARRAY;
    p->at++;
    p->last[p->depth] = NULL;
    p->open[p->depth++] = value;
    return PL_OK;
}

static pl_err parse_value(parser *p, pl_json *value)
{
    pl_span text;
    pl_err err;

    if (*p->at == '{' || *p->at == '[')
        return open_container(p, value);
    if (*p->at == '-' || is_digit(*p->at))
        return parse_number(p, value);
    if (*p->at != '"')
        return parse_word(p, value);
    if ((err = parse_text(p, &text)))
        return err;
    value->kind = PL_JSON_TEXT;
    value->is.text = text.data;
    value->size = text.size;
    return PL_OK;
}

static pl_err parse_name(parser *p, const pl_json *object, pl_json *member)
{
    pl_err err;

    if (object->size == PL_JSON_MEMBERS_MAX)
        return fail(p, "an object with too many members");
    if ((err = parse_text(p, &member->name)))
        return err;
    for (const pl_json *other = object->is.first; other; other = other->next)
        if (pl_span_equal(other->name, member->name))
            return fail(p, "a member comes twice");
    skip_space(p);
    if (*p->at != ':')
        return fail(p, "a colon is expected");
    p->at++;
    skip_space(p);
    return PL_OK;
}

static void append(parser *p, pl_json *parent, pl_json *child)
{
    pl_json *last = p->last[p->depth - 1];

    if (last)
        last->next = child;
    else
        parent->is.first = child;
    p->last[p->depth - 1] = child;
    parent->size++;
}

/* The next element of the innermost array or object, or its end. */
static pl_err parse_next(parser *p)
{
    pl_json *parent = p->open[p->depth - 1];
    pl_json *child;
    pl_err err;

    skip_space(p);
    if (*p->at == (parent->kind == PL_JSON_OBJECT ? '}' : ']')) {
        p->at++;
        p->depth--;
        return PL_OK;
    }
    if (parent->size && *p->at != ',')
        return fail(p, "a comma or an end is expected");
    p->at += parent->size != 0;
    skip_space(p);
    child = pl_arena_take(p->arena, sizeof(*child));
    if (!child)
        return pl_fail(PL_ERR_MEMORY, "JSON");
    if (parent->kind == PL_JSON_OBJECT && (err = parse_name(p, parent, child)))
        return err;
    append(p, parent, child);
    return parse_value(p, child);
}

static pl_err parse_object(parser *p, pl_json *root)
{
    pl_err err;

    skip_space(p);
    if (*p->at != '{')
        return fail(p, "an object is expected");
    err = open_container(p, root);
    while (!err && p->depth)
        err = parse_next(p);
    skip_space(p);
    return err;
}

pl_err pl_json_parse(pl_arena *arena, pl_span text, size_t limit, const pl_json **object)
{
    parser p = {.arena = arena};
    pl_json *root;
    pl_err err;

    if (text.size > limit)
        return pl_fail(PL_ERR_TOO_LARGE, "JSON of %zu bytes, %zu are allowed", text.size, limit);
    root = pl_arena_take(arena, sizeof(*root));
    p.start = p.at = pl_arena_text(arena, text);
    if (!root || !p.start)
        return pl_fail(PL_ERR_MEMORY, "JSON of %zu bytes", text.size);
    if ((err = parse_object(&p, root)))
        return err;
    if (p.at != p.start + text.size)
        return fail(&p, "more follows after the end");
    *object = root;
    return PL_OK;
}
