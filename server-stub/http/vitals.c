/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the breakers.
 */
#include "http/vitals.h"

#include "platform/clock.h"

void vitals_read_database(const engine_t *engine, vitals_t *vitals)
{
    int64_t now_ms = pl_clock_monotonic_us() / 1000;
    breaker_state_t reading = breaker_state(&engine->reading, now_ms), writing = breaker_state(&engine->writing, now_ms);
    const breaker_state_t *worse = writing.failures > reading.failures ? &writing : &reading;

    vitals->database_pause_s = breaker_retry_s(&engine->reading, now_ms);
    if (vitals->database_pause_s == 0)
        vitals->database_pause_s = breaker_retry_s(&engine->writing, now_ms);
    vitals->is_database_tried = worse->is_half_open;
    vitals->database_failures = worse->failures;
    vitals->database_failed_ms = worse->failed_ms;
}
