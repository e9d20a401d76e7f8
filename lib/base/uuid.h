/* SPDX-License-Identifier: Apache-2.0
 *
 * UUIDs (RFC 9562): version 7 from a time and random bytes, and the text form. Randomness comes from the caller: see crypto/crypto.h.
 */
#ifndef PL_BASE_UUID_H
#define PL_BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

enum { PL_UUID_TEXT_SIZE = 37 }; /* with the NUL */

typedef struct {
    uint8_t bytes[16];
} pl_uuid;

pl_uuid pl_uuid_v7(int64_t now_ms, const uint8_t random[10]);
int64_t pl_uuid_v7_time_ms(pl_uuid id);
pl_uuid pl_uuid_v4(const uint8_t random[16]);
void pl_uuid_format(pl_uuid id, char text[PL_UUID_TEXT_SIZE]); /* lower case */
pl_err pl_uuid_parse(pl_span text, pl_uuid *id);               /* either case; PL_ERR_MALFORMED */
bool pl_uuid_equal(pl_uuid a, pl_uuid b);
bool pl_uuid_is_nil(pl_uuid id);

#endif
