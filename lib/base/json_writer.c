/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing JSON without a tree: straight into a buffer, plain characters in runs. Texts must be UTF-8; bytes pass as they are.
 */
#include "base/json.h"
#include "base/json_tree.h"

#include <string.h>

enum { INT64_DIGITS_MAX = 20 }; /* with the sign */

static bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

static void add_escaped(pl_buf *out, char c)
{
    static const char digits[] = "0123456789abcdef";
    static const char shorts[] = "btn\0fr"; /* from 8 on; 11 has none */
    char code[6] = {'\\', c, '0', '0', '\0', '\0'};
    unsigned value = (unsigned char)c;

    if (value >= 0x20) {
        pl_buf_add(out, code, 2);
    } else if (value >= 8 && value <= 13 && shorts[value - 8]) {
        code[1] = shorts[value - 8];
        pl_buf_add(out, code, 2);
    } else {
        code[1] = 'u';
        code[4] = digits[value >> 4];
        code[5] = digits[value & 15];
        pl_buf_add(out, code, sizeof(code));
    }
}

/* Whether one of eight bytes is below 0x20, a quote or a backslash. */
static bool has_special(uint64_t eight)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t quotes = eight ^ ones * '"', slashes = eight ^ ones * '\\';

    return ((((eight - ones * 0x20) & ~eight) | ((quotes - ones) & ~quotes) | ((slashes - ones) & ~slashes)) & ones << 7) != 0;
}

/* How many characters at the start are plain: tokens of thousands of them pass through here. */
static size_t plain_run(pl_span text)
{
    size_t at = 0;

    for (uint64_t eight; text.size - at >= sizeof(eight); at += sizeof(eight)) {
        memcpy(&eight, text.data + at, sizeof(eight));
        if (has_special(eight))
            break;
    }
    while (at < text.size && is_plain(text.data[at]))
        at++;
    return at;
}

/* What needs no escapes, which is nearly all, in one piece. */
static void add_plain(pl_buf *out, pl_span text)
{
    char *at = pl_buf_grow(out, text.size + 2);

    if (!at)
        return;
    *at++ = '"';
    if (text.size)
        memcpy(at, text.data, text.size);
    at[text.size] = '"';
}

static void add_text(pl_buf *out, pl_span text)
{
    if (plain_run(text) == text.size) {
        add_plain(out, text);
        return;
    }
    pl_buf_add(out, "\"", 1);
    while (text.size) {
        size_t run = plain_run(text);

        pl_buf_add(out, text.data, run);
        if (run < text.size)
            add_escaped(out, text.data[run++]);
        text = pl_span_of(text.data + run, text.size - run);
    }
    pl_buf_add(out, "\"", 1);
}

/* ,"name": in one piece, which all our own names are written in. */
static void add_plain_name(pl_buf *out, bool comma, pl_span name)
{
    char *at = pl_buf_grow(out, name.size + (comma ? 4 : 3));

    if (!at)
        return;
    if (comma)
        *at++ = ',';
    *at++ = '"';
    memcpy(at, name.data, name.size);
    at[name.size] = '"';
    at[name.size + 1] = ':';
}

static void begin(pl_json_writer *writer, const char *name)
{
    pl_span text = pl_span_text(name);
    bool comma = writer->comma;

    writer->comma = true;
    if (name && plain_run(text) == text.size) {
        add_plain_name(writer->out, comma, text);
        return;
    }
    if (comma)
        pl_buf_add(writer->out, ",", 1);
    if (!name)
        return;
    add_text(writer->out, text);
    pl_buf_add(writer->out, ":", 1);
}

void pl_json_writer_init(pl_json_writer *writer, pl_buf *out)
{
    memset(writer, 0, sizeof(*writer));
    writer->out = out;
}

void pl_json_open(pl_json_writer *writer, const char *name, char bracket)
{
    if (writer->depth == PL_JSON_DEPTH_MAX) {
        writer->out->err = pl_fail(PL_ERR_INTERNAL, "JSON nested deeper than %d", (int)PL_JSON_DEPTH_MAX);
        return;
    }
    begin(writer, name);
    pl_buf_add(writer->out, &bracket, 1);
    writer->close[writer->depth++] = bracket == '{' ? '}' : ']';
    writer->comma = false;
}

void pl_json_close(pl_json_writer *writer)
{
    if (writer->depth == 0) {
        writer->out->err = pl_fail(PL_ERR_INTERNAL, "JSON closed too often");
        return;
    }
    pl_buf_add(writer->out, &writer->close[--writer->depth], 1);
    writer->comma = true;
}

void pl_json_put_text(pl_json_writer *writer, const char *name, const char *value)
{
    if (value)
        pl_json_put_span(writer, name, pl_span_text(value));
}

void pl_json_put_span(pl_json_writer *writer, const char *name, pl_span value)
{
    begin(writer, name);
    add_text(writer->out, value);
}

void pl_json_put_int(pl_json_writer *writer, const char *name, int64_t value)
{
    char digits[INT64_DIGITS_MAX];
    size_t at = sizeof(digits);
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    do
        digits[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        digits[--at] = '-';
    begin(writer, name);
    pl_buf_add(writer->out, digits + at, sizeof(digits) - at);
}

void pl_json_put_bool(pl_json_writer *writer, const char *name, bool value)
{
    begin(writer, name);
    pl_buf_add_text(writer->out, value ? "true" : "false");
}

void pl_json_put_raw(pl_json_writer *writer, const char *name, pl_span json)
{
    begin(writer, name);
    pl_buf_add(writer->out, json.data, json.size);
}

static void put_elements(pl_json_writer *writer, const pl_json *value);

void pl_json_put_value(pl_json_writer *writer, const char *name, const pl_json *value)
{
    switch (value->kind) {
    case PL_JSON_NULL:
        pl_json_put_raw(writer, name, pl_span_text("null"));
        break;
    case PL_JSON_FALSE:
    case PL_JSON_TRUE:
        pl_json_put_bool(writer, name, value->kind == PL_JSON_TRUE);
        break;
    case PL_JSON_INTEGER:
        pl_json_put_int(writer, name, value->is.number);
        break;
    case PL_JSON_REAL:
        pl_json_put_raw(writer, name, pl_span_of(value->is.text, value->size));
        break;
    case PL_JSON_TEXT:
        pl_json_put_span(writer, name, pl_span_of(value->is.text, value->size));
        break;
    case PL_JSON_ARRAY:
    case PL_JSON_OBJECT:
        pl_json_open(writer, name, value->kind == PL_JSON_ARRAY ? '[' : '{');
        put_elements(writer, value);
        pl_json_close(writer);
        break;
    }
}

/* As deep as the parser lets a text be, PL_JSON_DEPTH_MAX. */
static void put_elements(pl_json_writer *writer, const pl_json *value)
{
    for (const pl_json *element = value->is.first; element; element = element->next)
        pl_json_put_value(writer, value->kind == PL_JSON_OBJECT ? element->name.data : NULL, element);
}
