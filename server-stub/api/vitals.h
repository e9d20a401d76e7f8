/* SPDX-License-Identifier: Apache-2.0
 *
 * How the server is, as those who watch it see it: api/health.c and api/pospal_health.c tell it, the app knows it.
 */
#ifndef POSPAL_API_VITALS_H
#define POSPAL_API_VITALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/file.h"

typedef struct {
    bool is_clock_trusted;
    int database_pause_s;       /* it failed several times and is asked again in so many seconds; 0: no pause */
    bool is_database_tried;     /* that pause is over, and the next who asks finds out how things are */
    int database_failures;      /* in a row, until now */
    int64_t database_failed_ms; /* so long ago for the last time; -1: never */
    size_t writes_waiting;      /* for the writer */
    int64_t writer_stalled_ms;  /* since it has finished no transaction although there was work; 0: it goes on */
    pl_disk_room disk;          /* of the database; total_bytes 0: not known, or not this machine's */
    bool is_disk_low;
} vitals_t;

#endif
