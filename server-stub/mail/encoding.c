/* SPDX-License-Identifier: Apache-2.0
 *
 * Quoted-printable, base64 and encoded words.
 */
#include "mail/encoding.h"

#include <ctype.h>
#include <string.h>

enum {
    LINE = 76,
    AROUND = sizeof "=?UTF-8?B?"
                    "?=" -
             1
};

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* ---- base64 ---- */

static void add_group(const unsigned char *bytes, size_t count, pl_buf *out)
{
    unsigned int group =
        (unsigned int)bytes[0] << 16 | (count > 1 ? (unsigned int)bytes[1] << 8 : 0) | (count > 2 ? (unsigned int)bytes[2] : 0);
    char text[4] = {digits[group >> 18], digits[group >> 12 & 63], digits[group >> 6 & 63], digits[group & 63]};

    for (size_t i = count + 1; i < sizeof text; i++)
        text[i] = '=';
    pl_buf_add(out, text, sizeof text);
}

static void add_base64(pl_span bytes, size_t per_line, pl_buf *out)
{
    for (size_t i = 0; i < bytes.size; i += 3) {
        if (per_line && i && i % per_line == 0)
            pl_buf_add_text(out, "\r\n");
        add_group((const unsigned char *)bytes.data + i, bytes.size - i < 3 ? bytes.size - i : 3, out);
    }
}

/* Text in base64 has its line ends as \r\n inside. */
static void add_base64_body(pl_span text, pl_buf *out)
{
    pl_buf canonical;

    pl_buf_init(&canonical);
    for (size_t i = 0; i < text.size; i++)
        pl_buf_add(&canonical, text.data[i] == '\n' ? "\r\n" : text.data + i, text.data[i] == '\n' ? 2 : 1);
    add_base64(pl_buf_span(&canonical), LINE / 4 * 3, out);
    pl_buf_add_text(out, "\r\n");
    if (canonical.err && !out->err)
        out->err = canonical.err;
    pl_buf_reset(&canonical);
}

/* ---- quoted-printable ---- */

static bool is_plain(pl_span text, size_t at)
{
    unsigned char c = (unsigned char)text.data[at];
    bool ends_line = at + 1 == text.size || text.data[at + 1] == '\n';

    if (c == ' ' || c == '\t')
        return !ends_line;
    return c > ' ' && c < 0x7f && c != '=';
}

static void add_quoted_body(pl_span text, pl_buf *out)
{
    size_t column = 0;

    for (size_t i = 0; i < text.size; i++) {
        size_t width = is_plain(text, i) ? 1 : 3;

        if (text.data[i] == '\n') {
            pl_buf_add_text(out, "\r\n");
            column = 0;
            continue;
        }
        if (column + width > LINE - 1) {
            pl_buf_add_text(out, "=\r\n");
            column = 0;
        }
        if (width == 1)
            pl_buf_add(out, text.data + i, 1);
        else
            pl_buf_add_format(out, "=%02X", (unsigned int)(unsigned char)text.data[i]);
        column += width;
    }
    if (column)
        pl_buf_add_text(out, "\r\n");
}

mail_encoding mail_encoding_for(pl_span text)
{
    size_t coded = 0;

    for (size_t i = 0; i < text.size; i++)
        coded += text.data[i] != '\n' && !is_plain(text, i);
    return coded * 6 > text.size ? ENCODING_BASE64 : ENCODING_QUOTED;
}

const char *mail_encoding_text(mail_encoding encoding)
{
    return encoding == ENCODING_BASE64 ? "base64" : "quoted-printable";
}

void mail_encode_body(pl_span text, mail_encoding encoding, pl_buf *out)
{
    if (encoding == ENCODING_BASE64)
        add_base64_body(text, out);
    else
        add_quoted_body(text, out);
}

/* ---- headers ---- */

static bool is_printable_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || (unsigned char)*text >= 0x7f)
            return false;
    return true;
}

/* How much of the text is one word on a line of which so much is taken: whole UTF-8 sequences. */
static size_t word_size(const char *text, size_t used)
{
    size_t room = used + AROUND + 16 < LINE ? (LINE - used - AROUND) / 4 * 3 : 12;
    size_t size = strlen(text);

    if (size <= room)
        return size;
    size = room;
    while (size > 1 && ((unsigned char)text[size] & 0xc0) == 0x80)
        size--;
    return size;
}

static void add_words(const char *text, size_t used, pl_buf *out)
{
    bool is_first = true;

    while (*text) {
        size_t size = word_size(text, is_first ? used : 1);

        pl_buf_add_text(out, is_first ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
        add_base64(pl_span_of(text, size), 0, out);
        pl_buf_add_text(out, "?=");
        text += size;
        is_first = false;
    }
}

void mail_encode_header(const char *text, size_t used, pl_buf *out)
{
    bool looks_encoded = strstr(text, "=?") != NULL; /* else a reader would decode it */

    if (is_printable_ascii(text) && !looks_encoded && used + strlen(text) <= LINE)
        pl_buf_add_text(out, text);
    else
        add_words(text, used, out);
}

static bool is_atoms(const char *name)
{
    for (; *name; name++)
        if (!isalnum((unsigned char)*name) && !strchr(" !#$%&'*+-/=?^_`{|}~", *name))
            return false;
    return true;
}

void mail_encode_name(const char *name, size_t used, pl_buf *out)
{
    bool is_quoted = is_printable_ascii(name) && !strstr(name, "=?") && used + 2 * strlen(name) + 2 <= LINE;

    if (!*name)
        return;
    if (!is_quoted) {
        add_words(name, used, out);
        pl_buf_add_text(out, " ");
        return;
    }
    if (is_atoms(name)) {
        pl_buf_add_format(out, "%s ", name);
        return;
    }
    pl_buf_add_text(out, "\"");
    for (; *name; name++)
        pl_buf_add_format(out, *name == '"' || *name == '\\' ? "\\%c" : "%c", *name);
    pl_buf_add_text(out, "\" ");
}
