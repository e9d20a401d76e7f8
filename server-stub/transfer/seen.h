/* SPDX-License-Identifier: Apache-2.0
 *
 * What a file has named before: a set of digests, so that the second mention of a key is told from the first, whatever became of that.
 */
#ifndef TRANSFER_SEEN_H
#define TRANSFER_SEEN_H

#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

enum { SEEN_DIGEST_SIZE = 16 };

typedef struct {
    uint8_t name[SEEN_DIGEST_SIZE];
    uint8_t content[SEEN_DIGEST_SIZE];
    int64_t line; /* 0: a free place */
} seen_entry;

typedef struct {
    seen_entry *entries;
    size_t count;
    size_t room; /* a power of two, or 0 */
} seen_t;

typedef enum { SEEN_FIRST, SEEN_SAME, SEEN_OTHER /* that name, with another content */ } seen_result;

void seen_init(seen_t *seen);
void seen_free(seen_t *seen);
/* *line: of the first mention. PL_ERR_MEMORY. */
pl_err seen_note(seen_t *seen, pl_span name, pl_span content, int64_t *line, seen_result *result);

#endif
