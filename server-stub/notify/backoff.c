/* SPDX-License-Identifier: Apache-2.0
 *
 * Doubling pauses.
 */
#include "notify/backoff.h"

static const int64_t DELIVERY_MAX_MS = INT64_C(4) * 3600 * 1000;
static const int64_t ENDPOINT_MAX_MS = INT64_C(300) * 1000;

static int64_t doubled(int64_t first_ms, int64_t times, int64_t most_ms)
{
    int64_t pause = first_ms;

    while (times-- > 0 && pause < most_ms)
        pause *= 2;
    return pause < most_ms ? pause : most_ms;
}

int64_t backoff_delivery_ms(int64_t first_ms, int64_t attempts, uint32_t random)
{
    int64_t pause = doubled(first_ms, attempts - 1, DELIVERY_MAX_MS);

    return pause * (800 + random % 401) / 1000;
}

int64_t backoff_endpoint_ms(int64_t failures)
{
    return failures < 2 ? 0 : doubled(1000, failures - 2, ENDPOINT_MAX_MS);
}
