/* SPDX-License-Identifier: Apache-2.0
 *
 * The order of the ids that one store makes: UUIDv7 (RFC 9562) with a counter in rand_a (its section 6.2, method 1), so that the rows of
 * one millisecond are read in the order in which they were written.
 */
#ifndef STORE_IDS_H
#define STORE_IDS_H

#include "base/uuid.h"

/* A clock that went back by so much was set: an id's time is shown to people, so order gives way to it. */
enum { IDS_BEHIND_MAX_MS = 10 * 1000 };

/* The last id's time and counter. Zeroed: none yet. Belongs to one thread at a time, as its store does. */
typedef struct {
    uint64_t last;
} ids_t;

/*
 * An id after the last one. The counter begins anywhere in the lower half of its 4096 values, with each millisecond anew; one that is used up
 * borrows from the next millisecond. The other 62 bits are random in each id: that is what makes ids of several stores unique.
 */
pl_uuid ids_next(ids_t *ids, int64_t now_ms, const uint8_t random[10]);

#endif
