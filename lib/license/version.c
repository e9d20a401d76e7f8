/* SPDX-License-Identifier: Apache-2.0
 *
 * Comparing versions part by part.
 */
#include "license/version.h"

#include <stddef.h>
#include <string.h>

static size_t part_size(const char *text)
{
    return strcspn(text, ".-+");
}

static bool has_part(const char *rest)
{
    return *rest != '\0' && *rest != '-' && *rest != '+';
}

static bool is_number(const char *part, size_t size)
{
    return size > 0 && strspn(part, "0123456789") >= size;
}

/* Of any length: leading zeros aside the longer number is the larger. */
static int compare_parts(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t common = a_size < b_size ? a_size : b_size;
    int order;

    if (is_number(a, a_size) && is_number(b, b_size)) {
        for (; a_size > 1 && *a == '0'; a++)
            a_size--;
        for (; b_size > 1 && *b == '0'; b++)
            b_size--;
        if (a_size != b_size)
            return a_size < b_size ? -1 : 1;
        return memcmp(a, b, a_size);
    }
    order = memcmp(a, b, common);
    return order ? order : (a_size > b_size) - (a_size < b_size);
}

/* The next part of a version, "0" where it has no more. */
static size_t next_part(const char **rest, const char **part)
{
    size_t size = part_size(*rest);

    *part = size > 0 ? *rest : "0";
    *rest += size;
    if (**rest == '.')
        (*rest)++;
    return size > 0 ? size : 1;
}

static int compare_suffixes(const char *a, const char *b)
{
    if (*a != '-' || *b != '-')
        return (*b == '-') - (*a == '-');
    return compare_parts(a + 1, strcspn(a + 1, "+"), b + 1, strcspn(b + 1, "+"));
}

int pl_version_compare(const char *a, const char *b)
{
    while (has_part(a) || has_part(b)) {
        const char *a_part, *b_part;
        size_t a_size = next_part(&a, &a_part), b_size = next_part(&b, &b_part);
        int order = compare_parts(a_part, a_size, b_part, b_size);

        if (order)
            return order;
    }
    return compare_suffixes(a, b);
}

bool pl_version_is_within(const char *version, const char *max)
{
    while (has_part(max)) {
        const char *part, *most;
        size_t size = next_part(&version, &part), most_size = next_part(&max, &most);
        int order = compare_parts(part, size, most, most_size);

        if (order)
            return order < 0;
    }
    return true;
}
