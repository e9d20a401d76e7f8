/* SPDX-License-Identifier: Apache-2.0
 *
 * The growing buffer. Old bytes are wiped when it moves: what is written here may be a license key.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum { FIRST_CAPACITY = 256 };

static bool move(pl_buf *buf, size_t size)
{
    size_t capacity = buf->capacity ? buf->capacity : FIRST_CAPACITY;
    char *data;

    while (capacity <= buf->size + size)
        capacity *= 2;
    data = pl_resize(NULL, capacity);
    if (!data) {
        buf->err = pl_fail(PL_ERR_MEMORY, "%zu bytes", capacity);
        return false;
    }
    if (buf->size)
        memcpy(data, buf->data, buf->size);
    data[buf->size] = '\0';
    if (buf->capacity)
        pl_free_wiped(buf->data, buf->size);
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

/* Room for size more bytes and the NUL. */
static bool reserve(pl_buf *buf, size_t size)
{
    if (buf->err)
        return false;
    if (size > SIZE_MAX / 4 || (buf->limit && (size > buf->limit || buf->size > buf->limit - size))) {
        buf->err = pl_fail(PL_ERR_TOO_LARGE, "more than %zu bytes", buf->limit);
        return false;
    }
    return buf->size + size < buf->capacity || move(buf, size);
}

void pl_buf_init(pl_buf *buf)
{
    memset(buf, 0, sizeof(*buf));
    buf->data = "";
}

void pl_buf_reset(pl_buf *buf)
{
    size_t limit = buf->limit;

    if (buf->capacity)
        pl_free_wiped(buf->data, buf->size);
    pl_buf_init(buf);
    buf->limit = limit;
}

void pl_buf_add(pl_buf *buf, const void *data, size_t size)
{
    if (!size || !reserve(buf, size))
        return;
    memcpy(buf->data + buf->size, data, size);
    buf->size += size;
    buf->data[buf->size] = '\0';
}

void pl_buf_add_text(pl_buf *buf, const char *text)
{
    pl_buf_add(buf, text, strlen(text));
}

void pl_buf_add_format(pl_buf *buf, const char *format, ...)
{
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (size <= 0 || !reserve(buf, (size_t)size))
        return;
    va_start(args, format);
    vsnprintf(buf->data + buf->size, (size_t)size + 1, format, args);
    va_end(args);
    buf->size += (size_t)size;
}

char *pl_buf_grow(pl_buf *buf, size_t size)
{
    char *room;

    if (!reserve(buf, size))
        return NULL;
    room = buf->data + buf->size;
    buf->size += size;
    buf->data[buf->size] = '\0';
    return room;
}

void pl_buf_clear(pl_buf *buf)
{
    buf->size = 0;
    buf->err = PL_OK;
    if (buf->capacity)
        buf->data[0] = '\0';
}

pl_span pl_buf_span(const pl_buf *buf)
{
    return pl_span_of(buf->data, buf->size);
}

char *pl_buf_detach(pl_buf *buf)
{
    char *data;

    if (!reserve(buf, 0))
        return NULL;
    data = buf->data;
    pl_buf_init(buf);
    return data;
}
