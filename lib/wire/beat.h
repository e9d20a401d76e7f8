/* SPDX-License-Identifier: Apache-2.0
 *
 * A heartbeat of a session and its reply: POST /api/v1/device/session/beat. Small JSON objects, authenticated both ways by
 * HMAC-SHA-256 under the session's key, which the signed answer to a start carried sealed to the device key: cheap, and not to be
 * faked. The MAC is over the values, not the text, so white space and order do not matter:
 *
 *   request  "pospal-beat" 00 brand(16) session(16) number(8)
 *   reply    "pospal-beat-reply" 00 brand(16) session(16) number(8) state(text 00) lease_s(8) beat_ms(8) at(8) by(text 00) reason(text 00)
 *
 * Numbers are big-endian; what is absent counts as 0 or "". The number rises from beat to beat, so that an old beat keeps no
 * session alive and an old reply comforts nobody.
 */
#ifndef PL_WIRE_BEAT_H
#define PL_WIRE_BEAT_H

#include "base/json.h"
#include "base/uuid.h"
#include "crypto/crypto.h"
#include "license/session.h"

#define PL_BEAT_PATH "/api/v1/device/session/beat"

enum { PL_BEAT_MAX = 512, PL_BEAT_REPLY_MAX = 2048 };

typedef struct {
    pl_uuid brand_id;
    pl_uuid session_id;
    int64_t number; /* 1 or more */
    uint8_t mac[PL_MAC_SIZE];
} pl_beat;

typedef struct {
    pl_session_state state; /* HELD, EVICTED, ENDED or LAPSED */
    int64_t lease_s;        /* HELD */
    int64_t beat_ms;        /* HELD: until the next beat */
    int64_t at;             /* EVICTED: when, Unix seconds */
    const char *by;         /* EVICTED: the name of the device that took it over; NULL: not told */
    const char *reason;     /* EVICTED: what its user gave as reason */
    uint8_t mac[PL_MAC_SIZE];
} pl_beat_reply;

/* Fills in mac and writes the body. */
void pl_beat_write(pl_beat *beat, const uint8_t key[PL_SESSION_KEY_SIZE], pl_buf *body);
/* PL_ERR_INVALID with the member named. The MAC is not looked at: see pl_beat_check. */
pl_err pl_beat_read(pl_arena *arena, pl_span body, pl_beat *beat);
bool pl_beat_check(const pl_beat *beat, const uint8_t key[PL_SESSION_KEY_SIZE]);

void pl_beat_reply_write(pl_beat_reply *reply, const pl_beat *beat, const uint8_t key[PL_SESSION_KEY_SIZE], pl_buf *body);
/* Believes it only when it answers that beat: PL_ERR_UNSIGNED. Texts live in the arena. */
pl_err pl_beat_reply_read(pl_arena *arena, pl_span body, const pl_beat *beat, const uint8_t key[PL_SESSION_KEY_SIZE],
                          pl_beat_reply *reply);

#endif
