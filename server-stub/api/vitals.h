/* SPDX-License-Identifier: Apache-2.0
 *
 * How the server is, as those who watch it see it.
 */
#ifndef POSPAL_API_VITALS_H
#define POSPAL_API_VITALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/file.h"

typedef struct {
    bool is_clock_trusted;
    int database_pause_s;      /* it failed several times and is asked again in so many seconds; 0: no pause */
    size_t writes_waiting;     /* for the writer */
    int64_t writer_stalled_ms; /* since it has finished no transaction although there was work; 0: it goes on */
    pl_disk_room disk;         /* of the database; total_bytes 0: not known, or not this machine's */
    bool is_disk_low;
} vitals_t;

#endif
