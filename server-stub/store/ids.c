/* SPDX-License-Identifier: Apache-2.0
 *
 * Ids in the order of their making; see ids.h. Putting the bytes together is base/uuid.c's.
 */
#include "store/ids.h"

#include <string.h>

enum { COUNTER_BITS = 12, COUNTER_MASK = 0xFFF, START_MASK = 0x7FF };

static uint64_t next(uint64_t last, int64_t now_ms, uint64_t start)
{
    uint64_t fresh = (uint64_t)now_ms << COUNTER_BITS | start;
    int64_t last_ms = (int64_t)(last >> COUNTER_BITS);

    return fresh > last || last_ms - now_ms > IDS_BEHIND_MAX_MS ? fresh : last + 1;
}

pl_uuid ids_next(ids_t *ids, int64_t now_ms, const uint8_t random[10])
{
    uint8_t tail[10];

    ids->last = next(ids->last, now_ms, ((uint64_t)random[0] << 8 | random[1]) & START_MASK);
    memcpy(tail, random, sizeof(tail));
    tail[0] = (uint8_t)((ids->last & COUNTER_MASK) >> 8);
    tail[1] = (uint8_t)(ids->last & 0xFF);
    return pl_uuid_v7((int64_t)(ids->last >> COUNTER_BITS), tail);
}
