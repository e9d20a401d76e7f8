/* SPDX-License-Identifier: Apache-2.0
 *
 * A till without a machine, a disk or a license check: it speaks the real wire to the validator's code, so that thousands of them
 * cost little. Answers are taken apart and not verified; beats and their replies are.
 */
#ifndef TESTS_SUPPORT_LIGHT_TILL_H
#define TESTS_SUPPORT_LIGHT_TILL_H

#include "support/session_shop.h"

typedef struct {
    till device;
    pl_uuid brand_id;
    pl_uuid session_id; /* nil: none */
    uint8_t key[PL_SESSION_KEY_SIZE];
    int64_t lease_ms;
    int64_t beat_ms;
} light_till;

/* What came back; NONE: nothing, or nothing that counts. */
typedef struct {
    pl_verdict verdict;
    pl_session_state state;
    int64_t retry_at;
} light_answer;

light_till light_till_make(int number, const char *key);
/* One question; with a lost reply the validator heard it. */
light_answer light_till_ask(light_till *t, session_shop *vendor, pl_act act, till_line line);
pl_session_state light_till_beat(light_till *t, session_shop *vendor, int64_t number, till_line line);

#endif
