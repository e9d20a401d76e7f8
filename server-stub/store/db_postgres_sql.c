/* SPDX-License-Identifier: Apache-2.0
 *
 * Translating SQL, word by word.
 */
#include "store/db_postgres_sql.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is_of_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$';
}

static size_t word_size(const char *text)
{
    size_t size = 0;

    while (is_of_word(text[size]))
        size++;
    return size;
}

static bool is_word(const char *text, size_t size, const char *word)
{
    return strlen(word) == size && strncasecmp(text, word, size) == 0;
}

/* With its closing quote, where there is one; a quote within is written twice, and so ends one and begins the next. */
static size_t quoted_size(const char *text)
{
    const char *end = strchr(text + 1, text[0]);

    return end ? (size_t)(end - text) + 1 : strlen(text);
}

static size_t space_size(const char *text)
{
    return strspn(text, " \t\r\n");
}

/* WITHOUT ROWID from here on; 0: something else. */
static size_t without_rowid_size(const char *text, size_t size)
{
    size_t gap = size + space_size(text + size);
    size_t second = word_size(text + gap);

    return is_word(text, size, "WITHOUT") && is_word(text + gap, second, "ROWID") ? gap + second : 0;
}

/* How much of the text it has taken. */
static size_t translate_word(const char *text, bool is_script, pl_buf *out)
{
    size_t size = word_size(text);
    size_t dropped = without_rowid_size(text, size);

    if (dropped)
        return dropped;
    if (is_word(text, size, "BLOB"))
        pl_buf_add_text(out, "BYTEA");
    else if (is_script && is_word(text, size, "TEXT"))
        pl_buf_add_text(out, "TEXT COLLATE \"C\"");
    else
        pl_buf_add(out, text, size);
    return size;
}

void postgres_sql_translate(const char *sql, bool is_script, pl_buf *out)
{
    while (*sql) {
        size_t size = 1;

        if (is_of_word(*sql)) {
            sql += translate_word(sql, is_script, out);
            continue;
        }
        if (*sql == '\'' || *sql == '"')
            size = quoted_size(sql);
        else if (strncmp(sql, "--", 2) == 0)
            size = strcspn(sql, "\n");
        pl_buf_add(out, sql, size);
        sql += size;
    }
}
