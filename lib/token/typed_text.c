/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking white space out of what was typed, and the documents apart. What they say is for jws.c and keyring.c to find out.
 */
#include "token/typed_text.h"

#include <string.h>

static const char byte_order_mark[] = "\xEF\xBB\xBF", no_break_space[] = "\xC2\xA0";

static bool is_symbol(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

static bool starts_with(pl_span text, const char *what)
{
    return text.size >= strlen(what) && memcmp(text.data, what, strlen(what)) == 0;
}

/* Bytes of white space at the beginning; 0: there is none. */
static size_t blank_size(pl_span text)
{
    if (strchr(" \t\r\n\v\f", text.data[0]) && text.data[0])
        return 1;
    if (starts_with(text, no_break_space))
        return sizeof no_break_space - 1;
    return starts_with(text, byte_order_mark) ? sizeof byte_order_mark - 1 : 0;
}

static size_t line_size(pl_span text)
{
    size_t size = 0;

    while (size < text.size && text.data[size] != '\n' && text.data[size] != '\r')
        size++;
    return size;
}

/* Copies what is neither white space nor a remark. */
static pl_err squeeze(pl_arena *arena, pl_span text, pl_span *symbols)
{
    char *copy = pl_arena_take(arena, text.size + 1);
    bool is_line_new = true;
    size_t size = 0, skip;

    if (!copy)
        return pl_fail(PL_ERR_MEMORY, "no memory for the text");
    for (size_t at = 0; at < text.size; at += skip) {
        pl_span rest = pl_span_of(text.data + at, text.size - at);

        if ((skip = blank_size(rest))) {
            is_line_new = is_line_new || *rest.data == '\n' || *rest.data == '\r';
        } else if (is_line_new && *rest.data == '#') {
            skip = line_size(rest);
        } else if (is_symbol(*rest.data)) {
            copy[size++] = *rest.data;
            is_line_new = false;
            skip = 1;
        } else {
            return pl_fail(PL_ERR_MALFORMED, "character %zu is none of a signed document", at + 1);
        }
    }
    *symbols = pl_span_of(copy, size);
    return PL_OK;
}

/* The end of the part before the next dot; 0: there is no dot. */
static size_t part_size(pl_span text, size_t from)
{
    const char *dot = from < text.size ? memchr(text.data + from, '.', text.size - from) : NULL;

    return dot ? (size_t)(dot - text.data) + 1 : 0;
}

static pl_err take_document(pl_arena *arena, pl_span *rest, pl_typed_document *document)
{
    size_t header = part_size(*rest, 0);
    size_t payload = header ? part_size(*rest, header) : 0;
    size_t size = payload + PL_JWS_SIGNATURE_TEXT;
    pl_jws jws;
    pl_err err;

    if (!payload || size > rest->size)
        return pl_fail(PL_ERR_DAMAGED, "the text ends in the middle of a signed document: a part is missing");
    document->text = pl_span_of(rest->data, size);
    *rest = pl_span_of(rest->data + size, rest->size - size);
    if ((err = pl_jws_parse(arena, document->text, &jws)))
        return err == PL_ERR_MALFORMED
                   ? pl_fail(PL_ERR_DAMAGED, "the text was damaged by typing or scanning: %s", pl_err_detail())
                   : err;
    document->doc = jws.doc;
    return PL_OK;
}

pl_err pl_typed_read(pl_arena *arena, pl_span text, pl_typed *typed)
{
    pl_span rest;
    pl_err err;

    typed->count = 0;
    if (text.size > PL_TYPED_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "a text of %zu bytes, %d are allowed", text.size, (int)PL_TYPED_MAX);
    if ((err = squeeze(arena, text, &rest)))
        return err;
    if (starts_with(rest, "ppr1."))
        return pl_fail(PL_ERR_TYPE, "this is the request itself: give it to the vendor, and import what the vendor answers");
    if (rest.size == 0)
        return pl_fail(PL_ERR_MALFORMED, "the text is empty");
    while (rest.size > 0) {
        if (typed->count == PL_TYPED_DOCUMENTS_MAX)
            return pl_fail(PL_ERR_MALFORMED, "more than %d signed documents in one text", (int)PL_TYPED_DOCUMENTS_MAX);
        if ((err = take_document(arena, &rest, &typed->items[typed->count])))
            return err;
        typed->count++;
    }
    return PL_OK;
}

const pl_typed_document *pl_typed_find(const pl_typed *typed, pl_doc doc)
{
    for (size_t i = 0; i < typed->count; i++)
        if (typed->items[i].doc == doc)
            return &typed->items[i];
    return NULL;
}
