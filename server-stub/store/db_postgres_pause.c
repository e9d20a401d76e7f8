/* SPDX-License-Identifier: Apache-2.0
 *
 * Back-off with jitter.
 */
#include "store/db_postgres_pause.h"

void postgres_pause_init(postgres_pause_t *pause)
{
    atomic_init(&pause->failures, 0);
    atomic_init(&pause->until_ms, 0);
    atomic_init(&pause->succeeded_ms, INT64_MIN);
}

int64_t postgres_pause_left(const postgres_pause_t *pause, int64_t now_ms)
{
    int64_t until_ms = atomic_load(&pause->until_ms);

    return until_ms > now_ms ? until_ms - now_ms : 0;
}

void postgres_pause_failed(postgres_pause_t *pause, postgres_attempt_t attempt, uint32_t random)
{
    int64_t until_ms = atomic_load(&pause->until_ms);
    int failures = atomic_load(&pause->failures);
    int64_t most_ms = POSTGRES_PAUSE_FIRST_MS;

    for (int i = 0; i < failures && most_ms < POSTGRES_PAUSE_MAX_MS; i++)
        most_ms *= 2;
    if (most_ms > POSTGRES_PAUSE_MAX_MS)
        most_ms = POSTGRES_PAUSE_MAX_MS;
    if (until_ms > attempt.ended_ms || attempt.began_ms < atomic_load(&pause->succeeded_ms))
        return;
    if (atomic_compare_exchange_strong(&pause->until_ms, &until_ms,
                                       attempt.ended_ms + most_ms - (int64_t)(random % (uint32_t)(most_ms / 2))))
        atomic_store(&pause->failures, failures + 1);
}

void postgres_pause_succeeded(postgres_pause_t *pause, int64_t now_ms)
{
    atomic_store(&pause->failures, 0);
    atomic_store(&pause->until_ms, 0);
    atomic_store(&pause->succeeded_ms, now_ms);
}
