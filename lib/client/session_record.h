/* SPDX-License-Identifier: Apache-2.0
 *
 * What the processes of a product on one machine share of its session: one record in the vault. Plain beats do not touch it; only
 * changes do.
 */
#ifndef PL_CLIENT_SESSION_RECORD_H
#define PL_CLIENT_SESSION_RECORD_H

#include "base/buf.h"
#include "base/uuid.h"
#include "license/claims.h"
#include "license/session.h"

typedef enum {
    PL_SEAT_NONE = 0, /* nobody here wants one */
    PL_SEAT_HELD,
    PL_SEAT_WANTED, /* held or not: the server has not said so for a lease */
    PL_SEAT_TAKEN,  /* all are held by others */
    PL_SEAT_EVICTED /* another device took it over; it is not asked for again unless the program does */
} pl_seat_state;

typedef struct {
    pl_seat_state state;
    pl_uuid brand_id;
    pl_uuid session_id; /* nil: none to be kept alive */
    uint8_t key[PL_SESSION_KEY_SIZE];
    int64_t lease_s;
    int64_t beat_ms;
    int64_t evicted_at; /* Unix seconds */
    char evicted_by[PL_DEVICE_NAME_MAX + 1];
    char reason[PL_SESSION_REASON_MAX + 1];
} pl_session_record;

const char *pl_seat_state_text(pl_seat_state state); /* "held" */
void pl_session_record_write(const pl_session_record *record, pl_buf *text);
/* PL_ERR_MALFORMED, PL_ERR_MEMORY: *record is untouched. */
pl_err pl_session_record_read(pl_span text, pl_session_record *record);

#endif
