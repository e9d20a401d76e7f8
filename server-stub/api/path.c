/* SPDX-License-Identifier: Apache-2.0
 *
 * Comparing a path with a pattern, segment by segment.
 */
#include "api/path.h"

#include <string.h>

/* The next segment, without its slash; false at the end. */
static bool take_segment(const char **rest, pl_span *segment)
{
    if (**rest != '/')
        return false;
    *segment = pl_span_of(*rest + 1, strcspn(*rest + 1, "/"));
    *rest += 1 + segment->size;
    return true;
}

static bool is_parameter(pl_span pattern)
{
    return pattern.size > 2 && pattern.data[0] == '{';
}

static bool segment_fits(pl_span pattern, pl_span segment)
{
    if (is_parameter(pattern))
        return segment.size > 0;
    return pattern.size == segment.size && memcmp(pattern.data, segment.data, segment.size) == 0;
}

bool path_fits(const char *pattern, const char *path)
{
    pl_span wanted;
    pl_span segment;

    while (take_segment(&pattern, &wanted))
        if (!take_segment(&path, &segment) || !segment_fits(wanted, segment))
            return false;
    return *path == '\0' || strcmp(path, "/") == 0;
}

pl_span path_parameter(const char *pattern, const char *path, const char *name)
{
    size_t length = strlen(name);
    pl_span wanted;
    pl_span segment;

    while (take_segment(&pattern, &wanted) && take_segment(&path, &segment))
        if (is_parameter(wanted) && wanted.size == length + 2 && memcmp(wanted.data + 1, name, length) == 0)
            return segment;
    return pl_span_of(NULL, 0);
}
