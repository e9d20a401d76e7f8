/* SPDX-License-Identifier: Apache-2.0
 *
 * Token buckets by a name of 16 bytes, for requests that are in order and may still be too many: one for each API key. Shared by all
 * event loops. The table is of fixed size: where two names fall on one place, the one that was quiet longer starts anew.
 */
#ifndef POSPAL_HTTP_BUCKETS_H
#define POSPAL_HTTP_BUCKETS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum { BUCKETS_SLOTS = 4096, BUCKETS_WAYS = 4, BUCKETS_NAME_SIZE = 16 };

typedef struct buckets buckets_t;

/* What a request finds: for RateLimit-Limit, -Remaining and -Reset. */
typedef struct {
    bool is_taken; /* else it is too much, and reset_s says when the next may come */
    int64_t limit; /* of a minute, and at once */
    int64_t remaining;
    int64_t reset_s; /* until the bucket is full again; not taken: until there is one */
} bucket_t;

/* per_minute: 1 or more. NULL when memory is exhausted. */
buckets_t *buckets_new(int64_t per_minute);
void buckets_free(buckets_t *buckets); /* accepts NULL */
/* Any thread. now_ms is monotonic. */
bucket_t buckets_take(buckets_t *buckets, const uint8_t name[BUCKETS_NAME_SIZE], int64_t now_ms);

#endif
