/* SPDX-License-Identifier: Apache-2.0
 *
 * Edit distance between short words.
 */
#include "command_line/nearest.h"

#include <string.h>

enum { WORD_MAX = 40, EDITS_MAX = 2 };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Levenshtein's distance, one row at a time. */
static size_t distance(const char *a, const char *b)
{
    size_t row[WORD_MAX + 1];
    size_t width = strlen(b);

    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= width; j++) {
            size_t above = row[j];

            row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[width];
}

const char *nearest_word(const char *typed, const char *(*word)(const void *context, size_t index), const void *context,
                         size_t count)
{
    const char *best = NULL;
    size_t limit = strlen(typed) < 4 ? 1 : EDITS_MAX;

    if (strlen(typed) > WORD_MAX)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const char *candidate = word(context, i);
        size_t edits = strlen(candidate) > WORD_MAX ? WORD_MAX : distance(typed, candidate);

        if (edits <= limit && (!best || edits < distance(typed, best)))
            best = candidate;
    }
    return best;
}
