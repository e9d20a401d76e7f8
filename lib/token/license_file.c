/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding the two tokens in the text of a license file. What they say is for jws.c and keyring.c to find out.
 */
#include "token/license_file.h"

#include <string.h>

static const char byte_order_mark[] = "\xEF\xBB\xBF";

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_token_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

static pl_span trim(pl_span line)
{
    while (line.size && is_space(line.data[0]))
        line = pl_span_of(line.data + 1, line.size - 1);
    while (line.size && is_space(line.data[line.size - 1]))
        line.size--;
    return line;
}

static pl_span take_line(pl_span *rest)
{
    size_t size = 0;
    pl_span line;

    while (size < rest->size && rest->data[size] != '\n' && rest->data[size] != '\r')
        size++;
    line = pl_span_of(rest->data, size);
    if (size < rest->size)
        size++;
    *rest = pl_span_of(rest->data + size, rest->size - size);
    return trim(line);
}

static pl_err check_line(pl_span line)
{
    for (size_t at = 0; at < line.size; at++)
        if (!is_token_character(line.data[at]))
            return pl_fail(PL_ERR_MALFORMED, "a license file has no such line: character %zu is none of a signed document",
                           at + 1);
    return PL_OK;
}

pl_err pl_license_file_split(pl_span text, pl_span *document, pl_span *keyset)
{
    const size_t mark = strlen(byte_order_mark);
    pl_span lines[2] = {{NULL, 0}, {NULL, 0}};
    size_t count = 0;
    pl_err err;

    if (text.size > PL_LICENSE_FILE_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "a license file of %zu bytes, %d are allowed", text.size, (int)PL_LICENSE_FILE_MAX);
    if (text.size >= mark && memcmp(text.data, byte_order_mark, mark) == 0)
        text = pl_span_of(text.data + mark, text.size - mark);
    while (text.size) {
        pl_span line = take_line(&text);

        if (!line.size || line.data[0] == '#')
            continue;
        if (count == 2)
            return pl_fail(PL_ERR_MALFORMED, "a license file with more than two documents");
        if ((err = check_line(line)))
            return err;
        lines[count++] = line;
    }
    if (count == 0)
        return pl_fail(PL_ERR_MALFORMED, "an empty license file");
    *document = lines[0];
    *keyset = lines[1];
    return PL_OK;
}

void pl_license_file_join(pl_buf *out, pl_span document, pl_span keyset)
{
    pl_buf_add(out, document.data, document.size);
    pl_buf_add(out, "\n", 1);
    if (!keyset.size)
        return;
    pl_buf_add(out, keyset.data, keyset.size);
    pl_buf_add(out, "\n", 1);
}
