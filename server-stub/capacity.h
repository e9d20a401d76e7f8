/* SPDX-License-Identifier: Apache-2.0
 *
 * How much room there is: on the disk that holds the database, and how much of it the database takes. Measured now and then on the
 * writer's thread; whoever asks has the last numbers at once.
 */
#ifndef POSPAL_CAPACITY_H
#define POSPAL_CAPACITY_H

#include <stdbool.h>

#include "platform/file.h"
#include "store/store.h"

enum { CAPACITY_DISK_MS = 2000, CAPACITY_SIZE_MS = 15000 /* PostgreSQL walks through its files for that */ };

typedef struct {
    const char *directory; /* of SQLite's database; NULL: PostgreSQL's, whose disk is not ours */
    int64_t min_free_bytes;
    int64_t min_free_percent;
    pl_err (*measure)(const char *directory, pl_disk_room *room); /* pl_disk_measure, but in tests */
} capacity_options_t;

typedef struct {
    pl_disk_room disk;      /* total_bytes 0: not known, or not ours */
    bool is_low;            /* less than is wanted is free */
    int64_t database_bytes; /* with SQLite's log; 0: not known yet */
} capacity_view_t;

typedef struct capacity capacity_t;

capacity_t *capacity_new(const capacity_options_t *options); /* NULL when memory is exhausted */
void capacity_free(capacity_t *capacity);                    /* accepts NULL */
/* Measures what is due; a failure leaves the last number. For one thread, whose store it is. now_ms is monotonic. */
void capacity_measure(capacity_t *capacity, store_t *store, int64_t now_ms);
capacity_view_t capacity_view(const capacity_t *capacity); /* any thread */

#endif
