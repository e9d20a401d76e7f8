/* SPDX-License-Identifier: Apache-2.0
 *
 * Escaping for terminals; see clean.h.
 */
#include "clean.h"

#include "base/text.h"

typedef struct {
    size_t size; /* bytes it takes */
    unsigned point;
    bool is_broken;   /* one byte of no character */
    bool is_harmless; /* may be printed as it is */
} character_t;

static bool turns_text(unsigned point)
{
    return point == 0x061C || point == 0x200E || point == 0x200F || (point >= 0x2028 && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF;
}

static unsigned decode(const unsigned char *bytes, size_t size)
{
    unsigned point = bytes[0] & (0xFFu >> (size + 1));

    for (size_t i = 1; i < size; i++)
        point = point << 6 | (bytes[i] & 0x3Fu);
    return point;
}

/* A copy with a NUL behind it: the text may end in the middle of a sequence. */
static character_t next_character(pl_span text)
{
    unsigned char head[5] = {0};
    character_t c = {1, 0, false, false};

    for (size_t i = 0; i < 4 && i < text.size; i++)
        head[i] = (unsigned char)text.data[i];
    c.point = head[0];
    if (head[0] >= 0x80) {
        c.size = pl_utf8_sequence((const char *)head);
        c.is_broken = c.size == 0;
        c.size = c.is_broken ? 1 : c.size;
        c.point = c.is_broken ? head[0] : decode(head, c.size);
    }
    c.is_harmless = !c.is_broken && c.point >= 0x20 && (c.point < 0x7F || c.point >= 0xA0) && !turns_text(c.point);
    return c;
}

static pl_span rest_of(pl_span text, size_t size)
{
    return pl_span_of(text.data + size, text.size - size);
}

void clean_for_people(pl_span text, pl_buf *out)
{
    while (text.size > 0) {
        character_t c = next_character(text);

        if (c.is_harmless)
            pl_buf_add(out, text.data, c.size);
        else if (c.is_broken || c.point < 0x80)
            pl_buf_add_format(out, "\\x%02x", c.point);
        else
            pl_buf_add_format(out, "\\u%04x", c.point);
        text = rest_of(text, c.size);
    }
}

void clean_put(pl_json_writer *json, const char *name, const char *text)
{
    pl_span rest = pl_span_text(text);
    pl_buf quoted;

    pl_buf_init(&quoted);
    pl_buf_add_text(&quoted, "\"");
    while (rest.size > 0) {
        character_t c = next_character(rest);

        if (c.point == '"' || c.point == '\\')
            pl_buf_add_text(&quoted, "\\");
        if (c.is_harmless)
            pl_buf_add(&quoted, rest.data, c.size);
        else
            pl_buf_add_format(&quoted, "\\u%04x", c.is_broken ? 0xFFFDu : c.point);
        rest = rest_of(rest, c.size);
    }
    pl_buf_add_text(&quoted, "\"");
    if (quoted.err)
        json->out->err = quoted.err;
    pl_json_put_raw(json, name, pl_buf_span(&quoted));
    pl_buf_reset(&quoted);
}
