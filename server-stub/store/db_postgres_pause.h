/* SPDX-License-Identifier: Apache-2.0
 *
 * How long lost connections wait before they are made again: not at all after they were lost, then twice as long after each failure, up
 * to 5 seconds, less a random part, so that a hundred programs do not come back in the same moment. The connections of one program share
 * a pause: when one has come through, the others need not wait.
 */
#ifndef STORE_DB_POSTGRES_PAUSE_H
#define STORE_DB_POSTGRES_PAUSE_H

#include <stdatomic.h>
#include <stdint.h>

enum { POSTGRES_PAUSE_FIRST_MS = 100, POSTGRES_PAUSE_MAX_MS = 5000 };

typedef struct {
    _Atomic int failures;
    _Atomic int64_t until_ms;
    _Atomic int64_t succeeded_ms;
} postgres_pause_t;

void postgres_pause_init(postgres_pause_t *pause);
/* Milliseconds left; 0: try. now_ms is monotonic. Any thread, as the others. */
int64_t postgres_pause_left(const postgres_pause_t *pause, int64_t now_ms);
typedef struct {
    int64_t began_ms;
    int64_t ended_ms;
} postgres_attempt_t;

/* Of several that fail together the first counts; one that began before another came through counts not at all. */
void postgres_pause_failed(postgres_pause_t *pause, postgres_attempt_t attempt, uint32_t random);
void postgres_pause_succeeded(postgres_pause_t *pause, int64_t now_ms);

#endif
