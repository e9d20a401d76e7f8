/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a license key for a command, and the warning of one that was not typed to its end. Whether the check symbols of a whole key
 * fit is looked at by the library.
 */
#include "key_word.h"

#include <string.h>

#include "key_typed.h"
#include "session.h"

enum { KEY_FILE_MAX = 4096 };

/* The first line, without blanks around it. */
static pl_err take_line(pl_span text, char key[PL_LICENSE_KEY_MAX + 1])
{
    const char *end = memchr(text.data, '\n', text.size);
    size_t size = end ? (size_t)(end - text.data) : text.size;
    const char *from = text.data;

    while (size > 0 && strchr(" \t\r", from[size - 1]))
        size--;
    while (size > 0 && strchr(" \t", *from)) {
        from++;
        size--;
    }
    if (size == 0)
        return pl_fail(PL_ERR_NO_KEY, "the first line that was read is empty");
    if (size > PL_LICENSE_KEY_MAX)
        return pl_fail(PL_ERR_INVALID, "a license key has at most %d characters", PL_LICENSE_KEY_MAX);
    memcpy(key, from, size);
    key[size] = '\0';
    return PL_OK;
}

static pl_err read_key(const tool_t *tool, const char *path, char key[PL_LICENSE_KEY_MAX + 1])
{
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    err = session_read_file(tool, path, KEY_FILE_MAX, &text);
    if (!err)
        err = take_line(text.data ? pl_buf_span(&text) : pl_span_text(""), key);
    pl_buf_reset(&text);
    return err;
}

/* People see it at once; in JSON it is a member, for failures there are one object. */
static void warn_of_typo(tool_t *tool, const char *key)
{
    size_t count = key_typed_count(key);
    char text[160];

    if (count == 0)
        return;
    (void)snprintf(text, sizeof text,
                   "the license key looks like one that was not typed as it stands: %zu characters, where it should have %d",
                   count, (int)PL_LICENSE_KEY_SYMBOLS);
    if (tool->sheet.is_json)
        sheet_text(&tool->sheet, "warning", text);
    else
        (void)fprintf(tool->err, "pospal-license: %s (its prefix not counted); it is used as it is\n", text);
}

pl_err key_word_read(tool_t *tool, const key_word_t *words, char room[PL_LICENSE_KEY_MAX + 1], const char **key)
{
    const char *path = words->file;
    const char *word = words->word ? words->word : words->key;
    pl_err err = PL_OK;

    if ((words->word != NULL) + (words->key != NULL) + (words->file != NULL) > 1)
        return pl_fail(PL_ERR_INVALID, "the key is given twice: as a word, with --key or with --key-file");
    if (word && strcmp(word, "-") == 0)
        path = word;
    if (path)
        err = read_key(tool, path, room);
    *key = path ? room : word;
    if (!err && *key)
        warn_of_typo(tool, *key);
    return err;
}
