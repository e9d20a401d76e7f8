/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions as they stand in an answer: whether this device holds one of the seats that may live at once, and who holds the others.
 * Plain values; how they are encoded is in token/session_json.h, the beats that keep one alive are in wire/beat.h.
 */
#ifndef PL_LICENSE_SESSION_H
#define PL_LICENSE_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PL_SESSION_HOLDERS_MAX = 32,     /* shown in one answer; the longest silent come first */
    PL_SESSION_KEY_SIZE = 32,        /* HMAC-SHA-256 of beats */
    PL_SESSION_SEALED_KEY_SIZE = 80, /* the same in a sealed box for the device key */
    PL_SESSION_REASON_MAX = 128,     /* bytes of the reason for a takeover */
    PL_SESSION_LEASE_S_MAX = 86400,
    PL_SESSION_BEAT_MS_MIN = 1000
};

typedef enum {
    PL_SESSION_NONE = 0, /* the answer says nothing of sessions, or has a state that this version does not know */
    PL_SESSION_HELD,     /* this device holds a seat: id, key, times */
    PL_SESSION_TAKEN,    /* all are held by others; holders says by whom */
    PL_SESSION_ENDED,    /* this device gave its seat back, or held none */
    PL_SESSION_LISTED,   /* holders only */
    PL_SESSION_EVICTED,  /* beats only: another device took the seat over */
    PL_SESSION_LAPSED    /* beats only: the lease ended before this beat; it may be started anew */
} pl_session_state;

typedef struct {
    const char *session_id;
    const char *activation_id;
    const char *device_name; /* NULL: not told */
    int64_t since;           /* Unix seconds */
    int64_t seen;            /* of its last beat */
} pl_session_holder;

typedef struct {
    pl_session_state state;
    const char *session_id; /* HELD */
    uint8_t sealed_key[PL_SESSION_SEALED_KEY_SIZE];
    int64_t lease_s;  /* without a beat for so long the seat is free */
    int64_t beat_ms;  /* until the next beat, jitter in it */
    int64_t limit;    /* how many may live at once */
    int64_t retry_at; /* TAKEN: a takeover is refused before; 0: it is not a matter of time */
    const pl_session_holder *holders;
    size_t holder_count;
} pl_session_claims;

/* "held", "taken", ...; the parser returns NONE for an unknown text. */
const char *pl_session_state_text(pl_session_state state);
pl_session_state pl_session_state_parse(const char *text);

#endif
