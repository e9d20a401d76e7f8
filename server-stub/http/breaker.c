/* SPDX-License-Identifier: Apache-2.0
 *
 * The circuit breaker. Which errors blame the storage is decided here.
 */
#include "http/breaker.h"

enum { EXACT_MS = 100 };

/* Busy and overloaded are states of a healthy database; a refused request is none of its failures. */
static bool blames_storage(pl_err err)
{
    return err == PL_ERR_DATABASE || err == PL_ERR_CORRUPT || err == PL_ERR_IO || err == PL_ERR_DISK_FULL ||
           err == PL_ERR_READ_ONLY;
}

void breaker_init(breaker_t *breaker)
{
    atomic_init(&breaker->failures, 0);
    atomic_init(&breaker->open_until_ms, 0);
    atomic_init(&breaker->failed_ms, 0);
    atomic_init(&breaker->worked_ms, INT64_MIN / 2);
}

bool breaker_allows(breaker_t *breaker, int64_t now_ms)
{
    int64_t until = atomic_load(&breaker->open_until_ms);

    if (until == 0)
        return true;
    /* Half open: whoever moves the end of the pause is the one who tries. */
    return now_ms >= until && atomic_compare_exchange_strong(&breaker->open_until_ms, &until, now_ms + BREAKER_OPEN_MS);
}

void breaker_note_try(breaker_t *breaker, breaker_try_t outcome)
{
    if (blames_storage(outcome.err)) {
        atomic_store(&breaker->failed_ms, outcome.ended_ms);
        if (outcome.began_ms >= atomic_load(&breaker->worked_ms) &&
            atomic_fetch_add(&breaker->failures, 1) + 1 >= BREAKER_FAILURES)
            atomic_store(&breaker->open_until_ms, outcome.ended_ms + BREAKER_OPEN_MS);
        return;
    }
    if (outcome.ended_ms - atomic_load(&breaker->worked_ms) >= EXACT_MS || atomic_load(&breaker->failures) != 0)
        atomic_store(&breaker->worked_ms, outcome.ended_ms); /* not each time: all loops look at it */
    if (atomic_load(&breaker->failures) != 0) {
        atomic_store(&breaker->failures, 0);
        atomic_store(&breaker->open_until_ms, 0);
    }
}

void breaker_note(breaker_t *breaker, pl_err err, int64_t now_ms)
{
    breaker_note_try(breaker, (breaker_try_t){err, now_ms, now_ms});
}

void breaker_return(breaker_t *breaker, int64_t now_ms)
{
    int64_t until = now_ms + BREAKER_OPEN_MS; /* what breaker_allows wrote for the one who tries */

    (void)atomic_compare_exchange_strong(&breaker->open_until_ms, &until, now_ms);
}

breaker_state_t breaker_state(const breaker_t *breaker, int64_t now_ms)
{
    int64_t until = atomic_load(&breaker->open_until_ms), failed_ms = atomic_load(&breaker->failed_ms);
    breaker_state_t state = {.failures = atomic_load(&breaker->failures), .failed_ms = failed_ms ? now_ms - failed_ms : -1};

    state.is_half_open = until != 0 && until <= now_ms;
    state.pause_s = until > now_ms ? (int)((until - now_ms + 999) / 1000) : 0;
    return state;
}

int breaker_retry_s(const breaker_t *breaker, int64_t now_ms)
{
    int64_t until = atomic_load(&breaker->open_until_ms);

    if (until == 0)
        return 0;
    return until <= now_ms ? 1 : (int)((until - now_ms + 999) / 1000);
}
