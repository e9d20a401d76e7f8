/* SPDX-License-Identifier: Apache-2.0
 *
 * A growing run of bytes, always NUL-terminated. Appending remembers the first failure, so that callers check once, at the end.
 */
#ifndef PL_BASE_BUF_H
#define PL_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/span.h"

typedef struct {
    char *data;
    size_t size;
    size_t capacity;
    size_t limit; /* 0: none; beyond it PL_ERR_TOO_LARGE */
    pl_err err;
} pl_buf;

void pl_buf_init(pl_buf *buf);
void pl_buf_reset(pl_buf *buf); /* wipes and frees */
void pl_buf_add(pl_buf *buf, const void *data, size_t size);
void pl_buf_add_text(pl_buf *buf, const char *text);
void pl_buf_add_format(pl_buf *buf, const char *format, ...) PL_PRINTF(2, 3);
/* Room for size bytes at the end, already counted in; NULL when exhausted. */
char *pl_buf_grow(pl_buf *buf, size_t size);
void pl_buf_clear(pl_buf *buf); /* keeps the capacity */
pl_span pl_buf_span(const pl_buf *buf);
/* The bytes become the caller's (free with pl_free); NULL if the buffer has failed. */
char *pl_buf_detach(pl_buf *buf);

#endif
