/* SPDX-License-Identifier: Apache-2.0
 *
 * A borrowed run of bytes. It owns nothing, is not NUL-terminated, and is valid as long as what it points into.
 */
#ifndef PL_BASE_SPAN_H
#define PL_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct {
    const char *data;
    size_t size;
} pl_span;

static inline pl_span pl_span_of(const void *data, size_t size)
{
    pl_span span = {(const char *)data, size};

    return span;
}

/* NULL becomes the empty span. */
static inline pl_span pl_span_text(const char *text)
{
    return pl_span_of(text, text ? strlen(text) : 0);
}

static inline bool pl_span_equal(pl_span a, pl_span b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool pl_span_is(pl_span a, const char *text)
{
    return pl_span_equal(a, pl_span_text(text));
}

#endif
