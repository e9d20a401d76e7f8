/* SPDX-License-Identifier: Apache-2.0
 *
 * Token buckets. A bucket is kept as the time at which it will be full again, so that nothing has to be refilled.
 */
#include "http/buckets.h"

#include <string.h>

#include "base/mem.h"
#include "platform/thread.h"

static const int64_t MINUTE_US = INT64_C(60) * 1000 * 1000;

typedef struct {
    uint8_t name[BUCKETS_NAME_SIZE];
    int64_t full_at_us; /* 0: nobody's */
} slot_t;

struct buckets {
    pl_mutex *mutex;
    int64_t per_minute;
    slot_t slots[BUCKETS_SLOTS];
};

buckets_t *buckets_new(int64_t per_minute)
{
    buckets_t *buckets = pl_alloc(sizeof *buckets);

    if (!buckets)
        return NULL;
    buckets->per_minute = per_minute;
    buckets->mutex = pl_mutex_new();
    if (buckets->mutex)
        return buckets;
    pl_free(buckets);
    return NULL;
}

void buckets_free(buckets_t *buckets)
{
    if (!buckets)
        return;
    pl_mutex_free(buckets->mutex);
    pl_free(buckets);
}

/* Names are digests: their first bytes are as good as any hash. */
static slot_t *find(buckets_t *buckets, const uint8_t name[BUCKETS_NAME_SIZE])
{
    size_t first = ((size_t)name[0] | (size_t)name[1] << 8) % (BUCKETS_SLOTS / BUCKETS_WAYS) * BUCKETS_WAYS;
    slot_t *oldest = &buckets->slots[first];

    for (size_t i = 0; i < BUCKETS_WAYS; i++) {
        slot_t *slot = &buckets->slots[first + i];

        if (slot->full_at_us && memcmp(slot->name, name, BUCKETS_NAME_SIZE) == 0)
            return slot;
        if (slot->full_at_us < oldest->full_at_us)
            oldest = slot;
    }
    memcpy(oldest->name, name, BUCKETS_NAME_SIZE);
    oldest->full_at_us = 1;
    return oldest;
}

static int64_t seconds_up(int64_t us)
{
    return (us + 999999) / 1000000;
}

bucket_t buckets_take(buckets_t *buckets, const uint8_t name[BUCKETS_NAME_SIZE], int64_t now_ms)
{
    int64_t now_us = now_ms * 1000 + 1;
    int64_t one_us = MINUTE_US / buckets->per_minute;
    bucket_t bucket = {.limit = buckets->per_minute};
    int64_t full_at_us;
    slot_t *slot;

    pl_mutex_lock(buckets->mutex);
    slot = find(buckets, name);
    full_at_us = (slot->full_at_us > now_us ? slot->full_at_us : now_us) + one_us;
    bucket.is_taken = full_at_us - now_us <= one_us * buckets->per_minute;
    if (bucket.is_taken)
        slot->full_at_us = full_at_us;
    pl_mutex_unlock(buckets->mutex);
    if (bucket.is_taken) {
        bucket.remaining = (one_us * buckets->per_minute - (full_at_us - now_us)) / one_us;
        bucket.reset_s = seconds_up(full_at_us - now_us);
    } else {
        bucket.reset_s = seconds_up(full_at_us - now_us - one_us * buckets->per_minute);
    }
    return bucket;
}
